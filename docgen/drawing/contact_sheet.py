"""The contact sheet: small pictures of the first pages of a batch, for people who would rather look than read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from docgen.drawing.raster import open_pdf, page_picture, to_png
from docgen.layouts.brand_file import fonts_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_DPI = 60
_COLUMNS = 6
_GAP_PX = 18
_CAPTION_PX = 20
_TITLE_PX = 44
_DESK = (232, 233, 230)
_EDGE = (150, 150, 150)
_INK = (40, 40, 40)
MAX_THUMBNAILS = 24


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A page of the print file (from 1) and what is written under it."""

    page: int
    caption: str


def contact_sheet(pdf: bytes | Path, thumbnails: Sequence[Thumbnail], title: str) -> bytes:
    """A PNG with up to 24 pages of ``pdf`` in rows of six."""
    shown = thumbnails[:MAX_THUMBNAILS]
    with open_pdf(pdf) as document:
        pictures = [(page_picture(document, t.page, _DPI), t.caption) for t in shown]
    width, height = max((p.size for p, _ in pictures), default=(496, 702))
    rows = -(-len(pictures) // _COLUMNS)
    size = (
        _GAP_PX + _COLUMNS * (width + _GAP_PX),
        _TITLE_PX + _GAP_PX + rows * (height + _CAPTION_PX + _GAP_PX),
    )
    sheet = Image.new("RGB", size, _DESK)
    draw = ImageDraw.Draw(sheet)
    draw.text((_GAP_PX, _GAP_PX), title, _INK, _font(22))
    for index, (picture, caption) in enumerate(pictures):
        row, column = divmod(index, _COLUMNS)
        left = _GAP_PX + column * (width + _GAP_PX)
        top = _TITLE_PX + _GAP_PX + row * (height + _CAPTION_PX + _GAP_PX)
        sheet.paste(picture, (left, top))
        draw.rectangle((left, top, left + width - 1, top + height - 1), outline=_EDGE)
        draw.text((left, top + height + 3), caption, _INK, _font(13))
    return to_png(sheet)


def _font(size_px: int) -> ImageFont.FreeTypeFont:
    path = fonts_folder() / "source-sans-3" / "SourceSans3-Regular.ttf"
    return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)
