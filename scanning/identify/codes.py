"""Symbols on a page: those of slips, told by their prefix from payment and other codes on the same sheet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from docgen.qr.slip_code import SLIP_PREFIX, SlipCode, decode
from scanning.page import halved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scanning.page import GreyImage

_TURNS: Final = {"UP": 0, "RIGHT": 1, "DOWN": 2, "LEFT": 3}
_MOST_CODES = 16
_MOST_ZBAR_PIXELS = 10_000_000  # A4 at 300 dpi has 9 million; more would take it half a second


@dataclass(frozen=True, slots=True, eq=False)
class FoundCode:
    """A slip's symbol. ``corners`` are (4, 2) pixels: its top left, top right, bottom right and bottom left."""

    code: SlipCode
    corners: NDArray[np.float64]

    @property
    def centre(self) -> NDArray[np.float64]:
        """(2,) pixels."""
        middle: NDArray[np.float64] = self.corners.mean(axis=0)
        return middle


@dataclass(frozen=True, slots=True)
class Codes:
    """What symbols a page has. ``spoilt`` have our prefix but no true check characters; ``others`` are not ours."""

    slips: tuple[FoundCode, ...]
    spoilt: int = 0
    others: int = 0


_Symbol = tuple[str, "NDArray[np.float64]"]


def find_codes(grey: GreyImage, half: GreyImage | None = None) -> Codes:
    """The symbols of a page, by the quick reader.

    ``half`` is the page half as fine, which takes a quarter of the time. What is read there is enough when nothing else
    there looks like a symbol, and no slip misses one of its two.
    """
    if half is not None:
        seen = _seen(half, broken=True)
        codes = _sorted([(one.text, _corners(one) * 2 + 0.5) for one in seen if one.valid])
        if codes.slips and not codes.spoilt and all(one.valid for one in seen) and _are_pairs(codes):
            return codes
    return _sorted(list(_zxing(grey)))


def _are_pairs(codes: Codes) -> bool:
    return all(count % 2 == 0 for count in Counter(found.code for found in codes.slips).values())


def find_hard_codes(grey: GreyImage) -> Codes:
    """The same by readers that cost many times more, for a page on which the quick one finds nothing of a slip."""
    cleaned = _cleaned(grey)
    codes = _sorted(list(_zxing(cleaned)))
    if codes.slips:
        return codes
    if cleaned.size <= _MOST_ZBAR_PIXELS:
        return _sorted(list(_zbar(cleaned)))
    return _sorted([(text, corners * 2 + 0.5) for text, corners in _zbar(halved(cleaned))])


def _sorted(symbols: list[_Symbol]) -> Codes:
    ours = [(decode(text), corners) for text, corners in symbols if text.startswith(SLIP_PREFIX)]
    slips = tuple([FoundCode(code, corners) for code, corners in ours if code is not None])
    return Codes(slips, len(ours) - len(slips), len(symbols) - len(ours))


def _zxing(grey: GreyImage) -> Iterator[_Symbol]:
    yield from [(one.text, _corners(one)) for one in _seen(grey)]


def _seen(grey: GreyImage, *, broken: bool = False) -> list[zxingcpp.Barcode]:
    """Symbols that can be read, and ``broken`` ones that only look like symbols."""
    # kept for longer, the formats would be told as leaked when the process ends
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return zxingcpp.read_barcodes(grey, formats=formats, try_downscale=False, try_invert=False, return_errors=broken)


def _corners(one: zxingcpp.Barcode) -> NDArray[np.float64]:
    place = one.position
    corners = [place.top_left, place.top_right, place.bottom_right, place.bottom_left]
    return np.array([(corner.x, corner.y) for corner in corners], np.float64)


def _zbar(cleaned: GreyImage) -> Iterator[_Symbol]:
    for found in pyzbar.decode(cleaned, symbols=[pyzbar.ZBarSymbol.QRCODE])[:_MOST_CODES]:
        if len(found.polygon) == 4:  # noqa: PLR2004 (a symbol has four corners)
            text = found.data.decode("latin-1")
            yield text, _upright([(point.x, point.y) for point in found.polygon], found.orientation)


def _upright(polygon: list[tuple[int, int]], orientation: str) -> NDArray[np.float64]:
    """The corners clockwise from the symbol's own top left.

    They come in any order, so they are sorted around their middle, from the page's top left, and then turned.
    """
    corners = np.array(polygon, np.float64)
    from_middle = corners - corners.mean(axis=0)
    corners = corners[np.argsort(np.arctan2(from_middle[:, 1], from_middle[:, 0]))]
    return np.roll(corners, -_TURNS.get(orientation, 0), axis=0)


def _cleaned(grey: GreyImage) -> GreyImage:
    """After blur and a threshold, which closes cracks in modules."""
    blurred = cv2.GaussianBlur(grey, (3, 3), 0)
    _, binary = cv2.threshold(blurred, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(binary, np.uint8)
