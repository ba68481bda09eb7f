"""A slip's place on its page: from its symbols roughly, from its squares exactly, from its row marks row by row."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scanning.register.squares import Square, find_square
from scanning.register.transforms import affine, apply, homography, similarity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from docgen.layouts.geometry import Rect
    from docgen.layouts.slip_geometry import Anchors, SlipGeometry
    from scanning.identify.codes import FoundCode
    from scanning.page import GreyImage
    from scanning.register.transforms import Matrix, Points

_CODE_WEIGHT = 0.03  # corners of symbols are known to a pixel, middles of squares to a tenth
_LEAST_SQUARES = 3
_NEAR_MM, _FAR_MM, _ROW_MM, _AGAIN_MM = 2.5, 6.0, 1.6, 1.0
_PHOTO_MM, _PHOTO_AGAIN_MM = 8.0, 4.0
_LONGER, _CODE_OFF_MM = 0.06, 1.5
_NONE: Mapping[Rect, Square] = MappingProxyType({})
_MEET = 0.04  # how much the distance of two symbols may differ from what their size tells


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Where a slip lies.

    ``to_px`` maps mm of the slip to pixels of the page, (3, 3); ``rows`` does the same for each row, refined by its
    marks. ``residual_mm`` is how far squares lie from where ``to_px`` puts them, at most. ``black`` and ``white`` are
    the greys of print and paper.
    """

    to_px: Matrix
    rows: tuple[Matrix, ...]
    residual_mm: float
    squares: int
    black: float
    white: float

    @property
    def px_per_mm(self) -> float:
        """Scale of the page."""
        return float(np.sqrt(abs(np.linalg.det(self.to_px[:2, :2]))))


def align(
    grey: GreyImage, codes: Sequence[FoundCode], geometry: SlipGeometry, *, photo: bool = False
) -> Alignment | None:
    """Where the slip with these symbols, one or two, lies; None when too few of its squares are found.

    On a ``photo`` what is farther off is smaller, so that both symbols and four squares are needed.
    """
    guesses = _guesses_of_photo(codes, geometry.anchors) if photo else _guesses(codes, geometry.anchors)
    tried = [_by_squares(grey, guess, geometry.anchors) for guess in guesses]
    found = [one for one in tried if one is not None]
    if not found:
        return None
    best = max(found, key=lambda one: (len(one.squares), -one.residual_mm))
    return _finished(grey, best, geometry)


def align_by_squares(grey: GreyImage, to_px: Matrix, geometry: SlipGeometry) -> Alignment | None:
    """Where a slip lies that was found by its squares alone, roughly as ``to_px`` says."""
    nowhere = np.empty((0, 2))
    found = _by_squares(grey, _Guess(to_px, nowhere, nowhere, _NEAR_MM), geometry.anchors)
    return None if found is None or len(found.squares) == _LEAST_SQUARES else _finished(grey, found, geometry)


@dataclass(frozen=True, slots=True, eq=False)
class _Guess:
    """A rough map with the points in mm and px that it was made from, and how far off it may be in mm."""

    to_px: Matrix
    source: Points
    target: Points
    reach_mm: float
    photo: bool = False

    @property
    def least_squares(self) -> int:
        return _LEAST_SQUARES + self.photo


def _guesses_of_photo(codes: Sequence[FoundCode], anchors: Anchors) -> Iterator[_Guess]:
    if len(codes) == 2:  # noqa: PLR2004 (both symbols were read)
        target = np.vstack([code.corners for code in _left_to_right(codes)])
        source = np.vstack([_corners(place) for place in anchors.codes])
        yield _Guess(homography(source, target, np.ones(len(source))), source, target, _PHOTO_MM, photo=True)


def _guesses(codes: Sequence[FoundCode], anchors: Anchors) -> Iterator[_Guess]:
    places = [_corners(place) for place in anchors.codes]
    if len(codes) == 2:  # noqa: PLR2004 (both symbols were read)
        target = np.vstack([code.corners for code in _left_to_right(codes)])
        source = np.vstack(places)
        yield _Guess(similarity(source, target), source, target, _NEAR_MM)
        return
    for place in places:
        yield _Guess(similarity(place, codes[0].corners), place, codes[0].corners, _FAR_MM)


def _left_to_right(codes: Sequence[FoundCode]) -> list[FoundCode]:
    """As a reader of the slip sees them: along the upper edge of a symbol."""
    along = codes[0].corners[1] - codes[0].corners[0]
    return sorted(codes, key=lambda code: float(code.centre @ along))


def belong_together(first: FoundCode, second: FoundCode, anchors: Anchors) -> bool:
    """True when two symbols lie as the two of one slip do."""
    left, right = _left_to_right([first, second])
    source = np.vstack([_corners(place) for place in anchors.codes])
    target = np.vstack([left.corners, right.corners])
    off_px = np.linalg.norm(apply(similarity(source, target), source) - target, axis=1).max()
    return bool(off_px < _MEET * float(np.linalg.norm(right.centre - left.centre)))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    to_px: Matrix
    squares: tuple[Square, ...]
    residual_mm: float


def _by_squares(grey: GreyImage, guess: _Guess, anchors: Anchors) -> _Found | None:
    places = [*anchors.corners, anchors.side]
    found = _find(grey, guess.to_px, places, guess.reach_mm)
    for reach_mm in (_PHOTO_AGAIN_MM, _AGAIN_MM) if guess.photo else (_AGAIN_MM,):
        if len(found) <= _LEAST_SQUARES:
            break
        found = _find(grey, _fitted(found, guess), places, reach_mm, dict(found))
    if len(found) < guess.least_squares:
        return None
    fitted = _fitted(found, guess)
    if not _is_true(fitted, guess):
        return None
    return _Found(fitted, tuple([square for _, square in found]), _residual_mm(fitted, found))


def _is_true(to_px: Matrix, guess: _Guess) -> bool:
    """True when the paper is not a mirror image, not much longer than wide, and meets its symbols."""
    linear = to_px[:2, :2] / to_px[2, 2]
    across, down = np.linalg.norm(linear, axis=0)
    if np.linalg.det(linear) <= 0 or (not guess.photo and abs(across / down - 1) > _LONGER):
        return False
    off_px = np.linalg.norm(apply(to_px, guess.source) - guess.target, axis=1).max(initial=0.0)
    return bool(off_px < _CODE_OFF_MM * _scale(to_px))


def _find(
    grey: GreyImage, to_px: Matrix, places: Sequence[Rect], reach_mm: float, seen: Mapping[Rect, Square] = _NONE
) -> list[tuple[Rect, Square]]:
    """The squares near where they must be; those that were ``seen`` there are not looked for again."""
    found: list[tuple[Rect, Square]] = []
    centres = apply(to_px, np.array([_middle(place) for place in places]))
    for place, centre, scale in zip(places, centres, _scales(to_px, places), strict=True):
        square = seen.get(place)
        if square is None or hypot(square.x_px - centre[0], square.y_px - centre[1]) >= reach_mm * scale:
            square = find_square(grey, centre, place.width_mm * scale, reach_mm * scale)
        if square is not None:
            found.append((place, square))
    return found


def _fitted(found: Sequence[tuple[Rect, Square]], guess: _Guess) -> Matrix:
    """All points count; with four squares perspective is fitted too."""
    source, target = guess.source, guess.target
    middles = np.array([_middle(place) for place, _ in found])
    seen = np.array([(square.x_px, square.y_px) for _, square in found])
    weights = np.concatenate([np.ones(len(found)), np.full(len(source), _CODE_WEIGHT)])
    fit = homography if len(found) > _LEAST_SQUARES else affine
    return fit(np.vstack([middles, source]), np.vstack([seen, target]), weights)


def _residual_mm(to_px: Matrix, found: Sequence[tuple[Rect, Square]]) -> float:
    middles = apply(to_px, np.array([_middle(place) for place, _ in found]))
    seen = np.array([(square.x_px, square.y_px) for _, square in found])
    return float(np.linalg.norm(middles - seen, axis=1).max()) / _scale(to_px)


def _finished(grey: GreyImage, found: _Found, geometry: SlipGeometry) -> Alignment:
    rows = tuple([_row(grey, found.to_px, row.marks) for row in geometry.rows])
    black = float(np.median([square.black for square in found.squares]))
    white = float(np.median([square.white for square in found.squares]))
    return Alignment(found.to_px, rows, found.residual_mm, len(found.squares), black, white)


def _row(grey: GreyImage, to_px: Matrix, marks: tuple[Rect, Rect]) -> Matrix:
    """The map moved so that it meets the marks at both ends of a row; one mark that is lost is taken from the other."""
    middles = np.array([_middle(mark) for mark in marks])
    expected = apply(to_px, middles)
    found = [
        find_square(grey, place, mark.width_mm * scale, _ROW_MM * scale)
        for mark, place, scale in zip(marks, expected, _scales(to_px, marks), strict=True)
    ]
    moves = [
        None if square is None else np.array([square.x_px, square.y_px]) - place
        for square, place in zip(found, expected, strict=True)
    ]
    known = [move for move in moves if move is not None]
    if not known:
        return to_px
    left, right = (known[0] if move is None else move for move in moves)
    return _moved(to_px, middles[:, 0], left, right)


def _moved(to_px: Matrix, ends_mm: NDArray[np.float64], left: Points, right: Points) -> Matrix:
    """The map followed by a move that runs evenly from one end of the row to the other."""
    slope = (right - left) / (ends_mm[1] - ends_mm[0])
    moved: Matrix = to_px / to_px[2, 2]
    # exact for a scanner; with the perspective of a camera off by less than the move itself
    moved[:2, 0] += slope
    moved[:2, 2] += left - slope * ends_mm[0]
    return moved


def _scale(to_px: Matrix) -> float:
    return float(np.sqrt(abs(np.linalg.det(to_px[:2, :2]))))


def _scales(to_px: Matrix, places: Sequence[Rect]) -> list[float]:
    """Pixels per mm at each place."""
    ends = np.array([((r.left_mm, r.top_mm), (r.right_mm, r.bottom_mm)) for r in places]).reshape(-1, 2)
    seen = apply(to_px, ends).reshape(-1, 2, 2)
    lengths = np.linalg.norm(seen[:, 1] - seen[:, 0], axis=1)
    return [float(length) / float(np.hypot(r.width_mm, r.height_mm)) for length, r in zip(lengths, places, strict=True)]


def _middle(rect: Rect) -> tuple[float, float]:
    return rect.left_mm + rect.width_mm / 2, rect.top_mm + rect.height_mm / 2


def _corners(rect: Rect) -> Points:
    left, top, right, bottom = rect.left_mm, rect.top_mm, rect.right_mm, rect.bottom_mm
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


MOST_RESIDUAL_MM: Final = 0.6
"""Above this the boxes may not be where they are looked for, and a person decides."""
