"""Meter readings: what people type, what meters can show, and what nobody uses."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.validators.consumption import PreviousReading, UseLimits, use_since, usual_per_day
from scanning.validators.meter_reading import ReadingContext, check, plausible
from scanning.validators.reading_text import Meter, from_boxes
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

TODAY = date(2026, 12, 1)
YEAR_AGO = date(2025, 12, 1)
WATER = Meter(5)


def known(previous: str | None = "2181", usual: str | None = "0.274", **more: object) -> ReadingContext:
    """A water meter read a year ago, with 100 m3 a year as its usual use."""
    values: Mapping[str, object] = {
        "meter": WATER,
        "today": TODAY,
        "previous": None if previous is None else PreviousReading(Decimal(previous), YEAR_AGO),
        "expected_per_day": None if usual is None else Decimal(usual),
        **more,
    }
    return ReadingContext(**values)  # type: ignore[arg-type] # the tests give each value its type


@pytest.mark.parametrize(
    "typed",
    [
        "2281",
        "02281",
        "2 281",
        "2281 m3",
        "2281 m³",
        "2281M3",
        " 2281\u00a0",
        "٢٢٨١",
        "\uff12\uff12\uff18\uff11",
        "2281,345",
        "02281.3",
    ],
)
def test_every_clear_spelling_is_the_same_reading(typed: str) -> None:
    found = check(typed, known())
    assert (found.verdict, found.value, found.code) == (Verdict.ACCEPT, "2281", None)


@pytest.mark.parametrize(
    "typed", ["", " ", "m3", "-5", "22a1", "1,2,3", "1.234.5678", "2281-2282", "½", "228¹", "22①1", "1e3", "9" * 50]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    found = check(typed, known())
    assert (found.verdict, found.value, found.code) == (Verdict.REFUSE, None, "not-a-number")


@pytest.mark.parametrize(
    ("typed", "value", "code"),
    [
        ("2181", "2181", "zero-use"),
        ("2190", "2190", "low"),
        ("2191", "2191", None),
        ("2481", "2481", None),
        ("2482", "2482", "high"),
        ("2781", "2781", "high"),
        ("2782", "2782", "very-high"),
        ("3181", "3181", "very-high"),
        ("2180", "2180", "lower-than-previous"),
        ("218", "218", "too-few-digits"),
    ],
)
def test_use_is_judged_against_the_usual(typed: str, value: str, code: str | None) -> None:
    found = check(typed, known(usual=str(Decimal(100) / 365)))
    assert (found.value, found.code) == (value, code)
    assert found.accepted == (code is None)


@pytest.mark.parametrize("typed", ["2181", "2190", "2782", "2180", "218"])
def test_a_person_who_insists_is_believed_with_a_flag(typed: str) -> None:
    asked = check(typed, known())
    kept = check(typed, known(), insists=True)
    assert asked.verdict is Verdict.ASK_AGAIN
    assert (kept.verdict, kept.value, kept.code, kept.insisted) == (Verdict.ACCEPT, asked.value, asked.code, True)


def test_red_digits_are_recognised_and_the_likely_way_to_read_comes_first() -> None:
    found = check("02281345", known())
    assert (found.verdict, found.code, found.value) == (Verdict.ASK_AGAIN, "too-many-digits", None)
    assert found.candidates[0] == "2281"


def test_more_digits_than_the_meter_has_cannot_be_stored_unseen() -> None:
    found = check("123456", known(previous=None), insists=True)
    assert (found.verdict, found.value) == (Verdict.REVIEW, None)


@pytest.mark.parametrize(("typed", "first"), [("2.281", "2281"), ("2,281", "2281"), ("12.345", "12")])
def test_a_dot_that_may_part_thousands_is_asked(typed: str, first: str) -> None:
    found = check(typed, known(previous=None if first == "12" else "2181"))
    assert (found.code, found.value, found.candidates[0]) == ("decimal-unclear", None, first)


@pytest.mark.parametrize(
    ("typed", "value"),
    [("2281,5", "2281.5"), ("2281.5", "2281.5"), ("2281", "2281.0"), ("2281,57", "2281.5"), ("2281,", "2281.0")],
)
def test_asked_decimals_are_kept_and_others_dropped(typed: str, value: str) -> None:
    assert check(typed, known(meter=Meter(5, 1))).value == value


@pytest.mark.parametrize(("typed", "value"), [("1.234,5", "1234"), ("1,234.5", "1234"), ("1.234.567", "1234567")])
def test_signs_for_thousands_are_understood_when_clear(typed: str, value: str) -> None:
    assert check(typed, known(previous=None, meter=Meter(7))).value == value


def test_a_meter_goes_round_only_near_its_end_and_with_usual_use() -> None:
    round_ = check("00050", known("99950"))
    assert (round_.verdict, round_.code, round_.facts["use"]) == (Verdict.ACCEPT, "rollover-assumed", "100")
    assert check("00050", known("89999")).code == "lower-than-previous"
    assert check("09950", known("99950")).code == "lower-than-previous"
    assert check("00050", known("99950", usual=None)).verdict is Verdict.ASK_AGAIN


def test_the_smallest_meter_of_the_books() -> None:
    assert use_since(Decimal(98), Decimal(2), Meter(2), Decimal(10)).amount == 4


def test_days_must_follow_one_another() -> None:
    assert check("2281", known(read_on=date(2026, 12, 2))).code == "future-date"
    assert check("2281", known(read_on=date(2025, 11, 30))).code == "before-previous-date"


@pytest.mark.parametrize(
    ("given_number", "same"), [("123456", True), ("A-0123456", False), ("456", True), ("56", False)]
)
def test_the_number_of_the_meter_is_compared(given_number: str, same: bool) -> None:  # noqa: FBT001 (a table's column)
    found = check("2281", known(meter=Meter(5, number="00123456"), given_number=given_number))
    assert found.code == (None if same else "meter-number-mismatch")


def test_equal_answers_confirm_and_differing_ones_go_to_review_whoever_insists() -> None:
    assert check("2281", known(earlier_answers=(Decimal(2281),))).code == "duplicate"
    for insists in (False, True):
        found = check("2281", known(earlier_answers=(Decimal(2280),)), insists=insists)
        assert (found.verdict, found.code, found.value) == (Verdict.REVIEW, "differs-from-answer", "2281")


def test_asking_comes_before_review_and_review_stays_after_it() -> None:
    doubtful = known(earlier_answers=(Decimal(2280),))
    asked, kept = check("9281", doubtful), check("9281", doubtful, insists=True)
    assert (asked.verdict, asked.code, asked.also) == (Verdict.ASK_AGAIN, "very-high", ("differs-from-answer",))
    assert (kept.verdict, kept.code, kept.insisted) == (Verdict.REVIEW, "differs-from-answer", True)


def test_a_neighbour_with_the_same_reading_explains_a_doubtful_one_only() -> None:
    assert check("2281", known(neighbours=(Decimal(2281),))).accepted
    found = check("5281", known(neighbours=(Decimal(5281),)))
    assert (found.code, found.also) == ("same-as-neighbour", ("very-high",))
    assert check("5281", known(previous=None, neighbours=(Decimal(5281),))).code == "same-as-neighbour"


def test_without_a_previous_reading_only_very_short_ones_are_asked() -> None:
    assert check("345", known(previous=None)).accepted
    assert check("00034", known(previous=None)).accepted
    assert check("34", known(previous=None)).code == "too-few-digits"


def test_boxes_left_blank_behind_the_digits_are_asked_when_nothing_else_can_tell() -> None:
    assert check("1234", known(previous=None, blank_behind=1)).code == "too-few-digits"
    assert check("2281", known(blank_behind=1)).accepted


def test_decimals_of_the_previous_reading_do_not_make_use_negative() -> None:
    assert check("2181", known("2181.7", read_on=date(2025, 12, 8))).accepted


def test_small_use_over_a_short_time_raises_no_question() -> None:
    week = known(read_on=date(2025, 12, 8))
    assert all(plausible(str(reading), week) for reading in range(2181, 2191))


def test_usual_use_comes_from_the_nearest_source() -> None:
    assert usual_per_day(Decimal(1), Decimal(2), 3) == 1
    assert usual_per_day(None, Decimal(2), 3) == 2
    assert round((usual_per_day(None, None, 2) or Decimal(0)) * 365) == 90
    assert usual_per_day(None, None, None) is None


@pytest.mark.parametrize(
    ("boxes", "decimals", "text"),
    [
        ("  123", 0, "123"),
        ("123  ", 0, "123"),
        ("1 23 ", 0, None),
        ("     ", 0, ""),
        (" 12345", 1, "1234,5"),
        ("     5", 2, "0,05"),
        ("12345 ", 1, None),
    ],
)
def test_boxes_may_be_blank_on_one_side_but_not_inside(boxes: str, decimals: int, text: str | None) -> None:
    assert from_boxes(tuple(box.strip() for box in boxes), decimals) == text


def test_a_meter_without_dials_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="dial"):
        Meter(0)


@st.composite
def contexts(draw: st.DrawFn) -> ReadingContext:
    meter = Meter(draw(st.integers(2, 7)), draw(st.integers(0, 4)))
    previous = draw(st.none() | st.integers(0, meter.modulus - 1).map(str))
    return known(previous, draw(st.sampled_from([None, "0.274", "8"])), meter=meter)


typed_readings = st.text(alphabet="0123456789., m3", max_size=12) | st.integers(0, 10**8).map(str)


@given(typed_readings | st.text(max_size=30), contexts(), st.booleans())
def test_no_text_makes_it_fail_and_values_are_readings_of_the_meter(
    text: str,
    context: ReadingContext,
    insists: bool,  # noqa: FBT001 (given by Hypothesis)
) -> None:
    found = check(text, context, insists=insists)
    assert found.verdict is not Verdict.ACCEPT or found.value is not None
    if found.value is not None:
        assert 0 <= Decimal(found.value) < context.meter.modulus
    for candidate in found.candidates:
        assert 0 <= Decimal(candidate) < context.meter.modulus


@given(typed_readings, contexts())
def test_a_value_checked_again_stays_as_it_is(text: str, context: ReadingContext) -> None:
    found = check(text, context)
    if found.value is not None:
        again = check(found.value, context, insists=True)
        assert again.value == found.value
        assert again.accepted
    if found.accepted and found.value is not None and context.previous:
        assert check(found.value, context).accepted


@given(typed_readings, contexts())
def test_insisting_never_changes_the_value_and_always_ends(text: str, context: ReadingContext) -> None:
    first, kept = check(text, context), check(text, context, insists=True)
    assert kept.value == first.value
    assert kept.verdict is not Verdict.ASK_AGAIN


@given(st.text(alphabet="0123456789\u0966\u0968³①½., m\u0663", max_size=9), contexts())
def test_no_value_has_a_digit_that_was_not_typed(text: str, context: ReadingContext) -> None:
    typed = "".join(str(unicodedata.decimal(one, "")) for one in text).lstrip("0")
    value = check(text, context).value
    if value is not None:
        whole, _, fraction = value.partition(".")
        assert typed.startswith((whole + fraction.rstrip("0")).lstrip("0"))


@given(st.integers(1, 7), st.data())
def test_rollover_is_exact_and_only_where_it_is_believable(dials: int, data: st.DataObject) -> None:
    meter = Meter(dials)
    previous = data.draw(st.integers(0, meter.modulus - 1))
    value = data.draw(st.integers(0, meter.modulus - 1))
    limit = data.draw(st.none() | st.integers(0, meter.modulus))
    use = use_since(Decimal(previous), Decimal(value), meter, None if limit is None else Decimal(limit))
    assert (previous + use.amount) % meter.modulus == value % meter.modulus
    believable = limit is not None and previous >= 0.9 * meter.modulus and value + meter.modulus - previous <= limit
    assert use.rollover == (value < previous and believable)


@given(st.decimals(0, 10**6, places=3))
def test_limits_are_in_order(usual: Decimal) -> None:
    limits = UseLimits()
    assert limits.low(usual) <= usual <= limits.high(usual) <= limits.very_high(usual)
