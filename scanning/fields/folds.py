"""Folds: long, straight, soft shadows across a row, which no hand draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from scanning.fields.band import PX_PER_MM, Band

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEVEL_MM: Final = 14.0  # longer than the sides of boxes and the bars of digits
_SOFT_MM = 0.4
_MOST_INK = 0.55  # what is darker was drawn
_OVER = 1.2
_GRAIN = 8  # of 255: the grain of paper


def without_folds(band: Band) -> Band:
    """The band without the ink of folds: lines that run through the whole of it and are no darker than a shadow."""
    whole = (band.ink * 255).astype(np.uint8)
    half = np.asarray(cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = half.shape
    soft = max(1, round(_SOFT_MM * PX_PER_MM / 2))
    level = _run(half, (min(round(_LEVEL_MM * PX_PER_MM / 2), width), 1), (1, soft))
    upright = _run(half, (1, max(height - 4, 1)), (soft, 1))
    _, dark = cv2.threshold(np.maximum(level, upright), _GRAIN, 0, cv2.THRESH_TOZERO)
    if not dark.any():
        return band
    size = band.ink.shape[1], band.ink.shape[0]
    fold = np.asarray(dark, np.float32) * np.float32(_OVER / 255)
    shade = np.minimum(cv2.resize(fold, size, interpolation=cv2.INTER_LINEAR), np.float32(_MOST_INK))
    return Band(band.grey, np.maximum(band.ink - shade, 0), band.left_mm, band.top_mm)


def _run(image: NDArray[np.uint8], along: tuple[int, int], across: tuple[int, int]) -> NDArray[np.uint8]:
    """What is inked without a break over a length; a little slope is allowed by widening it first."""
    wide = cv2.dilate(image, np.ones(across[::-1], np.uint8)) if max(across) > 1 else image
    kernel = np.ones(along[::-1], np.uint8)
    thin = np.asarray(cv2.erode(wide, kernel), np.uint8)
    return thin if thin.max() <= _GRAIN else np.asarray(cv2.dilate(thin, kernel), np.uint8)
