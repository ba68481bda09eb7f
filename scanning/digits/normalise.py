"""Brings the crop of one box to what the digit network takes.

However large, dark or light a crop is, its ink comes out light on black, 20 pixels large, with its centre of mass in
the middle of 28 x 28. What is too pale, too small or only at the rim is left out, so that an empty box comes out empty.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from scanning.pieces import pieces_of

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
_GREYS = np.arange(256)
_AROUND = np.ones((3, 3), np.uint8)


class _Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int


class _Piece(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int
    area: int


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
    counts = np.bincount(crop.ravel(), minlength=256)
    darkest, lightest = np.searchsorted(counts.cumsum() / crop.size, (_INK_SHARE, 1 - _INK_SHARE)).tolist()
    dark_on_light = paper - darkest >= lightest - paper
    depth = (paper - _GREYS) if dark_on_light else (_GREYS - paper)  # of each grey there can be
    peak = (paper - darkest) if dark_on_light else (lightest - paper)
    noise = _noise(depth, counts)
    if peak < max(_LEAST_CONTRAST, _NOISES * noise):
        return None
    low = max(0.12 * peak, 2.5 * noise)
    scaled = (depth - low) * (255 / (max(0.85 * peak, 1.5 * low) - low))
    ink: NDArray[np.uint8] = np.clip(scaled, 0, 255).astype(np.uint8)[crop]
    return ink


def _paper_level(crop: NDArray[np.uint8]) -> int:
    """The paper's grey: what is usual in a band along the rim, where there is the least ink."""
    height, width = crop.shape
    band = max(1, min(height, width) // 8)
    rim = np.concatenate([part.ravel() for part in (crop[:band], crop[-band:], crop[:, :band], crop[:, -band:])])
    middle = (rim.size + 1) // 2 - 1
    return int(np.partition(rim, middle)[middle])


def _noise(depth: NDArray[np.int64], counts: NDArray[np.int64]) -> float:
    """The noise of the paper, from what is lighter than it is: ink is never on that side."""
    lighter = np.where(depth < 0, counts, 0)
    many = int(lighter.sum())
    return sqrt(int(lighter @ depth**2) / many) if many > int(counts.sum()) // 20 else 0.0


def _digit_box(ink: NDArray[np.uint8]) -> _Box | None:
    """Find where the digit is, and wipe out dirt and what stands at the rim (in place)."""
    mask = (ink > 64).view(np.uint8)  # noqa: PLR2004 - a quarter of the darkest
    labels, stats, _ = pieces_of(mask, 8)
    if len(stats) == 1:
        return None
    pieces = [_Piece(left, top, left + width, top + height, area) for left, top, width, height, area in stats.tolist()]
    kept = _kept(pieces[1:], ink.shape)
    if not any(kept):
        return None
    if not all(kept):
        is_lost = np.array([False, *[not one for one in kept]])
        around = cv2.dilate(is_lost[labels].view(np.uint8), _AROUND)
        ink[(around > 0) & ~np.array([False, *kept])[labels]] = 0
    digit = [piece for piece, one in zip(pieces[1:], kept, strict=True) if one]
    left, top = min(piece.left for piece in digit), min(piece.top for piece in digit)
    return _Box(left, top, max(piece.right for piece in digit), max(piece.bottom for piece in digit))


def _kept(pieces: list[_Piece], shape: tuple[int, ...]) -> list[bool]:
    """Which pieces of ink are the writer's: none that is a speck beside the largest, or that lies in the rim."""
    stray = [_is_stray(piece, *shape) for piece in pieces]
    if all(stray):
        stray = [False] * len(pieces)
    least = _SPECK * max(piece.area for piece, one in zip(pieces, stray, strict=True) if not one)
    return [not one and piece.area >= least for piece, one in zip(pieces, stray, strict=True)]


def _is_stray(piece: _Piece, height: int, width: int) -> bool:
    """It reaches the edge and lies wholly in the rim."""
    left, top, right, bottom, _ = piece
    if left and top and right != width and bottom != height:
        return False
    rim_x, rim_y = _RIM * width, _RIM * height
    return right <= rim_x or left >= width - rim_x or bottom <= rim_y or top >= height - rim_y


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
    strong = small.size - max(1, small.size // 50)
    strength = float(np.partition(small, strong, axis=None)[strong])
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
