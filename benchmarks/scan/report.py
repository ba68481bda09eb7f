"""The figures as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def table(result: Mapping[str, object]) -> Table:
    """A row for each figure, a column for each condition."""
    flat = {name: dict(_flat(value)) for name, value in result.items()}
    shown = Table("figure", *flat)
    rows = dict.fromkeys(row for column in flat.values() for row in column)
    for row in rows:
        shown.add_row(row, *[column.get(row, "") for column in flat.values()])
    return shown


def _flat(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield name, f"{value}"
    elif "interval" in value:
        low, high = value["interval"]
        yield name, f"{value['share']:.3%} ({low:.2%}..{high:.2%}, n {value['n']})"
    else:
        for key, inner in value.items():
            yield from _flat(inner, f"{name} {key}".strip())
