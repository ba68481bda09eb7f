"""Mail pieces at a service: find them, stop them, let them go after all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.exits import ExitCode
from api.cli.output import AsJson, emit, table

if TYPE_CHECKING:
    from collections.abc import Iterable

pieces = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Pieces = Annotated[list[str], typer.Argument(help="Ids of mail pieces.")]
Reason = Annotated[str, typer.Option(help="Why; no personal data.")]


@pieces.command("search")
def search(
    text: Annotated[str, typer.Argument(help="Piece id, control code, your record id, or part of a name.")],
    as_json: AsJson = False,
) -> None:
    """Find mail pieces; exit code 5 when there are none."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get("/v1/pieces", search=text)["items"]
    emit(found, _table(found) if found else (), as_json=as_json)
    if not found:
        raise typer.Exit(ExitCode.NOT_FOUND)


@pieces.command("stop")
def stop(piece: Pieces, reason: Reason, as_json: AsJson = False) -> None:
    """Keep pieces out of the print files, until their cut-off."""
    _change(piece, "stop", reason, as_json=as_json)


@pieces.command("resume")
def resume(piece: Pieces, reason: Reason, as_json: AsJson = False) -> None:
    """Let stopped pieces go after all, until their cut-off."""
    _change(piece, "resume", reason, as_json=as_json)


def _change(names: list[str], step: str, reason: str, *, as_json: bool) -> None:
    from api.cli.client import Api

    with Api() as api:
        found = [api.post_once(f"/v1/pieces/{name}/{step}", json={"reason": reason}) for name in names]
    emit(found, [f"{piece['id']}  {piece['state']}" for piece in found], as_json=as_json)


def _table(found: list[dict[str, Any]]) -> Iterable[str]:
    rows = [(p["id"], p["state"], p["record_id"], p["control_code"], p["batch_id"] or "", p["name"]) for p in found]
    return table(("id", "state", "record", "envelope", "batch", "name"), rows)
