from __future__ import annotations

import numpy as np
import pytest

from scanning.pieces import pieces_of


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("shape", [(7, 9), (700, 900)])
def test_pieces_are_numbered_however_many_there_are(shape: tuple[int, int], connectivity: int) -> None:
    mask = np.zeros(shape, np.uint8)
    mask[::2, ::2] = 1
    labels, boxes, middles = pieces_of(mask, connectivity)
    assert len(boxes) == len(middles) == int(mask.sum()) + 1
    assert len(np.unique(labels)) == len(boxes)
    assert boxes[1:, 4].tolist() == [1] * int(mask.sum())
