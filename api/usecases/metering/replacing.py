"""A meter comes in the place of another: two segments, so that use is the sum of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from api.ports import MeterRegister, MeterSegment
from api.usecases.metering.columns import MOST_DECIMALS, MOST_DIALS
from api.usecases.metering.days import today_of
from api.usecases.metering.facts import known_of
from docgen.findings import Finding, Place, Refusal
from scanning.meters.segments import END_TOO_LOW
from scanning.validators.complex_check import MeterExchange, check_after_exchange
from scanning.validators.consumption import PreviousReading
from scanning.validators.meter_reading import ReadingContext
from scanning.validators.reading_text import Meter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from api.usecases.deps import Deps
    from api.usecases.metering.facts import Known

EXCHANGED: Final = "meter-exchanged"
UNDONE: Final = "meter-exchange-undone"
MOST_NUMBER: Final = 64
"""Characters of the number of a meter."""


@dataclass(frozen=True, slots=True)
class MeterReplaced:
    """What the fitter wrote down; ``dials`` and ``decimals`` None are those of the old meter."""

    removed_on: date
    end_reading: Decimal
    number: str
    placed_on: date
    start_reading: Decimal = Decimal(0)
    dials: int | None = None
    decimals: int | None = None


def exchange_meter(
    deps: Deps, whose: tuple[str, str], meter_id: str, said: MeterReplaced, *, insists: bool = False
) -> Known:
    """Record that a meter was exchanged; the same exchange again changes nothing.

    ``whose`` is the organisation, and who says it. Raises Refusal: ``meter-not-found``; ``exchange-invalid`` with
    findings; ``exchange-end-too-low`` when the old meter would have run back since its last reading, unless who says
    it ``insists``: then it is kept, and no use is counted over it.
    """
    organisation_id, by = whose
    with deps.database.write() as uow:
        uow.meters.lock(organisation_id)
        (known,) = known_of(uow, organisation_id, [uow.meters.get(organisation_id, meter_id)])
        old = known.current
        new = _placed(old, said)
        if _is_done(known, new, said):
            return known
        now = deps.clock.now()
        findings = tuple(_wrong(old, new, said, today_of(uow, organisation_id, now)))
        if findings:
            raise Refusal("exchange-invalid", "The exchange was not recorded.", findings)
        if not insists:
            _check_end(known, new, said)
        shown = replace(
            old, removed_on=said.removed_on, end_reading=Meter(old.dials, old.decimals).shown(said.end_reading)
        )
        point = replace(known.meter, updated_at=now)
        began = replace(new, start_reading=Meter(new.dials, new.decimals).shown(said.start_reading))
        uow.meters.put(MeterRegister(meters=(point,), segments=(shown, began)))
        placed_on = said.placed_on.isoformat()
        uow.meters.tell(
            organisation_id, meter_id, EXCHANGED, now, number=new.number, placed_on=placed_on, by=by, insists=insists
        )
        uow.meters.tell(organisation_id, organisation_id, EXCHANGED, now, meter=meter_id, by=by)
        return known_of(uow, organisation_id, [point])[0]


def undo_exchange(deps: Deps, whose: tuple[str, str], meter_id: str, place: int) -> Known:
    """Take the last exchange back, as if it had never been recorded; ``place`` is that of the new meter, from 1.

    ``whose`` is the organisation, and who says it. Raises Refusal: ``meter-not-found``, ``exchange-not-last``.
    """
    organisation_id, by = whose
    with deps.database.write() as uow:
        uow.meters.lock(organisation_id)
        (known,) = known_of(uow, organisation_id, [uow.meters.get(organisation_id, meter_id)])
        if place < 1 or known.current.place != place:
            raise Refusal(
                "exchange-not-last", "Only the exchange that was recorded last can be taken back. Look again."
            )
        now = deps.clock.now()
        hangs = replace(known.segments[-2], removed_on=None, end_reading=None)
        point = replace(known.meter, updated_at=now)
        uow.meters.drop_segment(organisation_id, meter_id, place)
        uow.meters.put(MeterRegister(meters=(point,), segments=(hangs,)))
        uow.meters.tell(organisation_id, meter_id, UNDONE, now, number=known.current.number, by=by)
        uow.meters.tell(organisation_id, organisation_id, UNDONE, now, meter=meter_id, by=by)
        return known_of(uow, organisation_id, [point])[0]


def _placed(old: MeterSegment, said: MeterReplaced) -> MeterSegment:
    dials = old.dials if said.dials is None else said.dials
    decimals = old.decimals if said.decimals is None else said.decimals
    return MeterSegment(
        *(old.organisation_id, old.meter_id, old.place + 1, said.number.strip(), dials, decimals),
        placed_on=said.placed_on,
        start_reading=said.start_reading,
    )


def _is_done(known: Known, new: MeterSegment, said: MeterReplaced) -> bool:
    """True for the exchange that was recorded last."""
    if len(known.segments) < 2:  # noqa: PLR2004 - an old and a new one
        return False
    before, last = known.segments[-2:]
    same = replace(last, place=0, dials=0, decimals=0, removed_on=None, end_reading=None)
    wanted = replace(new, place=0, dials=0, decimals=0)
    spec = (said.dials in {None, last.dials}) and (said.decimals in {None, last.decimals})
    return spec and same == wanted and (before.removed_on, before.end_reading) == (said.removed_on, said.end_reading)


def _wrong(old: MeterSegment, new: MeterSegment, said: MeterReplaced, today: date) -> Iterator[Finding]:
    if not 1 <= new.dials <= MOST_DIALS or not 0 <= new.decimals <= MOST_DECIMALS:
        message = f"A meter has 1 to {MOST_DIALS} whole digits and 0 to {MOST_DECIMALS} behind the comma."
        yield _finding("meter-dials-wrong", message, "dials")
        return
    for name, value, row in (("end_reading", said.end_reading, old), ("start_reading", said.start_reading, new)):
        if not 0 <= value < Meter(row.dials).modulus:
            yield _finding("meter-reading-unfit", f"A meter with {row.dials} dials cannot show this. Correct it.", name)
    if said.placed_on > today or said.removed_on > today:
        yield _finding("meter-day-wrong", "This day is still to come. Correct it.", "placed_on")
    if said.placed_on < said.removed_on:
        yield _finding(
            "meter-day-wrong", "The new meter was placed before the old one was gone. Correct it.", "placed_on"
        )
    if old.placed_on is not None and said.removed_on <= old.placed_on:
        message = f"The meter that hangs there was placed on {old.placed_on}; it cannot be gone by then."
        yield _finding("meter-day-wrong", message, "removed_on")
    if old.removed_on not in {None, said.removed_on}:
        message = f"The register says that it was taken away on {old.removed_on}. Give the same day."
        yield _finding("meter-day-wrong", message, "removed_on")


def _finding(code: str, message: str, column: str) -> Finding:
    return Finding(code, message, Place(pointer=f"/{column}"))


def _check_end(known: Known, new: MeterSegment, said: MeterReplaced) -> None:
    """By the validator of readings: the first reading of the new meter, after the last of the old."""
    old = known.facts.segments[-1].meter
    before = [point for point in known.facts.points if point.on <= said.removed_on]
    since = known.current.placed_on
    inside = [point for point in before if since is None or point.on >= since]
    if not inside:
        return
    last = inside[-1]
    meter = Meter(new.dials, new.decimals, new.number)
    context = ReadingContext(
        old,
        said.placed_on,
        PreviousReading(last.value, last.on),
        known.meter.expected_per_day,
    )
    exchange = MeterExchange(said.removed_on, said.end_reading, said.start_reading, meter)
    checked = check_after_exchange(meter.spelled(said.start_reading), context, exchange)
    if checked.code == END_TOO_LOW:
        shown = old.spelled(last.value)
        message = f"On {last.on} the old meter showed {shown}. Check both; if the last reading is right, say so."
        raise Refusal("exchange-end-too-low", message, (_finding(END_TOO_LOW, message, "end_reading"),))
