"""Rows as an XLSX workbook (ECMA-376, SpreadsheetML) or CSV, as a stream: flat memory, same rows, same bytes.

Texts are inline strings, which no spreadsheet runs; one that begins like a formula is quoted as well, so that it stays
text when a person edits the cell.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

Cell: TypeAlias = str | int | float | Decimal | dt.date | dt.datetime | None
"""What a cell may hold. A moment is written as text with its zone, since a spreadsheet's dates have none."""

MOST_ROWS: Final = 1_048_576
"""Rows of one sheet, the heading among them; what is more goes on in a next sheet."""

_MOST_BYTES: Final = 1_000_000_000  # of one sheet, so that its size fits in four bytes
_MOST_CHARACTERS: Final = 32_767  # of one cell
_MOST_DIGITS: Final = 15  # a spreadsheet keeps no more of a number
_PIECE_BYTES: Final = 65_536
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_MOST_TITLE: Final = 31
_NARROWEST, _WIDEST = 10, 40  # columns, in characters
_DAY_ZERO: Final = dt.date(1899, 12, 30)
_FIRST_DAY: Final = dt.date(1900, 3, 1)  # before it spreadsheets count a day that was not there
_WHEN: Final = (1980, 1, 1, 0, 0, 0)
_HEAD, _QUOTED, _DAY = 1, 2, 3  # places in the list of formats, see _STYLES


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: a row of names in bold, which stays in view, and the rows below it."""

    title: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def csv_lines(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The same rows as lines of CSV (RFC 4180), the heading first; days and moments in ISO 8601."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in chain([heading], rows):
        writer.writerow([value.isoformat() if isinstance(value, dt.date) else value for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


class _Buffer:
    """Where the archive is written, until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        self.size = 0
        return data


@dataclass(slots=True)
class _Book:
    """A workbook while it is written; ``titles`` are those of the sheets so far."""

    archive: zipfile.ZipFile
    buffer: _Buffer
    titles: list[str] = field(default_factory=list)

    def begin(self, title: str) -> str:
        """Take the title, or one like it that was not used; the name in the archive of the sheet that gets it."""
        base = _FORBIDDEN_IN_TITLES.sub(" ", title).strip("' ")[:_MOST_TITLE] or "1"
        used, found = {one.casefold() for one in self.titles}, base
        for count in range(2, len(used) + 3):
            if found.casefold() not in used:
                break
            found = f"{base[: _MOST_TITLE - 1 - len(str(count))]} {count}"
        self.titles.append(found)
        return f"xl/worksheets/sheet{len(self.titles)}.xml"


def workbook(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """The bytes of a workbook with these sheets, one at least, in pieces of some 64 kB.

    A sheet that is full goes on in a next one with the same heading. A cell of more than 32,767 characters, which no
    spreadsheet takes, ends in an ellipsis.
    """
    buffer = _Buffer()
    # it is written to and flushed only: the archive finds out by itself that it cannot seek
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload] # wants a whole file
        book = _Book(archive, buffer)
        for sheet in sheets:
            yield from _whole(book, sheet)
        for name, text in _frame(book.titles):
            archive.writestr(_member(name), text)
    yield buffer.take()


def _whole(book: _Book, sheet: Sheet) -> Iterator[bytes]:
    """A sheet, and the ones it goes on in."""
    rows, more = iter(sheet.rows), True
    while more:
        more = yield from _filled(book, sheet, rows)


def _filled(book: _Book, sheet: Sheet, rows: Iterator[Sequence[Cell]]) -> Generator[bytes, None, bool]:
    """One sheet; True when rows may be left."""
    size, more = 0, False
    with book.archive.open(_member(book.begin(sheet.title)), "w") as member:
        member.write(_before(sheet.heading).encode())
        for number, row in enumerate(rows, 2):
            text = f"<row>{''.join(map(_cell, row))}</row>".encode()
            size += len(text)
            member.write(text)
            if book.buffer.size >= _PIECE_BYTES:
                yield book.buffer.take()
            if number == MOST_ROWS or size > _MOST_BYTES:
                more = True
                break
        member.write(b"</sheetData></worksheet>")
    return more


def _before(heading: Sequence[str]) -> str:
    """What stands before the rows: the first row in view, columns as wide as their names, and the names."""
    widths = (max(_NARROWEST, min(_WIDEST, len(name) + 2)) for name in heading)
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        + (f"<cols>{columns}</cols>" if columns else "")
        + f"<sheetData><row>{''.join(_text(name, _HEAD) for name in heading)}</row>"
    )


def _cell(value: Cell) -> str:
    """``<c>`` of a value (ECMA-376-1, 18.3.1.4)."""
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        return _text(value, _QUOTED if value.startswith(_FORMULA_STARTS) else 0)
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, dt.datetime):
        return _text(value.isoformat(), 0)
    if isinstance(value, dt.date):
        return f'<c s="{_DAY}"><v>{(value - _DAY_ZERO).days}</v></c>' if value >= _FIRST_DAY else _text(str(value), 0)
    return _number(value)


def _number(value: float | Decimal) -> str:
    """As a number where a spreadsheet keeps all of it, else as text."""
    exact = Decimal(str(value))
    if not exact.is_finite() or len(exact.normalize().as_tuple().digits) > _MOST_DIGITS:
        return _text(str(value), 0)
    return f"<c><v>{exact:f}</v></c>"


def _text(text: str, style: int) -> str:
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[: _MOST_CHARACTERS - 1]}…"
    kept = escape(_FORBIDDEN_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    styled = f' s="{style}"' if style else ""
    return f'<c{styled} t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>'


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _WHEN)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _frame(titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The parts that say what the sheets are."""
    places = range(1, len(titles) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{at}" r:id="rId{at}"/>' for at, title in enumerate(titles, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at in places
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_KIND}.worksheet+xml"/>' for at in places
    )
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
    )
    style = f'<Relationship Id="rId{len(titles) + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}{style}</Relationships>',
    )
    yield "xl/styles.xml", _STYLES
    main = f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    yield "_rels/.rels", f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{main}</Relationships>'
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{kinds}</Types>'
    )
    yield "[Content_Types].xml", f"{_XML}{types}"


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# formats by place: plain, bold (_HEAD), quoted text (_QUOTED), a day (_DAY; 14 is the reader's own spelling of days)
_STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
