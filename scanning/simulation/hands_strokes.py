"""Strokes of a pen, and the curves they come from."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float32]"
STEP = 0.04
"""Between two points of a curve, in heights of the digit."""


class Stroke(NamedTuple):
    """What a pen draws without being lifted.

    ``points`` is float32 (n, 2): x to the right and y down in shares of the box. ``pressure`` is float32 (n,), about 1.
    """

    points: Floats
    pressure: Floats


Strokes: TypeAlias = tuple[Stroke, ...]


class Skeleton(NamedTuple):
    """One stroke's points to pass, float32 (n, 2) in heights of the digit, and which of them are corners, bool (n,)."""

    points: Floats
    corners: NDArray[np.bool_]


@lru_cache(maxsize=4096)
def skeletons(text: str) -> tuple[Skeleton, ...]:
    """Parse a row of a table of forms."""
    return tuple(_skeleton(part.split()) for part in text.split("|"))


def _skeleton(words: list[str]) -> Skeleton:
    pairs = [word.rstrip("!").split(",") for word in words]
    points = np.array(pairs, dtype=np.float32) / np.float32(100)
    return Skeleton(points, np.array([word.endswith("!") for word in words]))


def curve(skeleton: Skeleton) -> Floats:
    """Pass a smooth curve through the points, broken at corners; float32 (n, 2), about ``STEP`` apart."""
    breaks = [0, *(int(i) for i in np.flatnonzero(skeleton.corners) if 0 < i < len(skeleton.points) - 1)]
    pieces = [
        _smooth(skeleton.points[first : last + 1])
        for first, last in zip(breaks, [*breaks[1:], len(skeleton.points) - 1], strict=True)
    ]
    joined = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
    return joined.astype(np.float32)


def _smooth(points: Floats) -> Floats:
    """Catmull-Rom through the points, each span sampled by its length."""
    if len(points) == 2:  # noqa: PLR2004 - two points make a line
        return _sampled_line(points)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    steps = points[1:] - points[:-1]
    counts = np.maximum(2, (np.sqrt((steps * steps).sum(axis=1)) / STEP).astype(int) + 1)
    span = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    t = ((np.arange(len(span)) - first[span]) / counts[span]).astype(np.float32)[:, None]
    slopes = (padded[2:] - padded[:-2]) / 2
    square, cube = t * t, t * t * t
    curve_points = (
        (2 * cube - 3 * square + 1) * points[span]
        + (cube - 2 * square + t) * slopes[span]
        + (3 * square - 2 * cube) * points[span + 1]
        + (cube - square) * slopes[span + 1]
    )
    return np.concatenate([curve_points, points[-1:]])


def _sampled_line(points: Floats) -> Floats:
    count = max(2, int(np.hypot(*(points[1] - points[0])) / STEP) + 1)
    t = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    line: Floats = (1 - t) * points[0] + t * points[1]
    return line


def softened(points: Floats, radius: float) -> Floats:
    """Round corners off as a quick hand does; the ends stay where they are. ``radius`` is in points of the curve."""
    reach = int(radius * 2)
    if reach < 1 or len(points) < 2 * reach + 1:
        return points
    offsets = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (offsets / radius) ** 2)
    kernel /= kernel.sum()
    # past its ends the curve goes on as its mirror image through the end, so that the ends stay
    head = 2 * points[:1] - points[reach:0:-1]
    tail = 2 * points[-1:] - points[-2 : -reach - 2 : -1]
    padded = np.concatenate([head, points, tail])
    smooth = [np.convolve(padded[:, axis], kernel, mode="valid") for axis in (0, 1)]
    return np.stack(smooth, axis=1).astype(np.float32)


def bounds(curves: list[Floats]) -> tuple[Floats, Floats]:
    """Top left and bottom right corner of all curves."""
    every = np.concatenate(curves)
    return every.min(axis=0), every.max(axis=0)
