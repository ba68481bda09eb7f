from __future__ import annotations

import numpy as np
import pytest

from scanning.fields.levels import percentile, percentiles


@pytest.mark.parametrize("count", [1, 2, 3, 26, 101, 5_000])
@pytest.mark.parametrize("percent", [0, 50, 75, 84, 98, 100])
def test_percentiles_are_those_of_numpy(count: int, percent: int) -> None:
    values = np.random.default_rng(count).random((3, count)).astype(np.float32)
    assert percentiles(values, percent) == pytest.approx(np.percentile(values, percent, axis=1), abs=1e-6)
    assert percentile(values, percent) == pytest.approx(float(np.percentile(values, percent)), abs=1e-6)


def test_percentiles_of_greys_lie_between_two_of_them() -> None:
    assert percentiles(np.array([[10, 20, 30, 40]], np.uint8), 75).tolist() == [32.5]
