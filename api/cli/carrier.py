"""The exchange with a carrier at a service: fetch addresses, bring what came back, or go on without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from collections.abc import Iterable

carrier = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_CSV = {"Content-Type": "text/csv"}
Job = Annotated[str, typer.Argument(help="Id of a print job.")]


@carrier.command("show")
def show(job: Job, as_json: AsJson = False) -> None:
    """Say whether a print job waits for its carrier, or how that ended."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/print-jobs/{job}/carrier")
    emit(found, _lines(found), as_json=as_json)


@carrier.command("fetch")
def fetch(
    job: Job,
    out: Annotated[Path | None, typer.Option(help="File to write; without it one in this folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the addresses for the carrier, one for each envelope and without names."""
    from api.cli.client import Api

    target = out or Path(f"{Path(job).name}-addresses.csv")
    part = target.with_name(f"{target.name}.part")
    with Api() as api:
        blocks = api.stream(f"/v1/print-jobs/{job}/carrier/addresses", {})
        # nothing is made before the service has said that there is something
        first = next(blocks, (200, b""))[1]
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(first)
            file.writelines(block for _, block in blocks)
        part.replace(target)
    emit({"file": str(target)}, [str(target)], as_json=as_json)


@carrier.command("bring")
def bring(
    job: Job,
    file: Annotated[Path, typer.Argument(help="What the carrier gave back.", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Bring what the carrier gave back: whole or not at all; the same file again changes nothing."""
    from api.cli.client import Api

    with Api() as api:
        path = f"/v1/print-jobs/{job}/carrier/answer"
        found = api.post_once(path, content=file.read_bytes(), headers=_CSV)
    emit(found, _lines(found), as_json=as_json)


@carrier.command("skip")
def skip(
    job: Job, reason: Annotated[str, typer.Option(help="Why; no personal data.")], as_json: AsJson = False
) -> None:
    """Let a print job go on without its carrier, in our own order."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/print-jobs/{job}/carrier/skip", json={"reason": reason})
    emit(found, _lines(found), as_json=as_json)


def _lines(found: dict[str, Any]) -> Iterable[str]:
    if found["waiting"]:
        yield f"{found['job_id']}  waits for the file of {found['carrier']}"
    elif found["file_sha256"]:
        yield f"{found['job_id']}  {found['envelopes']:,} envelopes by the file of {found['carrier']}"
        yield f"sha256 {found['file_sha256']}"
    elif found["reason"]:
        yield f"{found['job_id']}  goes on without {found['carrier']}: {found['reason']}"
    else:
        yield f"{found['job_id']}  waits for no carrier"
