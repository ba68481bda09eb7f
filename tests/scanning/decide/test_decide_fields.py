from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from docgen.qr.slip_code import SlipCode
from docgen.reply_form import Known, ReplyField, ReplyKind
from scanning.decide.fields import Decision, Keying, Situation, asked_of, decide
from scanning.decide.policy import DEFAULT_POLICY
from scanning.fields.values import field_reading
from scanning.readings import BoxReading, FieldReading, Outcome, Presence, SlipReading
from tests.scanning.slips import code, geometry

if TYPE_CHECKING:
    from collections.abc import Mapping

TODAY = dt.date(2026, 11, 23)
KNOWN = {Known.PREVIOUS_READING: "1200", Known.PREVIOUS_DATE: "2025-11-23", Known.EXPECTED_PER_DAY: "0.3"}
CROP = np.zeros((10, 10), np.uint8)


def box(digit: int | None, chance: float = 0.9999, other: int = 0) -> BoxReading:
    if digit is None:
        return BoxReading(Presence.BLANK, 0.0)
    chances = [0.0] * 11
    chances[other] += 1 - chance
    chances[digit] += chance
    return BoxReading(Presence.INK, 0.2, tuple(chances))


def reading_of(boxes: list[BoxReading]) -> FieldReading:
    asked = geometry().fields[0]
    return field_reading(asked, tuple(boxes), CROP)


def decided(
    reading: FieldReading,
    known: Mapping[Known, str] | None = None,
    *,
    bilevel: bool = False,
    photo: bool = False,
    residual_mm: float = 0.02,
) -> Decision:
    corners = ((0.0, 0.0),) * 4
    slip = SlipReading(SlipCode(code(1).piece_id, geometry().form), (reading,), residual_mm, 5, corners, bilevel, photo)
    asked: dict[str, ReplyField] = asked_of(geometry())
    known_of = {reading.name: known} if known else {}
    (one,) = decide(slip, Situation(asked, TODAY, DEFAULT_POLICY, known_of))
    return one


def digits(text: str, **chances: float) -> list[BoxReading]:
    return [box(None if sign == " " else int(sign), **chances) for sign in text]


def test_a_clear_reading_goes_straight_through() -> None:
    assert (decided(reading_of(digits(" 1284"))).outcome, decided(reading_of(digits(" 1284"))).value) == (
        Outcome.ACCEPTED,
        "1284",
    )


def test_an_empty_field_is_blank_but_on_a_page_of_black_and_white_alone_a_person_looks() -> None:
    empty = reading_of(digits("     "))
    assert decided(empty).outcome is Outcome.BLANK
    assert (decided(empty, bilevel=True).outcome, decided(empty, bilevel=True).reasons) == (
        Outcome.REVIEW,
        ("blank-on-bilevel",),
    )


@pytest.mark.parametrize(
    ("boxes", "reason"),
    [
        (digits("1 284"), "blank-between"),
        (digits("1284 "), "not-at-right"),
        ([*digits(" 128"), box(10, 0.9, other=4)], "no-digit"),
        ([*digits(" 128"), replace(box(4), presence=Presence.UNSURE)], "faint-ink"),
    ],
)
def test_what_speaks_against_a_row_of_boxes_sends_it_to_a_person(boxes: list[BoxReading], reason: str) -> None:
    one = decided(reading_of(boxes))
    assert (one.outcome, one.value, one.keying) == (Outcome.REVIEW, "", Keying.BLIND)
    assert reason in one.reasons


def test_what_is_known_may_lift_a_doubtful_reading_that_fits() -> None:
    doubtful = reading_of([*digits(" "), box(1, 0.93, other=7), *digits("309")])
    assert decided(doubtful).outcome is Outcome.REVIEW
    assert (decided(doubtful, KNOWN).outcome, decided(doubtful, KNOWN).value) == (Outcome.ACCEPTED, "1309")


def test_what_is_known_vetoes_and_never_replaces_a_reading_that_does_not_fit() -> None:
    misread = reading_of([*digits(" "), box(7, 0.9, other=1), *digits("309")])
    one = decided(misread, KNOWN)
    assert (one.outcome, one.value, one.read) == (Outcome.REVIEW, "", "7309")
    assert "1309" in one.alternatives


def test_a_slip_out_of_shape_is_for_a_person_whatever_was_read() -> None:
    one = decided(reading_of(digits(" 1284")), residual_mm=0.7)
    assert (one.outcome, one.value) == (Outcome.REVIEW, "")
    assert "slip-out-of-shape" in one.reasons


def test_a_low_confidence_is_keyed_blind_and_a_middling_one_confirmed() -> None:
    assert decided(reading_of(digits(" 1284", chance=0.8, other=9))).keying is Keying.BLIND
    assert decided(reading_of(digits(" 1284", chance=0.97, other=9))).keying is Keying.CONFIRM


def test_a_field_without_a_form_is_asked_as_its_boxes_tell() -> None:
    asked = asked_of(geometry())
    assert (asked["reading"].length, asked["moved"].length) == (5, 0)
    assert [one.value for one in asked["road"].choices] == ["post", "mail"]
    assert asked["read_on"].kind is ReplyKind.DATE


def test_a_clear_reading_on_a_photo_is_confirmed_by_a_person() -> None:
    one = decided(reading_of(digits(" 1284")), photo=True)
    assert (one.outcome, one.value, one.reasons, one.keying) == (Outcome.REVIEW, "", ("on-photo",), Keying.CONFIRM)


def test_boxes_that_cannot_be_seen_are_for_a_person_though_they_look_blank() -> None:
    asked = geometry().fields[0]
    one = decided(field_reading(asked, tuple(digits("     ")), CROP, ("box-not-seen",)))
    assert (one.outcome, one.value, one.keying) == (Outcome.REVIEW, "", Keying.BLIND)
    assert one.reasons[0] == "box-not-seen"


def test_on_black_and_white_alone_an_empty_box_before_digits_is_a_question_unless_the_last_reading_answers_it() -> None:
    four = reading_of(digits(" 1284"))
    assert decided(four, bilevel=True).reasons == ("blank-on-bilevel",)
    assert decided(four, KNOWN, bilevel=True).outcome is Outcome.ACCEPTED
