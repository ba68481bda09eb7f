"""The print room's own steps with a batch: printed, results, reprint, complete."""

from __future__ import annotations

import time
from pathlib import Path  # noqa: TC003 - read by typer when the program runs
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.batches import Batch, Batches, batch_lines, batches, change
from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, complain, emit, finding_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.cli.client import Api

__all__ = ["batches"]

_POLL_S = 0.5
_FAILED = "reprint-failed"
_CSV = {"Content-Type": "text/csv"}


@batches.command("printed")
def printed(batch: Batches, as_json: AsJson = False) -> None:
    """Say that all print files of batches are printed."""
    change(batch, "printed", as_json=as_json)


@batches.command("results")
def results(  # noqa: PLR0913, PLR0917 - each is an option of the command
    batch: Batch,
    file: Annotated[Path | None, typer.Argument(help="CSV of the inserter.", exists=True, dir_okay=False)] = None,
    ok: Annotated[str | None, typer.Option(help="Envelopes that are well: '12-15, 20', ids or codes.")] = None,
    damaged: Annotated[str | None, typer.Option(help="Envelopes to print again.")] = None,
    pull: Annotated[str | None, typer.Option(help="Envelopes to keep back.")] = None,
    reason: Annotated[str, typer.Option(help="Why; no personal data.")] = "",
    rest: Annotated[bool, typer.Option("--rest", help="All others are well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what became of letters: a file of the inserter, what you enter, or both; all of each or nothing."""
    from api.cli.client import Api

    entered = [("ok", ok), ("reprint", damaged), ("pull", pull)]
    bodies: list[tuple[str, dict[str, Any]]] = []
    if file is not None:
        bodies.append(("results", {"content": file.read_bytes(), "headers": _CSV}))
    for outcome, ranges in entered:
        if ranges is not None:
            bodies.append(("results", {"json": {"ranges": ranges, "outcome": outcome, "reason": reason}}))
    if rest:
        bodies.append(("results/rest", {}))
    if not bodies:
        raise Trouble(ExitCode.USAGE, "results-missing: name a results file, or say --ok, --damaged, --pull or --rest.")
    with Api() as api:
        applied = [api.post_once(f"/v1/batches/{batch}/{path}", **options) for path, options in bodies]
    emit(applied, map(_applied, applied), as_json=as_json)
    for each in applied:
        for finding in each["left_aside"]:
            complain(finding_line(finding))


@batches.command("reprint")
def reprint(
    batch: Batch,
    open_loop: Annotated[bool, typer.Option("--open", help="In a batch of their own, with new marks.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it can be fetched.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print all damaged letters of a batch again; with --wait the exit code is 1 when that was given up."""
    from api.cli.client import Api

    with Api() as api:
        path = f"/v1/batches/{batch}/reprints"
        asked = api.post_once(path, json={"loop": "open" if open_loop else "closed"})
        if wait:
            asked = _wait(api, path, asked)
        emit(asked, _asked(asked), as_json=as_json)
        if wait and asked["state"] != "released":
            complain(f"{_FAILED}: {asked['id']} was given up; look at the batch, then start it again.")
            raise typer.Exit(ExitCode.FINDINGS)


@batches.command("complete")
def complete(
    batch: Batch,
    sheets: Annotated[int | None, typer.Option(help="Sheets that the inserter counted.")] = None,
    note: Annotated[str, typer.Option(help="Why there is no count, or another than was printed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Complete a batch when every letter is in its envelope, pulled or printed elsewhere."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/batches/{batch}/complete", json={"sheets_counted": sheets, "note": note})
    emit(found, batch_lines(found), as_json=as_json)


@batches.command("reopen")
def reopen(
    batch: Batch, note: Annotated[str, typer.Option(help="Why; no personal data.")], as_json: AsJson = False
) -> None:
    """Open a completed batch again, until it is handed over."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/batches/{batch}/reopen", json={"note": note})
    emit(found, batch_lines(found), as_json=as_json)


def _applied(applied: dict[str, Any]) -> str:
    changed = ", ".join(f"{outcome} {count:,}" for outcome, count in applied["changed"].items()) or "nothing changed"
    return f"{changed}; unchanged {applied['unchanged']:,}, not set {applied['not_set']:,}"


def _asked(asked: dict[str, Any]) -> Iterable[str]:
    yield f"{asked['id']}  {asked['state']}  {len(asked['piece_ids']):,} letters"
    if asked["child_id"]:
        yield f"in batch {asked['child_id']}"
    for file in asked["files"]:
        yield f"{file['name']}  {file['pages']:,} pages"


def _wait(api: Api, path: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The reprint once it is released, or as it is when its work was given up."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    about = {asked["batch_id"], asked["child_id"]}
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        progress.add_task("printing again", total=None)
        while True:
            found: dict[str, Any] = next(each for each in api.get(path)["items"] if each["id"] == asked["id"])
            alarms = api.get("/v1/alarms")["items"]
            failed = any(each["state"] == _FAILED and each["subject_id"] in about for each in alarms)
            if found["state"] == "released" or failed:
                return found
            time.sleep(_POLL_S)
