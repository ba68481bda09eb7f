"""A slip drawn from its geometry alone: anchors, symbols and light boxes, without words. For tests of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from docgen.layouts.geometry import A4_WIDTH_MM, Rect
from docgen.layouts.slip_geometry import all_boxes, digit_cells
from docgen.qr.encoder import Level, encode
from docgen.qr.ocr_b import STROKE_MM, STROKES
from docgen.qr.slip_code import encode as code_text
from docgen.qr.slip_code import number_line

if TYPE_CHECKING:
    from docgen.layouts.slip_geometry import SlipGeometry, SlipSize
    from docgen.qr.slip_code import SlipCode
    from scanning.page import GreyImage

_LINE_GREY = 185
_LINE_MM = 0.3


def printed_slip(geometry: SlipGeometry, code: SlipCode, dpi: int) -> GreyImage:
    """The slip as uint8 (height, width), 0 is black, at ``dpi``."""
    scale = dpi / 25.4
    image = np.full((round(geometry.height_mm * scale), round(A4_WIDTH_MM * scale)), 255, np.uint8)
    for _, _, box in all_boxes(geometry):
        corners = [tuple(round(v * scale) for v in pair) for pair in _corners(box)]
        cv2.rectangle(image, corners[0], corners[1], _LINE_GREY, max(1, round(_LINE_MM * scale)))
    marks = [mark for row in geometry.rows for mark in row.marks]
    for square in (*geometry.anchors.corners, geometry.anchors.side, *marks):
        _fill(image, square, scale)
    modules = encode(code_text(code).encode("ascii"), Level.M).modules()
    for place in geometry.anchors.codes:
        _symbol(image, modules, place, scale)
    _number(image, code, geometry.size, scale)
    return image


def on_a4(slip: GreyImage, dpi: int) -> GreyImage:
    """The slip at the foot of an otherwise white page."""
    height = round(297 * dpi / 25.4)
    page = np.full((height, slip.shape[1]), 255, np.uint8)
    page[height - slip.shape[0] :] = slip
    return page


def _corners(rect: Rect) -> tuple[tuple[float, float], tuple[float, float]]:
    return (rect.left_mm, rect.top_mm), (rect.right_mm, rect.bottom_mm)


def _fill(image: GreyImage, rect: Rect, scale: float) -> None:
    (left, top), (right, bottom) = _corners(rect)
    image[round(top * scale) : round(bottom * scale), round(left * scale) : round(right * scale)] = 0


def _number(image: GreyImage, code: SlipCode, size: SlipSize, scale: float) -> None:
    for digit, cell in zip(number_line(code), digit_cells(size), strict=True):
        for stroke in STROKES[digit]:
            points = [((cell.left_mm + x) * scale * 16, (cell.top_mm + y) * scale * 16) for x, y in stroke]
            line = np.round(np.array(points)).astype(np.int32)
            width = max(1, round(STROKE_MM * scale))
            cv2.polylines(image, [line], isClosed=False, color=0, thickness=width, lineType=cv2.LINE_AA, shift=4)


def _symbol(image: GreyImage, modules: GreyImage, place: Rect, scale: float) -> None:
    side = round(place.width_mm * scale)
    symbol = cv2.resize((1 - modules) * 255, (side, side), interpolation=cv2.INTER_NEAREST)
    top, left = round(place.top_mm * scale), round(place.left_mm * scale)
    image[top : top + side, left : left + side] = symbol
