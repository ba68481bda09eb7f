"""Letters that are ready: send PDFs to a service, and fetch pictures of what is wrong with their pages."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from datetime import datetime  # noqa: TC003 - read by typer when the program runs
from pathlib import Path  # noqa: TC003 - read by typer when the program runs
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.jobs import Job, jobs, show, wait_for
from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from api.cli.client import Api

__all__ = ["jobs"]

_MEDIA = {".pdf": "application/pdf", ".zip": "application/zip"}


@jobs.command("submit-pdf")
def submit_pdf(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: Annotated[Path, typer.Argument(help="A PDF, or a zip with a PDF for each letter.", exists=True)],
    split: Annotated[str, typer.Option(help="whole, pages, bookmarks, text or data.")] = "whole",
    pages: Annotated[int, typer.Option(help="Pages of each letter, with --split pages.")] = 0,
    text: Annotated[str, typer.Option(help="Stands on each first page only, with --split text.")] = "",
    pattern: Annotated[bool, typer.Option("--pattern", help="The text is a simple regular expression.")] = False,
    data: Annotated[Path | None, typer.Option(help="CSV with references, pages and addresses.", exists=True)] = None,
    envelope: Annotated[str | None, typer.Option(help="Id of an envelope.")] = None,
    simplex: Annotated[bool, typer.Option("--simplex", help="Print on one side.")] = False,
    cover: Annotated[str, typer.Option(help="Cover sheets: never, when-needed or always.")] = "never",
    redraw: Annotated[bool, typer.Option("--redraw", help="Cover the addresses and print them anew.")] = False,
    title: Annotated[str, typer.Option(help="In your words; no personal data.")] = "",
    valid_only: Annotated[bool, typer.Option("--valid-only", help="Print the valid letters, report the rest.")] = False,
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Say what is wrong, print nothing.")] = False,
    cut_off: Annotated[datetime | None, typer.Option(help="Nothing is released before; local time.")] = None,
    insert: Annotated[list[str] | None, typer.Option(help="Goes in each envelope besides; may be repeated.")] = None,
    idempotency_key: Annotated[str | None, typer.Option(help="Your own; without it a new one.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end, with a progress bar.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send letters that are ready; with --wait the exit code is 1 when the job is rejected or fails."""
    from api.cli.client import Api

    query: dict[str, str | list[str]] = {
        "split": split,
        "pages": str(pages),
        "text": text,
        "is_pattern": str(pattern).lower(),
        "duplex": str(not simplex).lower(),
        "cover_sheets": cover,
        "redraw_address": str(redraw).lower(),
        "title": title,
        "policy": "valid_only" if valid_only else "all_or_nothing",
        "validate_only": str(validate_only).lower(),
    }
    query |= {"insert": insert} if insert else {}
    query |= {} if envelope is None else {"envelope": envelope}
    query |= {} if cut_off is None else {"cut_off_at": cut_off.astimezone().isoformat()}
    with Api() as api:
        job = _send(api, (file, data), query, idempotency_key or str(uuid.uuid4()))
        show(api, wait_for(api, job["id"]) if wait else job, as_json=as_json)


@jobs.command("overlays")
def overlays(
    job: Job,
    out: Annotated[Path, typer.Option(help="Folder for the pictures.", file_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Fetch pictures of pages with ink where it may not be."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/print-jobs/{job}/overlays")["items"]
        out.mkdir(parents=True, exist_ok=True)
        names = [f"file-{each['file']}-page-{each['page']}.png" for each in found]
        for each, name in zip(found, names, strict=True):
            (out / name).write_bytes(b"".join([block for _, block in api.stream(each["url"], {})]))
    emit(found, [str(out / name) for name in names] or ["No pictures."], as_json=as_json)


def _send(api: Api, paths: tuple[Path, Path | None], query: dict[str, str | list[str]], key: str) -> dict[str, Any]:
    """Send, and once more when the connection broke: with the same key nothing happens twice."""
    try:
        return _send_once(api, paths, query, key)
    except Trouble as trouble:
        if trouble.code is not ExitCode.UNREACHABLE:
            raise
    return _send_once(api, paths, query, key)


def _send_once(
    api: Api, paths: tuple[Path, Path | None], query: dict[str, str | list[str]], key: str
) -> dict[str, Any]:
    file, data = paths
    media_type = _MEDIA.get(file.suffix.lower())
    if media_type is None:
        raise Trouble(ExitCode.USAGE, f"media-type-unsupported: {file.name} is none of {', '.join(_MEDIA)}.")
    headers = {"Idempotency-Key": key}
    with ExitStack() as stack:
        body = stack.enter_context(file.open("rb"))
        if data is None:
            headers["Content-Type"] = media_type
            return api.post("/v1/print-jobs/ready-made", params=query, headers=headers, content=body)
        table = stack.enter_context(data.open("rb"))
        parts = {"file": (file.name, body, media_type), "data": (data.name, table, "text/csv")}
        return api.post("/v1/print-jobs/ready-made", params=query, headers=headers, files=parts)
