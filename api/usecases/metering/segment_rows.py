"""What a row of a file says of the meter that hangs at its place now."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from api.ports import MeterSegment
from api.usecases.metering.columns import MOST_DECIMALS, MOST_DIALS
from scanning.validators.reading_text import Meter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import MeterPoint
    from api.usecases.metering.columns import GivenMeter

_READINGS = ("start_reading", "end_reading", "last_reading")


def merged_segment(
    given: GivenMeter, meter: MeterPoint, own: Sequence[MeterSegment], today: date, *, correct: bool
) -> MeterSegment | None:
    """The last segment of a meter as the row says it, None with findings; readings lose what it does not show."""
    before = own[-1] if own else None
    dials, decimals = _spec(given, before)
    if dials is None:
        return None
    _check_same(given, before, (dials, decimals), correct=correct)
    _check_readings(given, Meter(dials, decimals))
    made = MeterSegment(
        *(meter.organisation_id, meter.id, before.place if before else 0),
        number=given.text("meter_number") or (before.number if before else ""),
        dials=dials,
        decimals=decimals,
        placed_on=given.get("placed_on", date) or (before.placed_on if before else None),
        start_reading=_first(given.get("start_reading", Decimal), before.start_reading if before else None),
        removed_on=given.get("removed_on", date) or (before.removed_on if before else None),
        end_reading=_first(given.get("end_reading", Decimal), before.end_reading if before else None),
    )
    _check_days(given, made, own, today)
    return made


def _first(value: Decimal | None, otherwise: Decimal | None) -> Decimal | None:
    return otherwise if value is None else value


def _spec(given: GivenMeter, before: MeterSegment | None) -> tuple[int | None, int]:
    dials, decimals = given.get("dials", int), given.get("decimals", int)
    if dials is not None and not 1 <= dials <= MOST_DIALS:
        given.say("dials", "meter-dials-wrong", f"A meter has 1 to {MOST_DIALS} whole digits. Count the black ones.")
        dials = None
    elif dials is None and before is not None:
        dials = before.dials
    if decimals is None:
        return dials, before.decimals if before else 0
    if not 0 <= decimals <= MOST_DECIMALS:
        given.say("decimals", "meter-dials-wrong", f"Ask for 0 to {MOST_DECIMALS} digits behind the comma.")
        return dials, 0
    return dials, decimals


def _check_same(given: GivenMeter, before: MeterSegment | None, spec: tuple[int, int], *, correct: bool) -> None:
    """Another number or other dials are another meter, and that comes with a last and a first reading."""
    if before is None or correct:
        return
    number = given.text("meter_number")
    message = "The register has {} here. Record the exchange of the meter; or, if it was wrong, import with `correct`."
    if number and before.number and number != before.number:
        given.say("meter_number", "meter-changed", message.format(f"number {before.number}"))
    elif spec != (before.dials, before.decimals):
        given.say("dials", "meter-changed", message.format(f"{before.dials} dials and {before.decimals} decimals"))


def _check_readings(given: GivenMeter, meter: Meter) -> None:
    for name in _READINGS:
        value = given.get(name, Decimal)
        if value is None:
            continue
        if value < 0 or value >= meter.modulus:
            message = f"A meter with {meter.dials} dials cannot show this. Correct the reading, or the dials."
            given.say(name, "meter-reading-unfit", message)
        given.values[name] = meter.shown(value) if 0 <= value < meter.modulus else None


def _check_days(given: GivenMeter, made: MeterSegment, own: Sequence[MeterSegment], today: date) -> None:
    for reading, day in (("start_reading", "placed_on"), ("end_reading", "removed_on")):
        if getattr(made, reading) is not None and getattr(made, day) is None:
            given.say(day, "field-missing", f"`{reading}` needs a day. Fill `{day}`.")
    if (given.values.get("last_reading") is None) != (given.values.get("last_reading_on") is None):
        missing = "last_reading_on" if given.values.get("last_reading_on") is None else "last_reading"
        if not given.is_wrong(missing):
            given.say(missing, "field-missing", "A last reading has a value and a day. Give both or neither.")
    for day in ("removed_on", "last_reading_on"):
        on = given.get(day, date)
        if on is not None and on > today:
            given.say(day, "meter-day-wrong", "This day is still to come. Correct it.")
    if made.placed_on and made.removed_on and made.removed_on < made.placed_on:
        given.say(
            "removed_on", "meter-day-wrong", "The meter was taken away before it was placed. Correct one of them."
        )
    taken = own[-2].removed_on if len(own) > 1 else None
    if taken and made.placed_on and made.placed_on < taken:
        given.say("placed_on", "meter-day-wrong", f"The meter before it hung there until {taken}. Correct the day.")
