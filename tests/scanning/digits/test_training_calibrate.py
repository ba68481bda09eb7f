"""Outputs become probabilities that hold for every source, not only for the one with the most images."""

from __future__ import annotations

import numpy as np

from scanning.digits.measure import calibration_error
from scanning.digits.reader import JUNK, Calibration, Readings
from scanning.training.calibrate import Outputs, fit_calibration


def source(count: int, temperature: float, seed: int) -> Outputs:
    """Outputs whose labels are drawn as their own probabilities at ``temperature`` say."""
    rng = np.random.default_rng(seed)
    outputs = rng.normal(0, 2.5, (count, 11)).astype(np.float32)
    outputs[:, JUNK] -= 3
    # the largest of outputs with Gumbel noise is drawn as softmax says
    labels = (outputs / temperature + rng.gumbel(size=outputs.shape)).argmax(axis=1)
    return Outputs(outputs, labels.astype(np.uint8))


def error(one: Outputs, calibration: Calibration) -> float:
    digits = one.labels != JUNK
    readings = Readings(calibration.probabilities(one.outputs[digits]))
    return calibration_error(readings.confidence, readings.digits == one.labels[digits]) or 0.0


def test_one_source_gets_about_its_own_temperature() -> None:
    fitted = fit_calibration([source(900, 0.7, 1)])
    assert 0.55 < fitted.temperature < 0.85


def test_a_small_source_counts_as_much_as_a_large_one() -> None:
    large, small = source(900, 1.3, 2), source(250, 0.6, 3)
    fitted = fit_calibration([large, small])
    assert fitted.temperature < fit_calibration([large]).temperature
    worst = max(error(one, fitted) for one in (large, small))
    for temperature in (0.6, 1.3):
        assert worst <= max(error(one, Calibration(temperature, fitted.junk_shift)) for one in (large, small)) + 0.01


def test_a_source_of_junk_alone_takes_part_in_the_shift() -> None:
    mixed = source(500, 0.8, 4)
    kept = mixed.labels != JUNK
    digits = Outputs(mixed.outputs[kept], mixed.labels[kept])
    outputs = np.zeros((200, 11), np.float32)
    outputs[:, JUNK] = -1.0
    junk = Outputs(outputs, np.full(200, JUNK, np.uint8))
    assert fit_calibration([digits, junk]).junk_shift > fit_calibration([digits]).junk_shift
