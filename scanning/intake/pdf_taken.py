"""Takes the scanner's picture out of a PDF page, and turns it as the page shows it."""

from __future__ import annotations

import ctypes
import io
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
from pypdfium2 import raw

from scanning.intake import troubles
from scanning.intake.bounds import is_too_large
from scanning.intake.decoding import decoding
from scanning.intake.grey import grey_of_bgr, has_two_values
from scanning.intake.kinds import Kind
from scanning.intake.pictures import is_camera_jpeg, jpeg_grey, opened
from scanning.intake.resolution import squared
from scanning.intake.troubles import PageError
from scanning.page import Page

if TYPE_CHECKING:
    from scanning.intake.pdf_dictionary import PageFacts
    from scanning.intake.pdf_placed import Placed
    from scanning.page import GreyImage

_JPEG_MODES = frozenset({"L", "RGB"})
_PT_PER_INCH = 72.0
_SAME_DENSITY = 1.01
_QUARTER_DEGREES = 90


def taken_page(leaf: pypdfium2.PdfPage, placed: tuple[Placed, ...], number: int, facts: PageFacts) -> Page | None:
    """The page whose picture or strips are ``placed``; None when they must be drawn to be seen as they are.

    Raises:
        PageError: a picture is too large or damaged.
    """
    sizes = [_size(one, number) for one in placed]
    if len({width for width, _ in sizes}) > 1 or _differ(placed, sizes):
        return None
    if is_too_large(sizes[0][0], sum(height for _, height in sizes), wide=False):
        raise PageError(troubles.too_large(number, (sizes[0][0], sum(height for _, height in sizes))))
    parts = [_grey(one, number) for one in placed]
    if any(part is None for part, _ in parts):
        return None
    grey = np.vstack([part for part, _ in parts if part is not None]) if len(parts) > 1 else parts[0][0]
    if grey is None:
        return None
    if facts.are_stencils:
        grey = 255 - grey  # pdfium shows what is painted as white
    across, down = _density(
        placed[0], grey.shape[1], grey.shape[0] if len(placed) == 1 else sizes[0][1], facts.user_unit
    )
    turned = as_shown(grey, placed[0], leaf.get_rotation())
    if (leaf.get_rotation() // _QUARTER_DEGREES + placed[0].is_on_its_side) % 2:
        across, down = down, across
    square, dpi = squared(turned, across, down)
    return Page(number, square, dpi, bilevel=has_two_values(square), photo=any(photo for _, photo in parts))


def as_shown(grey: GreyImage, placed: Placed, rotation: int) -> GreyImage:
    """A picture as its matrix and the rotation of the page, clockwise in degrees, show it."""
    a, b, c, d = placed.matrix
    if placed.is_on_its_side:
        grey = grey.T
        right, up = c > 0, b > 0
    else:
        right, up = a < 0, d < 0
    grey = grey[:: -1 if up else 1, :: -1 if right else 1]
    return np.ascontiguousarray(np.rot90(grey, -(rotation // _QUARTER_DEGREES)))


def _size(placed: Placed, number: int) -> tuple[int, int]:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(placed.handle, width, height) or not width.value * height.value:
        raise PageError(troubles.damaged(number))
    return width.value, height.value


def _differ(placed: tuple[Placed, ...], sizes: list[tuple[int, int]]) -> bool:
    """Tell whether strips have another density than the first, but for the rounding of a row."""
    points = sizes[0][1] / (placed[0].box.top - placed[0].box.bottom)
    return any(
        abs((one.box.top - one.box.bottom) * points - height) > max(1.0, (_SAME_DENSITY - 1) * height)
        for one, (_, height) in zip(placed, sizes, strict=True)
    )


def _density(placed: Placed, width_px: int, height_px: int, user_unit: float) -> tuple[float, float]:
    """Dots per inch along the rows of the picture and down its columns."""
    a, b, c, d = placed.matrix
    inches = user_unit / _PT_PER_INCH
    return width_px / (max(abs(a), abs(b)) * inches), height_px / (max(abs(c), abs(d)) * inches)


def _grey(placed: Placed, number: int) -> tuple[GreyImage | None, bool]:
    """The grey of a picture as it is stored, and whether a camera made it; None when it must be drawn."""
    if _filters(placed.handle) == ["DCTDecode"]:
        return _jpeg(_bytes(placed.handle), number)
    with decoding(number):
        handle = raw.FPDFImageObj_GetBitmap(placed.handle)
        if not handle:
            return None, False
        bitmap = pypdfium2.PdfBitmap.from_raw(handle)
        bitmap.warn_on_close = False
        pixels = bitmap.to_numpy()
        # The bitmap owns the pixels, so they are copied before it goes.
        grey = pixels.copy() if pixels.ndim == 2 else grey_of_bgr(pixels)  # noqa: PLR2004 (rows and columns)
        bitmap.close()
    return grey, False


def _jpeg(data: bytes, number: int) -> tuple[GreyImage | None, bool]:
    """Ink colours and what is no JPEG go to the drawn road, whose decoder knows more."""
    picture = opened(io.BytesIO(data), Kind.JPEG, number)
    if picture.mode not in _JPEG_MODES:
        return None, False
    return jpeg_grey(data, picture, number), is_camera_jpeg(picture)


def _filters(handle: raw.FPDF_PAGEOBJECT) -> list[str]:
    names = []
    for index in range(raw.FPDFImageObj_GetImageFilterCount(handle)):
        name = ctypes.create_string_buffer(32)
        raw.FPDFImageObj_GetImageFilter(handle, index, name, len(name))
        names.append(name.value.decode("ascii", "replace"))
    return names


def _bytes(handle: raw.FPDF_PAGEOBJECT) -> bytes:
    length = raw.FPDFImageObj_GetImageDataRaw(handle, None, 0)
    buffer = (ctypes.c_ubyte * length)()
    raw.FPDFImageObj_GetImageDataRaw(handle, buffer, length)
    return bytes(buffer)
