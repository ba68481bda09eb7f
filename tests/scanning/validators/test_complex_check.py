"""Sums under a main meter, and meters exchanged between readings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scanning.validators.complex_check import MeterExchange, SubMeter, check_after_exchange, check_complex
from scanning.validators.consumption import PreviousReading
from scanning.validators.meter_reading import ReadingContext
from scanning.validators.reading_text import Meter
from scanning.validators.verdict import Verdict


@pytest.mark.parametrize(
    ("uses", "code"),
    [
        (["40", "56"], None),
        (["40", "65"], None),
        (["40", "66"], "complex-more-than-main"),
        (["40", "54"], "complex-less-than-main"),
        (["40", None], "complex-incomplete"),
        (["140", None], "complex-more-than-main"),
        ([], "complex-less-than-main"),
    ],
)
def test_dwellings_are_compared_with_the_main_meter(uses: list[str | None], code: str | None) -> None:
    subs = [SubMeter(f"nr {number}", None if use is None else Decimal(use)) for number, use in enumerate(uses, 1)]
    found = check_complex(Decimal(100), subs)
    assert found.code == code
    assert found.missing == tuple(sub.dwelling for sub in subs if sub.use is None)
    assert found.total + found.difference == found.main


def test_a_main_meter_that_stood_still_has_no_share() -> None:
    assert check_complex(Decimal(0), []).share is None
    assert check_complex(Decimal(100), [SubMeter("1", Decimal(98))]).share == Decimal("0.02")


BEFORE = ReadingContext(
    Meter(4), date(2026, 12, 1), PreviousReading(Decimal(2181), date(2025, 12, 1)), expected_per_day=Decimal("0.274")
)


def exchanged(old_end: int) -> MeterExchange:
    return MeterExchange(date(2026, 6, 1), Decimal(old_end), Decimal(3), Meter(5))


def test_use_over_an_exchange_is_that_of_both_meters() -> None:
    found = check_after_exchange("58", BEFORE, exchanged(2231))
    assert (found.verdict, found.value) == (Verdict.ACCEPT, "58")
    assert (found.facts["use_old"], found.facts["use_new"], found.facts["use"]) == ("50", "55", "105")


def test_the_new_meter_is_judged_from_its_own_start() -> None:
    assert check_after_exchange("2", BEFORE, exchanged(2231)).code == "lower-than-previous"
    assert check_after_exchange("2281", BEFORE, exchanged(2231)).code == "very-high"


def test_an_old_meter_that_ran_back_goes_to_review() -> None:
    found = check_after_exchange("58", BEFORE, exchanged(2100))
    assert (found.verdict, found.code, found.value) == (Verdict.REVIEW, "exchange-end-too-low", "58")
