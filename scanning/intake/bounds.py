"""What a page and a file may measure. A3 at 600 dpi fits; what is larger came from no mailroom scanner."""

from __future__ import annotations

MAX_SIDE_PX = 20_000
MAX_PIXELS = 72_000_000
"""A3 at 600 dpi has 70 million."""

MAX_WIDE_PIXELS = 40_000_000
"""For pictures whose decoder takes more than a byte per pixel (colour, 16 bit); A4 at 600 dpi has 35 million."""

MAX_SCANNED_PIXELS = 12 * MAX_PIXELS
"""Pixels by the passes over them that a progressive JPEG is stored in; usual are six to ten passes."""

MAX_PAGES = 5_000
MAX_PICTURE_BYTES = 200_000_000
"""A JPEG or PNG is read whole; PDF and TIFF are not, and may have any size."""

MIN_DPI = 50.0
MAX_DPI = 1_300.0


def is_too_large(width_px: int, height_px: int, *, wide: bool) -> bool:
    """Tell whether a picture is larger than any sheet. ``wide``: its decoder takes several bytes per pixel."""
    most = MAX_WIDE_PIXELS if wide else MAX_PIXELS
    return max(width_px, height_px) > MAX_SIDE_PX or width_px * height_px > most
