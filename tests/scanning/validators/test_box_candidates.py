"""Strings worth weighing, out of boxes."""

from __future__ import annotations

import itertools
import math
import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.validators.box_candidates import BLANK, candidates
from scanning.validators.consumption import PreviousReading
from scanning.validators.meter_reading import ReadingContext
from scanning.validators.prior import standing
from scanning.validators.reading_text import Meter

TODAY = date(2026, 12, 1)


def known(previous: int | None, meter: Meter | None = None) -> ReadingContext:
    before = None if previous is None else PreviousReading(Decimal(previous), date(2025, 12, 1))
    return ReadingContext(meter or Meter(5), TODAY, before, Decimal("0.274"))


def box(digit: str, sure: float = 0.99) -> dict[str, float]:
    rest = (1 - sure) / 10
    return {one: sure if one == digit else rest for one in "0123456789"}


def test_the_written_string_comes_first() -> None:
    found = candidates([box(one) for one in "02281"], known(2181))
    assert found[0].text == "02281"
    assert found[0].probability == pytest.approx(0.99**5)


def test_blanks_count_only_before_the_digits() -> None:
    boxes = [{BLANK: 1.0}, {BLANK: 0.6, "0": 0.4}, box("3"), {BLANK: 0.9, "7": 0.1}]
    assert {one.text[:-1] for one in candidates(boxes, known(None, Meter(4))) if one.probability > 0.01} == {"3", "03"}


def test_decimals_come_out_behind_a_comma() -> None:
    boxes = [{BLANK: 1.0}, box("1", 1.0), box("2", 1.0), box("5", 1.0)]
    assert candidates(boxes, known(None, Meter(3, 1)))[0].text == "12,5"


def test_blank_boxes_give_no_string() -> None:
    assert candidates([{BLANK: 1.0}] * 5, known(2181)) == ()


def test_a_usual_reading_far_behind_the_image_is_found_and_vetoes() -> None:
    boxes = [{"9": 0.9, "0": 0.001}, *(box(one, 0.9) for one in "2281")]
    found = candidates(boxes, known(2181), most=4)
    assert "02281" in {one.text for one in found}
    assert standing(found, known(2181)).vetoed


def test_a_meter_that_goes_round_is_looked_for_on_both_sides() -> None:
    boxes = [{"8": 0.9, "0": 0.01}, {"8": 0.9, "0": 0.01}, *(box(one, 0.9) for one in "050")]
    assert "00050" in {one.text for one in candidates(boxes, known(99950), most=2)}


@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_the_strings_of_the_image_are_exactly_the_likeliest(rng: random.Random, most: int) -> None:
    boxes = [{digit: rng.randint(1, 99) / 100 for digit in "0123"} for _ in range(3)]
    every = sorted(
        (math.prod(chosen[1] for chosen in one) for one in itertools.product(*(box.items() for box in boxes))),
        reverse=True,
    )
    found = candidates(boxes, known(None, Meter(3)), most)
    assert [one.probability for one in found] == pytest.approx(every[:most])


def test_the_veto_stops_most_misreadings_and_few_right_ones() -> None:
    """One digit misread, as surely as a right one: four of five places give a use that nobody has."""
    rng = random.Random(1)  # noqa: S311 (an experiment, no secret)
    passed = {True: 0, False: 0}
    for right in [True, False] * 150:
        previous = rng.randrange(1000, 90_000)
        text = f"{previous + int(rng.gammavariate(2, 50)):05}"
        place = rng.randrange(5)
        other = rng.choice([digit for digit in "0123456789" if digit != text[place]])
        read = text if right else text[:place] + other + text[place + 1 :]
        boxes = [box(digit, 0.95) for digit in read]
        passed[right] += not standing(candidates(boxes, known(previous)), known(previous)).vetoed
    assert passed[True] >= 0.9 * 150
    assert passed[False] <= 0.45 * 150
