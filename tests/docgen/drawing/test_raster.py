"""A crop of a page's picture knows where it is."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.drawing.raster import leaf_crop, leaf_gray, open_pdf
from docgen.layouts.geometry import PT_PER_MM, Rect

_BOX = Rect(60.0, 100.0, 30.0, 12.0)


def _page() -> bytes:
    """An A4 page with one black box."""
    pdf, out = pikepdf.new(), BytesIO()
    page = pdf.add_blank_page(page_size=(210 * PT_PER_MM, 297 * PT_PER_MM))
    sizes = (_BOX.left_mm, 297 - _BOX.bottom_mm, _BOX.width_mm, _BOX.height_mm)
    page.contents_add(b"0 g %.3f %.3f %.3f %.3f re f" % tuple(mm * PT_PER_MM for mm in sizes))
    pdf.save(out)
    return out.getvalue()


@settings(max_examples=30, deadline=None)
@given(st.floats(-5, 55), st.floats(-5, 95), st.floats(100, 230), st.floats(120, 320), st.sampled_from([75, 150, 200]))
def test_ink_is_found_at_its_place_whatever_is_cropped(
    left_mm: float, top_mm: float, right_mm: float, bottom_mm: float, dpi: int
) -> None:
    with open_pdf(_page()) as document:
        crop = leaf_crop(document[0], dpi, Rect(left_mm, top_mm, right_mm - left_mm, bottom_mm - top_mm))
        box = crop.box(crop.gray < 128)
        inner = crop.part(_BOX.grown(-1))
    assert box is not None
    off_mm = 1.5 * 25.4 / dpi
    assert box.left_mm == pytest.approx(_BOX.left_mm, abs=off_mm)
    assert box.top_mm == pytest.approx(_BOX.top_mm, abs=off_mm)
    assert box.right_mm == pytest.approx(_BOX.right_mm, abs=off_mm)
    assert box.bottom_mm == pytest.approx(_BOX.bottom_mm, abs=off_mm)
    assert (inner.gray == 0).all()


def test_a_crop_is_the_same_pixels_as_the_whole_page() -> None:
    with open_pdf(_page()) as document:
        whole, crop = leaf_gray(document[0], 100), leaf_crop(document[0], 100, Rect(50, 90, 20, 20))
    height, width = crop.gray.shape
    assert (crop.gray == whole[crop.top_px : crop.top_px + height, crop.left_px : crop.left_px + width]).all()


def test_there_is_nothing_in_a_part_outside_of_the_crop() -> None:
    with open_pdf(_page()) as document:
        crop = leaf_crop(document[0], 100, Rect(50, 90, 20, 20))
    assert crop.part(Rect(150, 200, 10, 10)).gray.size == 0
    assert crop.box(crop.gray > 255) is None
