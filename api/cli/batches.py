"""Batches at a service: list them, fetch their files whole or go on where it broke off."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, emit, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.cli.client import Api

batches = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_PARTIAL_CONTENT = 206
_BLOCK = 1 << 20


@batches.command("list")
def list_batches(
    job: Annotated[str | None, typer.Option(help="Only those of this print job.")] = None,
    as_json: AsJson = False,
) -> None:
    """List batches, newest first; those of one job by number."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/batches", job=job))
    rows = [(b["id"], b["job_id"], b["number"], b["state"], b["pieces"], b["pages"], b["sheets"]) for b in found]
    headings = ("id", "job", "number", "state", "letters", "pages", "sheets")
    emit(found, table(headings, rows), as_json=as_json)


@batches.command("fetch")
def fetch(
    batch: Annotated[list[str] | None, typer.Argument(help="Ids of batches.")] = None,
    job: Annotated[str | None, typer.Option(help="All batches of this print job.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write in; each batch gets its own in it.")] = Path("batches"),
    as_json: AsJson = False,
) -> None:
    """Fetch all files of batches and check their SHA-256; what is there already and whole is left as it is."""
    from api.cli.client import Api

    if not batch and job is None:
        raise Trouble(ExitCode.USAGE, "batch-missing: name batches, or a print job with --job.")
    with Api() as api:
        found = [api.get(f"/v1/batches/{each}") for each in batch or ()]
        found += api.items("/v1/batches", job=job) if job else ()
        unfinished = [each["id"] for each in found if each["state"] != "released"]
        if unfinished:
            raise Trouble(ExitCode.CONFLICT, f"batch-not-released: {', '.join(unfinished)}; fetch later.")
        written = _fetch_all(api, found, out)
    emit({"files": written}, written, as_json=as_json)


def _fetch_all(api: Api, found: list[dict[str, Any]], out: Path) -> list[str]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    files = [(batch["id"], file) for batch in found for file in batch["files"]]
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
