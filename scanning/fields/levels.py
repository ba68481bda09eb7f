"""Percentiles, many times quicker than numpy's own, which take any kind and number of axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def percentile(values: NDArray[np.float32], percent: int) -> float:
    """The value below which so many hundredths of all lie, between two of them by their distance; n >= 1."""
    return float(percentiles(values.reshape(1, -1), percent)[0])


def percentiles(values: NDArray[np.float32] | NDArray[np.uint8], percent: int) -> NDArray[np.float64]:
    """The same of each row of (n, m), (n,); m >= 1."""
    whole, rest = divmod((values.shape[1] - 1) * percent, 100)
    ordered = np.partition(values, whole, axis=1)  # for two places it would take seven times as long
    low = ordered[:, whole].astype(np.float64)
    if not rest:
        return low
    return np.asarray(low + (ordered[:, whole + 1 :].min(axis=1) - low) * (rest / 100))
