"""Pictures of PDF pages."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from ctypes import c_void_p
from dataclasses import dataclass
from itertools import starmap
from math import ceil
from typing import TYPE_CHECKING
from zlib import compressobj, crc32

import numpy as np
import pypdfium2
from pypdfium2 import raw

from docgen.findings import Refusal
from docgen.layouts.geometry import Rect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray
    from PIL import Image

_PT_PER_INCH = 72
_PNG_HEAD = struct.Struct(">IIBBBBB")
_TRUE_COLOUR = 2
_ROWS_AT_ONCE = 128
_WHITE = 255


@contextmanager
def open_pdf(pdf: bytes | Path | BinaryIO) -> Iterator[pypdfium2.PdfDocument]:
    """A document to take pictures of; read as needed when a path or a stream that can seek is given."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def page_picture(document: pypdfium2.PdfDocument, page: int, dpi: int) -> Image.Image:
    """Page ``page`` (from 1) in colour.

    Raises:
        Refusal: ``page-not-found``.
    """
    if not 1 <= page <= len(document):
        raise Refusal("page-not-found", f"There is no page {page}; the letter has {len(document)}.")
    picture: Image.Image = document[page - 1].render(scale=dpi / _PT_PER_INCH).to_pil()
    return picture


def page_gray(document: pypdfium2.PdfDocument, page: int, dpi: int, area: Rect | None = None) -> NDArray[np.uint8]:
    """Page ``page`` (from 1), or only ``area`` of it: uint8, (height, width), 0 = black."""
    return leaf_gray(document[page - 1], dpi, area)


def leaf_gray(leaf: pypdfium2.PdfPage, dpi: int, area: Rect | None = None) -> NDArray[np.uint8]:
    """The same of a page that is loaded already."""
    return leaf_crop(leaf, dpi, area).gray


@dataclass(frozen=True, slots=True)
class Crop:
    """Part of the picture of a page that knows where it is: ``gray`` is uint8, (height, width), 0 = black.

    ``left_px`` and ``top_px`` are where it begins in the picture of the whole page, which has ``px_per_mm``.
    """

    gray: NDArray[np.uint8]
    left_px: int
    top_px: int
    px_per_mm: float

    def part(self, area: Rect) -> Crop:
        """The pixels whose middle lies in ``area``; none when it lies outside."""
        left, top = self._column(area.left_mm), self._row(area.top_mm)
        gray = self.gray[top : self._row(area.bottom_mm), left : self._column(area.right_mm)]
        return Crop(gray, self.left_px + left, self.top_px + top, self.px_per_mm)

    def box(self, mask: NDArray[np.bool_]) -> Rect | None:
        """What the pixels in ``mask``, of the size of ``gray``, take of the page in mm; None when there are none."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return None
        left_px, top_px = self.left_px + int(columns[0]), self.top_px + int(rows[0])
        width_px, height_px = int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
        return Rect(*(px / self.px_per_mm for px in (left_px, top_px, width_px, height_px)))

    def _column(self, left_mm: float) -> int:
        column: int = min(max(round(left_mm * self.px_per_mm) - self.left_px, 0), self.gray.shape[1])
        return column

    def _row(self, top_mm: float) -> int:
        row: int = min(max(round(top_mm * self.px_per_mm) - self.top_px, 0), self.gray.shape[0])
        return row


def leaf_crop(leaf: pypdfium2.PdfPage, dpi: int, area: Rect | None = None) -> Crop:
    """A loaded page, or only what it has of ``area``, with its place."""
    width_pt, height_pt = leaf.get_size()
    per_mm = dpi / 25.4
    width, height = ceil(width_pt * dpi / _PT_PER_INCH), ceil(height_pt * dpi / _PT_PER_INCH)
    left, top, right, bottom = 0, 0, width, height
    if area is not None:
        left, top = max(ceil(area.left_mm * per_mm), 0), max(ceil(area.top_mm * per_mm), 0)
        right, bottom = min(ceil(area.right_mm * per_mm), width), min(ceil(area.bottom_mm * per_mm), height)
    gray = np.full((max(bottom - top, 1), max(right - left, 1)), _WHITE, np.uint8)
    # Our own memory: the library's bitmap would have to be made, filled and copied through objects of Python.
    memory = gray.ctypes.data_as(c_void_p)
    bitmap = raw.FPDFBitmap_CreateEx(gray.shape[1], gray.shape[0], raw.FPDFBitmap_Gray, memory, gray.shape[1])
    if not bitmap:
        raise pypdfium2.PdfiumError(f"No picture of {gray.shape[1]} x {gray.shape[0]} pixels can be made.")
    raw.FPDF_RenderPageBitmap(bitmap, leaf, -left, -top, width, height, 0, raw.FPDF_ANNOT | raw.FPDF_GRAYSCALE)
    raw.FPDFBitmap_Destroy(bitmap)
    return Crop(gray, left, top, per_mm)


def page_png(pdf: bytes | Path, page: int, dpi: int = 150) -> bytes:
    """Page ``page`` (from 1) as PNG.

    Raises:
        Refusal: ``page-not-found``.
    """
    with open_pdf(pdf) as document:
        return to_png(page_picture(document, page, dpi))


def to_png(picture: Image.Image) -> bytes:
    """A picture as PNG bytes (ISO/IEC 15948) in 24-bit colour, the same for the same picture.

    The rows are not filtered, and deflated as fast as can be by what gives the same bytes in every process.
    """
    head = _PNG_HEAD.pack(*picture.size, 8, _TRUE_COLOUR, 0, 0, 0)
    data = b"".join(_deflated_rows(picture))
    return b"\x89PNG\r\n\x1a\n" + b"".join(starmap(_png_part, [(b"IHDR", head), (b"IDAT", data), (b"IEND", b"")]))


def _deflated_rows(picture: Image.Image) -> Iterator[bytes]:
    """Some rows at a time, each after a byte that says it is not filtered: a whole sheet takes tens of megabytes."""
    deflate = compressobj(1)
    width, height = picture.size
    for top in range(0, height, _ROWS_AT_ONCE):
        strip = picture.crop((0, top, width, min(top + _ROWS_AT_ONCE, height))).convert("RGB")
        rows = np.zeros((strip.height, 1 + 3 * width), np.uint8)
        rows[:, 1:] = np.asarray(strip).reshape(strip.height, -1)
        yield deflate.compress(rows.tobytes())
    yield deflate.flush()


def _png_part(kind: bytes, data: bytes) -> bytes:
    return b"".join((len(data).to_bytes(4, "big"), kind, data, crc32(kind + data).to_bytes(4, "big")))
