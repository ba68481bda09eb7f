"""Enrichment: addresses go to a carrier without names, and come back with an order, a bundle, a line and a 2D code.

A file that comes back counts whole or not at all: with any finding in it nothing of it is used.
"""

from __future__ import annotations

import csv
from base64 import b64decode
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from docgen.findings import Finding, Place, Refusal
from docgen.postal.cells import as_text
from docgen.postal.enrichment_profiles import CodeForm

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from docgen.postal.address import PostalAddress
    from docgen.postal.enrichment_profiles import EnrichmentProfile

MAX_FINDINGS = 200
"""So many are told; a file that is wrong is wrong on every row."""
MAX_ORDER = 999_999_999
_MAX_CELL = 4096
_ROWS_AT_ONCE = 500
_DELIMITERS = ";,\t|"
_HEAD_ROW = 1


class Enriched(NamedTuple):
    """What the carrier says of one envelope: its place in the run, and what to print with the address."""

    own_id: str
    order: int
    bundle: str
    postal_line: str
    postal_2d: bytes


Row: TypeAlias = tuple[int, list[str]]
"""The line that it began on, counted as rows of the file, and its cells."""


def export_csv(rows: Iterable[tuple[str, PostalAddress]], profile: EnrichmentProfile) -> Iterator[bytes]:
    """The file for the carrier: a row for each own id with its address, and never a name.

    A character that the encoding lacks becomes a question mark; the carrier knows the place by its postcode.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=profile.delimiter)
    writer.writerow(profile.export_columns.values())
    left = iter(rows)
    while True:
        yield buffer.getvalue().encode(profile.encoding, "replace")
        buffer.seek(0)
        buffer.truncate()
        block = list(islice(left, _ROWS_AT_ONCE))
        if not block:
            return
        writer.writerows([_exported(own_id, address, profile.export_columns) for own_id, address in block])


def _exported(own_id: str, address: PostalAddress, columns: Iterable[str]) -> list[str]:
    return [own_id if name == "own_id" else as_text(getattr(address, name)) for name in columns]


def read_enriched(
    data: bytes, profile: EnrichmentProfile, own_ids: Collection[str], file: str = ""
) -> tuple[Enriched, ...]:
    """Read what came back: a row for each of ``own_ids``, in the carrier's order.

    Columns that the profile does not name are passed over.

    Raises:
        Refusal: ``enrichment-invalid`` with every fault in the file (at most `MAX_FINDINGS`), by row and column. Rows
            count from 1, the header is the first.
    """
    reading = _Reading(profile, frozenset(own_ids), file)
    found = reading.read(data)
    if reading.findings:
        raise Refusal("enrichment-invalid", "Nothing of the file is used.", tuple(reading.findings[:MAX_FINDINGS]))
    return tuple(sorted(found, key=attrgetter("order")))


@dataclass(slots=True)
class _Reading:
    """One reading: bytes in, rows out, findings gathered on the way."""

    profile: EnrichmentProfile
    own_ids: frozenset[str]
    file: str
    findings: list[Finding] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    orders: dict[int, int] = field(default_factory=dict)

    def read(self, data: bytes) -> list[Enriched]:
        text = self.text(data)
        rows = self.rows(text) if text is not None else []
        places = self.columns(rows[0][1]) if rows else None
        if places is None:
            return []
        found: list[Enriched] = []
        for row, cells in rows[1:]:
            if len(self.findings) >= MAX_FINDINGS:
                return found
            if any(cells):
                self.take(row, cells, len(rows[0][1]), places, found)
        for own_id in sorted(self.own_ids - self.seen.keys())[: MAX_FINDINGS - len(self.findings)]:
            message = f"There is no row for {own_id}. Ask the carrier for the whole file."
            self.report(Finding("enrichment-id-missing", message, self.place(None, "own_id")))
        return found

    def text(self, data: bytes) -> str | None:
        encoding = "utf-8-sig" if self.profile.encoding.lower().replace("_", "-") == "utf-8" else self.profile.encoding
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as wrong:
            row = data.count(b"\n", 0, wrong.start) + 1
            message = f"This is not in {self.profile.encoding}. Save it so, or name the right encoding in the profile."
            self.report(Finding("enrichment-encoding", message, self.place(row)))
            return None
        if text.strip():
            return text
        self.report(Finding("enrichment-empty", "The file is empty. Ask the carrier for it again.", self.place(None)))
        return None

    def rows(self, text: str) -> list[Row]:
        """The rows with their numbers; without a finding, that is."""
        rows: list[Row] = []
        reader = csv.reader(StringIO(text, newline=""), delimiter=self.profile.delimiter, strict=True)
        try:
            for cells in reader:
                rows.append((len(rows) + 1, [cell.strip() for cell in cells]))
        except csv.Error as wrong:
            message = f"From here on it cannot be read: {wrong}. Usually a quote is not closed."
            self.report(Finding("enrichment-malformed", message, self.place(len(rows) + 1)))
            return []
        return rows

    def columns(self, head: Sequence[str]) -> Mapping[str, int] | None:
        """Where our fields stand; None when they cannot all be found."""
        wanted = self.profile.import_columns
        if not set(wanted.values()) & set(head) and len(head) == 1:
            other = next((sign for sign in _DELIMITERS if sign in head[0]), None)
            if other is not None:
                said = "a tab" if other == "\t" else f"'{other}'"
                message = f"Cells are parted by {said}, and the profile says '{self.profile.delimiter}'. Correct one."
                self.report(Finding("enrichment-delimiter", message, self.place(_HEAD_ROW)))
                return None
        for name, column in wanted.items():
            count = head.count(column)
            if not count:
                message = f"There is no column {column}. Correct the profile, or ask for the column."
                self.report(Finding("enrichment-column-missing", message, self.place(_HEAD_ROW, name)))
            elif count > 1:
                message = f"The column {column} is there {count} times. Leave one."
                self.report(Finding("enrichment-column-double", message, self.place(_HEAD_ROW, name)))
        return None if self.findings else {name: head.index(column) for name, column in wanted.items()}

    def take(
        self, row: int, cells: Sequence[str], width: int, places: Mapping[str, int], found: list[Enriched]
    ) -> None:
        """One row, into ``found`` or the findings."""
        if len(cells) != width:
            message = f"The row has {len(cells)} cells and the header {width}. Correct the row."
            self.report(Finding("enrichment-row-ragged", message, self.place(row)))
            return
        values = {name: cells[at] for name, at in places.items()}
        own_id = self.own_id(row, values["own_id"])
        order = self.order(row, values["order"])
        line = self.line(row, values.get("postal_line", ""))
        code = self.code(row, values.get("postal_2d", ""))
        if own_id is not None and order is not None and line is not None and code is not None:
            found.append(Enriched(own_id, order, values.get("bundle", ""), line, code))

    def own_id(self, row: int, text: str) -> str | None:
        place = self.place(row, "own_id")
        if not text:
            self.report(Finding("enrichment-id-empty", "The row has no own id. Give it, or leave out the row.", place))
        elif text not in self.own_ids:
            message = "This own id was not exported. Is it the file of another batch?"
            self.report(Finding("enrichment-id-unknown", message, place))
        elif text in self.seen:
            message = f"This own id is in row {self.seen[text]} too. Ask the carrier for the file again."
            self.report(Finding("enrichment-id-double", message, place))
        else:
            self.seen[text] = row
            return text
        return None

    def order(self, row: int, text: str) -> int | None:
        place = self.place(row, "order")
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ORDER)) else None
        if number is None:
            message = f"The order is a whole number from 0 to {MAX_ORDER}."
            self.report(Finding("enrichment-order-invalid", message, place))
        elif number in self.orders:
            message = f"Row {self.orders[number]} has the same place in the order. Ask the carrier for the file again."
            self.report(Finding("enrichment-order-double", message, place))
        else:
            self.orders[number] = row
            return number
        return None

    def line(self, row: int, text: str) -> str | None:
        most = self.profile.max_line_characters
        if len(text) <= most and text.isprintable():
            return text
        message = f"The line to print has at most {most} printable characters."
        self.report(Finding("enrichment-line-invalid", message, self.place(row, "postal_line")))
        return None

    def code(self, row: int, text: str) -> bytes | None:
        form = self.profile.code_form
        try:
            return _content(text, form)
        except ValueError:
            message = f"The content of the 2D code is no {form} of at most {_MAX_CELL} characters."
            self.report(Finding("enrichment-code-invalid", message, self.place(row, "postal_2d")))
            return None

    def place(self, row: int | None, name: str = "") -> Place:
        column = self.profile.import_columns.get(name) if name else None
        return Place(row=row, column=column, file=self.file or None)

    def report(self, finding: Finding) -> None:
        self.findings.append(finding)


def _content(text: str, form: CodeForm) -> bytes:
    if len(text) > _MAX_CELL:
        raise ValueError("longer than any 2D code holds")
    if form is CodeForm.HEX:
        return bytes.fromhex(text)
    return b64decode(text, validate=True) if form is CodeForm.BASE64 else text.encode()
