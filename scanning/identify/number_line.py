"""The line of digits that is printed on a slip, read by what our printer draws: for slips whose codes are spoilt."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from docgen.layouts.slip_geometry import digit_cells
from docgen.qr.ocr_b import HEIGHT_MM, PITCH_MM, STROKE_MM, STROKES
from docgen.qr.slip_code import SlipNumber, read_number_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docgen.layouts.slip_geometry import SlipSize
    from scanning.page import GreyImage
    from scanning.register.transforms import Matrix

_PX_PER_MM: Final = 12
_REACH_MM = 0.5
_FINER = 8
_LEAST, _LEAST_AHEAD = 0.55, 0.02


def read_line(grey: GreyImage, to_px: Matrix, size: SlipSize) -> SlipNumber | None:
    """What the line says; None unless every digit is clear and the check digits fit. Nothing is guessed."""
    line = _line(grey, to_px, size)
    digits = [_digit(line, place) for place in range(len(digit_cells(size)))]
    return None if None in digits else read_number_line("".join([digit for digit in digits if digit]))


def _line(grey: GreyImage, to_px: Matrix, size: SlipSize) -> list[GreyImage]:
    """The 30 cells with some paper around, straightened."""
    cells = digit_cells(size)
    left, top = cells[0].left_mm - _REACH_MM, cells[0].top_mm - _REACH_MM
    width = cells[-1].right_mm + _REACH_MM - left
    to_mm = np.array([[1 / _PX_PER_MM, 0, left], [0, 1 / _PX_PER_MM, top], [0, 0, 1]])
    pixels = round(width * _PX_PER_MM), round((HEIGHT_MM + 2 * _REACH_MM) * _PX_PER_MM)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    whole = np.asarray(cv2.warpPerspective(grey, to_px @ to_mm, pixels, flags=flags, borderValue=255), np.uint8)
    side = round((PITCH_MM + 2 * _REACH_MM) * _PX_PER_MM)
    starts = [round((cell.left_mm - _REACH_MM - left) * _PX_PER_MM) for cell in cells]
    return [whole[:, start : start + side] for start in starts]


def _digit(line: list[GreyImage], place: int) -> str | None:
    """The digit of a cell, when it looks like one and clearly less like any other."""
    cell = line[place]
    scores = sorted(
        (
            (float(cv2.matchTemplate(cell, pattern, cv2.TM_CCOEFF_NORMED).max()), digit)
            for digit, pattern in _patterns()
        ),
        reverse=True,
    )
    (best, digit), (next_best, _) = scores[:2]
    return digit if best >= _LEAST and best - next_best >= _LEAST_AHEAD else None


@cache
def _patterns() -> tuple[tuple[str, NDArray[np.uint8]], ...]:
    """Each digit as the printer draws it, dark on light."""
    return tuple([(digit, _drawn(digit)) for digit in STROKES])


def _drawn(digit: str) -> NDArray[np.uint8]:
    scale = _PX_PER_MM * _FINER
    image = np.full((round(HEIGHT_MM * scale), round(PITCH_MM * scale)), 255, np.uint8)
    for stroke in STROKES[digit]:
        points = np.round(np.array(stroke) * scale).astype(np.int32)
        cv2.polylines(
            image, [points], isClosed=False, color=0, thickness=round(STROKE_MM * scale), lineType=cv2.LINE_AA
        )
    size = round(PITCH_MM * _PX_PER_MM), round(HEIGHT_MM * _PX_PER_MM)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8), np.uint8)
