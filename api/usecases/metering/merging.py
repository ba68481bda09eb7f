"""Rows of a file and the register as it is: what is new, what changes, and what cannot be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

from api.ports import (
    USUAL_UNITS,
    Complex,
    Dwelling,
    KnownReading,
    MeterKind,
    MeterPoint,
    MeterRegister,
    MeterSegment,
    Mode,
)
from api.usecases.metering.segment_rows import merged_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from api.usecases.metering.columns import GivenMeter

Row = TypeVar("Row", Complex, Dwelling, MeterPoint)

_OF_COMPLEX: Final = ("complex_name",)
_OF_DWELLING: Final = ("complex", "address", "postcode", "house_number")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Whose register it is and when; with ``correct`` a file may change what a meter is."""

    organisation_id: str
    mode: Mode
    now: datetime
    today: date
    new_id: Callable[[str], str]
    correct: bool = False


@dataclass(slots=True)
class Merger:
    """A register while a file is put in it; findings stand with the rows."""

    known: Circumstances
    complexes: dict[str, Complex]
    dwellings: dict[str, Dwelling]
    meters: dict[str, MeterPoint]
    segments: dict[str, list[MeterSegment]]
    readings: dict[tuple[str, date], KnownReading]
    changed: dict[object, Complex | Dwelling | MeterPoint | MeterSegment | KnownReading] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    _said: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    _rows: dict[str, GivenMeter] = field(default_factory=dict)
    _moved: dict[str, GivenMeter] = field(default_factory=dict)

    @classmethod
    def of(cls, register: MeterRegister, known: Circumstances) -> Merger:
        """With the register as it is."""
        segments: dict[str, list[MeterSegment]] = {}
        for segment in register.segments:
            segments.setdefault(segment.meter_id, []).append(segment)
        return cls(
            known,
            {row.key: row for row in register.complexes},
            {row.key: row for row in register.dwellings},
            {row.key: row for row in register.meters},
            segments,
            {(row.meter_id, row.read_on): row for row in register.readings},
        )

    def add(self, given: GivenMeter) -> None:
        """Put a row in; which meter is above which is seen at the end, since it may stand further down."""
        complex_key, key = given.text("complex"), given.text("meter")
        if not complex_key or not key:
            return
        if key in self._rows:
            given.say("meter", "meter-key-duplicate", "An earlier row has the same meter. Leave one of them out.")
            return
        self._rows[key] = given
        complex_id = self._complex(given, complex_key).id
        dwelling = self._dwelling(given, complex_id)
        meter = self._meter(given, complex_id, dwelling)
        if meter is not None:
            self._segment(given, meter)

    def finish(self) -> None:
        """Which meter is above which, and whether all of it fits together."""
        for key, given in self._rows.items():
            if key in self.meters:
                self._set_main(given, self.meters[key])
        self._check_homes()
        self._check_mains()
        self._check_links()

    def rows(self) -> MeterRegister:
        """What is new or changed."""
        every = tuple(self.changed.values())
        return MeterRegister(
            tuple(row for row in every if isinstance(row, Complex)),
            tuple(row for row in every if isinstance(row, Dwelling)),
            tuple(row for row in every if isinstance(row, MeterPoint)),
            tuple(row for row in every if isinstance(row, MeterSegment)),
            tuple(row for row in every if isinstance(row, KnownReading)),
        )

    def _keep(self, kind: str, rows: dict[str, Row], made: Row) -> Row:
        """The row that counts from now on; one that says nothing new stays as it was."""
        before = rows.get(made.key)
        if before is not None and replace(made, updated_at=before.updated_at) == before:
            return before
        if made.id not in self.changed:
            self.counts[f"{kind}_new" if before is None else f"{kind}_changed"] += 1
        rows[made.key] = self.changed[made.id] = made
        return made

    def _agrees(self, given: GivenMeter, what: str, key: str, columns: Iterable[str]) -> None:
        """Rows of one complex or dwelling say the same of it, as far as they say something."""
        said = self._said.setdefault((what, key), {})
        for column in columns:
            value = given.values.get(column)
            if value is not None and said.setdefault(column, value) != value:
                message = f"An earlier row says otherwise of {what} {key}. Make them the same, or leave one empty."
                given.say(column, "meter-row-differs", message)

    def _complex(self, given: GivenMeter, key: str) -> Complex:
        self._agrees(given, "complex", key, _OF_COMPLEX)
        known, before = self.known, self.complexes.get(key)
        made = Complex(
            before.id if before else known.new_id("cpx"),
            *(known.organisation_id, known.mode, key),
            given.text("complex_name") or (before.name if before else ""),
            known.now,
        )
        return self._keep("complexes", self.complexes, made)

    def _dwelling(self, given: GivenMeter, complex_id: str) -> Dwelling | None:
        key = given.text("dwelling")
        if not key:
            return None
        self._agrees(given, "dwelling", key, _OF_DWELLING)
        known, before = self.known, self.dwellings.get(key)
        made = Dwelling(
            id=before.id if before else known.new_id("dwl"),
            organisation_id=known.organisation_id,
            mode=known.mode,
            complex_id=complex_id,
            key=key,
            address=given.text("address") or (before.address if before else ""),
            postcode=given.text("postcode") or (before.postcode if before else ""),
            house_number=given.text("house_number") or (before.house_number if before else ""),
            updated_at=known.now,
        )
        if before is not None and before.complex_id != complex_id:
            self._moved.setdefault(before.id, given)
        return self._keep("dwellings", self.dwellings, made)

    def _meter(self, given: GivenMeter, complex_id: str, dwelling: Dwelling | None) -> MeterPoint | None:
        before, known = self.meters.get(given.text("meter")), self.known
        if before is None and (given.get("kind", str) is None or given.get("dials", int) is None):
            for name in ("kind", "dials"):
                if given.values.get(name) is None and not given.is_wrong(name):
                    given.say(name, "field-missing", f"The meter is new: say its `{name}`.")
            return None
        return self._keep("meters", self.meters, _merged_meter(given, before, complex_id, dwelling, known))

    def _segment(self, given: GivenMeter, meter: MeterPoint) -> None:
        known, own = self.known, self.segments.setdefault(meter.id, [])
        made = merged_segment(given, meter, own, known.today, correct=known.correct)
        if made is None:
            return
        if not own:
            own.append(made)
            self.changed[meter.id, made.place] = made
        elif own[-1] != made:
            own[-1] = self.changed[meter.id, made.place] = made
            self._touched(meter)
        self._reading(given, meter)

    def _reading(self, given: GivenMeter, meter: MeterPoint) -> None:
        value, on = given.get("last_reading", Decimal), given.get("last_reading_on", date)
        if value is None or on is None:
            return
        before = self.readings.get((meter.id, on))
        if before is None or before.value != value:
            made = KnownReading(self.known.organisation_id, meter.id, on, value, self.known.now)
            self.readings[meter.id, on] = self.changed["reading", meter.id, on] = made
            self.counts["readings_new" if before is None else "readings_changed"] += 1

    def _touched(self, meter: MeterPoint) -> None:
        """A meter whose own row says the same, but that changed all the same."""
        if meter.id not in self.changed:
            self.counts["meters_changed"] += 1
            self.meters[meter.key] = self.changed[meter.id] = replace(meter, updated_at=self.known.now)

    def _set_main(self, given: GivenMeter, meter: MeterPoint) -> None:
        key = given.text("main_meter")
        if not key:
            return
        main = self.meters.get(key)
        if main is None and key in self._rows:
            return  # its own row says what is wrong
        if main is None:
            message = f"There is no meter {key}, neither in this file nor in the register. Correct it, or add a row."
            given.say("main_meter", "meter-main-unknown", message)
        elif main.id != meter.main_id:
            self._keep("meters", self.meters, replace(meter, main_id=main.id, updated_at=self.known.now))

    def _check_homes(self) -> None:
        """A meter is in the complex of its dwelling: all of a dwelling that moves are given."""
        homes = {dwelling.id: dwelling for dwelling in self.dwellings.values()}
        for meter in self.meters.values():
            home = homes.get(meter.dwelling_id or "")
            given = self._rows.get(meter.key) or self._moved.get(meter.dwelling_id or "")
            if home is not None and given is not None and home.complex_id != meter.complex_id:
                message = f"Meter {meter.key} and its dwelling {home.key} are in two complexes. Give all its meters."
                given.say("complex", "dwelling-elsewhere", message)

    def _check_mains(self) -> None:
        by_id = {meter.id: meter for meter in self.meters.values()}
        for meter in by_id.values():
            main = by_id.get(meter.main_id or "")
            given = self._rows.get(meter.key) or (self._rows.get(main.key) if main else None)
            why = _why_not_under(meter, main) if main and given else ""
            if why and given:
                given.say("main_meter", "meter-main-wrong", why)

    def _check_links(self) -> None:
        """No answer may be the reading of two meters."""
        for meters in _by_record_key(self.meters.values()).values():
            fields = Counter(meter.field for meter in meters)
            clash = len(meters) > 1 and ("" in fields or max(fields.values()) > 1)
            mine = [self._rows[meter.key] for meter in meters if meter.key in self._rows]
            if clash and mine:
                key, others = meters[0].record_key, ", ".join(meter.key for meter in meters[:5])
                message = f"Answers to {key} would be readings of several meters: {others}. Give each its own `field`."
                mine[-1].say("field", "meter-link-taken", message)


def _merged_meter(
    given: GivenMeter, before: MeterPoint | None, complex_id: str, dwelling: Dwelling | None, known: Circumstances
) -> MeterPoint:
    """What the row says, and what was known where it says nothing."""
    said = given.get("kind", str)
    kind = MeterKind(said) if said else (before.kind if before else MeterKind.OTHER)
    usual = before.unit if before and before.kind is kind else USUAL_UNITS[kind]
    expected = given.get("expected_per_day", Decimal)
    if expected is not None and expected < 0:
        given.say("expected_per_day", "meter-reading-unfit", "Use per day is not below zero. Correct it.")
    key = given.text("meter")
    return MeterPoint(
        id=before.id if before else known.new_id("mtr"),
        organisation_id=known.organisation_id,
        mode=known.mode,
        complex_id=complex_id,
        dwelling_id=dwelling.id if dwelling else (before.dwelling_id if before else None),
        key=key,
        kind=kind,
        unit=given.text("unit") or usual,
        main_id=before.main_id if before else None,
        record_key=given.text("record_key") or (before.record_key if before else key),
        field=given.text("field") or (before.field if before else ""),
        date_field=given.text("date_field") or (before.date_field if before else ""),
        expected_per_day=expected if expected is not None else (before.expected_per_day if before else None),
        updated_at=known.now,
    )


def _why_not_under(meter: MeterPoint, main: MeterPoint) -> str:
    """Why a meter cannot stand under another; '' when it can."""
    if main.id == meter.id:
        return "A meter is not above itself. Leave it empty for a main meter."
    if main.main_id is not None:
        return f"{main.key} stands under another meter itself. Name the highest one."
    if main.complex_id != meter.complex_id:
        return f"{main.key} is in another complex. Name a meter of the same complex."
    if (main.kind, main.unit) != (meter.kind, meter.unit):
        return f"{main.key} counts {main.kind} in {main.unit}, and this meter {meter.kind} in {meter.unit}."
    return "" if main.dwelling_id is None else f"{main.key} belongs to a dwelling. A main meter belongs to the complex."


def _by_record_key(meters: Iterable[MeterPoint]) -> Mapping[str, Sequence[MeterPoint]]:
    found: dict[str, list[MeterPoint]] = {}
    for meter in meters:
        found.setdefault(meter.record_key, []).append(meter)
    return found
