"""What a period says of meters: previous and current, who is missing, what the checks say, and main against sum."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scanning.meters.period import Line, MeterFacts, Period, line_of, sums_of
from scanning.meters.segments import PeriodUse, Point, Segment, SegmentUse
from scanning.validators.reading_text import Meter

ROUND = Period(date(2026, 11, 1), date(2026, 12, 31))
LAST_YEAR, THIS_YEAR = date(2025, 12, 12), date(2026, 12, 1)
USUAL = Decimal("0.3")


def point(on: date, value: int) -> Point:
    return Point(on, Decimal(value), "slip")


def meter(*points: Point, segments: tuple[Segment, ...] = (Segment(Meter(5)),), **more: object) -> MeterFacts:
    return MeterFacts(str(more.pop("id", "m")), segments, points, **more)  # type: ignore[arg-type] # options of a test


def seen(facts: MeterFacts) -> Line:
    line = line_of(facts, ROUND)
    assert line is not None
    return line


def test_use_is_from_the_last_reading_before_to_the_last_inside() -> None:
    line = seen(
        meter(
            point(date(2024, 12, 1), 900),
            point(LAST_YEAR, 1000),
            point(date(2026, 11, 5), 1090),
            point(THIS_YEAR, 1100),
            point(date(2027, 1, 2), 1110),
        )
    )
    assert (line.previous, line.current, line.amount) == (point(LAST_YEAR, 1000), point(THIS_YEAR, 1100), Decimal(100))
    assert (line.codes, line.missing) == ((), False)


@pytest.mark.parametrize("on", [ROUND.first, ROUND.last])
def test_both_ends_are_inside(on: date) -> None:
    assert seen(meter(point(LAST_YEAR, 1), point(on, 90))).amount == 89


def test_a_meter_without_reading_is_missing() -> None:
    line = seen(meter(point(LAST_YEAR, 1000)))
    assert (line.missing, line.amount, line.codes) == (True, None, ())


def test_a_reading_with_none_before_it_has_no_use() -> None:
    line = seen(meter(point(THIS_YEAR, 1000)))
    assert (line.missing, line.amount, line.codes) == (False, None, ("previous-missing",))


def test_a_new_meter_counts_from_the_day_it_was_placed() -> None:
    placed = Segment(Meter(5), date(2026, 3, 1), Decimal(2))
    assert seen(meter(point(THIS_YEAR, 80), segments=(placed,))).amount == 78


def test_what_was_taken_away_for_good_ends_with_its_last_reading() -> None:
    gone = Segment(Meter(5), None, None, date(2026, 11, 20), Decimal(1080))
    line = seen(meter(point(LAST_YEAR, 1000), segments=(gone,)))
    assert (line.amount, line.missing) == (80, False)


@pytest.mark.parametrize(
    "segment",
    [
        Segment(Meter(5), None, None, date(2026, 10, 31), Decimal(9)),
        Segment(Meter(5), date(2027, 1, 1), Decimal(0)),
    ],
)
def test_a_meter_that_did_not_hang_there_is_left_out(segment: Segment) -> None:
    assert line_of(meter(segments=(segment,)), ROUND) is None


def test_an_exchange_between_two_readings_is_summed() -> None:
    on = date(2026, 6, 1)
    segments = (Segment(Meter(5), None, None, on, Decimal(1040)), Segment(Meter(5), on, Decimal(0)))
    assert seen(meter(point(LAST_YEAR, 1000), point(THIS_YEAR, 60), segments=segments)).amount == 100


def test_rollover_is_believed_by_what_is_usual_or_was_used_before() -> None:
    before, after = point(LAST_YEAR, 99_950), point(THIS_YEAR, 40)
    assert seen(meter(before, after)).codes == ("lower-than-previous",)
    told = seen(meter(before, after, expected_per_day=USUAL))
    known = seen(meter(point(date(2024, 12, 12), 99_850), before, after))
    assert told.amount == known.amount == 90
    assert told.codes == known.codes == ("rollover-assumed",)


def test_the_checks_of_readings_are_told() -> None:
    facts = meter(point(LAST_YEAR, 1000), point(THIS_YEAR, 9000), expected_per_day=USUAL)
    assert seen(facts).codes == ("very-high",)
    assert seen(meter(point(LAST_YEAR, 1000), point(THIS_YEAR, 1000))).codes == ("zero-use",)


def line(name: str, use: int | None) -> Line:
    here = point(THIS_YEAR, 1)
    found = None if use is None else PeriodUse((SegmentUse("", here, here, Decimal(use)),))
    return Line(name, here, None if use is None else here, found)


def sums(main: int | None, *subs: int | None, tolerance: str = "0.05") -> tuple[Decimal, str | None, tuple[str, ...]]:
    lines = {"main": line("main", main)} | {f"s{at}": line(f"s{at}", use) for at, use in enumerate(subs)}
    facts = [meter(id="main"), *(meter(id=f"s{at}", main="main") for at in range(len(subs)))]
    (found,) = sums_of(facts, lines, Decimal(tolerance))
    assert found.subs == len(subs)
    return found.total, found.code, found.missing


def test_a_main_meter_is_compared_with_the_sum_of_those_under_it() -> None:
    assert sums(100, 50, 50) == (100, None, ())
    assert sums(100, 50, 56) == (106, "complex-more-than-main", ())
    assert sums(100, 50, 44) == (94, "complex-less-than-main", ())
    assert sums(100, 50, 44, tolerance="0.06") == (94, None, ())
    assert sums(100, 50, None) == (50, "complex-incomplete", ("s1",))
    assert sums(None, 50, None) == (50, "complex-main-missing", ("s1",))


def test_meters_that_did_not_hang_there_are_in_no_sum() -> None:
    facts = [meter(id="main"), meter(id="a", main="main"), meter(id="gone", main="main"), meter(id="other")]
    lines = {"main": line("main", 10), "a": line("a", 10), "other": line("other", 5)}
    (found,) = sums_of(facts, lines)
    assert (found.subs, found.code) == (1, None)
    assert sums_of(facts[1:], lines) == ()
