"""Dots per inch: what a file says, when that can be true, and the same in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from scanning.intake.bounds import MAX_DPI, MIN_DPI, is_too_large

if TYPE_CHECKING:
    from scanning.page import GreyImage

_PROGRAM_DPI = (72.0, 96.0)
_LONGEST_SHEET_INCH = 24.0
_SAME = 1.02
_SQUARE_UP_TO = 4.0


def is_program_dpi(dpi: float | None) -> bool:
    """True of none, and of the 72 and 96 dpi that cameras and programs write when they know nothing."""
    return dpi is None or any(abs(dpi - known) < 1 for known in _PROGRAM_DPI)


def plausible(dpi: float, side_px: int) -> float | None:
    """``dpi``, when a scanner can have had it; ``side_px`` is the longer side of the page.

    72 and 96 dpi are believed only when the sheet is then no longer than two feet.
    """
    if not MIN_DPI <= dpi <= MAX_DPI:
        return None
    if is_program_dpi(dpi) and side_px / dpi > _LONGEST_SHEET_INCH:
        return None
    return round(dpi, 2)


def squared(grey: GreyImage, dpi_x: float, dpi_y: float) -> tuple[GreyImage, float | None]:
    """A page with as many dots per inch across as down, as fax has not (204 x 98), and its resolution or None."""
    across, down = plausible(dpi_x, max(grey.shape)), plausible(dpi_y, max(grey.shape))
    if across is None or down is None:
        return grey, None
    ratio = across / down
    if 1 / _SAME <= ratio <= _SAME:
        return grey, round((across + down) / 2, 2)
    height, width = grey.shape
    size = (width, round(height * ratio)) if ratio > 1 else (round(width / ratio), height)
    if not 1 / _SQUARE_UP_TO <= ratio <= _SQUARE_UP_TO or is_too_large(*size, wide=False):
        return grey, None
    stretched: GreyImage = cv2.resize(grey, size, interpolation=cv2.INTER_NEAREST)  # type: ignore[assignment] # uint8 stays
    return stretched, max(across, down)
