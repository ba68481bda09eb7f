"""Read a KIX back from an image: the proof that what was printed is what was meant.

Rows where all bars are crossed at an even pitch show the tracker band; from its middle each bar reaches up, down, both
or neither. Every character has two bars that reach up and two that reach down, which gives the thresholds and a check.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docgen.postal.kix import BARS_PER_CHARACTER, MAX_CHARACTERS, TABLE

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_SKEWS_DEG = (0.0, 0.5, -0.5, 1.0, -1.0, 1.5, -1.5, 2.0, -2.0)
_REACH_PITCHES = 2.6  # a full bar reaches 2.3 pitches from its middle, and 2 mm around it are clear
_UNEVEN = 0.35
_MIN_CONTRAST = 40
_MIN_BAR_PX = 2
_MOST = 0.5
_CHARACTERS = {states: character for character, states in TABLE.items()}
_STATES = {(True, True): "F", (True, False): "A", (False, True): "D", (False, False): "T"}


class _Bars(NamedTuple):
    """Columns where bars begin and end (exclusive), and the first and last row of the tracker band."""

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    top: int
    bottom: int


def read(image: Image) -> str | None:
    """The content of the one KIX in ``image``: uint8, (height, width), 0 = black, 200 to 600 dpi.

    It may lie up to 2 degrees askew, with text above or below it. None when no code reads without doubt.
    """
    dark = _dark(image)
    if dark is None:
        return None
    for skew in _SKEWS_DEG:
        content = _read_straight(_sheared(dark, skew))
        if content:
            return content
    return None


def _dark(image: Image) -> Mask | None:
    """Otsu's threshold; None when the picture has no contrast."""
    if image.size == 0 or int(image.max()) - int(image.min()) < _MIN_CONTRAST:
        return None
    counts = np.bincount(image.ravel(), minlength=256).astype(np.float64)
    weight = np.cumsum(counts)
    mass = np.cumsum(counts * np.arange(256))
    below, above = weight[:-1], weight[-1] - weight[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (mass[:-1] / below - (mass[-1] - mass[:-1]) / above) ** 2
    best = np.flatnonzero(between == np.nanmax(between))
    dark: Mask = image <= (best[0] + best[-1]) // 2
    return dark


def _sheared(dark: Mask, degrees: float) -> Mask:
    """Each column moved up or down, so that a line askew by ``degrees`` becomes level."""
    if not degrees:
        return dark
    height, width = dark.shape
    shifts = np.rint((np.arange(width) - width / 2) * math.tan(math.radians(degrees))).astype(np.intp)
    rows = np.arange(height)[:, None] + shifts[None, :]
    inside = (rows >= 0) & (rows < height)
    moved: Mask = np.take_along_axis(dark, np.clip(rows, 0, height - 1), axis=0) & inside
    return moved


def _read_straight(dark: Mask) -> str | None:
    bars = _find_bars(dark)
    if bars is None:
        return None
    up, down = _reaches(dark, bars, upward=True), _reaches(dark, bars, upward=False)
    if up is None or down is None:
        return None
    states = "".join(_STATES[bool(u), bool(d)] for u, d in zip(up, down, strict=True))
    groups = [states[i : i + BARS_PER_CHARACTER] for i in range(0, len(states), BARS_PER_CHARACTER)]
    if not all(group in _CHARACTERS for group in groups):
        return None
    return "".join(_CHARACTERS[group] for group in groups)


def _find_bars(dark: Mask) -> _Bars | None:
    """The bars of the tallest band of rows with the most evenly spaced dark runs."""
    # Most rows of a clean picture are alike, so each kind is judged once.
    kinds = {row.tobytes(): row for row in dark}
    judged = {key: _even_runs(row) for key, row in kinds.items()}
    counts = np.array([judged[row.tobytes()] for row in dark])
    if not counts.any():
        return None
    rows = np.flatnonzero(counts == counts.max())
    bands = np.split(rows, np.flatnonzero(np.diff(rows) > _MIN_BAR_PX) + 1)
    band = max(bands, key=len)
    top, bottom = int(band[0]), int(band[-1])
    starts, ends = _runs(dark[top : bottom + 1].mean(axis=0) >= _MOST)
    return _Bars(starts, ends, top, bottom) if _is_even(starts, ends) else None


def _runs(row: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where dark runs begin, and where they end (exclusive); single pixels are specks and do not count."""
    edges = np.diff(np.concatenate(([0], row.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    kept = ends - starts >= _MIN_BAR_PX
    return starts[kept], ends[kept]


def _even_runs(row: Mask) -> int:
    """How many bars cross this row; 0 when its runs are not those of a code."""
    starts, ends = _runs(row)
    return len(starts) if _is_even(starts, ends) else 0


def _is_even(starts: NDArray[np.intp], ends: NDArray[np.intp]) -> bool:
    """True for a whole number of characters at one pitch, bars narrower than it and alike."""
    if len(starts) not in range(BARS_PER_CHARACTER, BARS_PER_CHARACTER * MAX_CHARACTERS + 1, BARS_PER_CHARACTER):
        return False
    pitches = np.diff(starts + ends) / 2
    widths = ends - starts
    pitch, width = float(np.median(pitches)), float(np.median(widths))
    even = bool((np.abs(pitches - pitch) <= _UNEVEN * pitch).all())
    alike = bool((np.abs(widths - width) <= max(_MIN_BAR_PX, _UNEVEN * width)).all())
    return even and alike and width < 0.8 * pitch


def _reaches(dark: Mask, bars: _Bars, *, upward: bool) -> Mask | None:
    """For each bar whether it reaches beyond the tracker; None when long and short are not half and half, apart."""
    pitch = float(np.median(np.diff(bars.starts)))
    middle = (bars.top + bars.bottom) // 2
    reach = round(_REACH_PITCHES * pitch)
    side = dark[max(0, middle - reach) : middle] if upward else dark[middle + 1 : middle + 1 + reach]
    lengths = _lengths(side, bars)
    ordered = np.sort(lengths)
    half = len(ordered) // 2
    short, long = float(ordered[half - 1]), float(ordered[half])
    if long - short < 0.6 * pitch:
        return None
    beyond: Mask = lengths > (short + long) / 2
    return beyond


def _lengths(side: Mask, bars: _Bars) -> NDArray[np.intp]:
    """Dark rows in each bar, judged in its middle half."""
    quarters = (bars.ends - bars.starts) // 4
    starts, ends = bars.starts + quarters, bars.ends - quarters
    before = np.zeros((side.shape[0], side.shape[1] + 1), np.intp)
    np.cumsum(side, axis=1, out=before[:, 1:])
    dark_pixels = before[:, ends] - before[:, starts]
    lengths: NDArray[np.intp] = (dark_pixels >= _MOST * (ends - starts)).sum(axis=0)
    return lengths
