"""Where a field is on the picture of its page: the scan turned upright, cut to the slip, with the field marked."""

from __future__ import annotations

import io
from functools import lru_cache
from math import atan2, pi
from typing import TYPE_CHECKING, Final, NamedTuple

from PIL import Image

from api.usecases.scanning import kept
from docgen.findings import Refusal
from docgen.layouts.geometry import A4_WIDTH_MM
from docgen.layouts.slip_geometry import read_geometry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import ScanPage, Slip, SlipForm
    from api.usecases.deps import Deps

_ROUND_MM: Final = 2.0
_EDGE: Final = 0.02
_QUARTER: Final = pi / 2


class Size(NamedTuple):
    """Of a picture, in pixels."""

    width: int
    height: int


class Marked(NamedTuple):
    """A picture of a page for an SVG: ``view`` is its box, ``turn`` how the picture lies in it, ``marks`` polygons."""

    page_id: str
    size: Size
    view: str
    turn: str
    width: int
    height: int
    marks: tuple[str, ...] = ()


def size_of(deps: Deps, page: ScanPage, part: int = kept.PICTURE) -> Size | None:
    """Of a picture that is kept with a page; None when there is none."""
    data = kept.part_of(deps, page, part)
    return _size(data) if data else None


def marked(
    deps: Deps, page: ScanPage, slip: Slip | None, form: SlipForm | None, areas: Sequence[Sequence[float]]
) -> Marked | None:
    """The slip on its page with areas (left, top, width, height in mm) marked; the page when nobody knows where."""
    size = size_of(deps, page)
    if size is None:
        return None
    height_mm = _height_mm(form.geometry) if form else None
    if slip is None or height_mm is None or len(slip.corners_px) != 4:  # noqa: PLR2004 - a slip has four corners
        return Marked(page.id, size, f"0 0 {size.width} {size.height}", "", size.width, size.height)
    quarters = _quarters(slip.corners_px)
    turned = [_turned(corner, size, quarters) for corner in slip.corners_px]
    marks = tuple([_polygon(turned, area, height_mm) for area in areas if len(area) == 4])  # noqa: PLR2004 - four sides
    left, top, width, height = _around(turned)
    view = f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}"
    return Marked(page.id, size, view, _turn(size, quarters), round(width), round(height), marks)


def turned_page(deps: Deps, page: ScanPage, quarters: int) -> Marked | None:
    """A whole page, turned clockwise by quarters; None when there is no picture."""
    size = size_of(deps, page)
    if size is None:
        return None
    width, height = size if quarters % 2 == 0 else (size.height, size.width)
    return Marked(page.id, size, f"0 0 {width} {height}", _turn(size, quarters % 4), width, height)


def _quarters(corners: Sequence[tuple[float, float]]) -> int:
    """How often the picture is turned by a quarter, clockwise, so that the upper side of the slip is up."""
    (x0, y0), (x1, y1) = corners[:2]
    return round(-atan2(y1 - y0, x1 - x0) / _QUARTER) % 4


def _turned(point: tuple[float, float], size: Size, quarters: int) -> tuple[float, float]:
    (x, y), (width, height) = point, size
    return ((x, y), (height - y, x), (width - x, height - y), (y, width - x))[quarters]


def _turn(size: Size, quarters: int) -> str:
    """The same as an SVG does it, of a picture at 0, 0."""
    width, height = size
    turns = (
        "",
        f"translate({height} 0) rotate(90)",
        f"translate({width} {height}) rotate(180)",
        f"translate(0 {width}) rotate(270)",
    )
    return turns[quarters]


def _polygon(corners: Sequence[tuple[float, float]], area: Sequence[float], height_mm: float) -> str:
    """An area of the slip with a little around it, on the picture: between the corners it is even enough for a mark."""
    left, top, width, height = area
    left, top, right, bottom = left - _ROUND_MM, top - _ROUND_MM, left + width + _ROUND_MM, top + height + _ROUND_MM
    places = ((left, top), (right, top), (right, bottom), (left, bottom))
    on_it = [_between(corners, x / A4_WIDTH_MM, y / height_mm) for x, y in places]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in on_it)


def _between(corners: Sequence[tuple[float, float]], right: float, down: float) -> tuple[float, float]:
    weights = ((1 - right) * (1 - down), right * (1 - down), right * down, (1 - right) * down)
    x = sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True))
    y = sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True))
    return x, y


def _around(corners: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Left, top, width and height of what has all corners in it, with a little edge."""
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    edge = (right - left) * _EDGE
    return left - edge, top - edge, right - left + 2 * edge, bottom - top + 2 * edge


@lru_cache(maxsize=256)
def _height_mm(geometry: str) -> float | None:
    """Of a slip; None when its geometry is of a later version than this service reads."""
    try:
        return read_geometry(geometry).height_mm
    except Refusal:
        return None


def _size(data: bytes) -> Size:
    with Image.open(io.BytesIO(data)) as image:
        return Size(*image.size)
