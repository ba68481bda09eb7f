"""The picture of answers per day: it holds every answer once, inside its frame, stacked without a gap."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.http.staff.answers.chart import HEIGHT, WIDTH, chart_of
from api.http.staff.answers.qr import QUIET, drawn
from api.ports import DayCount, Road

FIRST = date(2026, 1, 1)
COUNTS = st.lists(
    st.builds(
        DayCount,
        st.integers(0, 400).map(lambda days: FIRST + timedelta(days=days)),
        st.sampled_from(Road),
        st.integers(1, 90_000),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda one: (one.day, one.road),
)


@given(COUNTS)
def test_every_answer_is_in_one_bar_within_the_frame(counts: list[DayCount]) -> None:
    chart = chart_of(counts)
    assert chart is not None
    assert sum(bar.total for bar in chart.bars) == chart.total == sum(one.submissions for one in counts)
    for road in chart.roads:
        assert sum(bar.counts.get(road, 0) for bar in chart.bars) == sum(
            one.submissions for one in counts if one.road is road
        )
    for bar in chart.bars:
        assert chart.left <= bar.x
        assert bar.x + bar.width <= WIDTH
        floor = float(chart.floor)
        for segment in bar.segments:
            assert abs(segment.y + segment.height - floor) < 1e-6
            floor = segment.y
        assert 0 <= floor <= HEIGHT
    assert len(chart.bars) <= 62
    assert chart.ticks[-1][1] >= max(bar.total for bar in chart.bars)


def test_days_without_answers_have_an_empty_place_and_many_days_become_weeks() -> None:
    few = chart_of([DayCount(FIRST, Road.PAGE, 1), DayCount(FIRST + timedelta(days=9), Road.SLIP, 1)])
    assert few is not None
    assert (len(few.bars), few.by_week) == (10, False)
    many = chart_of([DayCount(FIRST, Road.PAGE, 1), DayCount(FIRST + timedelta(days=90), Road.SLIP, 1)])
    assert many is not None
    assert many.by_week
    assert all(bar.first.weekday() == 0 for bar in many.bars)
    assert chart_of([]) is None


def test_the_symbol_has_all_its_dark_modules_within_its_quiet_zone() -> None:
    symbol = drawn("HTTPS://MIJN.GRACHTSTAD.EXAMPLE.NL/0123456789ABCDEFGHJKMNPQRS")
    assert symbol.path.startswith(f"M{QUIET} {QUIET}h7v1h-7z")
    assert symbol.size == 29 + 2 * QUIET
