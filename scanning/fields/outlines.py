"""The light outlines of boxes: found to place the boxes to a tenth of a millimetre, then taken out of the ink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from docgen.layouts.geometry import Rect
from scanning.fields.band import PX_PER_MM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scanning.fields.band import Band

_REACH_MM: Final = 1.2
_REACH = round(_REACH_MM * PX_PER_MM)
_LEAST = 0.06  # ink of an outline that can be told from paper
_LINE_MOST = 0.6
_EVERY = 3  # pixels along a side that are looked at
_LINE_PX = 3  # 1 pt, softened by the scanner
_SOFTENER = np.full(_LINE_PX, 1 / _LINE_PX, np.float32)


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
    ink = np.minimum(band.ink, _LINE_MOST)
    found = [
        (
            _shift(_profile(band, ink, box, 1), *_span(band, box, 1)),
            _shift(_profile(band, ink, box, 0), *_span(band, box, 0)),
        )
        for box in boxes
    ]
    across = _along([x for x, _ in found], boxes)
    down = _along([y for _, y in found], boxes)
    moved = tuple([_moved(box, x, y) for box, x, y in zip(boxes, across.shifts, down.shifts, strict=True)])
    residuals = [one.residual_mm for one in (across, down) if one.residual_mm is not None]
    seen = tuple([x is not None or y is not None for x, y in found])
    return Placed(moved, (across.line + down.line) / 2, max(residuals) if residuals else None, seen)


def _profile(band: Band, ink: NDArray[np.float32], box: Rect, axis: int) -> NDArray[np.float32]:
    """Ink across two opposite sides of a box: at each step the median along the side, which strokes do not change."""
    inner = Rect(box.left_mm + 0.8, box.top_mm - _REACH_MM, box.width_mm - 1.6, box.height_mm + 2 * _REACH_MM)
    if axis == 1:
        inner = Rect(box.left_mm - _REACH_MM, box.top_mm + 0.8, box.width_mm + 2 * _REACH_MM, box.height_mm - 1.6)
    rows, columns = band.slices(inner)
    part = ink[rows, columns]
    part = part[::_EVERY] if axis else part[:, ::_EVERY].T
    return np.asarray(np.partition(part, len(part) // 2, axis=0)[len(part) // 2])


def _span(band: Band, box: Rect, axis: int) -> tuple[float, int]:
    """Where the first side is expected in the profile, in px, and how far the other is from it."""
    start = box.left_mm - _REACH_MM - band.left_mm if axis else box.top_mm - _REACH_MM - band.top_mm
    length = box.width_mm if axis else box.height_mm
    first = max(0, round(start * PX_PER_MM))
    expected = (box.left_mm - band.left_mm if axis else box.top_mm - band.top_mm) * PX_PER_MM - first
    return expected, round(length * PX_PER_MM)


def _shift(profile: NDArray[np.float32], expected: float, apart: int) -> tuple[float, float] | None:
    """How far, in mm, both sides lie from where they are expected, and their ink; None when they are not seen."""
    soft = np.convolve(profile, _SOFTENER, "same")
    length = len(soft) - apart
    if length < 3:  # noqa: PLR2004 (a peak has two neighbours)
        return None
    score = np.minimum(soft[:length], soft[apart : apart + length])
    best = int(score.argmax())
    ink = float(score[best] - np.partition(soft, len(soft) // 2)[len(soft) // 2])
    if ink < _LEAST:
        return None
    return (best + _top(score, best) - expected) / PX_PER_MM, ink


def _top(score: NDArray[np.float32], best: int) -> float:
    if not 0 < best < len(score) - 1:
        return 0.0
    before, here, after = (float(v) for v in score[best - 1 : best + 2])
    bend = before - 2 * here + after
    return 0.0 if bend > -1e-9 else 0.5 * (before - after) / bend  # noqa: PLR2004 (flat)


@dataclass(frozen=True, slots=True)
class _Along:
    shifts: tuple[float, ...]
    line: float
    residual_mm: float | None


def _along(found: Sequence[tuple[float, float] | None], boxes: Sequence[Rect]) -> _Along:
    """Shifts of single boxes made into one straight run, in which single wrong ones do not count."""
    x = np.array([box.left_mm + box.width_mm / 2 for box in boxes])
    seen = np.array([one is not None for one in found])
    if not seen.any():
        return _Along((0.0,) * len(boxes), 0.0, None)
    shifts = np.array([one[0] if one is not None else 0.0 for one in found])
    slope, start = _line_through(x[seen], shifts[seen])
    run = start + slope * x
    line = float(np.median([one[1] for one in found if one is not None]))
    return _Along(tuple(run.tolist()), line, float(np.median(np.abs(run - shifts)[seen])))


def _line_through(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and start of the line by Theil and Sen, which a quarter of wrong points does not move."""
    if len(x) < 3:  # noqa: PLR2004 (too few to tell a slope from an error)
        return 0.0, float(np.median(y))
    first, second = np.triu_indices(len(x), 1)
    slope = float(np.median((y[second] - y[first]) / (x[second] - x[first])))
    return slope, float(np.median(y - slope * x))


def _moved(box: Rect, x_mm: float, y_mm: float) -> Rect:
    return Rect(box.left_mm + x_mm, box.top_mm + y_mm, box.width_mm, box.height_mm)


def without_outline(band: Band, box: Rect, line: float, around_mm: float) -> NDArray[np.float32]:
    """Ink in and ``around_mm`` around a box with its outline taken out; strokes that cross it stay."""
    rows, columns = band.slices(box.grown(around_mm))
    part = band.ink[rows, columns].copy()
    if line > 0:
        top = (box.top_mm - band.top_mm) * PX_PER_MM - rows.start
        left = (box.left_mm - band.left_mm) * PX_PER_MM - columns.start
        weight = _outline(part.shape, (left, top), box)
        part -= np.float32(line * _OVER) * weight
    return np.clip(part, 0, 1)


_OVER = 1.35  # the median along a side is less than the line's middle


def _outline(shape: tuple[int, ...], corner: tuple[float, float], box: Rect) -> NDArray[np.float32]:
    """1 on the four lines, falling to 0 within two pixels."""
    across, within_x = _sides(shape[1], corner[0], box.width_mm * PX_PER_MM)
    down, within_y = _sides(shape[0], corner[1], box.height_mm * PX_PER_MM)
    return np.asarray(np.maximum(across[None, :] * within_y[:, None], down[:, None] * within_x[None, :]))


def _sides(count: int, start: float, length: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Along one axis: how much of a line each pixel is, and whether it lies between the two lines."""
    place = np.arange(count, dtype=np.float32) + np.float32(0.5 - start)
    distance = np.minimum(np.abs(place), np.abs(place - np.float32(length)))
    within = (place > -_LINE_PX) & (place < length + _LINE_PX)
    return np.clip((4 - distance) / 2, 0, 1).astype(np.float32), within.astype(np.float32)
