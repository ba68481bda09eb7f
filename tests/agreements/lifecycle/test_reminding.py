from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.lifecycle.reminding import after_quiet, end_of_day, is_quiet, last_day, local_day, next_reminder
from agreements.questions.model import QuietHours, ReminderPlan

QUIET = QuietHours()
ASKED = datetime(2026, 5, 4, 8, tzinfo=UTC)
quiets = st.builds(QuietHours, st.integers(0, 23), st.integers(0, 23), st.booleans())
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy gives the zone


@given(quiets, moments)
def test_nobody_is_written_to_in_quiet_hours(quiet: QuietHours, at: datetime) -> None:
    moved = after_quiet(quiet, at)
    assert not is_quiet(quiet, moved)
    assert at <= moved <= at + timedelta(days=2, hours=2)


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (datetime(2026, 5, 4, 12, tzinfo=UTC), datetime(2026, 5, 4, 12, tzinfo=UTC)),
        (datetime(2026, 5, 4, 18, 30, tzinfo=UTC), datetime(2026, 5, 5, 6, tzinfo=UTC)),
        # Saturday evening: Sunday is quiet too
        (datetime(2026, 5, 9, 18, 0, tzinfo=UTC), datetime(2026, 5, 11, 6, tzinfo=UTC)),
        # the night in which clocks go back
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), datetime(2026, 10, 26, 7, tzinfo=UTC)),
    ],
)
def test_what_falls_in_the_night_waits_for_the_morning(at: datetime, then: datetime) -> None:
    assert after_quiet(QUIET, at) == then


def test_there_are_as_many_reminders_as_planned() -> None:
    plan = ReminderPlan((7, 14))
    assert next_reminder(plan, ASKED, 0) == ASKED + timedelta(days=7)
    assert next_reminder(plan, ASKED, 1) == ASKED + timedelta(days=14)
    assert next_reminder(plan, ASKED, 2) is None


@given(st.integers(0, 10_000_000).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)))
def test_the_last_day_counts_whole_and_is_the_one_that_people_are_told(at: datetime) -> None:
    end = end_of_day(QUIET, at)
    assert at < end <= at + timedelta(hours=25)
    assert end.tzinfo is UTC
    assert last_day(QUIET, end) == local_day(QUIET, at)
    assert local_day(QUIET, end) == local_day(QUIET, at) + timedelta(days=1)
