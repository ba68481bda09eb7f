from __future__ import annotations

import numpy as np
import pytest

from scanning.digits.measure import calibration_error, measure
from scanning.digits.reader import Calibration, Readings


def readings(rows: list[tuple[int, float]]) -> Readings:
    """One row for each (class, probability); what is left is spread over the others."""
    table = np.array([[(1 - p) / 10] * 11 for _, p in rows], dtype=np.float32).reshape(-1, 11)
    for i, (value, p) in enumerate(rows):
        table[i, value] = p
    return Readings(table)


def test_error_is_over_digits_alone_and_junk_over_junk_alone() -> None:
    measured = measure(readings([(1, 0.999), (2, 0.999), (3, 0.6), (10, 0.9)]), np.array([1, 3, 3, 77]), threshold=0.95)
    assert measured.error == pytest.approx(1 / 3)
    assert measured.junk_accepted == 0
    assert measured.accepted == pytest.approx(2 / 3)
    assert measured.n == 4


def test_accepted_junk_counts() -> None:
    measured = measure(readings([(1, 0.999), (10, 0.9)]), np.array([10, 10]), threshold=0.95)
    assert measured.junk_accepted == 0.5
    assert measured.error is None
    assert measured.accepted is None


def test_without_labels_only_what_is_accepted_is_known() -> None:
    measured = measure(readings([(1, 0.999), (2, 0.5)]), None, threshold=0.9)
    assert (measured.error, measured.error_at_90, measured.junk_accepted, measured.calibration) == (None,) * 4
    assert measured.accepted == 0.5


def test_a_digit_that_may_be_junk_still_has_a_best_digit() -> None:
    unsure = readings([(10, 0.6)])
    unsure.probabilities[0, 4] = 0.3
    assert measure(unsure, np.array([4])).error == 0


def test_the_nine_tenths_most_confident_leave_the_doubtful_out() -> None:
    rows = [(1, 0.99)] * 9 + [(2, 0.5)]
    measured = measure(readings(rows), np.array([1] * 10))
    assert measured.error == 0.1
    assert measured.error_at_90 == 0


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    confidence = np.full(100, 0.9, dtype=np.float32)
    assert calibration_error(confidence, np.arange(100) < 90) == pytest.approx(0, abs=1e-6)
    assert calibration_error(confidence, np.arange(100) < 50) == pytest.approx(0.4, abs=1e-6)
    assert calibration_error(confidence[:0], np.zeros(0, dtype=bool)) is None


def test_no_images_at_all_can_be_measured() -> None:
    measured = measure(Readings(np.empty((0, 11), dtype=np.float32)), np.empty(0, dtype=int))
    assert (measured.n, measured.error, measured.accepted) == (0, None, None)


def test_a_higher_temperature_makes_less_sure() -> None:
    outputs = np.array([[4.0] + [0.0] * 10], dtype=np.float32)
    cold, hot = (Calibration(t, 0.0).probabilities(outputs)[0, 0] for t in (0.5, 2.0))
    assert cold > hot
    assert Calibration(2.0, 3.0).probabilities(outputs).sum() == pytest.approx(1)
