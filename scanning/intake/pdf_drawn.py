"""Draws a PDF page that is more than a scanner's picture, with its notes and filled-in fields."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from pypdfium2 import raw

from scanning.intake import troubles
from scanning.intake.bounds import MAX_SIDE_PX
from scanning.intake.decoding import decoding
from scanning.intake.grey import has_two_values
from scanning.intake.troubles import PageError
from scanning.page import Page

if TYPE_CHECKING:
    import pypdfium2

_DPI = 300.0
_LEAST_DPI = 100.0
_MOST_DRAWN_PIXELS = 36_000_000
_PT_PER_INCH = 72.0
_MOST_OBJECTS, _MOST_LINES = 50_000, 200_000


def drawn_page(leaf: pypdfium2.PdfPage, number: int, user_unit: float) -> Page:
    """The page in grey at 300 dpi, at less when it is larger than A3.

    Raises:
        PageError: it is far larger than any sheet, or cannot be drawn.
    """
    with decoding(number):
        width_pt, height_pt = leaf.get_size()
    if not (0 < width_pt < math.inf and 0 < height_pt < math.inf):
        raise PageError(troubles.damaged(number))
    dpi = _fitting_dpi(width_pt * user_unit / _PT_PER_INCH, height_pt * user_unit / _PT_PER_INCH)
    if dpi < _LEAST_DPI:
        raise PageError(troubles.too_large(number))
    if _has_too_much(leaf):
        raise PageError(troubles.too_costly(number))
    with decoding(number):
        bitmap = leaf.render(scale=dpi * user_unit / _PT_PER_INCH, grayscale=True, limit_image_cache=True)
        grey = np.array(bitmap.to_numpy(), np.uint8)
        bitmap.close()
    return Page(number, grey, dpi, bilevel=has_two_values(grey))


def _has_too_much(leaf: pypdfium2.PdfPage) -> bool:
    """Tell whether more is drawn on a page than on any letter: then it would take too long."""
    count = raw.FPDFPage_CountObjects(leaf)
    if count > _MOST_OBJECTS:
        return True
    objects = (raw.FPDFPage_GetObject(leaf, at) for at in range(count))
    paths = (one for one in objects if raw.FPDFPageObj_GetType(one) == raw.FPDF_PAGEOBJ_PATH)
    return sum(max(0, int(raw.FPDFPath_CountSegments(one))) for one in paths) > _MOST_LINES


def _fitting_dpi(width_inch: float, height_inch: float) -> float:
    by_area = math.sqrt(_MOST_DRAWN_PIXELS / max(width_inch * height_inch, 1e-9))
    by_side = MAX_SIDE_PX / max(width_inch, height_inch)
    return float(math.floor(min(_DPI, by_area, by_side)))
