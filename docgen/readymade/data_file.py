"""The data file beside an upload: a CSV row per letter with its pages and, when given, its address."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place
from docgen.postal.address import KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_ROWS = 100_000
_MAX_BYTES = 50_000_000
_DELIMITERS = ";,\t"
_MAX_DIGITS = 6


def _address_columns() -> Mapping[str, str]:
    return {key: key for key in KEYS}


@dataclass(frozen=True, slots=True)
class DataColumns:
    """Names of columns; ``address`` maps keys of an address to columns. Columns that the file lacks are empty."""

    reference: str = "reference"
    first_page: str = "first_page"
    pages: str = "pages"
    address: Mapping[str, str] = field(default_factory=_address_columns)


@dataclass(frozen=True, slots=True)
class DataRow:
    """One letter of the file; ``row`` is its line number. ``first`` and ``pages`` are None when not given."""

    row: int
    reference: str
    first: int | None
    pages: int | None
    address: Mapping[str, str] | None


def read_data_file(
    data: bytes, columns: DataColumns = DataColumns()
) -> tuple[tuple[DataRow, ...], tuple[Finding, ...]]:
    """The rows of a CSV file in UTF-8, divided by semicolons, commas or tabs; and what is wrong with them."""
    if len(data) > _MAX_BYTES:
        return (), (Finding("readymade-data-too-large", f"The data file is larger than {_MAX_BYTES:,} bytes."),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return (), (Finding("readymade-data-encoding", "The data file is not UTF-8. Save it as CSV UTF-8."),)
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        return _rows(csv.DictReader(StringIO(text), delimiter=delimiter, strict=True), columns)
    except csv.Error as wrong:
        return (), (Finding("readymade-data-malformed", f"The data file is no CSV: {wrong}. Save it anew."),)


def _rows(reader: csv.DictReader[str], columns: DataColumns) -> tuple[tuple[DataRow, ...], tuple[Finding, ...]]:
    names = set(reader.fieldnames or ())
    if not names & {columns.reference, columns.first_page, columns.pages}:
        message = f"The data file needs a column '{columns.first_page}', '{columns.pages}' or '{columns.reference}'."
        return (), (Finding("readymade-data-columns", message),)
    rows, findings = list[DataRow](), list[Finding]()
    for cells in reader:
        if len(rows) >= _MAX_ROWS:
            findings.append(Finding("readymade-data-too-large", f"The data file has more than {_MAX_ROWS:,} rows."))
            break
        row = _row(cells, columns, reader.line_num, findings)
        rows.append(row)
    return tuple(rows), tuple(findings)


def _row(cells: Mapping[str, str | None], columns: DataColumns, line: int, findings: list[Finding]) -> DataRow:
    def cell(name: str) -> str:
        return (cells.get(name) or "").strip()

    def number(name: str) -> int | None:
        text = cell(name)
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS and int(text) > 0:
            return int(text)
        message = f"'{name}' must be a page count or number from 1. Correct this row."
        findings.append(Finding("readymade-data-number", message, Place(row=line, column=name)))
        return None

    address = {key: cell(name) for key, name in columns.address.items() if cell(name)}
    reference = cell(columns.reference) or str(line - 1)
    return DataRow(line, reference, number(columns.first_page), number(columns.pages), address or None)
