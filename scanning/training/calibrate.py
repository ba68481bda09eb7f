"""Fits what turns the network's outputs into probabilities, on digits it was not trained on."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from scanning.digits.reader import JUNK, Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEMPERATURES = np.exp(np.linspace(-1.0, 0.6, 33))
_SHIFTS = np.linspace(-3.0, 1.0, 21)
_JUNK_SHARE = 0.03
"""How many boxes with ink hold no digit; among what the network was trained on there were many more."""


def fit_calibration(outputs: NDArray[np.float32], labels: NDArray[np.uint8]) -> Calibration:
    """Find the calibration under which the labels are most probable, had boxes junk as often as they do on slips."""
    rows = np.arange(len(labels))
    is_junk = labels == JUNK
    weights = np.where(is_junk, _JUNK_SHARE / max(is_junk.sum(), 1), (1 - _JUNK_SHARE) / max((~is_junk).sum(), 1))

    def surprise(calibration: Calibration) -> float:
        likely = calibration.probabilities(outputs)[rows, labels].astype(np.float64)
        return float(-(weights * np.log(np.maximum(likely, 1e-12))).sum())

    options = [Calibration(float(temperature), float(shift)) for temperature, shift in product(_TEMPERATURES, _SHIFTS)]
    return min(options, key=surprise)
