"""Cut-offs: wall-clock times per weekday, holidays, summer time."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Refusal
from docgen.postal.cut_off import CutOffSchedule, read_schedule

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WORKDAYS = {"monday": "17:00", "tuesday": "17:00", "wednesday": "17:00", "thursday": "17:00", "friday": "15:30"}
SCHEDULE = read_schedule({"times": WORKDAYS, "holidays": "NL", "closed": ["2026-12-24"]})


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23T09:00", "2026-11-23T17:00"),
        ("2026-11-23T17:00", "2026-11-24T17:00"),  # at the cut-off it has passed
        ("2026-11-27T15:31", "2026-11-30T17:00"),  # over the weekend
        ("2026-04-24T16:00", "2026-04-28T17:00"),  # King's Day is a Monday
        ("2026-12-23T18:00", "2026-12-28T17:00"),  # closed on the 24th, Christmas, weekend
    ],
)
def test_the_next_cut_off_is_the_first_on_a_working_day(now: str, then: str) -> None:
    found = SCHEDULE.next_after(local(now))
    assert found == local(then)
    assert found.utcoffset() == dt.timedelta(0)


def test_wall_clock_time_stays_when_summer_time_begins_and_ends() -> None:
    assert SCHEDULE.next_after(local("2026-03-27T16:00")).hour == 15  # Friday before: over, so Monday in summer time
    assert SCHEDULE.next_after(local("2026-10-23T16:00")).hour == 16  # Monday in winter time


def test_a_time_that_the_clock_leaps_over_still_comes_once() -> None:
    night = read_schedule({"times": {"sunday": "02:30"}})
    first = night.next_after(local("2026-03-28T12:00"))
    assert first == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    assert night.next_after(first) == local("2026-04-05T02:30")


@given(minutes=st.integers(0, 500 * 24 * 60))
def test_the_next_cut_off_is_later_and_on_a_day_that_has_one(minutes: int) -> None:
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    found = SCHEDULE.next_after(moment)
    assert found > moment
    assert found.astimezone(AMSTERDAM).strftime("%H:%M") in {"17:00", "15:30"}
    assert found.astimezone(AMSTERDAM).weekday() < 5


def test_a_schedule_is_read_back_as_it_was_written() -> None:
    assert read_schedule(SCHEDULE.as_data()) == SCHEDULE


def test_a_schedule_that_is_never_open_is_refused() -> None:
    never = CutOffSchedule(
        "Europe/Amsterdam",
        {0: dt.time(17)},
        closed=frozenset([dt.date(2026, 1, 5) + dt.timedelta(weeks=week) for week in range(20)]),
    )
    with pytest.raises(Refusal, match="cut-off-none"):
        never.next_after(local("2026-01-01T00:00"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"times": {}}, "no weekday"),
        ({}, "times"),
        ({"times": {"maandag": "17:00"}}, "maandag"),
        ({"times": {"monday": "25:00"}}, "25:00"),
        ({"times": {"monday": 17}}, "strptime"),
        ({"times": WORKDAYS, "timezone": "Mars/Olympus"}, "Mars"),
        ({"times": WORKDAYS, "timezone": "Europe"}, "'Europe'"),
        ({"times": WORKDAYS, "timezone": "x" * 5000}, "'xxx"),
        ({"times": WORKDAYS, "holidays": "XX"}, "XX"),
        ({"times": WORKDAYS, "closed": ["tomorrow"]}, "tomorrow"),
        ({"times": WORKDAYS, "hours": 3}, "hours"),
        ({"times": "always"}, "items"),
    ],
)
def test_a_bad_schedule_is_refused_with_what_is_wrong(data: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match="cut-off-schedule-invalid") as refused:
        read_schedule(data)
    assert said in refused.value.detail
