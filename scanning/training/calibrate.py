"""Fits what turns the network's outputs into probabilities, on digits it was not trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scanning.digits.reader import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEMPERATURES = np.exp(np.linspace(-0.9, 0.9, 61))


def fit_temperature(outputs: NDArray[np.float32], labels: NDArray[np.uint8]) -> Calibration:
    """Find the temperature under which the labels are most probable."""
    rows = np.arange(len(labels))

    def surprise(temperature: float) -> float:
        likely = Calibration(temperature, 0.0).probabilities(outputs)[rows, labels]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    return Calibration(float(min(_TEMPERATURES, key=surprise)), 0.0)
