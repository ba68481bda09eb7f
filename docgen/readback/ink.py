"""Where there is ink and where there must be none: window, mark zones, edges, blank backs.

Only the parts of a page that matter are rasterised; each takes a tenth of a millisecond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from docgen.drawing.raster import Crop, leaf_crop
from docgen.findings import Finding
from docgen.layouts.geometry import A4_HEIGHT_MM, A4_WIDTH_MM, Rect, to_pt
from docgen.readback.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pypdfium2
    from numpy.typing import NDArray

    from docgen.readback.difference import Spot
    from docgen.readback.expected import ExpectedWindow

_BLANK_DPI = 50
_ZONE_DPI = 100
_WINDOW_DPI = 150
_SIZE_TOLERANCE_PT = 1.5
_TINT = 245  # anything darker than a tint of 4 % counts as ink
_DARK = 200
_TOLERANCE_MM = 0.5
_EDGE_TOLERANCE_MM = 0.3  # of ink that ends exactly on a border, half a dot may show on its other side
_STEM_MM = 0.6  # farther from the left edge of a text no letter begins
_BASELINE_REACH_MM = 2.0
_BASELINE_BAND_MM = 0.35


def check_blank(spot: Spot, leaf: pypdfium2.PdfPage, allowed: Iterable[Rect]) -> list[Difference]:
    """A blank back has no ink but marks."""
    crop = leaf_crop(leaf, _BLANK_DPI)
    rect = _ink_box(crop, crop.gray < _TINT, allowed)
    if rect is None:
        return []
    message = f"Page {spot.page} must be blank, but has ink; do not print this file, write it again."
    return [Difference(Finding("readback-blank-inked", message, spot.place()), rect, "a blank page", "ink")]


def check_zones(
    spot: Spot, leaf: pypdfium2.PdfPage, zones: Iterable[Rect], allowed: Iterable[Rect]
) -> Iterator[Difference]:
    """No ink but marks where an inserter looks."""
    for zone in zones:
        crop = leaf_crop(leaf, _ZONE_DPI, zone.grown(-_EDGE_TOLERANCE_MM))
        rect = _ink_box(crop, crop.gray < _TINT, allowed)
        if rect is not None:
            message = f"Ink stands where the inserter looks for marks on page {spot.page}; it would stop or misread."
            finding = Finding("readback-mark-zone-inked", f"{message} Do not print this file.", spot.place("mark-zone"))
            yield Difference(finding, rect, "no ink but marks", "ink")


def check_edges(spot: Spot, leaf: pypdfium2.PdfPage, margin_mm: float) -> Iterator[Difference]:
    """No ink where printers cannot print."""
    wide_mm = margin_mm - _EDGE_TOLERANCE_MM
    strips = (
        Rect(0.0, 0.0, wide_mm, A4_HEIGHT_MM),
        Rect(A4_WIDTH_MM - wide_mm, 0.0, wide_mm, A4_HEIGHT_MM),
        Rect(0.0, 0.0, A4_WIDTH_MM, wide_mm),
        Rect(0.0, A4_HEIGHT_MM - wide_mm, A4_WIDTH_MM, wide_mm),
    )
    for strip in strips:
        crop = leaf_crop(leaf, _ZONE_DPI, strip)
        rect = _ink_box(crop, crop.gray < _TINT, ())
        if rect is not None:
            message = f"Ink within {margin_mm:g} mm of the edge of page {spot.page} would be cut off; move it inwards."
            yield Difference(Finding("readback-edge-inked", message, spot.place("edge")), rect, "white", "ink")
            return


def check_window(spot: Spot, leaf: pypdfium2.PdfPage, window: ExpectedWindow) -> list[Difference]:
    """The address stands where it must, and nothing else shows in the window."""
    crop = leaf_crop(leaf, _WINDOW_DPI, window.visible)
    dark = crop.gray < _DARK
    if not (crop.part(window.text).gray < _DARK).any():
        message = f"There is no address in the window on page {spot.page}; do not print this file, write it again."
        return [
            Difference(Finding("readback-address-missing", message, spot.place("address")), window.text, "an address")
        ]
    if not _is_in_place(crop, window):
        message = f"The address on page {spot.page} is not where the window shows it; do not print this file."
        rect = crop.box(dark)
        return [
            Difference(Finding("readback-address-moved", message, spot.place("address")), rect, _words(window.text))
        ]
    rect = _ink_box(crop, dark, window.inked)
    if rect is None:
        return []
    message = (
        f"Ink shows beside the address in the window on page {spot.page}: it stands there, or the address has moved."
    )
    finding = Finding("readback-window-not-clear", f"{message} Do not print this file.", spot.place("address"))
    return [Difference(finding, rect, "no ink beside the address", "ink")]


def is_a4(leaf: pypdfium2.PdfPage) -> bool:
    """True when places in mm mean what they say."""
    width_pt, height_pt = leaf.get_size()
    off_pt = max(abs(width_pt - to_pt(A4_WIDTH_MM)), abs(height_pt - to_pt(A4_HEIGHT_MM)))
    return bool(leaf.get_rotation() == 0 and off_pt <= _SIZE_TOLERANCE_PT)


def _is_in_place(crop: Crop, window: ExpectedWindow) -> bool:
    text, kix = window.text, window.kix
    edge = Rect(text.left_mm - _TOLERANCE_MM, text.top_mm, _TOLERANCE_MM + _STEM_MM, text.height_mm)
    if not (crop.part(edge).gray < _DARK).any():
        return False
    if kix is not None and not _fills(crop, kix):
        return False
    return window.baseline_mm is None or _stands_on(crop, text, window.baseline_mm)


def _fills(crop: Crop, rect: Rect) -> bool:
    """True when the ink in and around ``rect`` takes just that."""
    around = crop.part(rect.grown(2 * _TOLERANCE_MM))
    box = around.box(around.gray < _DARK)
    return box is not None and rect.grown(_TOLERANCE_MM).contains(box) and box.grown(_TOLERANCE_MM).contains(rect)


def _stands_on(crop: Crop, text: Rect, baseline_mm: float) -> bool:
    """True when the ink of a line of text ends on the baseline: no row has so much more above it than below it."""
    reach_mm = _BASELINE_REACH_MM + _BASELINE_BAND_MM
    part = crop.part(Rect(text.left_mm, baseline_mm - reach_mm, text.width_mm, 2 * reach_mm))
    band = round(_BASELINE_BAND_MM * crop.px_per_mm)
    before = np.concatenate(([0], np.cumsum((part.gray < _DARK).sum(axis=1))))
    drops = 2 * before[band:-band] - before[: -2 * band] - before[2 * band :]
    found_mm = (part.top_px + band + int(drops.argmax())) / crop.px_per_mm
    return abs(found_mm - baseline_mm) <= _TOLERANCE_MM


def _ink_box(crop: Crop, ink: NDArray[np.bool_], allowed: Iterable[Rect]) -> Rect | None:
    """What the ink outside of ``allowed`` takes of the page; None when there is none."""
    if not ink.any():
        return None
    for rect in allowed:
        Crop(ink.view(np.uint8), crop.left_px, crop.top_px, crop.px_per_mm).part(rect.grown(_TOLERANCE_MM)).gray[:] = 0
    return crop.box(ink)


def _words(rect: Rect) -> str:
    return f"at x {rect.left_mm:.1f}-{rect.right_mm:.1f} mm, y {rect.top_mm:.1f}-{rect.bottom_mm:.1f} mm"
