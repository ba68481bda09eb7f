"""Complexes, dwellings and meters at a service: bring them in, list them, say what is missing."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer when the program runs
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, complain, emit, finding_line, table

if TYPE_CHECKING:
    from collections.abc import Iterable

meters = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_MEDIA: Final = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NEW_AND_CHANGED: Final = ("complexes", "dwellings", "meters", "readings")
Since = Annotated[str | None, typer.Option("--from", help="First day; 92 days before the last when left out.")]
Until = Annotated[str | None, typer.Option("--to", help="Last day; today when left out.")]
OfComplex = Annotated[str | None, typer.Option("--complex", help="Only of the complex with this id.")]


@meters.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON, a row for each meter.", exists=True, dir_okay=False)],
    check: Annotated[bool, typer.Option("--check", help="Only say what would happen.")] = False,
    correct: Annotated[
        bool, typer.Option("--correct", help="Take numbers and dials of the file; no exchange.")
    ] = False,
    options: Annotated[str, typer.Option("--table", help="How a table is written: 'decimal-comma=true'.")] = "",
    as_json: AsJson = False,
) -> None:
    """Put meters in the register by your own keys, all of them or none; exit code 1 for findings."""
    from api.cli.client import Api

    query = "&".join(f"{name}=true" for name, wanted in (("check", check), ("correct", correct)) if wanted)
    headers = {"Content-Type": _media_type(file, options)}
    with Api() as api:
        done = api.post_once(f"/v1/meters/import?{query}", headers, content=file.read_bytes())
    emit(done, _lines(done), as_json=as_json)
    for finding in done["findings"]:
        complain(finding_line(finding))
    if any(finding["severity"] == "error" for finding in done["findings"]):
        raise typer.Exit(ExitCode.FINDINGS)


@meters.command("list")
def list_meters(of: OfComplex = None, as_json: AsJson = False) -> None:
    """List meters, with what hangs there now."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/meters", complex=of))
    rows = [(m["key"], m["number"], m["kind"], m["unit"], m["dials"], m["record_key"], m["id"]) for m in found]
    emit(found, table(("meter", "number", "kind", "unit", "dials", "letter", "id"), rows), as_json=as_json)


@meters.command("missing")
def missing(since: Since = None, until: Until = None, as_json: AsJson = False) -> None:
    """List meters without a reading, over all complexes."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/meters/missing", **{"from": since, "to": until}))
    rows = [
        (m["complex_key"], (m["dwelling"] or {}).get("key", ""), m["key"], m["record_key"], _last(m)) for m in found
    ]
    emit(found, table(("complex", "dwelling", "meter", "letter", "last reading"), rows), as_json=as_json)


def _media_type(file: Path, options: str) -> str:
    media_type = _MEDIA.get(file.suffix.lower())
    if media_type is None:
        raise Trouble(ExitCode.USAGE, f"media-type-unsupported: {file.name} is none of {', '.join(_MEDIA)}.")
    return f"{media_type}; {options}" if options else media_type


def _lines(done: dict[str, Any]) -> Iterable[str]:
    yield f"{done['rows']} rows, {'put in the register' if done['applied'] else 'checked only'}"
    for what in _NEW_AND_CHANGED:
        yield f"{what}: {done[f'{what}_new']} new, {done[f'{what}_changed']} changed"


def _last(meter: dict[str, Any]) -> str:
    last = meter["last"]
    return f"{last['value']} on {last['on']}" if last else ""
