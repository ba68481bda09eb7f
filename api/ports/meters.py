"""The register of complexes, dwellings and meters as rows, and the repository that keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from api.ports.answers import Record
    from api.ports.entities import Mode
    from api.ports.values import Page, PageRequest


class MeterKind(StrEnum):
    """What a meter counts."""

    WATER = "water"
    GAS = "gas"
    ELECTRICITY = "electricity"
    HEAT = "heat"
    OTHER = "other"


USUAL_UNITS: Final[Mapping[MeterKind, str]] = {
    MeterKind.WATER: "m3",
    MeterKind.GAS: "m3",
    MeterKind.ELECTRICITY: "kWh",
    MeterKind.HEAT: "GJ",
    MeterKind.OTHER: "",
}
"""The unit of a meter of which none is said."""


REGISTER_EVENTS: Final = frozenset({"meters-imported", "meter-exchanged", "meter-exchange-undone"})
"""What happens to a register; each is told of the organisation."""


@dataclass(frozen=True, slots=True)
class Complex:
    """Buildings that are settled together; ``key`` is the corporation's own, once in its register."""

    id: str
    organisation_id: str
    mode: Mode
    key: str
    name: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Dwelling:
    """A home in a complex, with as much of its address as the corporation gives; nobody's name."""

    id: str
    organisation_id: str
    mode: Mode
    complex_id: str
    key: str
    address: str
    postcode: str
    house_number: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class MeterPoint:
    """A place where use is counted; which meters hung there is in its segments.

    It belongs to a dwelling, or with ``dwelling_id`` None to the complex. ``main_id`` is the meter above it.
    Answers to letters that were sent with ``record_key`` as their record_id are its readings: those to the question
    ``field``, or to the only one of its kind when that is empty. ``date_field`` is the question for the day.
    """

    id: str
    organisation_id: str
    mode: Mode
    complex_id: str
    dwelling_id: str | None
    key: str
    kind: MeterKind
    unit: str
    main_id: str | None
    record_key: str
    field: str
    date_field: str
    expected_per_day: Decimal | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class MeterSegment:
    """A meter as long as it hangs at its place; ``place`` counts from 0. What is not known is None."""

    organisation_id: str
    meter_id: str
    place: int
    number: str
    dials: int
    decimals: int
    placed_on: date | None = None
    start_reading: Decimal | None = None
    removed_on: date | None = None
    end_reading: Decimal | None = None


@dataclass(frozen=True, slots=True)
class KnownReading:
    """A reading that the corporation brought itself; one for each meter and day."""

    organisation_id: str
    meter_id: str
    read_on: date
    value: Decimal
    at: datetime


class MeterAnswer(NamedTuple):
    """A settled answer that is a reading of a meter; ``day`` is the answer to its question for the day, or ''."""

    meter_id: str
    record: Record
    day: str


@dataclass(frozen=True, slots=True)
class MeterRegister:
    """Rows of the register: all of it, or those that are put in it."""

    complexes: tuple[Complex, ...] = ()
    dwellings: tuple[Dwelling, ...] = ()
    meters: tuple[MeterPoint, ...] = ()
    segments: tuple[MeterSegment, ...] = ()
    readings: tuple[KnownReading, ...] = ()

    def __bool__(self) -> bool:
        """True when there is anything."""
        return any((self.complexes, self.dwellings, self.meters, self.segments, self.readings))


class Meters(Protocol):
    """Complexes, dwellings and meters; a register for each mode."""

    def lock(self, organisation_id: str) -> None:
        """Let nobody else change the register until the commit."""

    def revision(self, organisation_id: str) -> int:
        """Grows with each of `REGISTER_EVENTS` that is told of the organisation; 0 before the first."""
        ...

    def register(self, organisation_id: str, mode: Mode) -> MeterRegister:
        """All of it, by key."""

    def put(self, rows: MeterRegister) -> None:
        """Insert rows, or put them in the place of those with their ids, days and places. No event is written."""

    def drop_segment(self, organisation_id: str, meter_id: str, place: int) -> None:
        """Take out a segment that should not have been there."""

    def tell(self, organisation_id: str, subject_id: str, name: str, at: datetime, **data: object) -> None:
        """Write an event of the register."""

    def complex(self, organisation_id: str, complex_id: str) -> Complex:
        """One complex."""

    def complexes(self, organisation_id: str, mode: Mode, page: PageRequest) -> Page[Complex]:
        """By key."""

    def dwellings(self, organisation_id: str, complex_ids: Iterable[str]) -> Sequence[Dwelling]:
        """Those of complexes, by key."""

    def dwellings_by_id(self, organisation_id: str, dwelling_ids: Iterable[str]) -> Mapping[str, Dwelling]:
        """Those with these ids."""

    def complexes_by_id(self, organisation_id: str, complex_ids: Iterable[str]) -> Mapping[str, Complex]:
        """Those with these ids."""

    def get(self, organisation_id: str, meter_id: str) -> MeterPoint:
        """One meter."""

    def list(
        self, organisation_id: str, mode: Mode, page: PageRequest, complex_id: str | None = None, key: str | None = None
    ) -> Page[MeterPoint]:
        """By key; those of a complex, or the one with a key."""

    def of_complexes(self, organisation_id: str, complex_ids: Iterable[str]) -> Sequence[MeterPoint]:
        """All of complexes, by key."""

    def segments(self, organisation_id: str, meter_ids: Iterable[str]) -> Mapping[str, tuple[MeterSegment, ...]]:
        """Those of meters, in order."""

    def readings(self, organisation_id: str, meter_ids: Iterable[str]) -> Mapping[str, tuple[KnownReading, ...]]:
        """Those the corporation brought, oldest first."""

    def answers(self, organisation_id: str, meter_ids: Iterable[str]) -> Sequence[MeterAnswer]:
        """Settled readings of meters that recipients gave, of the meter's own mode."""
