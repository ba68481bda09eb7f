"""Rows of a table as records: dotted columns, and rows without record_id that continue the list above them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from docgen.findings import Finding, Place
from docgen.records.cells import is_formula
from docgen.records.raw import RawRecord, empty, too_many
from docgen.templates.kinds import DEFAULT_MAX_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from docgen.records.columns import ColumnRule, Header

MAX_CELL_CHARACTERS: Final = 32_767
"""As in a spreadsheet; a declared text field has its own, smaller limit (2,000 unless it says otherwise)."""

_MOST_ROWS_PER_RECORD: Final = 2_000
assert DEFAULT_MAX_LENGTH < MAX_CELL_CHARACTERS  # noqa: S101 -- the validator must be able to say which field it is


class Formula(str):
    """The text of a cell that holds a formula."""

    __slots__ = ()


@dataclass(slots=True)
class _Building:
    """A record while its rows come in."""

    row: int
    rows: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    item_rows: dict[str, list[int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def say(self, code: str, message: str, row: int, column: str | None = None) -> None:
        """Keep a finding at a cell."""
        self.findings.append(Finding(code, message, Place(row=row, column=column)))

    def done(self) -> RawRecord:
        """The record."""
        rows = {name: tuple(numbers) for name, numbers in self.item_rows.items()}
        return RawRecord(Place(row=self.row), self.values, rows, tuple(self.findings))


def records_of(rows: Iterable[tuple[int, Sequence[object]]], header: Header, limit: int) -> Iterator[RawRecord]:
    """The records in numbered rows (the header left out). Empty rows are passed over.

    In a table without a column record_id each row is a record. Raises Refusal: records-empty, records-too-many.
    """
    id_at = next((at for at, rule in header.targets if rule.name == "record_id"), None)
    current: _Building | None = None
    count = 0
    for number, cells in rows:
        if not any(_filled(cell) for cell in cells):
            continue
        starts = id_at is None or (len(cells) > id_at and _filled(cells[id_at]))
        if current is not None and (starts or current.rows >= _MOST_ROWS_PER_RECORD):
            yield current.done()
            current = None
        if current is None:
            count += 1
            if count > limit:
                raise too_many(limit)
            current = _Building(number)
        _add_row(current, number, cells, header)
    if current is None:
        raise empty("Put at least one row under the header.")
    yield current.done()


def _filled(cell: object) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _add_row(record: _Building, number: int, cells: Sequence[object], header: Header) -> None:
    """Put the cells of a row where they belong."""
    record.rows += 1
    width = header.width
    if len(cells) != width:
        extra = [cell for cell in cells[width:] if _filled(cell)]
        if len(cells) < width or extra:
            message = f"The row has {len(cells)} cells and the header {width}. Add or remove a separator."
            record.say("records-row-ragged", message, number)
            return
    items: dict[str, dict[str, object]] = {}
    for at, column in header.targets:
        cell = cells[at]
        if not _filled(cell) or not _usable(record, number, cell, column):
            continue
        if column.is_item:
            items.setdefault(column.group, {})[column.key] = column.read(cell)
        elif record.rows > 1:
            message = "A row without record_id only continues a list. Give it a record_id, or empty this cell."
            record.say("records-row-continuation", message, number, column.name)
        elif column.group:
            record.values.setdefault(column.group, {})[column.key] = column.read(cell)
        else:
            record.values[column.key] = column.read(cell)
    for name, item in items.items():
        record.values.setdefault(name, []).append(item)
        record.item_rows.setdefault(name, []).append(number)


def _usable(record: _Building, number: int, cell: object, column: ColumnRule) -> bool:
    """False, with a finding, for a cell that holds a formula or too much."""
    if isinstance(cell, Formula) or (isinstance(cell, str) and is_formula(cell)):
        message = "The cell holds a formula. Put its value there (copy, then paste as values)."
        record.say("records-formula-cell", message, number, column.name)
        return False
    if isinstance(cell, str) and len(cell) > MAX_CELL_CHARACTERS:
        message = f"The cell has {len(cell):,} characters; at most {MAX_CELL_CHARACTERS:,} are allowed. Shorten it."
        record.say("records-cell-too-long", message, number, column.name)
        return False
    return True
