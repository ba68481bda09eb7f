"""Use over exchanges and rollover is what was really used, or none is told."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scanning.meters.segments import Point, Segment, segment_at, use_between
from scanning.validators.reading_text import Meter

FIRST = date(2025, 1, 1)
METER = Meter(5)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def point(number: int, value: int | str) -> Point:
    return Point(day(number), Decimal(value))


class House:
    """Meters that hang one after another, and what is really used, in steps that a check would believe.

    A meter is (dials, first reading, steps), a step (days, use); the last step of each but the last meter ends it.
    """

    def __init__(self, meters: list[tuple[int, int, list[tuple[int, int]]]]) -> None:
        self.segments: list[Segment] = []
        self.readings = []
        self.used = today = 0
        for place, (dials, start, steps) in enumerate(meters):
            meter, placed, is_last = Meter(dials, number=str(place)), day(today), place == len(meters) - 1
            first = shown = start % meter.modulus
            for number, (days, use) in enumerate(steps):
                # a turn is believed from nine tenths of the scale on, and use up to three times the usual
                room = meter.modulus - 1 if shown >= 0.9 * meter.modulus else meter.modulus - 1 - shown
                step = min(use, room, 3 * days)
                today, shown, self.used = today + days, (shown + step) % meter.modulus, self.used + step
                if is_last or number < len(steps) - 1:
                    self.readings.append(point(today, shown))
            end = (None, None) if is_last else (day(today), Decimal(shown))
            self.segments.append(Segment(meter, placed, Decimal(first), *end))


STEPS = st.lists(st.tuples(st.integers(1, 400), st.integers(0, 2000)), min_size=1, max_size=3)


@given(st.lists(st.tuples(st.integers(3, 7), st.integers(0, 10**7), STEPS), min_size=1, max_size=4))
def test_the_sum_of_segments_is_what_was_used(meters: list[tuple[int, int, list[tuple[int, int]]]]) -> None:
    house = House(meters)
    before = Point(FIRST, house.segments[0].start or Decimal(0))
    total = Decimal(0)
    for reading in house.readings:
        found = use_between(house.segments, before, reading, Decimal(1))
        assert found.amount is not None, found.code
        total += found.amount
        before = reading
    assert total == house.used


@given(
    st.integers(2, 7),
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.integers(0, 400),
    st.one_of(st.none(), st.integers(0, 50)),
)
def test_no_use_is_negative_and_none_is_a_whole_scale(
    dials: int, first: int, last: int, days: int, usual: int | None
) -> None:
    meter = Meter(dials)
    before, after = point(0, first % meter.modulus), point(days, last % meter.modulus)
    found = use_between([Segment(meter)], before, after, None if usual is None else Decimal(usual))
    if found.amount is None:
        assert after.value < before.value
    else:
        assert 0 <= found.amount < meter.modulus
        assert (before.value + found.amount) % meter.modulus == after.value


def test_an_exchange_is_two_segments() -> None:
    old = Segment(METER, day(-900), Decimal(0), day(200), Decimal(5120))
    new = Segment(Meter(6, number="B"), day(200), Decimal(3))
    found = use_between([old, new], point(0, 5000), point(365, 103))
    assert [(part.number, part.use) for part in found.parts] == [("", Decimal(120)), ("B", Decimal(100))]
    assert found.amount == 220


def test_two_exchanges_in_one_period_are_three_segments() -> None:
    segments = [
        Segment(METER, None, None, day(100), Decimal(5010)),
        Segment(METER, day(100), Decimal(0), day(200), Decimal(20)),
        Segment(METER, day(200), Decimal(7)),
    ]
    assert use_between(segments, point(0, 5000), point(365, 37)).amount == 10 + 20 + 30


def test_a_meter_that_went_round_before_its_exchange_counts_whole() -> None:
    old = Segment(METER, None, None, day(200), Decimal(20))
    found = use_between([old, Segment(METER, day(200), Decimal(0))], point(0, 99_990), point(365, 5), Decimal(1))
    assert found.amount == 35
    assert found.rollover


def test_without_the_last_reading_of_the_old_meter_there_is_no_sum() -> None:
    segments = [Segment(METER, None, None, day(200), None), Segment(METER, day(200), Decimal(0))]
    found = use_between(segments, point(0, 10), point(365, 5))
    assert (found.amount, found.code, found.parts) == (None, "exchange-reading-missing", ())


def test_an_old_meter_that_ended_too_low_is_told_as_such() -> None:
    segments = [Segment(METER, None, None, day(200), Decimal(9)), Segment(METER, day(200), Decimal(0))]
    assert use_between(segments, point(0, 10), point(365, 5)).code == "exchange-end-too-low"
    assert use_between([Segment(METER)], point(0, 10), point(365, 5)).code == "lower-than-previous"


def test_on_the_day_of_an_exchange_it_is_the_new_meter() -> None:
    segments = [Segment(METER, None, None, day(200), Decimal(9)), Segment(METER, day(200), Decimal(0))]
    assert [segment_at(segments, day(number)) for number in (-5, 199, 200, 201)] == [0, 0, 1, 1]
