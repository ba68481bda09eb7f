"""What a command says: results on standard output, trouble and progress on standard error."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docgen.findings import Finding

AsJson = Annotated[bool, typer.Option("--json", help="Say it as JSON on standard output.")]


def emit(data: object, lines: Iterable[str], *, as_json: bool) -> None:
    """The result: all of it as JSON, or lines for a person."""
    if as_json:
        sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
        return
    for line in lines:
        sys.stdout.write(line + "\n")


def complain(line: str) -> None:
    """One line of trouble."""
    sys.stderr.write(line + "\n")


def finding_line(finding: dict[str, Any]) -> str:
    """A finding as JSON, for a person."""
    place = ", ".join(f"{name} {value}" for name, value in finding.get("place", {}).items())
    line = f"{finding['severity']}: {finding['code']}: {finding['message']}"
    return f"{line} ({place})" if place else line


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding of this process, as the service would say it."""
    place = {name: getattr(finding.place, name) for name in finding.place.__slots__}
    known = {name: value for name, value in place.items() if value is not None}
    return {"severity": finding.severity, "code": finding.code, "message": finding.message, "place": known}


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterable[str]:
    """Columns of equal width; numbers to the right."""
    cells = [[("" if cell is None else str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    numeric = [bool(rows) and all(isinstance(row[i], int) for row in rows) for i in range(len(headings))]
    for line in (headings, *cells):
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        )
        yield "  ".join(padded).rstrip()
