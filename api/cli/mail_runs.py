"""Mail runs at a service: open, list, hand over with the proof of the post."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import AsJson, emit, table

if TYPE_CHECKING:
    from collections.abc import Iterable

mail_runs = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@mail_runs.command("open")
def open_run(
    title: Annotated[str, typer.Argument(help="In your words; no personal data.")],
    batch: Annotated[list[str], typer.Argument(help="Ids of completed batches.")],
    as_json: AsJson = False,
) -> None:
    """Put completed batches together, and make the list for the post and labels."""
    from api.cli.client import Api

    with Api() as api:
        run = api.post_once("/v1/mail-runs", json={"title": title, "batches": batch})
    emit(run, _lines(run), as_json=as_json)


@mail_runs.command("list")
def list_runs(as_json: AsJson = False) -> None:
    """List mail runs, newest first."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/mail-runs"))
    rows = [(r["id"], r["state"], r["title"], r["handed_over_at"] or "", r["reference"]) for r in found]
    emit(found, table(("id", "state", "title", "handed over", "reference"), rows), as_json=as_json)


@mail_runs.command("show")
def show(run: Annotated[str, typer.Argument(help="Id of a mail run.")], as_json: AsJson = False) -> None:
    """Show a mail run with its batches and files."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/mail-runs/{run}")
    emit(found, _lines(found), as_json=as_json)


@mail_runs.command("fetch")
def fetch(
    run: Annotated[str, typer.Argument(help="Id of a mail run.")],
    out: Annotated[Path, typer.Option(help="Folder to write in; the mail run gets its own in it.")] = Path("mail-runs"),
    as_json: AsJson = False,
) -> None:
    """Fetch the list for the post and the labels, and check their SHA-256."""
    from api.cli.batches import fetch_file
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/mail-runs/{run}")
        targets = [(file, out / found["id"] / Path(file["name"]).name) for file in found["files"]]
        for file, target in targets:
            fetch_file(api, file, target, lambda _: None)
    written = [str(target) for _, target in targets]
    emit({"files": written}, written, as_json=as_json)


@mail_runs.command("hand-over")
def hand_over(
    run: Annotated[str, typer.Argument(help="Id of a mail run.")],
    reference: Annotated[str, typer.Option(help="The number that the post gave.")] = "",
    proof: Annotated[
        Path | None, typer.Option(help="The receipt: PDF, PNG or JPEG.", exists=True, dir_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say that the post has it; the receipt can also follow later, with the same command."""
    from api.cli.client import Api

    with Api() as api:
        if proof is not None:
            api.put(f"/v1/mail-runs/{run}/proof", content=proof.read_bytes())
        found = api.post_once(f"/v1/mail-runs/{run}/hand-over", json={"reference": reference})
    emit(found, _lines(found), as_json=as_json)


def _lines(run: dict[str, Any]) -> Iterable[str]:
    yield f"{run['id']}  {run['state']}  {run['title']}"
    if run["handed_over_at"]:
        yield f"handed over {run['handed_over_at']}  {run['reference']}".rstrip()
    for batch in run["batches"] or ():
        yield f"{batch['id']}  {batch['state']}  {batch['envelopes']:,} envelopes"
    for file in run["files"]:
        yield file["name"]
