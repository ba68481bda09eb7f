"""Brings the crop of one box to what the digit network takes.

However large, dark or light a crop is, its ink comes out light on black, 20 pixels large, with its centre of mass in
the middle of 28 x 28. What is too pale, too small or only at the rim is left out, so that an empty box comes out empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SIDE = 28
"""Pixels of the network's input."""
_INK_SIDE = 20
_WORK_SIDE = 64
"""Crops are made smaller to this before anything else; it is enough for strokes, and quick."""
_LEAST_CONTRAST = 20
_NOISES = 5.0
"""Ink must be this many times darker than the noise of the paper."""
_INK_SHARE = 0.006
"""The darkest share of a crop tells how dark its ink is."""
_SPECK = 0.04
"""A piece smaller than this share of the largest one is dirt."""
_RIM = 0.12
_LARGEST_ENLARGING = 0.25
"""Ink smaller than this share of the crop is shown as small as if it had this size."""
_EVEN = 0.04
"""Nearer than this to the size wanted, ink is left as it is."""
_GREATEST_GAIN = 2.5


class _Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int


def normalise(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make the network's input of one crop.

    Args:
        crop: uint8 (height, width) of any size, dark ink on light paper or light on dark, grey or of two levels.

    Returns:
        uint8 (28, 28), ink 255 on 0; all 0 when the crop holds no ink.
    """
    out = np.zeros((SIDE, SIDE), dtype=np.uint8)
    ink = _ink(_shrunk(crop))
    if ink is None:
        return out
    box = _digit_box(ink)
    if box is not None:
        _place(_sized(ink, box), out)
    return out


def normalise_all(crops: Sequence[NDArray[np.uint8]] | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make inputs, uint8 (n, 28, 28), of crops that may differ in size."""
    out = np.empty((len(crops), SIDE, SIDE), dtype=np.uint8)
    for i, crop in enumerate(crops):
        out[i] = normalise(crop)
    return out


def _shrunk(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = crop.shape
    scale = _WORK_SIDE / max(height, width)
    if scale >= 1:
        return crop
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(crop, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _ink(crop: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Tell ink from paper: uint8, ink up to 255 on 0; None when there is no ink."""
    paper = _paper_level(crop)
    grey = crop.astype(np.int16)
    histogram = np.bincount(crop.ravel(), minlength=256).cumsum() / crop.size
    darkest = int(np.searchsorted(histogram, _INK_SHARE))
    lightest = int(np.searchsorted(histogram, 1 - _INK_SHARE))
    dark_on_light = paper - darkest >= lightest - paper
    depth = (paper - grey) if dark_on_light else (grey - paper)
    peak = (paper - darkest) if dark_on_light else (lightest - paper)
    noise = _noise(depth)
    if peak < max(_LEAST_CONTRAST, _NOISES * noise):
        return None
    low = max(0.12 * peak, 2.5 * noise)
    scaled = (depth - low) * (255 / (max(0.85 * peak, 1.5 * low) - low))
    ink: NDArray[np.uint8] = np.clip(scaled, 0, 255).astype(np.uint8)
    return ink


def _paper_level(crop: NDArray[np.uint8]) -> int:
    """The paper's grey: what is usual in a band along the rim, where there is the least ink."""
    height, width = crop.shape
    band = max(1, min(height, width) // 8)
    rim = np.concatenate([part.ravel() for part in (crop[:band], crop[-band:], crop[:, :band], crop[:, -band:])])
    return int(np.bincount(rim, minlength=256).cumsum().searchsorted((rim.size + 1) // 2))


def _noise(depth: NDArray[np.int16]) -> float:
    """The noise of the paper, from what is lighter than it is: ink is never on that side."""
    lighter = depth[depth < 0].astype(np.float32)
    return float(np.sqrt(np.mean(lighter * lighter))) if lighter.size > depth.size // 20 else 0.0


def _digit_box(ink: NDArray[np.uint8]) -> _Box | None:
    """Find where the digit is, and wipe out dirt and what stands at the rim (in place)."""
    mask = (ink > 64).astype(np.uint8)  # noqa: PLR2004 - a quarter of the darkest
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count == 1:
        return None
    pieces = stats[1:].astype(np.int32, copy=False)
    kept = _kept(pieces, ink.shape)
    if not kept.any():
        return None
    if not kept.all():
        lost = np.isin(labels, np.flatnonzero(~kept) + 1).astype(np.uint8)
        ink[(cv2.dilate(lost, np.ones((3, 3), np.uint8)) > 0) & ~np.isin(labels, np.flatnonzero(kept) + 1)] = 0
    left, top = pieces[kept, cv2.CC_STAT_LEFT], pieces[kept, cv2.CC_STAT_TOP]
    right, bottom = left + pieces[kept, cv2.CC_STAT_WIDTH], top + pieces[kept, cv2.CC_STAT_HEIGHT]
    return _Box(int(left.min()), int(top.min()), int(right.max()), int(bottom.max()))


def _kept(pieces: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pieces of ink are the writer's: none that is a speck beside the largest, or that lies in the rim."""
    height, width = shape
    area = pieces[:, cv2.CC_STAT_AREA]
    left, top = pieces[:, cv2.CC_STAT_LEFT], pieces[:, cv2.CC_STAT_TOP]
    right, bottom = left + pieces[:, cv2.CC_STAT_WIDTH], top + pieces[:, cv2.CC_STAT_HEIGHT]
    rim_x, rim_y = _RIM * width, _RIM * height
    touches = (left == 0) | (top == 0) | (right == width) | (bottom == height)
    in_rim = (right <= rim_x) | (left >= width - rim_x) | (bottom <= rim_y) | (top >= height - rim_y)
    stray = touches & in_rim
    if stray.all():
        stray[:] = False
    largest = int(area[~stray].max())
    kept: NDArray[np.bool_] = ~stray & (area >= _SPECK * largest)
    return kept


def _sized(ink: NDArray[np.uint8], box: _Box) -> NDArray[np.uint8]:
    """Cut the digit out and bring its longer side to 20 pixels; dust stays small."""
    longest = max(box.right - box.left, box.bottom - box.top)
    scale = _INK_SIDE / max(longest, _LARGEST_ENLARGING * max(ink.shape))
    pad = 1
    cut = ink[max(0, box.top - pad) : box.bottom + pad, max(0, box.left - pad) : box.right + pad]
    if abs(scale - 1) < _EVEN:
        return cut
    size = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(cut, size, interpolation=how)
    # thin strokes get pale when they are made smaller
    strength = float(np.sort(small, axis=None)[-max(1, small.size // 50)])
    gain = min(_GREATEST_GAIN, 255 / max(strength, 1.0))
    return cv2.convertScaleAbs(small, alpha=gain).astype(np.uint8, copy=False)


def _place(digit: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    """Put the digit's centre of mass in the middle of ``out`` (in place); what does not fit is cut off."""
    height, width = digit.shape
    moments = cv2.moments(digit)
    mass = moments["m00"]
    if mass == 0:
        return
    top = round(SIDE / 2 - 0.5 - moments["m01"] / mass)
    left = round(SIDE / 2 - 0.5 - moments["m10"] / mass)
    rows, columns = slice(max(0, top), min(SIDE, top + height)), slice(max(0, left), min(SIDE, left + width))
    out[rows, columns] = digit[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
