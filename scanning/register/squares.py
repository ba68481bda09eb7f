"""Black squares near the places where they must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanning.pieces import pieces_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scanning.page import GreyImage

_LEAST_CONTRAST = 40
_AREA = (0.6, 1.35)  # of what is expected
_SIDES = (0.72, 1.3)
_FILLED = 0.78  # of the box around it, which a square that is turned by 3 degrees fills to 0.9


@dataclass(frozen=True, slots=True)
class Square:
    """A square that was found: its middle in pixels, and the greys inside and around it."""

    x_px: float
    y_px: float
    black: float
    white: float


def find_square(grey: GreyImage, centre_px: NDArray[np.float64], side_px: float, reach_px: float) -> Square | None:
    """The black square of a side nearest to ``centre_px``, not further off than ``reach_px``; None when there is none.

    Squares that touch something dark are looked for a second time by what a square is: dark within, light around.
    """
    window = _window(grey, centre_px, reach_px + side_px)
    if window is None:
        return None
    image, left, top = window
    at = centre_px - (left, top)
    found = _by_shape(image, at, side_px, reach_px) or _by_pattern(image, at, side_px, reach_px)
    return None if found is None else Square(found.x_px + left, found.y_px + top, found.black, found.white)


def _window(grey: GreyImage, centre: NDArray[np.float64], reach: float) -> tuple[GreyImage, int, int] | None:
    height, width = grey.shape
    left, top = (max(0, int(v - reach)) for v in centre)
    right, bottom = min(width, int(centre[0] + reach) + 1), min(height, int(centre[1] + reach) + 1)
    return None if right - left < reach or bottom - top < reach else (grey[top:bottom, left:right], left, top)


def _by_shape(image: GreyImage, at: NDArray[np.float64], side: float, reach: float) -> Square | None:
    """A dark patch of its own, as large and as filled as the square."""
    level, binary = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, stats, centres = pieces_of(np.asarray(binary, np.uint8), 4)
    best, nearest = -1, reach
    for one, (_, _, width, height, area) in enumerate(stats.tolist()[1:], 1):
        if not (_SIDES[0] * side < width < _SIDES[1] * side and _SIDES[0] * side < height < _SIDES[1] * side):
            continue
        if not _AREA[0] * side**2 < area < _AREA[1] * side**2 or area < _FILLED * width * height:
            continue
        distance = float(np.hypot(*(centres[one] - at)))
        if distance < nearest:
            best, nearest = one, distance
    if best < 0:
        return None
    left, top, width, height, _ = stats[best].tolist()
    return _measured(image, (left, top, left + width, top + height), level)


def _measured(image: GreyImage, box: tuple[int, int, int, int], level: float) -> Square | None:
    """The middle to parts of a pixel, weighing each by how dark it is."""
    left, top, right, bottom = box
    inside = image[top:bottom, left:right]
    black = _middle(inside)
    light = image[::2, ::2]
    light = light[light > level]
    white = _middle(light) if light.size else 255.0
    if white - black < _LEAST_CONTRAST:
        return None
    around = slice(max(0, top - 2), bottom + 2), slice(max(0, left - 2), right + 2)
    weight = np.clip((white - image[around].astype(np.float32)) / (white - black), 0, 1)
    weight[weight < 0.15] = 0  # noqa: PLR2004 (noise of the paper)
    sums = cv2.moments(weight)
    return Square(
        sums["m10"] / sums["m00"] + around[1].start, sums["m01"] / sums["m00"] + around[0].start, black, white
    )


def _middle(values: GreyImage) -> float:
    """The median, and of two in the middle the darker one."""
    middle = (values.size + 1) // 2 - 1
    return float(np.partition(values, middle, axis=None)[middle])


_PATTERN_FITS = 0.8


def _by_pattern(image: GreyImage, at: NDArray[np.float64], side: float, reach: float) -> Square | None:
    """Where the window looks most like a dark square with light around it."""
    rim = max(1, round(side * 0.18))
    inner = round(side)
    pattern = np.full((inner + 2 * rim, inner + 2 * rim), 255, np.uint8)
    pattern[rim : rim + inner, rim : rim + inner] = 0
    if image.shape[0] <= pattern.shape[0] or image.shape[1] <= pattern.shape[1]:
        return None
    fits = cv2.matchTemplate(image, pattern, cv2.TM_CCOEFF_NORMED)
    _, best, _, (left, top) = cv2.minMaxLoc(fits)
    likeness = np.asarray(fits, np.float32)
    x, y = left + _peak(likeness[top, :], left), top + _peak(likeness[:, left], top)
    middle = (pattern.shape[0] - 1) / 2
    if best < _PATTERN_FITS or float(np.hypot(x + middle - at[0], y + middle - at[1])) > reach:
        return None
    inside = image[top + rim : top + rim + inner, left + rim : left + rim + inner]
    black, white = _middle(inside), float(np.percentile(image, 80))
    return Square(x + middle, y + middle, black, white) if white - black >= _LEAST_CONTRAST else None


def _peak(values: NDArray[np.float32], place: int) -> float:
    """How far the top of the parabola through three values lies from the middle one."""
    if not 0 < place < len(values) - 1:
        return 0.0
    before, here, after = (float(v) for v in values[place - 1 : place + 2])
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else 0.5 * (before - after) / bend
