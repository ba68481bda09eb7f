"""A workbook as CSV, for what reads CSV only: the first sheet, cells as they were stored."""

from __future__ import annotations

import csv
import datetime as dt
from io import StringIO
from typing import TYPE_CHECKING, BinaryIO, Final

from docgen.findings import Refusal
from docgen.records.read_xlsx import workbook_rows
from docgen.records.table import Formula

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_ROWS: Final = 100_000


def csv_of_workbook(stream: BinaryIO) -> bytes:
    """UTF-8, semicolons; an empty row is an empty line, and at the end none.

    Raises Refusal: records-xlsx-malformed, -xlsx-bomb, -empty, -too-many, -formula-cell.
    """
    out, blank = StringIO(), 0
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for number, cells in workbook_rows(stream):
        if number > _MOST_ROWS:
            raise Refusal("records-too-many", f"The workbook has more than {_MOST_ROWS:,} rows. Divide it.")
        if all(cell is None for cell in cells):
            blank += 1
            continue
        # rows keep their numbers, which findings name
        writer.writerows([[]] * blank)
        blank = 0
        writer.writerow(_texts(number, cells))
    if not out.tell():
        raise Refusal("records-empty", "There is nothing on the first sheet of the workbook.")
    return out.getvalue().encode()


def _texts(number: int, cells: Sequence[object]) -> list[str]:
    if any(isinstance(cell, Formula) for cell in cells):
        message = f"Row {number} holds a formula. Put its value there (copy, then paste as values)."
        raise Refusal("records-formula-cell", message)
    return [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    """Spreadsheets keep whole numbers as fractions and days as moments."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)
