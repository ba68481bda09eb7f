"""Fits what turns the network's outputs into probabilities, on digits it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from scanning.digits.measure import calibration_error
from scanning.digits.reader import JUNK, Calibration, Readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_TEMPERATURES = np.exp(np.linspace(-1.0, 0.6, 33))
_SHIFTS = np.linspace(-5.0, 1.0, 31)
_JUNK_SHARE = 0.03
"""How many boxes with ink hold no digit; among what the network was trained on there were many more."""


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """What the network says of a source: ``outputs`` float32 (n, 11); ``labels`` uint8 (n,), 10 for no digit."""

    outputs: NDArray[np.float32]
    labels: NDArray[np.uint8]


def fit_calibration(sources: Sequence[Outputs]) -> Calibration:
    """Find a calibration for writers of any source.

    The shift for junk is that under which all labels are most probable, had boxes junk as often as they do on slips.
    The temperature is that under which the worst calibrated source is best: nobody knows whose digits will come, and
    one for all together would be that of the hardest ones alone.
    """
    shift = _most_probable(sources).junk_shift
    options = [Calibration(float(temperature), shift) for temperature in _TEMPERATURES]
    digits = [_digits_of(one) for one in sources if (one.labels != JUNK).any()]
    return min(options, key=lambda option: max(_error(one, option) for one in digits))


def _most_probable(sources: Sequence[Outputs]) -> Calibration:
    outputs = np.concatenate([one.outputs for one in sources])
    labels = np.concatenate([one.labels for one in sources])
    rows = np.arange(len(labels))
    is_junk = labels == JUNK
    weights = np.where(is_junk, _JUNK_SHARE / max(is_junk.sum(), 1), (1 - _JUNK_SHARE) / max((~is_junk).sum(), 1))

    def surprise(calibration: Calibration) -> float:
        likely = calibration.probabilities(outputs)[rows, labels].astype(np.float64)
        return float(-(weights * np.log(np.maximum(likely, 1e-12))).sum())

    options = [Calibration(float(temperature), float(shift)) for temperature, shift in product(_TEMPERATURES, _SHIFTS)]
    return min(options, key=surprise)


def _digits_of(source: Outputs) -> Outputs:
    kept = source.labels != JUNK
    return replace(source, outputs=source.outputs[kept], labels=source.labels[kept])


def _error(source: Outputs, calibration: Calibration) -> float:
    readings = Readings(calibration.probabilities(source.outputs))
    return calibration_error(readings.confidence, readings.digits == source.labels) or 0.0
