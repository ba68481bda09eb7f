"""Records from CSV: comma, semicolon or tab; UTF-8 or a named encoding; one record at a time."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from docgen.findings import Finding, Place, Refusal
from docgen.records.columns import column_rules, match_header
from docgen.records.look import TableLook, look_at
from docgen.records.raw import DEFAULT_LIMIT, RawRecord, empty
from docgen.records.table import records_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from docgen.records.columns import ColumnRule
    from docgen.templates.model import Template

ENCODINGS: Final = ("utf-8", "cp1252", "iso-8859-1", "iso-8859-15")
"""Encodings that may be named; UTF-8 is the one that need not be."""

DELIMITERS: Final = (";", ",", "\t", "|")
"""Separators of cells; one may be named, otherwise the header tells."""

_MOST_LINE_BYTES: Final = 1_000_000
_MOST_QUOTED_BYTES: Final = 131_072  # the csv module's own limit for one cell
_BOM: Final = "\ufeff"
_SEPARATOR_LINE: Final = re.compile(r"sep=([;,\t|])\r?\n?")


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How a table is written. ``delimiter`` None: told from the header. ``decimal_comma``: 1.234,56 means 1234.56.

    ``columns`` names the columns of the file by field, see `docgen.records.columns.match_header`; empty: the file has
    the template's own names.
    """

    encoding: str = "utf-8"
    delimiter: str | None = None
    decimal_comma: bool = False
    limit: int = DEFAULT_LIMIT
    columns: Mapping[str, str] = field(default_factory=dict)


DEFAULT_OPTIONS: Final = TableOptions()


def read_csv(stream: BinaryIO, template: Template, options: TableOptions = DEFAULT_OPTIONS) -> Iterator[RawRecord]:
    """The records of a CSV file, in order; rows count from 1, the header is row 1.

    Raises Refusal: records-csv-encoding, -csv-delimiter, -csv-malformed, -column-unknown, -column-duplicate,
    -column-missing, -cell-too-long, -empty, -too-many. Faults of one record are in its findings.
    """
    rules = column_rules(template, decimal_comma=options.decimal_comma)
    opened = _open(stream, options, None if options.columns else rules)
    header = match_header(opened.names, rules, options.columns)
    yield from records_of(opened.rows, header, options.limit)


def read_csv_rows(
    stream: BinaryIO, rules: Mapping[str, ColumnRule], options: TableOptions = DEFAULT_OPTIONS
) -> Iterator[RawRecord]:
    """The rows of a CSV file with columns of these rules, each a record; it refuses what `read_csv` does."""
    opened = _open(stream, options, rules)
    yield from records_of(opened.rows, match_header(opened.names, rules), options.limit)


def look_csv(stream: BinaryIO, options: TableOptions = DEFAULT_OPTIONS) -> TableLook:
    """What is in a CSV file whose columns have names of its own; every row is read, so that all of it can be.

    Raises Refusal: records-csv-encoding, -csv-delimiter, -csv-malformed, -cell-too-long, -empty.
    """
    opened = _open(stream, options, None)
    return look_at(opened.names, opened.rows, opened.delimiter)


class _Opened(NamedTuple):
    names: list[str]
    rows: Iterator[tuple[int, list[str]]]
    delimiter: str


def _open(stream: BinaryIO, options: TableOptions, rules: Mapping[str, ColumnRule] | None) -> _Opened:
    """Its first row and the rest; with ``rules`` the separator is told by known names, else by how many cells it makes.

    Raises Refusal: records-csv-encoding, -csv-delimiter, -empty.
    """
    if options.encoding not in ENCODINGS:
        raise Refusal("records-csv-encoding", f"Name one of these encodings: {', '.join(ENCODINGS)}.")
    if options.delimiter not in {None, *DELIMITERS}:
        raise Refusal("records-csv-delimiter", "Name one of these separators: semicolon, comma, tab or bar.")
    lines = _lines(stream, options.encoding)
    header = next(lines, "")
    named = _SEPARATOR_LINE.fullmatch(header)
    skipped = 1
    if named is not None:
        header = next(lines, "")
        skipped = 2
    if not header.strip():
        raise empty("Put the names of the columns in the first row.")
    found = named[1] if named else (_most_cells(header) if rules is None else None)
    delimiter = options.delimiter or found or _delimiter(header, rules or {})
    names = next(csv.reader([header], delimiter=delimiter))
    return _Opened(names, _rows(lines, delimiter, skipped), delimiter)


def _most_cells(header: str) -> str:
    """The separator that makes the most cells of a header."""
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter), [])))


def _lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """Decoded lines with their ends; a byte that does not fit is refused with its place."""
    offset = 0
    number = 0
    while line := stream.readline(_MOST_LINE_BYTES):
        number += 1
        if len(line) == _MOST_LINE_BYTES:
            raise _too_long(number)
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError as error:
            raise _wrong_encoding(line, number, offset, error) from None
        offset += len(line)
        yield text.removeprefix(_BOM) if number == 1 else text


def _wrong_encoding(line: bytes, number: int, offset: int, error: UnicodeDecodeError) -> Refusal:
    code = "records-csv-encoding"
    hint = "Save it as CSV UTF-8, or name the encoding."
    if number == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = f"The file is UTF-16. {hint}"
    else:
        byte = error.object[error.start]
        message = f"Line {number}: byte {offset + error.start} (0x{byte:02X}) is not {error.encoding}. {hint}"
        if error.encoding == "utf-8" and _looks_like_cp1252(line):
            message += " It looks like Windows-1252 (cp1252)."
    return Refusal(code, message, (Finding(code, message, Place(row=number)),))


def _looks_like_cp1252(line: bytes) -> bool:
    try:
        line.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(header: str, rules: Mapping[str, ColumnRule]) -> str:
    """The separator that gives the most known columns.

    Raises Refusal: records-csv-delimiter.
    """

    def known(delimiter: str) -> int:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        return sum(cell.strip().casefold() in rules for cell in cells)

    best = max(DELIMITERS, key=known)
    if not known(best):
        message = "The first row has no known column names. Put them there, with ; or , or tabs between them."
        raise Refusal("records-csv-delimiter", message, (Finding("records-csv-delimiter", message, Place(row=1)),))
    return best


def _rows(lines: Iterator[str], delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = skipped
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _csv_error(number, error) from None
        yield number, cells


def _csv_error(number: int, error: csv.Error) -> Refusal:
    if "field larger" in str(error):
        return _too_long(number)
    code = "records-csv-malformed"
    message = f"Row {number} cannot be read: {error}. Look for a quote that is not closed or not doubled."
    return Refusal(code, message, (Finding(code, message, Place(row=number)),))


def _too_long(number: int) -> Refusal:
    code = "records-cell-too-long"
    message = (
        f"Row {number} holds a cell of more than {_MOST_QUOTED_BYTES:,} characters. Shorten it, or look for a quote "
        "that is not closed."
    )
    return Refusal(code, message, (Finding(code, message, Place(row=number)),))
