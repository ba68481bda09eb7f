"""Which pictures cover a PDF page, and whether anything else on it can be seen; pdfium reads the content."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pypdfium2 import raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pypdfium2

_EDGE_PT = 1.5
"""How much of the page a picture may leave free at an edge, or stick out of it: half a millimetre."""

_STRAIGHT = 1e-3
_MOST_STRIPS = 400
_MOST_OBJECTS = 100_000
_SEAM = 0.6
_CORNERS = frozenset({4, 5})


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points, y upwards."""

    left: float
    bottom: float
    right: float
    top: float

    def covers(self, other: Box, edge_pt: float) -> bool:
        """Tell whether ``other`` lies in this, but for ``edge_pt`` at each side."""
        return (
            self.left <= other.left + edge_pt
            and self.bottom <= other.bottom + edge_pt
            and self.right >= other.right - edge_pt
            and self.top >= other.top - edge_pt
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture, where it stands, and how: the matrix of its unit square (ISO 32000-2, 8.9.5.1)."""

    handle: raw.FPDF_PAGEOBJECT
    box: Box
    matrix: tuple[float, float, float, float]

    @property
    def is_on_its_side(self) -> bool:
        """Its rows run up or down the page."""
        return abs(self.matrix[0]) < abs(self.matrix[1])


def placed_pictures(leaf: pypdfium2.PdfPage, *, are_stencils: bool = False) -> tuple[Placed, ...]:
    """The one picture, or the strips from top to bottom, that cover the page and are all that is seen; else nothing.

    Stencils must paint black, and nothing may be under them.
    """
    page = page_box(leaf)
    pictures = _only_pictures(leaf, page, are_stencils=are_stencils)
    if are_stencils and not all(_paints_black(one.handle) for one in pictures):
        return ()
    if not pictures or not page.covers(_around(pictures), _EDGE_PT) or not _around(pictures).covers(page, _EDGE_PT):
        return ()
    if len(pictures) == 1:
        return tuple(pictures)
    strips = sorted(pictures, key=lambda one: -one.box.top)
    return tuple(strips) if _are_strips(strips, page) else ()


def page_box(leaf: pypdfium2.PdfPage) -> Box:
    """What is seen of a page: its crop box, as far as that lies in the media box."""
    media = leaf.get_mediabox()
    crop = leaf.get_cropbox()
    low = max(media[0], crop[0]), max(media[1], crop[1])
    return Box(*low, min(media[2], crop[2]), min(media[3], crop[3]))


def _paints_black(handle: raw.FPDF_PAGEOBJECT) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = raw.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha)
    return bool(known) and (red.value, green.value, blue.value, alpha.value) == (0, 0, 0, 255)


def _only_pictures(leaf: pypdfium2.PdfPage, page: Box, *, are_stencils: bool) -> list[Placed]:
    """The pictures, when nothing else is seen. What is drawn before the first is under it, unless that has holes."""
    found: list[Placed] = []
    count = raw.FPDFPage_CountObjects(leaf)
    if count > _MOST_OBJECTS:
        return []
    for handle in (raw.FPDFPage_GetObject(leaf, index) for index in range(count)):
        if raw.FPDFPageObj_GetType(handle) == raw.FPDF_PAGEOBJ_IMAGE:
            placed = _placed(handle, page)
            if placed is None or len(found) == _MOST_STRIPS:
                return []
            found.append(placed)
        elif not _is_unseen(handle) and (found or are_stencils or not _is_under(handle)):
            return []
    return found


def _is_unseen(handle: raw.FPDF_PAGEOBJECT) -> bool:
    """Text that a recognition program laid over the picture, to be searched (9.3.6, mode 3)."""
    if raw.FPDFPageObj_GetType(handle) != raw.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(raw.FPDFTextObj_GetTextRenderMode(handle) == raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _is_under(handle: raw.FPDF_PAGEOBJECT) -> bool:
    return int(raw.FPDFPageObj_GetType(handle)) in {raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH}


def _placed(handle: raw.FPDF_PAGEOBJECT, page: Box) -> Placed | None:
    """A picture that stands straight, opaque and whole; None for any other."""
    matrix = raw.FS_MATRIX()
    if raw.FPDFPageObj_HasTransparency(handle) or not raw.FPDFPageObj_GetMatrix(handle, matrix):
        return None
    a, b, c, d, e, f = (float(getattr(matrix, name)) for name in "abcdef")
    longest = max(abs(a), abs(b), abs(c), abs(d))
    small = max(min(abs(a), abs(b)), min(abs(c), abs(d)))
    if longest <= 0 or small > _STRAIGHT * longest or (abs(a) > abs(b)) != (abs(d) > abs(c)):
        return None
    box = Box(e + min(0, a, c, a + c), f + min(0, b, d, b + d), e + max(0, a, c, a + c), f + max(0, b, d, b + d))
    whole = all(clip.covers(_shared(box, page), _EDGE_PT) for clip in _clips(handle))
    return Placed(handle, box, (a, b, c, d)) if whole else None


def _clips(handle: raw.FPDF_PAGEOBJECT) -> Iterator[Box]:
    """The rectangles to which an object is cut; one of no extent stands for any other shape."""
    clip = raw.FPDFPageObj_GetClipPath(handle)
    for path in range(max(0, raw.FPDFClipPath_CountPaths(clip))):
        count = raw.FPDFClipPath_CountPathSegments(clip, path)
        points = [_point(raw.FPDFClipPath_GetPathSegment(clip, path, at)) for at in range(min(count, 6))]
        xs, ys = {round(x, 2) for x, _ in points}, {round(y, 2) for _, y in points}
        if count in _CORNERS and len(xs) == len(ys) == 2:  # noqa: PLR2004 (sides)
            yield Box(min(xs), min(ys), max(xs), max(ys))
        else:
            yield Box(0, 0, 0, 0)


def _point(segment: raw.FPDF_PATHSEGMENT) -> tuple[float, float]:
    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(segment, x, y)
    return x.value, y.value


def _shared(one: Box, other: Box) -> Box:
    low = max(one.left, other.left), max(one.bottom, other.bottom)
    return Box(*low, min(one.right, other.right), min(one.top, other.top))


def _around(pictures: list[Placed]) -> Box:
    boxes = [one.box for one in pictures]
    low = min(box.left for box in boxes), min(box.bottom for box in boxes)
    return Box(*low, max(box.right for box in boxes), max(box.top for box in boxes))


def _are_strips(strips: list[Placed], page: Box) -> bool:
    """Upright, as wide as the page, and each begins where the one above it ends."""
    upright = all(not one.is_on_its_side and one.matrix[0] > 0 and one.matrix[3] > 0 for one in strips)
    wide = all(
        abs(one.box.left - page.left) <= _EDGE_PT and abs(one.box.right - page.right) <= _EDGE_PT for one in strips
    )
    seams = (abs(above.box.bottom - below.box.top) for above, below in pairwise(strips))
    return upright and wide and all(seam <= _SEAM for seam in seams)
