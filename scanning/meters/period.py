"""What is known of meters over a period: previous and current reading, use, who is missing, and main against sum."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from scanning.meters.segments import Day, PeriodUse, Point, Segment, end_of, segment_at, start_of, use_between
from scanning.validators.complex_check import ComplexChecked, SubMeter, check_complex
from scanning.validators.consumption import PreviousReading
from scanning.validators.meter_reading import ReadingContext, check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PREVIOUS_MISSING: Final = "previous-missing"
MAIN_MISSING: Final = "complex-main-missing"
TOLERANCE: Final = Decimal("0.05")
"""Part of the use of the main meter that its sub-meters may differ from it."""

_FEWEST_DAYS: Final = 30  # over fewer the use of the past says little


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included."""

    first: Day
    last: Day


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A meter with all that is known of it.

    ``segments`` are in order of time, one at least; ``points`` are its readings in order of time, the surest last
    among those of one day. ``main`` is the meter above it.
    """

    id: str
    segments: tuple[Segment, ...]
    points: tuple[Point, ...] = ()
    expected_per_day: Decimal | None = None
    main: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One meter in a period. ``current`` is None while its reading is missing; ``codes`` are those of the checks."""

    id: str
    previous: Point | None
    current: Point | None
    use: PeriodUse | None
    codes: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """True when no reading came in."""
        return self.current is None

    @property
    def amount(self) -> Decimal | None:
        """The use, None when it is not known."""
        return None if self.use is None else self.use.amount


@dataclass(frozen=True, slots=True)
class MainSum:
    """A main meter against those under it; ``checked`` is None when the use of the main meter is not known."""

    main: str
    subs: int
    total: Decimal
    missing: tuple[str, ...]
    code: str | None
    checked: ComplexChecked | None


def line_of(meter: MeterFacts, period: Period) -> Line | None:
    """The meter in the period; None when it did not hang there then.

    The previous reading is the last before the period, or else what the first meter showed when it was placed; the
    current one is the last inside the period, or what the last meter showed when it was taken away for good.
    """
    if not _hung_there(meter.segments, period):
        return None
    previous, current = _previous(meter, period), _current(meter, period)
    if current is None:
        return Line(meter.id, previous, None, None)
    if previous is None or previous.on > current.on:
        return Line(meter.id, None, current, None, (PREVIOUS_MISSING,))
    expected = meter.expected_per_day
    if expected is None:
        expected = _own_use_per_day(meter, previous)
    use = use_between(meter.segments, previous, current, expected)
    return Line(meter.id, previous, current, use, _codes(meter, use, expected))


def _hung_there(segments: Sequence[Segment], period: Period) -> bool:
    placed, removed = segments[0].placed_on, segments[-1].removed_on
    return (placed is None or placed <= period.last) and (removed is None or removed >= period.first)


def _previous(meter: MeterFacts, period: Period) -> Point | None:
    before = [point for point in meter.points if point.on < period.first]
    return before[-1] if before else start_of(meter.segments[0])


def _current(meter: MeterFacts, period: Period) -> Point | None:
    inside = [point for point in meter.points if period.first <= point.on <= period.last]
    end = end_of(meter.segments[-1])
    if end is not None and period.first <= end.on <= period.last:
        inside.append(end)
    return inside[-1] if inside else None


def _own_use_per_day(meter: MeterFacts, previous: Point) -> Decimal | None:
    """Use per day before the previous reading, when that is long enough to say something."""
    earlier = [point for point in meter.points if (previous.on - point.on).days >= _FEWEST_DAYS]
    first = earlier[-1] if earlier else None
    if first is None:
        return None
    amount = use_between(meter.segments, first, previous).amount
    return None if amount is None else amount / (previous.on - first.on).days


def _codes(meter: MeterFacts, use: PeriodUse, expected: Decimal | None) -> tuple[str, ...]:
    """What the checks say, by the validator of readings where one meter counted all of it."""
    if use.code or len(use.parts) != 1:
        return tuple(part for part in (use.code, "rollover-assumed" if use.rollover else None) if part)
    (part,) = use.parts
    spec = meter.segments[segment_at(meter.segments, part.last.on)].meter
    known = ReadingContext(spec, part.last.on, PreviousReading(part.first.value, part.first.on), expected)
    checked = check(spec.spelled(part.last.value), known)
    return tuple(code for code in (checked.code, *checked.also) if code)


def sums_of(
    meters: Sequence[MeterFacts], lines: Mapping[str, Line], tolerance: Decimal = TOLERANCE
) -> tuple[MainSum, ...]:
    """Each main meter against the meters under it that hung there in the period, in the order of ``meters``."""
    under: dict[str, list[Line]] = {}
    for meter in meters:
        if meter.main is not None and meter.id in lines:
            under.setdefault(meter.main, []).append(lines[meter.id])
    return tuple(_sum(lines[meter.id], under[meter.id], tolerance) for meter in meters if _is_main(meter, under, lines))


def _is_main(meter: MeterFacts, under: Mapping[str, object], lines: Mapping[str, Line]) -> bool:
    return meter.id in under and meter.id in lines


def _sum(main: Line, subs: Sequence[Line], tolerance: Decimal) -> MainSum:
    given = [SubMeter(line.id, line.amount) for line in subs]
    if main.amount is None:
        total = sum((line.amount for line in subs if line.amount is not None), Decimal(0))
        missing = tuple(sub.dwelling for sub in given if sub.use is None)
        return MainSum(main.id, len(subs), total, missing, MAIN_MISSING, None)
    checked = check_complex(main.amount, given, tolerance)
    return MainSum(main.id, len(subs), checked.total, checked.missing, checked.code, checked)
