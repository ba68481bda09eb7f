"""The part of a foreign page that is seen, and the matrix that puts it upright on A4 (ISO 32000-2, 7.7.3.3 and 8.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pikepdf

from docgen.layouts.geometry import A4_HEIGHT_MM, to_mm, to_pt

if TYPE_CHECKING:
    from collections.abc import Iterator

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]

_MAX_DEPTH = 50
_LARGEST_PT = 1e7
_CORNERS = 4


class BadPageError(ValueError):
    """A page whose boxes cannot be understood."""


@dataclass(frozen=True, slots=True)
class PageShape:
    """``seen`` is in the page's own units; width and height are as a reader shows it; ``upright`` maps to points."""

    seen: Box
    width_mm: float
    height_mm: float
    rotation_deg: int
    upright: Matrix


def page_shape(page: pikepdf.Page) -> PageShape:
    """The crop box within the media box, turned as /Rotate says and scaled by /UserUnit.

    The top-left corner of what is seen becomes the top-left corner of the A4 page.

    Raises:
        BadPageError: boxes, rotation or unit are missing or make no sense.
    """
    media = _box(_inherited(page, "/MediaBox"))
    crop = _inherited(page, "/CropBox")
    seen = _common(media, _box(crop)) if crop is not None else media
    turn = _inherited(page, "/Rotate")
    degrees = 0 if turn is None else int(_number(turn)) % 360
    if degrees % 90:
        raise BadPageError("the page is turned by an angle that is no quarter")
    unit = page.obj.get("/UserUnit")
    scale = 1.0 if unit is None else _number(unit)
    if scale <= 0:
        raise BadPageError("the user unit is not positive")
    wide, high = (seen[2] - seen[0]) * scale, (seen[3] - seen[1]) * scale
    if degrees in (90, 270):
        wide, high = high, wide
    return PageShape(seen, to_mm(wide), to_mm(high), degrees, _upright(seen, degrees, scale, high))


def _upright(seen: Box, degrees: int, scale: float, height_pt: float) -> Matrix:
    left, bottom, right, top = seen
    matrix = {
        0: (1, 0, 0, 1, -left, -bottom),
        90: (0, -1, 1, 0, -bottom, right),
        180: (-1, 0, 0, -1, right, top),
        270: (0, 1, -1, 0, top, -left),
    }[degrees]
    a, b, c, d, e, f = (value * scale for value in matrix)
    return a, b, c, d, e, f + to_pt(A4_HEIGHT_MM) - height_pt


def _inherited(page: pikepdf.Page, key: str) -> pikepdf.Object | None:
    """The value of the page, or of the nearest node of the page tree that has it."""
    for node in _ancestors(page):
        value = node.get(key)
        if value is not None:
            return value
    return None


def _ancestors(page: pikepdf.Page) -> Iterator[pikepdf.Object]:
    node: pikepdf.Object | None = page.obj
    for _ in range(_MAX_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            return
        yield node
        node = node.get("/Parent")


def inherited_resources(page: pikepdf.Page) -> pikepdf.Object | None:
    """The resources that the page's content names."""
    return _inherited(page, "/Resources")


def _box(value: pikepdf.Object | None) -> Box:
    if not isinstance(value, pikepdf.Array) or len(value) != _CORNERS:
        raise BadPageError("a page box is missing or not four numbers")
    x0, y0, x1, y1 = [_number(corner) for corner in value]
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _common(media: Box, crop: Box) -> Box:
    box = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return box if box[0] < box[2] and box[1] < box[3] else media


def _number(value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type] # anything may stand in a foreign file
    except (TypeError, ValueError) as wrong:
        raise BadPageError("a page box holds something else than numbers") from wrong
    if not math.isfinite(number) or abs(number) > _LARGEST_PT:
        raise BadPageError("a page box is larger than any paper")
    return number
