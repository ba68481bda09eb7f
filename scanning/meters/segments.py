"""One place where use is counted, by one meter after another: each is a segment with what it showed first and last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from scanning.validators.consumption import UseLimits, use_since

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanning.validators.reading_text import Meter

Day: TypeAlias = date

READING_MISSING: Final = "exchange-reading-missing"
END_TOO_LOW: Final = "exchange-end-too-low"
LOWER: Final = "lower-than-previous"
_NONE: Final = Decimal(0)
_LIMITS: Final = UseLimits()


@dataclass(frozen=True, slots=True)
class Segment:
    """A meter as long as it hung there; what is not known of its first and last day is None."""

    meter: Meter
    placed_on: Day | None = None
    start: Decimal | None = None
    removed_on: Day | None = None
    end: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What a meter showed on a day; ``source`` says by which road that is known."""

    on: Day
    value: Decimal
    source: str = ""


@dataclass(frozen=True, slots=True)
class SegmentUse:
    """What one meter counted of a period; ``code`` tells why that cannot be."""

    number: str
    first: Point
    last: Point
    use: Decimal
    rollover: bool = False
    code: str | None = None


@dataclass(frozen=True, slots=True)
class PeriodUse:
    """The use of a period, meter by meter; ``code`` tells why no sum can be made."""

    parts: tuple[SegmentUse, ...]
    code: str | None = None

    @property
    def amount(self) -> Decimal | None:
        """The sum, None when a part is missing or runs back."""
        return None if self.code else sum((part.use for part in self.parts), _NONE)

    @property
    def rollover(self) -> bool:
        """True when a meter went round."""
        return any(part.rollover for part in self.parts)


def segment_at(segments: Sequence[Segment], day: Day) -> int:
    """Which meter hung there on a day; on the day of an exchange it is the new one.

    ``segments`` are in order of time, one at least; each but the first has the day on which it was placed.
    """
    started = (place for place, one in enumerate(segments) if place == 0 or (one.placed_on and one.placed_on <= day))
    return max(started)


def use_between(
    segments: Sequence[Segment], previous: Point, current: Point, expected_per_day: Decimal | None = None
) -> PeriodUse:
    """The use from one reading to a later one, over every exchange between them.

    A lower reading is rollover by the rule of `use_since`, over the days of its own segment.
    """
    stretches = list(_stretches(segments, previous, current))
    if any(first is None or last is None for _, first, last in stretches):
        return PeriodUse((), READING_MISSING)
    parts = tuple(
        _use(segment, first, last, expected_per_day, ends=place < len(stretches) - 1)
        for place, (segment, first, last) in enumerate(stretches)
        if first is not None and last is not None
    )
    return PeriodUse(parts, next((part.code for part in parts if part.code), None))


def _stretches(
    segments: Sequence[Segment], previous: Point, current: Point
) -> Iterator[tuple[Segment, Point | None, Point | None]]:
    """Each meter with its first and last reading inside the period."""
    first, last = segment_at(segments, previous.on), segment_at(segments, current.on)
    for place in range(first, last + 1):
        segment = segments[place]
        begins = previous if place == first else start_of(segment)
        yield segment, begins, current if place == last else end_of(segment)


def start_of(segment: Segment) -> Point | None:
    """What the meter showed when it was placed."""
    known = segment.placed_on is not None and segment.start is not None
    return Point(segment.placed_on, segment.start, "placed") if known else None  # type: ignore[arg-type] # both are known


def end_of(segment: Segment) -> Point | None:
    """What the meter showed when it was taken away."""
    known = segment.removed_on is not None and segment.end is not None
    return Point(segment.removed_on, segment.end, "removed") if known else None  # type: ignore[arg-type] # both are known


def _use(segment: Segment, first: Point, last: Point, expected_per_day: Decimal | None, *, ends: bool) -> SegmentUse:
    days = max(0, (last.on - first.on).days)
    high = None if expected_per_day is None else _LIMITS.high(expected_per_day * days)
    found = use_since(first.value, last.value, segment.meter, high)
    code = None
    if found.backwards:
        code = END_TOO_LOW if ends else LOWER
    return SegmentUse(segment.meter.number, first, last, found.amount, found.rollover, code)
