"""The columns of a register of meters, and its rows as they were given: JSON, CSV or XLSX."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from api.ports import MeterKind
from api.usecases.reading import rows_of
from docgen.findings import Finding
from docgen.records.raw import place_of
from docgen.templates.model import Field, FieldKind
from docgen.templates.values import MappingReader, Path, compile_reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from docgen.findings import Place
    from docgen.records.raw import RawRecord

T = TypeVar("T")

MOST_DIALS: Final = 12
MOST_DECIMALS: Final = 6
_KEY: Final = 64


def _text(name: str, most: int, *, required: bool = False, choices: tuple[str, ...] = ()) -> Field:
    return Field(name, FieldKind.TEXT, required=required, max_length=most, choices=choices)


def _of(kind: FieldKind, *names: str) -> tuple[Field, ...]:
    return tuple(Field(name, kind, required=False) for name in names)


FIELDS: Final[tuple[Field, ...]] = (
    _text("complex", _KEY, required=True),
    _text("complex_name", 200),
    _text("dwelling", _KEY),
    _text("address", 200),
    _text("postcode", 20),
    _text("house_number", 20),
    _text("meter", _KEY, required=True),
    _text("meter_number", _KEY),
    _text("kind", 32, choices=tuple(MeterKind)),
    _text("unit", 16),
    *_of(FieldKind.INTEGER, "dials", "decimals"),
    _text("main_meter", _KEY),
    *_of(FieldKind.DATE, "placed_on", "removed_on", "last_reading_on"),
    *_of(FieldKind.DECIMAL, "start_reading", "end_reading", "last_reading", "expected_per_day"),
    _text("record_key", _KEY),
    _text("field", 100),
    _text("date_field", 100),
)
"""What a row may say of a meter; only complex and meter are needed in each."""

_READER: Final[MappingReader] = compile_reader(FIELDS, lines=False)


@dataclass(slots=True)
class GivenMeter:
    """A row: what it says, None where it says nothing, and what is wrong with it."""

    place: Place
    values: dict[str, object]
    findings: list[Finding] = field(default_factory=list)

    def get(self, name: str, kind: type[T]) -> T | None:
        """What a column says."""
        value = self.values.get(name)
        return value if isinstance(value, kind) else None

    def text(self, name: str) -> str:
        """What a column of text says, '' when nothing."""
        return self.get(name, str) or ""

    def say(self, column: str, code: str, message: str) -> None:
        """Keep a finding at a column."""
        self.findings.append(Finding(code, message, self.at(column)))

    def is_wrong(self, column: str) -> bool:
        """True when something was found in a column."""
        place = self.at(column)
        return any((one.place.pointer, one.place.column) == (place.pointer, place.column) for one in self.findings)

    def at(self, column: str) -> Place:
        """The place of a column of this row: by row, or by JSON pointer."""
        return place_of(self.place, column, self.text("meter"))


def read_rows(stream: BinaryIO, media_type: str, limit: int) -> Iterator[GivenMeter]:
    """The rows of a file, in order.

    Raises Refusal: ``media-type-unsupported``, and what the readers of `docgen.records` refuse.
    """
    return map(_given, rows_of(stream, media_type, FIELDS, limit))


def _given(raw: RawRecord) -> GivenMeter:
    found: list[tuple[str, str, str]] = []

    def report(path: Path, code: str, message: str) -> None:
        # after a fault of the reader values are missing that the file does have
        if not (raw.findings and code == "field-missing"):
            said = "There is no such column. Remove or rename it." if code == "field-unknown" else message
            found.append((str(path[0])[:_KEY], code, said))

    given = GivenMeter(raw.place, _READER.read(raw.values, (), report), list(raw.findings))
    for column, code, message in found:
        given.say(column, code, message)
    return given
