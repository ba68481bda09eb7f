"""Pieces of a picture of two values: what hangs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEW_PIXELS = 100_000
"""So many cannot hold more pieces than 16 bits can number, which takes half the time of 32."""


def pieces_of(
    mask: NDArray[np.uint8], connectivity: int
) -> tuple[NDArray[np.integer], NDArray[np.int32], NDArray[np.float64]]:
    """What is not 0 in (h, w): labels (h, w), boxes and areas (n, 5), middles (n, 2); the first is the background.

    ``connectivity`` is 4 or 8 neighbours; boxes are left, top, width and height.
    """
    labels_in = cv2.CV_16U if mask.size <= _FEW_PIXELS * (connectivity // 4) else cv2.CV_32S
    _, labels, stats, middles = cv2.connectedComponentsWithStats(mask, connectivity=connectivity, ltype=labels_in)
    return np.asarray(labels), np.asarray(stats, np.int32), np.asarray(middles, np.float64)
