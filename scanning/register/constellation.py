"""A slip found by its squares alone, for when its codes are spoilt: five squares that lie as on no other paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from docgen.layouts.slip_geometry import SlipSize, anchors
from scanning.register.transforms import apply, homography, similarity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanning.page import GreyImage
    from scanning.register.transforms import Matrix, Points

_LONGEST_PX: Final = 1_200  # squares are 15 px wide then, on A4
_LEAST_PX, _MOST_SHARE = 5, 0.06  # of the longer side of the page
_FILLED, _ASPECT = 0.78, 1.3
_SIDE_OFF, _OFF_MM = 0.25, 2.0
_MOST_SQUARES = 60
_LEAST_MATCHED = 4
_SIDE = 4  # place of the square on the lower side, which alone tells which way up a slip is
_SIDE_MM = 5.0


class Constellation(NamedTuple):
    """A slip that was found: its size, and the map from its mm to pixels of the page, (3, 3)."""

    size: SlipSize
    to_px: Matrix


def find_by_squares(grey: GreyImage) -> Constellation | None:
    """The slip whose squares lie on a page (h, w); None when no four with the one on the lower side do."""
    scale = min(1.0, _LONGEST_PX / max(grey.shape))
    small = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    middles, sides = _squares(small)
    best: tuple[int, Constellation] | None = None
    for size in SlipSize:
        places = _places(size)
        for guess in _guesses(middles, sides, places):
            matched = _matched(guess, middles, places)
            if len(matched) >= _LEAST_MATCHED and _SIDE in matched and (best is None or len(matched) > best[0]):
                best = len(matched), Constellation(size, _fitted(matched, middles, places))
    if best is None:
        return None
    size, to_small = best[1]
    return Constellation(size, np.diag([1 / scale, 1 / scale, 1]) @ to_small)


def _places(size: SlipSize) -> Points:
    """Middles of the five squares in mm, (5, 2)."""
    marks = anchors(size)
    return np.array(
        [(r.left_mm + r.width_mm / 2, r.top_mm + r.height_mm / 2) for r in (*marks.corners, marks.side)], np.float64
    )


def _squares(small: GreyImage) -> tuple[Points, Points]:
    """Middles (n, 2) and sides (n,) of dark patches that may be squares, the best filled first."""
    binary = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 51, 15)
    _, _, stats, centres = cv2.connectedComponentsWithStats(binary, connectivity=4)
    width, height, area = (stats[:, column].astype(np.float64) for column in (2, 3, 4))
    side = np.sqrt(area)
    longer, shorter = np.maximum(width, height), np.maximum(1, np.minimum(width, height))
    fits = (side > _LEAST_PX) & (side < _MOST_SHARE * max(small.shape)) & (longer / shorter < _ASPECT)
    fits &= area > _FILLED * width * height
    order = np.argsort(-area / (width * height))
    kept = order[fits[order]][:_MOST_SQUARES]
    return centres[kept], side[kept]


def _guesses(middles: Points, sides: Points, places: Points) -> Iterator[Matrix]:
    """Maps for every two patches that may be the upper corners, as far apart as their size says."""
    apart_mm = float(np.linalg.norm(places[1] - places[0]))
    for first in range(len(middles)):
        for second in range(len(middles)):
            apart = float(np.linalg.norm(middles[second] - middles[first]))
            scale = apart / apart_mm
            wanted = scale * _SIDE_MM
            if first != second and max(abs(sides[first] - wanted), abs(sides[second] - wanted)) < _SIDE_OFF * wanted:
                yield similarity(places[:2], middles[[first, second]])


def _matched(guess: Matrix, middles: Points, places: Points) -> dict[int, int]:
    """Which patch is which square."""
    seen = apply(guess, places)
    off = np.linalg.norm(seen[:, None, :] - middles[None, :, :], axis=2)
    nearest = off.argmin(axis=1)
    reach = _OFF_MM * float(np.sqrt(abs(np.linalg.det(guess[:2, :2]))))
    return {place: int(one) for place, one in enumerate(nearest) if off[place, one] < reach}


def _fitted(matched: dict[int, int], middles: Points, places: Points) -> Matrix:
    chosen = list(matched)
    return homography(places[chosen], middles[[matched[place] for place in chosen]], np.ones(len(chosen)))
