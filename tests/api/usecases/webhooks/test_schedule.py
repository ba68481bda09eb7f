"""The schedule: at the published moments or a little later, never earlier than asked, and always to an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.usecases.webhooks.schedule import (
    JITTER,
    LONGEST_PAUSE_S,
    LONGEST_RETRY_AFTER_S,
    SCHEDULE_S,
    next_try_at,
    pause_s,
    retry_after_s,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = 3600.0


def test_the_schedule_is_the_published_one() -> None:
    assert SCHEDULE_S == (0, 5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)


@given(st.text(max_size=20), st.integers(0, 20), st.floats(-1e9, 1e9))
def test_the_next_try_is_in_its_window_and_always_the_same(delivery: str, attempts: int, asked_s: float) -> None:
    found = next_try_at(delivery, attempts, NOW, asked_s)
    assert found == next_try_at(delivery, attempts, NOW, asked_s)
    if attempts >= len(SCHEDULE_S):
        assert found is None
        return
    assert found is not None
    pause = (found - NOW).total_seconds()
    granted = min(max(asked_s, 0.0), LONGEST_RETRY_AFTER_S)
    assert pause >= max(SCHEDULE_S[attempts], granted) - 1e-5
    assert pause <= max(SCHEDULE_S[attempts] * (1 + JITTER), granted) + 1e-5


@given(st.text(min_size=1, max_size=20))
def test_whatever_fails_always_comes_to_its_end_within_four_days(delivery: str) -> None:
    now, attempts = NOW, 0
    while (found := next_try_at(delivery, attempts, now)) is not None:
        assert found >= now
        now, attempts = found, attempts + 1
    assert attempts == len(SCHEDULE_S)
    assert timedelta(hours=75.5) < now - NOW < timedelta(days=4)


def test_what_failed_together_does_not_come_back_together() -> None:
    moments = {next_try_at(f"whd_{number}", 4, NOW) for number in range(100)}
    assert len(moments) > 95


@given(st.integers(1, 10_000), st.floats(-1e9, 1e9))
def test_an_endpoint_is_left_alone_longer_and_longer_but_never_for_ever(failures: int, asked_s: float) -> None:
    assert 5 <= pause_s(failures) <= pause_s(failures + 1) <= LONGEST_PAUSE_S
    assert pause_s(failures, asked_s) <= max(LONGEST_PAUSE_S, LONGEST_RETRY_AFTER_S)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *(("120", 120), (" 7 ", 7), ("0", 0), ("99999999999999999999999", LONGEST_RETRY_AFTER_S)),
        *(("-5", 0), ("1.5", 0), ("", 0), ("soon", 0), ("\u0663", 0), ("Mon, 99 Foo 2026 12:00:00 GMT", 0)),
        (format_datetime(NOW + timedelta(minutes=3), usegmt=True), 180),
        ("Mon, 23 Nov 2026 12:00:30 -0000", 30),
        (format_datetime(NOW - timedelta(days=3), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=30), usegmt=True), LONGEST_RETRY_AFTER_S),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_bounded(header: str, seconds: float) -> None:
    assert retry_after_s(header, NOW) == seconds


@given(st.text(max_size=40))
def test_no_header_breaks_anything(header: str) -> None:
    assert 0 <= retry_after_s(header, NOW) <= LONGEST_RETRY_AFTER_S
