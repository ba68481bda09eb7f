from __future__ import annotations

import numpy as np
import pytest

from docgen.layouts.geometry import Rect
from scanning.fields.band import Band
from scanning.fields.outlines import of_a_size, place_boxes, without_outlines

BOXES = (Rect(4, 4, 8, 10), Rect(14, 4, 8, 10), Rect(24, 6, 5, 5))


def band(right_px: int = 0, down_px: int = 0, outline: float = 0.3) -> Band:
    """A row of 32 x 18 mm with the outlines of the boxes, three pixels wide, moved by so many pixels."""
    ink = np.zeros((180, 320), np.float32)
    for box in BOXES:
        top, left = round(box.top_mm * 10) + down_px, round(box.left_mm * 10) + right_px
        bottom, right = top + round(box.height_mm * 10), left + round(box.width_mm * 10)
        ink[top - 1 : bottom + 2, left - 1 : right + 2] = outline
        ink[top + 2 : bottom - 1, left + 2 : right - 1] = 0
    return Band(np.zeros(ink.shape, np.uint8), ink, 0.0, 0.0)


@pytest.mark.parametrize(("right_px", "down_px"), [(0, 0), (5, -3), (-8, 7)])
def test_boxes_of_several_sizes_are_placed_together(right_px: int, down_px: int) -> None:
    placed = place_boxes(band(right_px, down_px), BOXES)
    assert all(placed.seen)
    for asked, found in zip(BOXES, placed.boxes, strict=True):
        assert found.left_mm - asked.left_mm == pytest.approx(right_px / 10, abs=0.06)
        assert found.top_mm - asked.top_mm == pytest.approx(down_px / 10, abs=0.06)


def test_where_no_outline_is_seen_boxes_stay() -> None:
    placed = place_boxes(band(outline=0.0), BOXES)
    assert (placed.boxes, placed.residual_mm, any(placed.seen)) == (BOXES, None, False)


@pytest.mark.parametrize("places", of_a_size(BOXES))
def test_outlines_go_and_strokes_that_cross_them_stay(places: list[int]) -> None:
    row = band(4, 2)
    row.ink[80] = 1.0
    placed = place_boxes(row, BOXES)
    for one in without_outlines(row, [placed.boxes[place] for place in places], placed.line, 0.5):
        stroke = int(one.ink.max(axis=1).argmax())
        assert one.ink[stroke].min() > 0.5
        assert np.delete(one.ink, stroke, axis=0).max() < 0.05
        assert one.within(0.3).shape == (one.rows.stop - one.rows.start - 6, one.columns.stop - one.columns.start - 6)
