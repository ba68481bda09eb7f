"""How well digits were read, measured on labelled images."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from scanning.digits.reader import JUNK, WORKING_THRESHOLD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scanning.digits.reader import Readings

_Z = 1.96
_BINS = 15
_SURE_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Measurement:
    """Shares of 0 to 1; None where nothing labelled says it.

    ``error`` is the share of digits whose most probable digit is another, ``error_at_90`` the same among the 90 % that
    are most confident. ``junk_accepted`` is the share of non-digits that are accepted at ``threshold``, ``accepted``
    that of digits (of all images when there are no labels). ``calibration`` is the expected calibration error in 15
    bins of equal width: how far the confidence in a reading is from how often it is right; a non-digit never is.
    """

    n: int
    error: float | None
    error_at_90: float | None
    junk_accepted: float | None
    calibration: float | None
    threshold: float
    accepted: float | None


def measure(
    readings: Readings, labels: NDArray[np.integer] | None = None, threshold: float = WORKING_THRESHOLD
) -> Measurement:
    """Measure readings. ``labels`` is (n,); what is not 0 to 9 says "not a digit"."""
    sure = readings.accepted(threshold)
    if labels is None:
        return Measurement(len(sure), None, None, None, None, threshold, _share(sure))
    is_digit = (labels >= 0) & (labels < JUNK)
    right = is_digit & (readings.digits == labels)
    wrong = ~right[is_digit]
    return Measurement(
        n=len(sure),
        error=_share(wrong),
        error_at_90=_share(wrong[_most_confident(readings.confidence[is_digit])]),
        junk_accepted=_share(sure[~is_digit]),
        calibration=calibration_error(readings.confidence, right),
        threshold=threshold,
        accepted=_share(sure[is_digit]),
    )


def wilson(count: int, n: int) -> tuple[float, float]:
    """What a share of ``count`` in ``n`` may be, 0 to 1: Wilson's interval of 95 % (1927); of none, anything."""
    if not n:
        return 0.0, 1.0
    p, scale = count / n, 1 + _Z**2 / n
    middle, reach = p + _Z**2 / (2 * n), _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> float | None:
    """Expected calibration error: confidence against share right, in bins weighted by how many fall in them."""
    if len(right) == 0:
        return None
    which = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    # a bin's share of all times its gap is the gap of its sums over n
    gaps = np.bincount(which, weights=confidence.astype(np.float64) - right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(right))


def _most_confident(confidence: NDArray[np.float32]) -> NDArray[np.intp]:
    return np.argsort(-confidence, kind="stable")[: int(np.ceil(_SURE_SHARE * len(confidence)))]


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None
