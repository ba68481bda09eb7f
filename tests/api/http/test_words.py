"""Words for people say what the values say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http import words
from api.ports import BatchState, Event, JobState, PieceState
from docgen.postal.results import read_ranges


@given(st.sets(st.integers(1, 60), min_size=1))
def test_ranges_are_read_back_as_the_numbers_they_came_from(numbers: set[int]) -> None:
    parts, findings = read_ranges(words.range_word(numbers))
    assert findings == ()
    assert {number for part in parts for number in part} == numbers


def test_many_ranges_end_in_dots() -> None:
    assert words.range_word(range(1, 200, 2), 3) == "1, 3, 5 …"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_900, "1 h 05 min"), (86_400, "1 d"), (97_200, "1 d 3 h"), (-5, "0 s")],
)
def test_spans_have_at_most_two_units(seconds: int, said: str) -> None:
    assert words.span_word(timedelta(seconds=seconds)) == said


def test_the_clock_on_the_wall_knows_summer_time() -> None:
    assert words.local(datetime(2026, 7, 1, 15, 0, tzinfo=UTC)) == "Wed 1 Jul 17:00"
    assert words.local(datetime(2026, 12, 1, 15, 0, tzinfo=UTC)) == "Tue 1 Dec 16:00"


def test_every_state_has_words_without_signs_of_the_program() -> None:
    for state in (*BatchState, *PieceState, *JobState):
        assert "_" not in words.state_word(state)


def test_the_letter_of_a_shortcut_is_underlined_and_the_rest_escaped() -> None:
    assert words.underlined("<b>Open", "o") == "&lt;b&gt;<u>O</u>pen"
    assert words.underlined("Find", "x") == "Find"


def test_events_are_said_with_what_is_known_of_them() -> None:
    event = Event(
        "org", "bat", "pieces-damaged", datetime(2026, 1, 1, tzinfo=UTC), {"count": 3, "by": "usr", "note": ""}
    )
    assert words.event_word(event) == "Pieces: damaged"
    assert words.event_details(event) == "count 3"
