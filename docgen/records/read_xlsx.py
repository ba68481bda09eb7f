"""Records from the first sheet of an XLSX workbook, row by row."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from xml.etree.ElementTree import ParseError

from lxml.etree import XMLSyntaxError

from docgen.findings import Refusal
from docgen.records.columns import column_rules, match_header
from docgen.records.look import SHOWN_ROWS, TableLook, look_at
from docgen.records.raw import RawRecord, empty
from docgen.records.read_csv import DEFAULT_OPTIONS, TableOptions
from docgen.records.table import Formula, records_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from docgen.records.columns import ColumnRule
    from docgen.templates.model import Template

_MOST_BYTES: Final = 500_000_000
_MOST_STRING_BYTES: Final = 100_000_000  # shared strings are the one part that is held in memory
_MOST_MEMBERS: Final = 1_000
_MOST_RATIO: Final = 200
_SMALL: Final = 1_000_000
# what openpyxl lets through from a damaged workbook
_DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, ParseError, XMLSyntaxError),
    *(KeyError, IndexError, ValueError, TypeError, AttributeError, EOFError, OSError, NotImplementedError),
)


def read_xlsx(stream: BinaryIO, template: Template, options: TableOptions = DEFAULT_OPTIONS) -> Iterator[RawRecord]:
    """The records of the first sheet, in order; rows count from 1, the header is row 1.

    Cells are read as they were stored, never computed: a formula is a finding. ``encoding`` and ``delimiter`` of the
    options mean nothing here. Raises Refusal: records-xlsx-malformed, -xlsx-bomb, -column-unknown,
    -column-duplicate, -column-missing, -empty, -too-many.
    """
    rules = column_rules(template, decimal_comma=options.decimal_comma)
    yield from read_xlsx_rows(stream, rules, options)


def read_xlsx_rows(
    stream: BinaryIO, rules: Mapping[str, ColumnRule], options: TableOptions = DEFAULT_OPTIONS
) -> Iterator[RawRecord]:
    """The rows of the first sheet with columns of these rules; it refuses what `read_xlsx` does."""
    rows = workbook_rows(stream)
    header = _header(rows)
    columns = match_header(header, rules, options.columns)
    width = columns.width
    yield from records_of(((number, _padded(cells, width)) for number, cells in rows), columns, options.limit)


def look_xlsx(stream: BinaryIO) -> TableLook:
    """What is at the beginning of a workbook whose columns have names of its own.

    Raises Refusal: records-xlsx-malformed, -xlsx-bomb, -empty.
    """
    rows = workbook_rows(stream)
    return look_at(_header(rows), islice(rows, SHOWN_ROWS))


def workbook_rows(stream: BinaryIO) -> Iterator[tuple[int, list[object]]]:
    """The rows of the first sheet by number, from 1, with their cells as stored.

    Raises Refusal: records-xlsx-malformed, -xlsx-bomb.
    """
    _check_zip(stream)
    return _rows(stream)


def _header(rows: Iterator[tuple[int, list[object]]]) -> list[object]:
    first = next(rows, None)
    if first is None or all(cell is None for cell in first[1]):
        raise empty("Put the names of the columns in the first row of the first sheet.")
    return first[1]


def _check_zip(stream: BinaryIO) -> None:
    """Refuse what is no workbook, what unpacks to far too much, and XML with a document type (entity bombs)."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise _malformed("It has no workbook in it.")
            _check_sizes(members)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _check_no_doctype(archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise _malformed("It is damaged, has a password, or is no workbook.") from error
    stream.seek(0)


def _check_sizes(members: Sequence[zipfile.ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    strings = sum(member.file_size for member in members if "sharedStrings" in member.filename)
    dense = [m for m in members if m.file_size > _SMALL and m.file_size > _MOST_RATIO * max(m.compress_size, 1)]
    if total > _MOST_BYTES or strings > _MOST_STRING_BYTES or len(members) > _MOST_MEMBERS or dense:
        message = "The workbook unpacks to far more than it should. Save it again with only the records in it."
        raise Refusal("records-xlsx-bomb", message)


def _check_no_doctype(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    with archive.open(member) as stream:
        head = stream.read(4096)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise _malformed("It holds XML with a document type, which no spreadsheet program writes.")


def _malformed(reason: str) -> Refusal:
    return Refusal("records-xlsx-malformed", f"The file cannot be read as XLSX. {reason} Save it again as .xlsx.")


def _rows(stream: BinaryIO) -> Iterator[tuple[int, list[object]]]:
    """Numbered rows with their cells as stored."""
    try:
        rows = enumerate(_first_sheet(stream).iter_rows(), 1)
        while (row := next(rows, None)) is not None:
            number, cells = row
            yield number, [_stored(cell) for cell in cells]
    except _DAMAGED as error:
        raise _malformed("It is damaged.") from error


def _first_sheet(stream: BinaryIO) -> Any:  # noqa: ANN401 -- openpyxl has no types
    import openpyxl  # noqa: PLC0415 -- it takes longer than all of ours, and most processes read no workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which do not matter here
        workbook = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()
    return sheet


def _stored(cell: Any) -> object:  # noqa: ANN401 -- openpyxl has no types
    """The value of a cell; formulas and error values marked as what they are."""
    if cell.data_type in {"f", "e"}:
        return Formula(cell.value)
    return cell.value


def _padded(cells: list[object], width: int) -> list[object]:
    """A row of a workbook ends at its last filled cell."""
    return cells if len(cells) >= width else cells + [None] * (width - len(cells))
