"""What is known beforehand may veto what the image shows, and never changes it."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.validators.consumption import PreviousReading
from scanning.validators.meter_reading import ReadingContext
from scanning.validators.prior import ARBITRARY_SHARE, Candidate, log_prior, rank_alternatives, standing, weigh
from scanning.validators.reading_text import Meter

TODAY = date(2026, 12, 1)


def known(previous: int | None, dials: int = 5, decimals: int = 0, per_day: str = "0.274") -> ReadingContext:
    before = None if previous is None else PreviousReading(Decimal(previous), date(2025, 12, 1))
    return ReadingContext(Meter(dials, decimals), TODAY, before, Decimal(per_day))


@pytest.mark.parametrize(("previous", "decimals"), [(2181, 0), (9990, 0), (8000, 0), (0, 0), (990, 1)])
def test_the_prior_is_a_distribution(previous: int, decimals: int) -> None:
    context = known(previous, 4 - decimals, decimals)
    readings = (Decimal(step).scaleb(-decimals) for step in range(10**4))
    total = sum(math.exp(log_prior(reading, context)) for reading in readings)
    assert total == pytest.approx(1.0, abs=0.002)


def test_nothing_is_impossible_beforehand_and_usual_use_is_far_likelier() -> None:
    floor = math.log(ARBITRARY_SHARE / 10**5)
    assert log_prior(Decimal(1), known(2181)) == pytest.approx(floor)
    assert log_prior(Decimal(2281), known(2181)) > floor + 8
    assert log_prior(Decimal(50), known(99950)) > floor + 8


def test_with_nothing_known_the_image_stands_alone() -> None:
    found = weigh([Candidate("02281", 0.9), Candidate("99999", 0.1)], known(None))
    assert [one.value for one in found] == ["2281", "99999"]
    assert found[0].posterior == pytest.approx(0.9)


def test_a_clear_image_of_usual_use_passes() -> None:
    found = standing([Candidate("02281", 0.97), Candidate("02287", 0.02)], known(2181))
    assert not found.vetoed
    assert (found.value, found.image) == ("2281", 0.97)


def test_a_doubtful_image_of_strange_use_is_vetoed_and_not_replaced() -> None:
    candidates = [Candidate("07281", 0.6), Candidate("02281", 0.39)]
    found = standing(candidates, known(2181))
    assert (found.value, found.agrees, found.vetoed) == ("7281", False, True)
    assert [one.value for one in rank_alternatives(candidates, known(2181))] == ["2281"]


def test_a_clear_image_of_strange_use_agrees_but_is_outside_the_limits() -> None:
    found = standing([Candidate("07281", 0.999999), Candidate("02281", 1e-7)], known(2181))
    assert found.agrees
    assert found.vetoed
    assert found.checked is not None
    assert found.checked.code == "very-high"


def test_no_string_and_strings_that_are_no_reading_are_vetoed() -> None:
    assert standing([], known(2181)).vetoed
    found = standing([Candidate("0x281", 0.9), Candidate("02281", 0.1)], known(2181))
    assert (found.value, found.vetoed) == (None, True)


def test_spellings_of_one_value_are_taken_together() -> None:
    found = weigh([Candidate("02281", 0.5), Candidate("2281", 0.3)], known(2181))
    assert [one.value for one in found] == ["2281"]
    assert found[0].image == pytest.approx(0.8)


def test_strings_left_out_lower_the_posterior() -> None:
    alone = weigh([Candidate("02281", 0.6)], known(2181))[0]
    assert alone.posterior == pytest.approx(0.6)


texts = st.integers(0, 99999).map(lambda value: f"{value:05}")
images = st.dictionaries(texts, st.floats(0.0, 1.0), min_size=1, max_size=8)


@given(images, st.none() | st.integers(0, 99999))
def test_the_value_is_always_the_likeliest_of_the_image(image: dict[str, float], previous: int | None) -> None:
    candidates = [Candidate(text, share / len(image)) for text, share in image.items()]
    found = standing(candidates, known(previous))
    best = max(one.probability for one in candidates)
    assert found.value in {str(int(one.text)) for one in candidates if one.probability == best}
    assert all(0.0 <= one.posterior <= 1.0 + 1e-9 for one in weigh(candidates, known(previous)))


@given(images, st.integers(0, 99999))
def test_suggestions_are_other_strings_that_nobody_would_ask_about(image: dict[str, float], previous: int) -> None:
    candidates = [Candidate(text, share / len(image)) for text, share in image.items()]
    suggested = rank_alternatives(candidates, known(previous))
    assert len(suggested) <= 3
    assert standing(candidates, known(previous)).value not in {one.value for one in suggested}
