"""Print jobs at a service: submit, follow, look at what is wrong."""

from __future__ import annotations

import time
import uuid
from datetime import datetime  # noqa: TC003 - read by typer when the program runs
from pathlib import Path  # noqa: TC003 - read by typer when the program runs
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, complain, emit, finding_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.cli.client import Api

jobs = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_MEDIA = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ENDED = ("released", "rejected", "cancelled", "failed")
_BAD = ("rejected", "failed")
_POLL_S = 0.5
_SHOWN_FINDINGS = 20
Job = Annotated[str, typer.Argument(help="Id of a print job.")]


@jobs.command("submit")
def submit(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: Annotated[Path, typer.Argument(help="Records: .json, .csv or .xlsx.", exists=True, dir_okay=False)],
    template: Annotated[str, typer.Option(help="Id, key or key@version of a template.")],
    brand: Annotated[str, typer.Option(help="Id, key or key@version of a brand.")],
    title: Annotated[str, typer.Option(help="In your words; no personal data.")] = "",
    valid_only: Annotated[bool, typer.Option("--valid-only", help="Print the valid records, report the rest.")] = False,
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Say what is wrong, print nothing.")] = False,
    cut_off: Annotated[datetime | None, typer.Option(help="Nothing is released before; local time.")] = None,
    table: Annotated[str, typer.Option(help="How a CSV is written: 'charset=cp1252; delimiter=semicolon'.")] = "",
    insert: Annotated[list[str] | None, typer.Option(help="Goes in each envelope besides; may be repeated.")] = None,
    campaign: Annotated[str, typer.Option(help="Id or key of the campaign that the letters invite to.")] = "",
    idempotency_key: Annotated[str | None, typer.Option(help="Your own; without it a new one.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end, with a progress bar.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send records; with --wait the exit code is 1 when the job is rejected or fails."""
    from api.cli.client import Api

    query: dict[str, str | list[str]] = {
        "template": template,
        "brand": brand,
        "title": title,
        "policy": "valid_only" if valid_only else "all_or_nothing",
        "validate_only": str(validate_only).lower(),
    }
    if campaign:
        query["campaign"] = campaign
    if insert:
        query["insert"] = insert
    if cut_off is not None:
        query["cut_off_at"] = cut_off.astimezone().isoformat()
    headers = {"Content-Type": _media_type(file, table), "Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    with Api() as api:
        job = _send(api, file, query, headers)
        if wait:
            job = wait_for(api, job["id"])
        show(api, job, as_json=as_json)


@jobs.command("status")
def status(
    job: Job,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end, with a progress bar.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show state and progress; exit code 1 when the job is rejected or failed."""
    from api.cli.client import Api

    with Api() as api:
        found = wait_for(api, job) if wait else api.get(f"/v1/print-jobs/{job}")
        show(api, found, as_json=as_json)


@jobs.command("findings")
def findings(job: Job, as_json: AsJson = False) -> None:
    """List all that is wrong with the records."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items(f"/v1/print-jobs/{job}/findings"))
    emit(found, map(finding_line, found) if found else ["No findings."], as_json=as_json)


@jobs.command("approve")
def approve(job: Job, as_json: AsJson = False) -> None:
    """Approve a job where two have to look: its batches go once they were read back. Not by who submitted it."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/print-jobs/{job}/approve")
    emit(found, _lines(found), as_json=as_json)


@jobs.command("cancel")
def cancel(job: Job, as_json: AsJson = False) -> None:
    """Cancel a job of which nothing is released."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post(f"/v1/print-jobs/{job}/cancel")
    emit(found, _lines(found), as_json=as_json)


@jobs.command("link")
def link(job: Job, as_json: AsJson = False) -> None:
    """Make a link to a page about the job that opens without a key, for some hours."""
    from api.cli.client import Api

    with Api() as api:
        made = api.post(f"/v1/print-jobs/{job}/links")
    emit(made, [made["url"]], as_json=as_json)


def _media_type(file: Path, table: str) -> str:
    media_type = _MEDIA.get(file.suffix.lower())
    if media_type is None:
        raise Trouble(ExitCode.USAGE, f"media-type-unsupported: {file.name} is none of {', '.join(_MEDIA)}.")
    return f"{media_type}; {table}" if table else media_type


def _send(api: Api, file: Path, query: dict[str, str | list[str]], headers: dict[str, str]) -> dict[str, Any]:
    """Send, and once more when the connection broke: with the same key nothing happens twice."""
    try:
        with file.open("rb") as body:
            return api.post("/v1/print-jobs", params=query, headers=headers, content=body)
    except Trouble as trouble:
        if trouble.code is not ExitCode.UNREACHABLE:
            raise
    with file.open("rb") as body:
        return api.post("/v1/print-jobs", params=query, headers=headers, content=body)


def wait_for(api: Api, job_id: str) -> dict[str, Any]:
    """The job at its end, with a progress bar meanwhile."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("received", total=None)
        while True:
            job = api.get(f"/v1/print-jobs/{job_id}")
            done, total = _progress(job)
            progress.update(bar, description=job["state"], completed=done, total=total)
            checked = job["validate_only"] and job["state"] == "accepted"
            if job["state"] in _ENDED or checked or job["waiting_for"]:
                return job
            time.sleep(_POLL_S)


def _progress(job: dict[str, Any]) -> tuple[int, int | None]:
    counts = job["counts"]
    if job["state"] in ("received", "validating"):
        return counts["valid"] + counts["invalid"], counts["total"]
    return counts["composed"], counts["valid"]


def show(api: Api, job: dict[str, Any], *, as_json: bool) -> None:
    """The job, and when it ended badly what is wrong with it."""
    emit(job, _lines(job), as_json=as_json)
    for code, count in (job.get("findings_by_code") or {}).items():
        complain(f"{count:,} times {code}")
    if job["state"] in _BAD:
        part = api.get(f"/v1/print-jobs/{job['id']}/findings", limit=_SHOWN_FINDINGS)
        for finding in part["items"]:
            complain(finding_line(finding))
        if part["next_cursor"]:
            complain(f"and more: posthoorn job findings {job['id']}")
        raise typer.Exit(ExitCode.FINDINGS)


def _lines(job: dict[str, Any]) -> Iterable[str]:
    counts = job["counts"]
    yield f"{job['id']}  {job['state']}" + (f"  {job['error_code']}" if job["error_code"] else "")
    if job["waiting_for"]:
        yield f"waits for the file of the {job['waiting_for']}: posthoorn carrier fetch {job['id']}"
    total = "?" if counts["total"] is None else f"{counts['total']:,}"
    yield f"records {total}, valid {counts['valid']:,}, faulty {counts['invalid']:,}, composed {counts['composed']:,}"
    if counts["pages"]:
        yield f"pages {counts['pages']:,}, sheets {counts['sheets']:,}"
