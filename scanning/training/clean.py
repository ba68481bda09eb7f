"""Finds labels that are most likely wrong: what networks that never saw an image are sure is something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scanning.training.network import Plan, fit, outputs_of
from scanning.training.pool import Pool

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FOLDS = 2
_SURE = 0.95
_UNLIKELY = 0.02


def doubtful(pool: Pool, seed: int) -> NDArray[np.bool_]:
    """Say which labels of a pool of real digits are doubtful, bool (n,)."""
    fold = np.random.default_rng(seed).integers(_FOLDS, size=len(pool.labels))
    found = np.zeros(len(pool.labels), dtype=np.bool_)
    for k in range(_FOLDS):
        known, unseen = fold != k, fold == k
        network = fit(Pool(pool.images[known], pool.labels[known]), Plan(epochs=4, seed=seed + k))
        outputs = outputs_of(network, pool.images[unseen]).astype(np.float64)
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        likely = powers / powers.sum(axis=1, keepdims=True)
        of_label = likely[np.arange(len(likely)), pool.labels[unseen]]
        found[unseen] = (likely.max(axis=1) > _SURE) & (of_label < _UNLIKELY)
    return found
