"""Answers of all roads are settled by one rule, and nothing that anybody said is lost from sight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.decide.roads import Given, RecordState, Road, Settlement, Standing, settle

LIVE = (Road.PAGE, Road.CODE, Road.STAFF)
PAPER = (Road.SLIP, Road.IMPORT)
GIVEN = st.tuples(st.sampled_from(Road), st.sampled_from(["", "1", "2"]), st.sampled_from(Standing))


def said(*answers: tuple[Road, str] | tuple[Road, str, Standing]) -> Settlement:
    return settle([Given(number, *answer) for number, answer in enumerate(answers, 1)])


def test_nothing_said_settles_nothing() -> None:
    assert said() == Settlement()
    assert said((Road.SLIP, ""), (Road.PAGE, "")) == Settlement()


@pytest.mark.parametrize("road", Road)
def test_one_answer_is_in_force(road: Road) -> None:
    assert said((road, "1")) == Settlement(RecordState.SETTLED, 1)


@pytest.mark.parametrize("first", Road)
@pytest.mark.parametrize("second", LIVE)
def test_who_answers_now_corrects_what_was_there(first: Road, second: Road) -> None:
    assert said((first, "1"), (second, "2")) == Settlement(RecordState.SETTLED, 2)


@pytest.mark.parametrize("first", LIVE)
@pytest.mark.parametrize("second", PAPER)
def test_paper_and_files_that_say_otherwise_are_a_dispute(first: Road, second: Road) -> None:
    assert said((first, "1"), (second, "2")) == Settlement(RecordState.DISPUTED, 1, (2,))


@pytest.mark.parametrize("first", Road)
@pytest.mark.parametrize("second", Road)
def test_equal_values_of_two_roads_confirm_each_other(first: Road, second: Road) -> None:
    found = said((first, "1"), (second, "1"))
    assert found.state is RecordState.SETTLED
    assert found.confirmed == (1 if first is not second else 0)


@pytest.mark.parametrize("road", PAPER)
def test_a_road_takes_the_place_of_what_it_said_before(road: Road) -> None:
    assert said((road, "1"), (road, "2")) == Settlement(RecordState.SETTLED, 2)


def test_a_dispute_ends_when_somebody_who_knows_answers() -> None:
    assert said((Road.PAGE, "1"), (Road.SLIP, "2"), (Road.STAFF, "2")).state is RecordState.SETTLED


def test_what_was_said_can_be_taken_back() -> None:
    assert said((Road.SLIP, "1"), (Road.PAGE, "")) == Settlement(RecordState.WITHDRAWN, 2)
    assert said((Road.PAGE, "1"), (Road.PAGE, ""), (Road.SLIP, "1")) == Settlement(RecordState.SETTLED, 3)


def test_what_nobody_can_read_takes_nothing_away() -> None:
    assert said((Road.PAGE, "1"), (Road.SLIP, "", Standing.UNREADABLE)) == Settlement(RecordState.SETTLED, 1)


def test_a_strange_answer_waits_for_a_person() -> None:
    assert said((Road.PAGE, "1", Standing.REVIEW)) == Settlement(RecordState.REVIEW, 1)
    assert said((Road.PAGE, "1"), (Road.IMPORT, "", Standing.REVIEW)) == Settlement(RecordState.DISPUTED, 1, (2,))


@given(st.lists(GIVEN, max_size=8))
def test_no_order_of_answers_makes_up_a_value_or_settles_on_what_is_in_doubt(
    answers: list[tuple[Road, str, Standing]],
) -> None:
    found = said(*answers)
    if found.number is None:
        assert found == Settlement()
        return
    _, value, standing = answers[found.number - 1]
    if found.state is RecordState.SETTLED:
        assert value
        assert standing is Standing.READY
    later = answers[found.number :]
    # nobody who answered later in person is passed over
    assert (
        not any(other in LIVE and (text or standing is not Standing.READY) for other, text, standing in later)
        or not value
    )
    for number in found.rivals:
        other, text, _ = answers[number - 1]
        assert other in PAPER
        assert text != value or answers[number - 1][2] is not Standing.READY


@given(st.lists(GIVEN, max_size=6), GIVEN)
def test_a_person_of_the_staff_always_has_the_last_word(
    answers: list[tuple[Road, str, Standing]], last: tuple[Road, str, Standing]
) -> None:
    del last
    assert said(*answers, (Road.STAFF, "9")).state is RecordState.SETTLED
