"""Dates as people spell them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.validators.date import DateWindow, check, until
from scanning.validators.verdict import Verdict

TODAY = date(2026, 12, 1)
WINDOW = until(TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        "01112026",
        "1-11-2026",
        "01-11-2026",
        "1/11/2026",
        "1.11.2026",
        "1 11 2026",
        "2026-11-01",
        "20261101",
        "1 november 2026",
        "1 nov 2026",
        "1 nov. 2026",
        "1 Nov '26",
        "1e november 2026",
        "zondag 1 november 2026",
        "1november2026",
        "1-11-2026 14:30",
        "2026-11-01T10:00",
        "zo 1 nov 2026",
        "November 1, 2026",
        "1st november 2026",
        " 1 - 11 - 2026 ",
        "\uff11-\uff11\uff11-\uff12\uff10\uff12\uff16",
    ],
)
def test_every_clear_spelling_is_the_same_day(typed: str) -> None:
    found = check(typed, WINDOW)
    assert (found.verdict, found.value) == (Verdict.ACCEPT, "2026-11-01")


@pytest.mark.parametrize(
    "typed",
    ["31-02-2026", "11252026", "30-2", "31022026", "00-01-2026", "32 januari 2026", "29-02-2025"],
)
def test_days_that_do_not_exist_are_refused(typed: str) -> None:
    assert check(typed, WINDOW).code == "date-not-existing"


@pytest.mark.parametrize(
    "typed", ["", "gisteren", "1-2-3", "26-1-5", "november 2026", "1 foo 2026", "12345", "1-11-202", "x" * 500]
)
def test_what_is_no_date_is_refused(typed: str) -> None:
    assert check(typed, WINDOW).code == "date-invalid"


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        ("25-11-26", ("2026-11-25", "2025-11-26")),
        ("251126", ("2026-11-25", "2025-11-26")),
        ("1 november", ("2026-11-01", "2025-11-01")),
        ("31 december", ("2025-12-31",)),
        ("1-11", ("2026-11-01", "2025-11-01")),
        ("29 februari", ("2024-02-29",)),
    ],
)
def test_what_may_be_two_days_is_asked(typed: str, candidates: tuple[str, ...]) -> None:
    found = check(typed, WINDOW)
    assert (found.verdict, found.code, found.value, found.candidates) == (
        Verdict.ASK_AGAIN,
        "date-unclear",
        None,
        candidates,
    )


def test_month_first_is_understood_only_where_day_first_does_not_exist() -> None:
    assert check("3/4/2026", WINDOW).value == "2026-04-03"
    assert check("11/25/2026", WINDOW).value == "2026-11-25"


def test_years_of_two_digits_fall_inside_the_window() -> None:
    assert check("28-11-26", WINDOW).value == "2026-11-28"
    assert check("01-12-45", DateWindow(date(1920, 1, 1), TODAY)).value == "1945-12-01"


@pytest.mark.parametrize(
    ("typed", "code"), [("2-12-2026", "date-too-late"), ("1-1-2019", "date-too-early"), ("1-1-1026", "date-too-early")]
)
def test_days_outside_the_window_are_asked_and_kept_when_insisted(typed: str, code: str) -> None:
    asked, kept = check(typed, WINDOW), check(typed, WINDOW, insists=True)
    assert (asked.verdict, asked.code) == (Verdict.ASK_AGAIN, code)
    assert (kept.verdict, kept.value) == (Verdict.ACCEPT, asked.value)


@given(st.dates(WINDOW.earliest, WINDOW.latest))
def test_every_day_of_the_window_is_read_from_each_long_spelling(day: date) -> None:
    for form in ("%d%m%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %B %Y", "%B %d, %Y"):
        assert check(day.strftime(form), WINDOW).value == day.isoformat()


@given(st.text(max_size=30) | st.text(alphabet="0123456789-/. januov", max_size=14), st.dates())
def test_no_text_makes_it_fail_and_values_stay_as_they_are(text: str, today: date) -> None:
    found = check(text, until(today))
    if found.accepted and found.value is not None:
        again = check(found.value, until(today))
        assert (again.value, again.verdict) == (found.value, found.verdict)
