"""A picture of a page with a difference: the place outlined in red, below it what was expected and what was read."""

from __future__ import annotations

from textwrap import shorten, wrap
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from docgen.drawing.raster import page_picture, to_png
from docgen.layouts.brand_file import fonts_folder
from docgen.layouts.geometry import A4

if TYPE_CHECKING:
    import pypdfium2

    from docgen.layouts.geometry import Rect
    from docgen.readback.difference import Difference

_DPI = 100
_RED = (208, 0, 26)
_INK = (30, 30, 30)
_PAPER = (255, 255, 255)
_LINE_PX = 3
_ROOM_MM = 1.5
_TEXT_PX, _LEADING_PX, _GAP_PX = 17, 23, 14
_COLUMNS = 104
_LONGEST = 400


def difference_png(document: pypdfium2.PdfDocument, difference: Difference) -> bytes:
    """The page of a difference as PNG; it must be in the document."""
    place = difference.finding.place
    picture = page_picture(document, place.page or 1, _DPI).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.rectangle(_pixels(difference.rect or A4, picture.size), outline=_RED, width=_LINE_PX)
    lines = _caption(difference)
    sheet = Image.new("RGB", (picture.width, picture.height + 2 * _GAP_PX + _LEADING_PX * len(lines)), _PAPER)
    sheet.paste(picture)
    draw = ImageDraw.Draw(sheet)
    draw.line((0, picture.height, sheet.width, picture.height), _RED, _LINE_PX)
    for index, line in enumerate(lines):
        draw.text((_GAP_PX, picture.height + _GAP_PX + index * _LEADING_PX), line, _INK, _font(bold=not index))
    return to_png(sheet)


def _pixels(rect: Rect, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """The outline of ``rect``, a little outside of it and always on the picture."""
    grown = rect.grown(_ROOM_MM)
    left, top, right, bottom = (
        mm * _DPI / 25.4 for mm in (grown.left_mm, grown.top_mm, grown.right_mm, grown.bottom_mm)
    )
    return max(left, 0), max(top, 0), min(right, size[0] - 1), min(bottom, size[1] - 1)


def _caption(difference: Difference) -> list[str]:
    finding = difference.finding
    lines = [f"{finding.code}  {finding.place}", *wrap(finding.message, _COLUMNS)]
    for word, text in (("expected: ", difference.expected), ("read: ", difference.read)):
        if text:
            lines += wrap(word + shorten(text, _LONGEST, placeholder=" ..."), _COLUMNS)
    return lines


def _font(*, bold: bool) -> ImageFont.FreeTypeFont:
    path = fonts_folder() / "source-sans-3" / f"SourceSans3-{'Bold' if bold else 'Regular'}.ttf"
    return ImageFont.truetype(str(path), _TEXT_PX, layout_engine=ImageFont.Layout.BASIC)
