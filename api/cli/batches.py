"""Batches at a service: list, look, release; fetch their files whole or go on where it broke off."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, complain, emit, finding_line, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from api.cli.client import Api

batches = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_PARTIAL_CONTENT = 206
_RELEASED = ("released", "fetched", "printed", "completed", "handed_over")
_WHERE = ("not_set", "to_reprint", "inserted", "pulled", "stopped", "moved")
_SHEETS = ("printed", "inserted", "spoiled", "pulled", "not_set")
Batch = Annotated[str, typer.Argument(help="Id of a batch.")]
Batches = Annotated[list[str], typer.Argument(help="Ids of batches.")]


@batches.command("list")
def list_batches(
    job: Annotated[str | None, typer.Option(help="Only those of this print job.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those in this state, such as released.")] = None,
    as_json: AsJson = False,
) -> None:
    """List batches, newest first; those of one job by number."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/batches", job=job, state=state))
    emit(found, batch_table(found), as_json=as_json)


@batches.command("show")
def show(batch: Batch, as_json: AsJson = False) -> None:
    """Show where the letters and sheets of a batch are; exit code 1 when it is blocked, with what differs."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/batches/{batch}")
        checks = api.get(f"/v1/batches/{batch}/checks")["items"] if found["state"] == "blocked" else []
    emit(found, batch_lines(found), as_json=as_json)
    for check in checks:
        for finding in check["findings"]:
            complain(finding_line(finding))
    if checks:
        raise typer.Exit(ExitCode.FINDINGS)


@batches.command("approve")
def approve(batch: Batches, as_json: AsJson = False) -> None:
    """Release batches that are ready, where two have to look; not by who submitted them."""
    change(batch, "approve", as_json=as_json)


@batches.command("write-again")
def write_again(batch: Batches, as_json: AsJson = False) -> None:
    """Write the files of blocked batches again, and have them read back again."""
    change(batch, "write-again", as_json=as_json)


def change(names: list[str], step: str, *, as_json: bool) -> None:
    """Take a step with each of these batches, and say where they are now."""
    from api.cli.client import Api

    with Api() as api:
        found = [api.post_once(f"/v1/batches/{name}/{step}") for name in names]
    emit(found, [f"{batch['id']}  {batch['state']}" for batch in found], as_json=as_json)


def batch_table(found: list[dict[str, Any]]) -> Iterable[str]:
    """A line each."""
    rows = [(b["id"], b["job_id"], b["number"], b["state"], b["pieces"], b["pages"], b["sheets"]) for b in found]
    return table(("id", "job", "number", "state", "letters", "pages", "sheets"), rows)


def batch_lines(batch: dict[str, Any]) -> Iterable[str]:
    """State, numbers, and when they are known where letters and sheets are."""
    yield f"{batch['id']}  {batch['state']} since {batch['state_since']}  code {batch['code']}"
    yield ", ".join(f"{name} {batch[name]:,}" for name in ("pieces", "envelopes", "pages", "sheets"))
    account = batch.get("account")
    if account:
        yield "letters: " + ", ".join(f"{name.replace('_', ' ')} {account[name]:,}" for name in _WHERE)
        yield "sheets: " + ", ".join(f"{name.replace('_', ' ')} {account[f'sheets_{name}']:,}" for name in _SHEETS)
    if batch["sheets_counted"] is not None or batch["note"]:
        yield f"counted {batch['sheets_counted']}  {batch['note']}".rstrip()


@batches.command("fetch")
def fetch(
    batch: Annotated[list[str] | None, typer.Argument(help="Ids of batches.")] = None,
    job: Annotated[str | None, typer.Option(help="All batches of this print job.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write in; each batch gets its own in it.")] = Path("batches"),
    as_json: AsJson = False,
) -> None:
    """Fetch all files of batches and of their reprints, and check their SHA-256; what is there and whole is left."""
    from api.cli.client import Api

    if not batch and job is None:
        raise Trouble(ExitCode.USAGE, "batch-missing: name batches, or a print job with --job.")
    with Api() as api:
        found = [api.get(f"/v1/batches/{each}") for each in batch or ()]
        found += api.items("/v1/batches", job=job) if job else ()
        unfinished = [each["id"] for each in found if each["state"] not in _RELEASED]
        if unfinished:
            raise Trouble(ExitCode.CONFLICT, f"batch-not-released: {', '.join(unfinished)}; fetch later.")
        written = _fetch_all(api, found, out)
    emit({"files": written}, written, as_json=as_json)


def _fetch_all(api: Api, found: list[dict[str, Any]], out: Path) -> list[str]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    again = {batch["id"]: api.get(f"/v1/batches/{batch['id']}/reprints")["items"] for batch in found}
    files = [(batch["id"], file) for batch in found for part in (batch, *again[batch["id"]]) for file in part["files"]]
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    written = []
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("fetching", total=sum(file["size"] for _, file in files))
        for batch_id, file in files:
            progress.update(bar, description=file["name"])
            target = out / batch_id / Path(file["name"]).name
            fetch_file(api, file, target, lambda size: progress.advance(bar, size))
            written.append(str(target))
    return written


def fetch_file(api: Api, file: dict[str, Any], target: Path, advance: Callable[[int], object]) -> None:
    """One file, whole or not at all under its own name. Raises `Trouble` (``download-damaged``)."""
    if target.is_file() and _sha256(target) == file["sha256"]:
        advance(file["size"])
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    _continue(api, file, part, advance)
    if _sha256(part) != file["sha256"]:
        part.unlink()
        raise Trouble(ExitCode.BROKEN, f"download-damaged: {target} is not what the service has; fetch it again.")
    part.replace(target)


def _continue(api: Api, file: dict[str, Any], part: Path, advance: Callable[[int], object]) -> None:
    have = part.stat().st_size if part.exists() else 0
    if have >= file["size"]:
        return
    headers = {"Range": f"bytes={have}-", "If-Range": f'"{file["sha256"]}"'} if have else {}
    with part.open("ab") as target:
        advance(have)
        for number, (status, block) in enumerate(api.stream(file["url"], headers)):
            if have and number == 0 and status != _PARTIAL_CONTENT:
                target.truncate(0)
                advance(-have)
            target.write(block)
            advance(len(block))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
