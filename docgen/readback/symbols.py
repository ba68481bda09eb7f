"""Reading of symbols: QR codes by two readers that must agree, KIX by our own, marks as an inserter does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

import numpy as np
import zxingcpp
from pyzbar import pyzbar

from docgen.drawing.raster import leaf_crop, leaf_gray
from docgen.findings import Finding
from docgen.layouts.geometry import Rect, flip_pt, to_pt
from docgen.layouts.slip_geometry import MODULE_MM, QUIET_MODULES
from docgen.postal import kix_reader
from docgen.readback.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Callable

    import pypdfium2
    from numpy.typing import NDArray

    from docgen.readback.difference import Spot
    from docgen.readback.expected import ExpectedSymbol

_QR_DPI = 200
_KIX_DPI = 300
_MARK_DPI = 300
_OMR_DPI = 200
_TEXT_DPI = 100
_DARK = 128
_LINE_DPI, _LINE_DARK = 200, 200  # a line may be no more than a dot
_LINE_BAND = 0.25  # of its height; lines above and below begin farther off
_OMR_LINE_MM = 0.5
_OMR_REACH_MM = 0.6  # a mark that stands farther off is not under the sensor
_MOST = 0.5


def check_symbol(spot: Spot, leaf: pypdfium2.PdfPage, symbol: ExpectedSymbol) -> list[Difference]:
    """Nothing when the symbol says what it must."""
    read = _READERS[symbol.kind](leaf, symbol)
    if read == symbol.content:
        return []
    expected, kind = _words(symbol.content), symbol.kind
    name = _NAMES.get(kind) or (f"{kind} mark" if symbol.is_mark else f"{kind.upper()} code")
    if read is None:
        message = f"The {name} on page {spot.page} cannot be read; look at the page before printing."
        return [Difference(Finding("readback-unreadable", message, spot.place(kind)), symbol.rect, expected, "nothing")]
    message = f"The {name} on page {spot.page} says something else than the data; do not print this file."
    return [Difference(Finding("readback-differs", message, spot.place(kind)), symbol.rect, expected, _words(read))]


def _words(content: bytes) -> str:
    return " / ".join(content.decode("utf-8", "replace").splitlines())


def _read_qr(leaf: pypdfium2.PdfPage, symbol: ExpectedSymbol) -> bytes | None:
    picture = leaf_gray(leaf, _QR_DPI, symbol.rect)
    found = zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if not found:
        return None
    read = bytes(found[0].bytes)
    # zbar guesses the character set of what is beyond ASCII.
    return read if read != symbol.content or not read.isascii() else _second_opinion(picture)


def _read_slip_code(leaf: pypdfium2.PdfPage, symbol: ExpectedSymbol) -> bytes | None:
    """A code of a reply slip, which nothing may come near: what comes back is worn, and read by machine."""
    picture = leaf_gray(leaf, _QR_DPI, symbol.rect)
    quiet = int(to_pt(QUIET_MODULES * MODULE_MM) / 72 * _QR_DPI) - 1
    inside = picture[quiet:-quiet, quiet:-quiet]
    if (picture < _DARK).sum() != (inside < _DARK).sum():
        return None
    return _read_qr(leaf, symbol)


def _second_opinion(picture: NDArray[np.uint8]) -> bytes | None:
    """What another reader makes of it: phones differ, so a code that one of two misreads is not good enough.

    It sees a quarter of the pixels, which takes it half the time.
    """
    found = pyzbar.decode(np.ascontiguousarray(picture[::2, ::2]), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return bytes(found[0].data) if found else None


def _read_kix(leaf: pypdfium2.PdfPage, symbol: ExpectedSymbol) -> bytes | None:
    text = kix_reader.read(leaf_gray(leaf, _KIX_DPI, symbol.rect))
    return None if text is None else text.encode("ascii")


def _zxing(kind: zxingcpp.BarcodeFormat) -> Callable[[pypdfium2.PdfPage, ExpectedSymbol], bytes | None]:
    def read(leaf: pypdfium2.PdfPage, symbol: ExpectedSymbol) -> bytes | None:
        # made anew each time: what a module keeps of this library is told as a leak when a worker ends
        kinds = zxingcpp.BarcodeFormats(kind)
        found = zxingcpp.read_barcodes(leaf_gray(leaf, _MARK_DPI, symbol.rect), kinds)
        return bytes(found[0].bytes) if found else None

    return read


def _read_omr(leaf: pypdfium2.PdfPage, symbol: ExpectedSymbol) -> bytes:
    """A '1' for each place with a line and a '0' for each without, as a sensor that runs down the middle sees it."""
    rect, count = symbol.rect, len(symbol.content)
    picture = leaf_crop(leaf, _OMR_DPI, rect.grown(2 * _OMR_REACH_MM))
    pitch_mm = (rect.height_mm - _OMR_LINE_MM) / max(count - 1, 1)
    first_mm = rect.top_mm + _OMR_LINE_MM / 2 - _OMR_REACH_MM
    left_mm, width_mm = rect.left_mm + rect.width_mm / 4, rect.width_mm / 2
    read = bytearray()
    for place in range(count):
        seen = Rect(left_mm, first_mm + place * pitch_mm, width_mm, 2 * _OMR_REACH_MM)
        rows = (picture.part(seen).gray < _DARK).mean(axis=1)
        read += b"1" if (rows > _MOST).any() else b"0"
    return bytes(read)


def _see_text(leaf: pypdfium2.PdfPage, symbol: ExpectedSymbol) -> bytes | None:
    """Text is not read: it counts as what it must say when there is ink."""
    return symbol.content if (leaf_gray(leaf, _TEXT_DPI, symbol.rect) < _DARK).any() else None


def _read_line(leaf: pypdfium2.PdfPage, symbol: ExpectedSymbol) -> bytes | None:
    """The line in the middle of its place, as far as plain letters and digits tell; what has none must have ink."""
    wanted = _plain(symbol.content.decode())
    rect, inked = symbol.rect, (leaf_gray(leaf, _LINE_DPI, symbol.rect) < _LINE_DARK).any()
    if not wanted or not inked:
        return symbol.content if inked else None
    top_mm, height_mm = rect.top_mm + _LINE_BAND * rect.height_mm, _LINE_BAND * rect.height_mm
    left_pt, right_pt = to_pt(rect.left_mm), to_pt(rect.right_mm)
    text_page = leaf.get_textpage()
    try:
        read = text_page.get_text_bounded(left_pt, flip_pt(top_mm + height_mm), right_pt, flip_pt(top_mm))
    finally:
        text_page.close()
    return symbol.content if _plain(read) == wanted else read.encode()


def _plain(text: str) -> str:
    """Plain letters and digits: of others the library that reads has its own idea."""
    return "".join([sign for sign in normalize("NFKD", text) if sign.isascii() and sign.isalnum()])


_NAMES = {
    "slip-code": "code of the reply slip",
    "slip-line": "line of digits of the reply slip",
    "carrier-code": "carrier's 2D code",
    "carrier-line": "carrier's line",
}
_READERS: dict[str, Callable[[pypdfium2.PdfPage, ExpectedSymbol], bytes | None]] = {
    "qr": _read_qr,
    "kix": _read_kix,
    "slip-code": _read_slip_code,
    "slip-line": _see_text,
    "datamatrix": _zxing(zxingcpp.BarcodeFormat.DataMatrix),
    "code39": _zxing(zxingcpp.BarcodeFormat.Code39),
    "i2of5": _zxing(zxingcpp.BarcodeFormat.ITF),
    "omr": _read_omr,
    "text": _see_text,
    "carrier-code": _zxing(zxingcpp.BarcodeFormat.DataMatrix),
    "carrier-line": _read_line,
}
