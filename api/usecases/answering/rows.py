"""Rows of files that come in for a campaign, JSON, CSV or XLSX, and what was found in them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from api.usecases.characters import is_whole
from api.usecases.reading import rows_of
from docgen.findings import Finding, Severity
from docgen.records.raw import DEFAULT_LIMIT, place_of
from docgen.records.record_ids import RecordIds, record_id_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from docgen.findings import Place
    from docgen.records.raw import RawRecord
    from docgen.templates.model import Field

MOST_FINDINGS: Final = 200
ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class RowsFile:
    """A file that can be read again; ``sha256`` names its bytes, ``media_type`` is as `read_format` reads it."""

    stream: BinaryIO
    media_type: str
    sha256: str
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was given: a text or several for each name, what is not a text of any kind left out and found."""

    number: int
    place: Place
    record_id: str
    values: Mapping[str, str | tuple[str, ...]]
    findings: tuple[Finding, ...] = ()

    def text(self, name: str) -> str:
        """What stands under a name, '' when nothing."""
        value = self.values.get(name, "")
        return value.strip() if isinstance(value, str) else " ".join(value)

    def found(self, name: str, code: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
        """A finding at a name."""
        return Finding(code, message, place_of(self.place, name, self.record_id), severity)


@dataclass(slots=True)
class Noted:
    """Findings of a whole file: the first of them, and how many there are; errors go before all others."""

    shown: list[Finding] = field(default_factory=list)
    counts: Counter[Severity] = field(default_factory=Counter)

    def add(self, findings: Iterable[Finding]) -> None:
        """Keep these as far as there is room."""
        for finding in findings:
            self.counts[finding.severity] += 1
            if len(self.shown) < MOST_FINDINGS:
                self.shown.append(finding)
            elif finding.severity is Severity.ERROR:
                self._in_place_of_a_warning(finding)

    def _in_place_of_a_warning(self, finding: Finding) -> None:
        for at, one in enumerate(self.shown):
            if one.severity is not Severity.ERROR:
                self.shown[at] = finding
                return

    @property
    def left_out(self) -> int:
        """How many are not shown."""
        return self.counts.total() - len(self.shown)


def rows_in_blocks(
    file: RowsFile, fields: Iterable[Field], at_once: int = ROWS_AT_ONCE, skip: int = 0
) -> Iterator[list[Row]]:
    """All rows of a file but the first ``skip``, some at a time.

    Raises Refusal: ``media-type-unsupported``, and what the readers of `docgen.records` refuse.
    """
    rows = islice(read_rows(file, fields), skip, None)
    while block := list(islice(rows, at_once)):
        yield block


def read_rows(file: RowsFile, fields: Iterable[Field]) -> Iterator[Row]:
    """All rows from the beginning of a file, with columns of these fields, all of them texts.

    Raises as `rows_in_blocks`.
    """
    known, ids = tuple(fields), RecordIds()
    names = frozenset(one.name for one in known)
    file.stream.seek(0)
    for number, raw in enumerate(rows_of(file.stream, file.media_type, known, file.limit)):
        yield _row(number, ids.marked(raw), names)


def _row(number: int, raw: RawRecord, names: frozenset[str]) -> Row:
    record_id = record_id_of(_text(raw.values.get("record_id")))
    found = [replace(one, place=replace(one.place, record=record_id or None)) for one in raw.findings]
    values: dict[str, str | tuple[str, ...]] = {}
    for name, value in raw.values.items():
        text = _text(value)
        if name not in names:
            message = "There is no such name. Remove or rename it."
            found.append(Finding("field-unknown", message, place_of(raw.place, name, record_id)))
        elif text is None:
            message = "Give a text, a number, true or false."
            found.append(Finding("field-type", message, place_of(raw.place, name, record_id)))
        elif not is_whole(text if isinstance(text, str) else "".join(text)):
            message = "There is NUL or half a character in the text. Take it out."
            found.append(Finding("text-control-character", message, place_of(raw.place, name, record_id)))
        elif text:
            values[name] = text
    if not record_id and not raw.findings:
        message = "`record_id` is missing, or too long. Give your own key of the recipient."
        found.append(Finding("record-id-missing", message, place_of(raw.place, "record_id", "")))
    if raw.repeats_id:
        message = "An earlier row has the same record_id. Put all that is known of a recipient in one row."
        found.append(Finding("record-id-duplicate", message, place_of(raw.place, "record_id", record_id)))
    return Row(number, raw.place, record_id, values, tuple(found))


def _text(value: object) -> str | tuple[str, ...] | None:
    """As somebody would have typed it; None for what nobody types."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return "yes" if value else "no"
        case int() | Decimal() | dt.date():
            return format(value, "f") if isinstance(value, Decimal) else str(value)
        case [*items] if all(isinstance(item, str) for item in items):
            return tuple([str(item) for item in items])
        case _:
            return None
