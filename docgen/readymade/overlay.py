"""A picture of a page that shows a person where the trouble is.

Forbidden zones are tinted red and the ink in them is strong red within a frame; what the window always shows is
outlined in solid blue, what it may show in dashed blue, the address box in green.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from docgen.drawing.raster import to_png
from docgen.layouts.brand_file import fonts_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pypdfium2
    from numpy.typing import NDArray

    from docgen.postal.profiles import BoxMm
    from docgen.readymade.policy import ReadymadePolicy

_PT_PER_INCH, _MM_PER_INCH = 72, 25.4
_TINT = np.array((255, 214, 214), np.uint16)
_INK_RED = (200, 0, 0)
_BLUE, _GREEN = (30, 80, 200), (20, 130, 60)
_DASH_PX, _GAP_PX = 12, 8
_FRAME_PX = 3
_LABEL_PX = 22


class Trespass(NamedTuple):
    """Ink where it may not be: its box, and the zone it is in."""

    box: BoxMm
    zone: str


def overlay_png(
    leaf: pypdfium2.PdfPage,
    trespasses: Sequence[Trespass],
    zones: Sequence[BoxMm],
    policy: ReadymadePolicy,
    *,
    first: bool,
) -> bytes:
    """The page as PNG; ``first`` adds the window, which shows only the first page of a letter."""
    dpi = policy.ink.overlay_dpi
    pixels = np.asarray(leaf.render(scale=dpi / _PT_PER_INCH).to_pil().convert("RGB")).copy()
    forbidden = _forbidden(pixels.shape[:2], zones, policy, first=first)
    dark = pixels.min(axis=2) < policy.ink.paper_level
    pixels[forbidden] = (pixels[forbidden].astype(np.uint16) * _TINT // 255).astype(np.uint8)
    pixels[forbidden & dark] = _INK_RED
    picture = Image.fromarray(pixels)
    draw = ImageDraw.Draw(picture)
    if first:
        _outline(draw, _px(policy.envelope.address_box, dpi), _GREEN)
        _outline(draw, _px(policy.envelope.window.always, dpi), _BLUE)
        for dash in _dashes(_px(policy.envelope.window.sometimes, dpi)):
            draw.line(dash, _BLUE, 2)
    for trespass in trespasses:
        _mark(draw, _px(trespass.box, dpi), trespass.zone, picture.size)
    return to_png(picture)


def _forbidden(
    shape: tuple[int, ...], zones: Sequence[BoxMm], policy: ReadymadePolicy, *, first: bool
) -> NDArray[np.bool_]:
    dpi, edges = policy.ink.overlay_dpi, policy.edges
    height, width = shape
    mask = np.ones((height, width), np.bool_)
    per_mm = dpi / _MM_PER_INCH
    left, top = round(edges.left_mm * per_mm), round(edges.top_mm * per_mm)
    mask[top : height - round(edges.bottom_mm * per_mm), left : width - round(edges.right_mm * per_mm)] = False
    for zone in zones:
        mask[_slices(zone, dpi)] = True
    if first:
        ring = np.zeros_like(mask)
        ring[_slices(policy.envelope.window.sometimes, dpi)] = True
        ring[_slices(policy.envelope.window.always, dpi)] = False
        mask |= ring
    return mask


def _px(box: BoxMm, dpi: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels."""
    left, top, width, height = [value * dpi / _MM_PER_INCH for value in box]
    return round(left), round(top), round(left + width), round(top + height)


def _slices(box: BoxMm, dpi: int) -> tuple[slice, slice]:
    left, top, right, bottom = _px(box, dpi)
    return slice(max(0, top), max(0, bottom)), slice(max(0, left), max(0, right))


def _outline(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    draw.rectangle(box, outline=colour, width=2)


def _dashes(box: tuple[int, int, int, int]) -> Iterator[tuple[int, int, int, int]]:
    left, top, right, bottom = box
    step = _DASH_PX + _GAP_PX
    for x in range(left, right, step):
        end = min(x + _DASH_PX, right)
        yield from ((x, top, end, top), (x, bottom, end, bottom))
    for y in range(top, bottom, step):
        end = min(y + _DASH_PX, bottom)
        yield from ((left, y, left, end), (right, y, right, end))


def _mark(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], zone: str, size: tuple[int, int]) -> None:
    """A frame around the ink, and the name of the zone beside it."""
    left, top, right, bottom = box
    frame = (max(0, left - 6), max(0, top - 6), min(size[0] - 1, right + 6), min(size[1] - 1, bottom + 6))
    draw.rectangle(frame, outline=_INK_RED, width=_FRAME_PX)
    path = fonts_folder() / "source-sans-3" / "SourceSans3-Bold.ttf"
    font = ImageFont.truetype(str(path), _LABEL_PX, layout_engine=ImageFont.Layout.BASIC)
    below = frame[3] + 2 if frame[3] + _LABEL_PX + 8 < size[1] else frame[1] - _LABEL_PX - 8
    width = draw.textlength(zone, font)
    x = max(2.0, min(float(frame[0]), size[0] - width - 10))
    draw.rectangle((x, below, x + width + 8, below + _LABEL_PX + 4), fill=(255, 255, 255))
    draw.text((x + 4, below), zone, _INK_RED, font)
