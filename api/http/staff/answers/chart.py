"""Answers per day as stacked bars, by road or by anything else: what a template draws, worked out without it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from api.ports import Road

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDTH: Final = 720
HEIGHT: Final = 220
_LEFT, _BOTTOM, _TOP, _RIGHT = 44, 30, 12, 8
_MOST_BARS: Final = 62
_WEEK: Final = 7
_FULL: Final = 0.78
_WIDEST: Final = 48.0
_LABELS: Final = 10
_STEPS: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Segment:
    """Part of a bar, of one road; y and height in units of the picture, from its top."""

    road: str
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A day, or a week by its Monday; ``label`` is "" where labels would meet."""

    first: date
    x: float
    width: float
    middle: float
    total: int
    segments: tuple[Segment, ...]
    label: str

    @property
    def counts(self) -> Mapping[str, int]:
        """Answers by road."""
        return {segment.road: segment.count for segment in self.segments}


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture and what it says; ``ticks`` are heights with their numbers, ``roads`` those that anything came by."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, int], ...]
    roads: tuple[str, ...]
    by_week: bool
    total: int
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    floor: int = HEIGHT - _BOTTOM


def chart_of(counts: Sequence[tuple[date, str, int]], order: Sequence[str] = tuple(Road)) -> Chart | None:
    """Every day from the first to the last, weeks when there are many days; None when nothing came.

    ``counts`` are by day and road, or what else is in ``order``, which says what stands on what.
    """
    if not counts:
        return None
    days = [count[0] for count in counts]
    by_week = (max(days) - min(days)).days >= _MOST_BARS
    sums = _sums(counts, by_week=by_week)
    firsts = list(_between(min(sums), max(sums), _WEEK if by_week else 1))
    roads = tuple([road for road in order if any(road in found for found in sums.values())])
    highest = max(sum(found.values()) for found in sums.values())
    step = _step(highest)
    top = -(-highest // step) * step
    room = HEIGHT - _BOTTOM - _TOP
    every = -(-len(firsts) // _LABELS)
    stacks = [{road: sums[day][road] for road in roads if road in sums[day]} for day in firsts]
    bars = tuple(
        [_bar(place, day, stacks[place], (len(firsts), room / top, every)) for place, day in enumerate(firsts)]
    )
    ticks = tuple([(HEIGHT - _BOTTOM - room * value / top, value) for value in range(0, top + 1, step)])
    return Chart(bars, ticks, roads, by_week, sum(count[2] for count in counts))


def _sums(counts: Iterable[tuple[date, str, int]], *, by_week: bool) -> defaultdict[date, dict[str, int]]:
    sums: defaultdict[date, dict[str, int]] = defaultdict(dict)
    for day, road, number in counts:
        first = day - timedelta(days=day.weekday()) if by_week else day
        sums[first][road] = sums[first].get(road, 0) + number
    return sums


def _bar(place: int, day: date, found: Mapping[str, int], scale: tuple[int, float, int]) -> Bar:
    number, unit, every = scale
    slot = (WIDTH - _LEFT - _RIGHT) / number
    width = min(slot * _FULL, _WIDEST)
    middle = _LEFT + slot * (place + 0.5)
    floor = float(HEIGHT - _BOTTOM)
    segments = []
    for road, count in found.items():
        if count:
            floor -= count * unit
            segments.append(Segment(road, count, floor, count * unit))
    label = f"{day.day} {day:%b}" if place % every == 0 else ""
    return Bar(day, middle - width / 2, width, middle, sum(found.values()), tuple(segments), label)


def _between(first: date, last: date, step: int) -> Iterable[date]:
    while first <= last:
        yield first
        first += timedelta(days=step)


def _step(highest: int) -> int:
    """The least of 1, 2, 5, 10, ... with at most five lines."""
    power = 1
    while True:
        for base in _STEPS:
            if base * power * 5 >= highest:
                return base * power
        power *= 10
