"""Rules of your organisation at a service: show them, set them from a file."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path  # noqa: TC003 - read by typer when the program runs
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from collections.abc import Iterable

rules = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_WRITTEN = ("updated_at", "updated_by")


@rules.command("show")
def show(as_json: AsJson = False) -> None:
    """Show the rules and the next cut-off; what --json says can be set again."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get("/v1/rules")
        cut_off = api.get("/v1/cut-off")
    emit(found, _lines(found, cut_off["next_at"]), as_json=as_json)


@rules.command("set")
def set_rules(
    file: Annotated[Path, typer.Argument(help="All rules, as TOML or JSON.", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Set all rules; jobs that are sent from now on are made by them."""
    from api.cli.client import Api

    wanted = _read(file)
    with Api() as api:
        found = api.put("/v1/rules", json={name: value for name, value in wanted.items() if name not in _WRITTEN})
        cut_off = api.get("/v1/cut-off")
    emit(found, _lines(found, cut_off["next_at"]), as_json=as_json)


def _read(file: Path) -> dict[str, Any]:
    """Dates of TOML become texts, as in JSON."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        value = tomllib.loads(text) if file.suffix.lower() == ".toml" else json.loads(text)
        plain: dict[str, Any] = json.loads(json.dumps(dict(value), default=str))
    except (ValueError, TypeError, RecursionError) as wrong:
        raise Trouble(ExitCode.USAGE, f"rules-malformed: {file.name} is neither TOML nor JSON: {wrong}.") from wrong
    return plain


def _lines(rules: dict[str, Any], next_at: str | None) -> Iterable[str]:
    yield f"four eyes: {'yes' if rules['four_eyes'] else 'no'}"
    yield f"marks: {rules['mark_profile']}"
    yield f"sort plan: {rules['sort_plan']}"
    yield f"carrier: {rules['carrier']}"
    yield f"households: {'by rules' if rules['household'] else 'each letter alone'}"
    cut_offs = rules["cut_offs"]
    if cut_offs is None:
        yield "cut-off: none"
        return
    times = ", ".join(f"{day} {at}" for day, at in cut_offs["times"].items())
    holidays = f", none on holidays of {cut_offs['holidays']}" if cut_offs["holidays"] else ""
    yield f"cut-off: {times} ({cut_offs['timezone']}){holidays}"
    yield f"next cut-off: {next_at}"
