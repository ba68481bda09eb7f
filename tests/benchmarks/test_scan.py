from __future__ import annotations

import pytest

from benchmarks.scan.figures import Tally, share
from benchmarks.scan.trial import FieldTrial, Trial


def field(
    truth: str, read: str, confidence: float, *, posterior: float | None = None, agrees: bool = True
) -> FieldTrial:
    return FieldTrial("meter_reading", truth, read, confidence, posterior, agrees, True, "review", "", False)  # noqa: FBT003


def tally(*fields: FieldTrial) -> dict[str, object]:
    return Tally([Trial(identified=True, registered=True, fields=list(fields))]).figures()


def test_a_share_comes_with_its_interval() -> None:
    assert share(0, 3000)["interval"] == [0.0, pytest.approx(0.00128, abs=1e-4)]
    assert share(0, 0) == {"share": 0.0, "n": 0, "interval": [0.0, 1.0]}


def test_what_may_be_accepted_stops_before_too_many_are_wrong() -> None:
    fields = [field("1", "1", 0.99), field("2", "2", 0.98), field("3", "7", 0.97), field("4", "4", 0.96)]
    assert tally(*fields)["accepted_at"] == {"0.001": 0.5, "0.005": 0.5, "0.01": 0.5}


def test_a_threshold_takes_all_fields_of_one_confidence_or_none() -> None:
    fields = [field("1", "1", 0.99), field("2", "2", 0.98), field("3", "7", 0.98)]
    assert tally(*fields)["accepted_at"] == {
        limit: pytest.approx(1 / 3, abs=1e-3) for limit in ("0.001", "0.005", "0.01")
    }


def test_what_may_be_accepted_comes_with_what_other_samples_would_give() -> None:
    fields = [field("1", "1" if number else "7", number / 100) for number in range(100)]
    figures = tally(*fields)
    low, high = figures["accepted_at_interval"]["0.001"]  # type: ignore[index] # a table of pairs
    assert 0.9 < low <= 0.99 <= high == 1


def test_what_is_known_stops_a_confident_misreading() -> None:
    fields = [field("3", "7", 0.99, posterior=0.9, agrees=False), field("1", "1", 0.9, posterior=0.99)]
    figures = tally(*fields)
    assert (figures["accepted_at"], figures["accepted_at_with_previous"]) == (
        {"0.001": 0.0, "0.005": 0.0, "0.01": 0.0},
        {"0.001": 0.5, "0.005": 0.5, "0.01": 0.5},
    )
