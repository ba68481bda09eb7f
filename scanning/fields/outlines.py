"""The light outlines of boxes: found to place the boxes to a tenth of a millimetre, then taken out of the ink."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from docgen.layouts.geometry import Rect
from scanning.fields.band import PX_PER_MM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scanning.fields.band import Band
    from scanning.register.transforms import Points

_REACH_MM: Final = 1.2
_LEAST = 0.06  # ink of an outline that can be told from paper
_LINE_MOST = 0.6
_EVERY = 3  # pixels along a side that are looked at
_LINE_PX = 3  # 1 pt, softened by the scanner
_SOFTENER = np.float32(1 / _LINE_PX)


class _Shift(NamedTuple):
    mm: float
    ink: float


@dataclass(frozen=True, slots=True)
class Placed:
    """The boxes of a field where they are found, in mm of the slip, and how far single ones are off the common line.

    ``line`` is the ink of the outlines, 0 when none can be seen; ``residual_mm`` is None then. ``seen`` tells of which
    boxes two opposite sides at least were found.
    """

    boxes: tuple[Rect, ...]
    line: float
    residual_mm: float | None
    seen: tuple[bool, ...]


def place_boxes(band: Band, boxes: Sequence[Rect]) -> Placed:
    """Find the outlines of boxes near where they must be."""
    x, y = _found(band, boxes, 1), _found(band, boxes, 0)
    across, down = _along(x, boxes), _along(y, boxes)
    moved = tuple([_moved(box, *by) for box, *by in zip(boxes, across.shifts, down.shifts, strict=True)])
    residuals = [one.residual_mm for one in (across, down) if one.residual_mm is not None]
    seen = tuple([one is not None or other is not None for one, other in zip(x, y, strict=True)])
    return Placed(moved, (across.line + down.line) / 2, max(residuals) if residuals else None, seen)


def _found(band: Band, boxes: Sequence[Rect], axis: int) -> list[_Shift | None]:
    """How far each box lies from where it is expected, by the two sides across ``axis``; boxes of a size together."""
    found: list[_Shift | None] = [None] * len(boxes)
    for places in of_a_size(boxes):
        alike = [boxes[place] for place in places]
        length = alike[0].width_mm if axis else alike[0].height_mm
        shifts = _shifts(_profiles(band, alike, axis), _expected(band, alike, axis), round(length * PX_PER_MM))
        for place, shift in zip(places, shifts, strict=True):
            found[place] = shift
    return found


def of_a_size(boxes: Sequence[Rect]) -> list[list[int]]:
    """Places of boxes that are as large as one another; nearly always all of them."""
    sizes = dict[tuple[float, float], list[int]]()
    for place, box in enumerate(boxes):
        sizes.setdefault((box.width_mm, box.height_mm), []).append(place)
    return list(sizes.values())


def _profiles(band: Band, boxes: Sequence[Rect], axis: int) -> NDArray[np.float32]:
    """Ink across two opposite sides of each box, (n, length).

    At each step it is the median along the side, which strokes do not change.
    """
    parts = [_part(band, box, axis) for box in boxes]
    shortest = min(len(part) for part in parts), min(part.shape[1] for part in parts)
    stacked = np.stack([part[: shortest[0], : shortest[1]] for part in parts])
    middle = stacked.shape[2] // 2
    stacked.partition(middle, axis=2)
    return np.minimum(stacked[:, :, middle], np.float32(_LINE_MOST))


def _part(band: Band, box: Rect, axis: int) -> NDArray[np.float32]:
    """What is looked at across two sides: (length of the profile, places along the sides)."""
    if axis:
        rows, columns = band.slices(
            Rect(box.left_mm - _REACH_MM, box.top_mm + 0.8, box.width_mm + 2 * _REACH_MM, box.height_mm - 1.6)
        )
        return band.ink[rows, columns][::_EVERY].T
    rows, columns = band.slices(
        Rect(box.left_mm + 0.8, box.top_mm - _REACH_MM, box.width_mm - 1.6, box.height_mm + 2 * _REACH_MM)
    )
    return band.ink[rows, columns][:, ::_EVERY]


def _expected(band: Band, boxes: Sequence[Rect], axis: int) -> NDArray[np.float64]:
    """Where the first side of each is expected in its profile, in px, (n,)."""
    starts = [box.left_mm - band.left_mm if axis else box.top_mm - band.top_mm for box in boxes]
    return np.array([start * PX_PER_MM - max(0, round((start - _REACH_MM) * PX_PER_MM)) for start in starts])


def _shifts(profiles: NDArray[np.float32], expected: NDArray[np.float64], apart: int) -> list[_Shift | None]:
    """How far both sides lie from where they are expected, and their ink; None when they are not seen."""
    count, length = profiles.shape
    padded = np.zeros((count, length + 2), np.float32)
    padded[:, 1:-1] = profiles * _SOFTENER
    soft = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    length -= apart
    if length < 3:  # noqa: PLR2004 (a peak has two neighbours)
        return [None] * count
    score = np.minimum(soft[:, :length], soft[:, apart : apart + length])
    middle = soft.shape[1] // 2
    usual = np.partition(soft, middle, axis=1)[:, middle]
    return [
        _Shift((best + _top(row, best) - at) / PX_PER_MM, ink) if (ink := float(row[best] - low)) >= _LEAST else None
        for row, best, at, low in zip(score, score.argmax(axis=1).tolist(), expected.tolist(), usual, strict=True)
    ]


def _top(score: NDArray[np.float32], best: int) -> float:
    if not 0 < best < len(score) - 1:
        return 0.0
    before, here, after = score[best - 1 : best + 2].tolist()
    bend: float = before - 2 * here + after
    return 0.0 if bend > -1e-9 else 0.5 * (before - after) / bend  # noqa: PLR2004 (flat)


@dataclass(frozen=True, slots=True)
class _Along:
    shifts: tuple[float, ...]
    line: float
    residual_mm: float | None


def _along(found: Sequence[_Shift | None], boxes: Sequence[Rect]) -> _Along:
    """Shifts of single boxes made into one straight run, in which single wrong ones do not count."""
    x = [box.left_mm + box.width_mm / 2 for box in boxes]
    seen = [(at, one.mm) for at, one in zip(x, found, strict=True) if one is not None]
    if not seen:
        return _Along((0.0,) * len(boxes), 0.0, None)
    slope, start = _line_through(seen)
    line = median([one.ink for one in found if one is not None])
    residual_mm = median([abs(start + slope * at - shift) for at, shift in seen])
    return _Along(tuple([start + slope * at for at in x]), line, residual_mm)


def _line_through(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Slope and start of the line by Theil and Sen, which a quarter of wrong points does not move."""
    if len(points) < 3:  # noqa: PLR2004 (too few to tell a slope from an error)
        return 0.0, median([y for _, y in points])
    slope = median([(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2)])
    return slope, median([y - slope * x for x, y in points])


def _moved(box: Rect, x_mm: float, y_mm: float) -> Rect:
    return Rect(box.left_mm + x_mm, box.top_mm + y_mm, box.width_mm, box.height_mm)


class BoxInk(NamedTuple):
    """``ink`` (h, w) in and around a box, its outline taken out; ``rows`` and ``columns`` of it are the box."""

    ink: NDArray[np.float32]
    rows: slice
    columns: slice

    def within(self, inset_mm: float) -> NDArray[np.float32]:
        """The box without a rim of so much."""
        inset = round(inset_mm * PX_PER_MM)
        rows, columns = self.rows, self.columns
        return self.ink[rows.start + inset : rows.stop - inset, columns.start + inset : columns.stop - inset]


def without_outlines(band: Band, boxes: Sequence[Rect], line: float, around_mm: float) -> list[BoxInk]:
    """What is in and ``around_mm`` around each box of one size, without outlines; strokes that cross them stay.

    ``line`` is the ink of the outlines.
    """
    around = round(around_mm * PX_PER_MM)
    (tops, y, high), (lefts, x, wide) = _windows(band, boxes, around, 0), _windows(band, boxes, around, 1)
    parts = np.stack([band.ink[top : top + high, left : left + wide] for top, left in zip(tops, lefts, strict=True)])
    height, width = boxes[0].height_mm * PX_PER_MM, boxes[0].width_mm * PX_PER_MM
    if line > 0:
        (across, within_x), (down, within_y) = _sides(x - lefts, wide, width), _sides(y - tops, high, height)
        weight = np.maximum(across[:, None, :] * within_y[:, :, None], down[:, :, None] * within_x[:, None, :])
        weight *= np.float32(line * _OVER)
        parts -= weight
        np.maximum(parts, 0, out=parts)
    starts = np.maximum(0, np.rint([y - tops, x - lefts])).astype(int).T.tolist()
    size = round(height), round(width)
    return [
        BoxInk(part, slice(top, top + size[0]), slice(left, left + size[1]))
        for part, (top, left) in zip(parts, starts, strict=True)
    ]


def _windows(band: Band, boxes: Sequence[Rect], around: int, axis: int) -> tuple[NDArray[np.int64], Points, int]:
    """Where the window of each box starts, and the box itself, in px of the band; and how long the windows are."""
    most = band.ink.shape[axis]
    at = [(box.left_mm - band.left_mm if axis else box.top_mm - band.top_mm) * PX_PER_MM for box in boxes]
    length = min(most, round((boxes[0].width_mm if axis else boxes[0].height_mm) * PX_PER_MM) + 2 * around)
    starts = [min(max(0, round(one) - around), most - length) for one in at]
    return np.array(starts), np.array(at), length


_OVER = 1.35  # the median along a side is less than the line's middle


def _sides(starts: Points, count: int, length: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Along one axis, (n, count): how much of a line each pixel is, falling to 0, and whether it lies between both."""
    place = np.arange(count, dtype=np.float32) + (0.5 - starts).astype(np.float32)[:, None]
    distance = np.minimum(np.abs(place), np.abs(place - np.float32(length)))
    within = (place > -_LINE_PX) & (place < np.float32(length + _LINE_PX))
    return np.clip((4 - distance) / 2, 0, 1), within.astype(np.float32)
