"""A proxy for ISO/IEC 15415 grades: symbols must survive what ink, paper and a hand-held phone do to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
import zxingcpp

from docgen.drawing.raster import open_pdf, page_gray
from docgen.layouts.geometry import Rect
from docgen.postal.marks.profiles import builtin
from docgen.postal.marks.sheets import Marker
from docgen.qr.encoder import Level, encode
from tests.docgen.drawing.envelope_files import BATCH_CODE, one_envelope

if TYPE_CHECKING:
    from numpy.typing import NDArray

DPI = 300
MODULE_PX = 6  # 0.508 mm at 300 dpi
PAYLOADS = (
    b"BCD\n002\n1\nSCT\n\nWoningstichting Voorbeeld\nNL91ABNA0417164300\nEUR123.45\n\n\nFactuur 2026-000123",
    b"HTTPS://MIJN.GRACHTSTAD.EXAMPLE.NL/7F3K9M2QX4TBW8ND0123456789",
)


def _printed(payload: bytes) -> NDArray[np.uint8]:
    modules = np.pad(1 - encode(payload, Level.M).modules(), 4, constant_values=1)
    return np.kron(modules, np.ones((MODULE_PX, MODULE_PX), np.uint8)) * np.uint8(255)


def _degraded(image: NDArray[np.uint8], growth_px: int, degrees: float) -> NDArray[np.uint8]:
    kernel = np.ones((2, 2), np.uint8)
    if growth_px > 0:
        image = cv2.erode(image, kernel)  # type: ignore[assignment]  # more ink: OpenCV's stubs lose the element type
    elif growth_px < 0:
        image = cv2.dilate(image, kernel)  # type: ignore[assignment]  # less ink
    sigma_px = 0.1 / 25.4 * DPI
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    blurred = cv2.GaussianBlur(image, (0, 0), sigma_px)
    return np.asarray(cv2.warpAffine(blurred, turn, (width, height), borderValue=(255,)), np.uint8)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("growth_px", [-1, 0, 1])
@pytest.mark.parametrize("degrees", [-2.0, 0.0, 2.0])
def test_blurred_grown_and_turned_symbols_still_read(payload: bytes, growth_px: int, degrees: float) -> None:
    picture = _degraded(_printed(payload), growth_px, degrees)
    assert [r.bytes for r in zxingcpp.read_barcodes(picture)] == [payload]
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert text == payload.decode()


@pytest.mark.parametrize(
    ("profile", "kind"),
    [("datamatrix", zxingcpp.BarcodeFormat.DataMatrix), ("code39", zxingcpp.BarcodeFormat.Code39)],
)
@pytest.mark.parametrize("growth_px", [-1, 0, 1])
@pytest.mark.parametrize("degrees", [-2.0, 0.0, 2.0])
def test_inserter_marks_still_read_after_the_same(
    profile: str, kind: zxingcpp.BarcodeFormat, growth_px: int, degrees: float
) -> None:
    made = builtin()[profile]
    code = made.codes[0]
    ((_, content), *_), *_ = [sheet.codes for sheet in Marker(made, BATCH_CODE, made.order).mark(42, 2)]
    with open_pdf(one_envelope(made, made.order).data) as document:
        picture = page_gray(document, 1, DPI, Rect(*code.spot.clear))
    (read,) = zxingcpp.read_barcodes(_degraded(picture, growth_px, degrees), formats=zxingcpp.BarcodeFormats(kind))
    assert read.text == content
