"""What is printed of a slip is where its geometry says, to a fraction of a dot of a scanner."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from docgen.drawing.raster import open_pdf, page_gray
from docgen.drawing.single import letter_pdf
from docgen.layouts.slip_geometry import QUIET_MODULES, all_boxes, digit_cells
from docgen.qr.ocr_b import STROKE_MM, STROKES
from docgen.qr.slip_code import number_line
from docgen.qr.token import derive_piece_id
from docgen.reply_form import ReplyKind
from tests.docgen.builders import CREATED, composer, example, template

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docgen.layouts.geometry import Rect
    from docgen.layouts.slip_geometry import SlipGeometry

_DPI = 300
_PX_PER_MM = _DPI / 25.4
_CASES = ["water-meter-reading", "contact-data-request", "digital-post-consent"]
_PIECE = derive_piece_id("job", 3)


@cache
def _slip(name: str) -> tuple[NDArray[np.uint8], SlipGeometry, str]:
    """uint8 (height, width), the slip of a sample at 300 dpi; its geometry and its line of digits."""
    made = composer(name)
    composed = made.compose(replace(example(template(name)), piece_id=_PIECE))
    laid, geometry = composed.laid_out, made.plan("nl").slip_geometry
    assert geometry is not None
    assert laid.slip_page is not None
    slip = laid.pages[laid.slip_page - 1].slip
    assert slip is not None
    with open_pdf(letter_pdf(composed.drawn, made.resources, "t", CREATED)) as document:
        gray = page_gray(document, laid.slip_page, _DPI)
    return gray[round(geometry.page_top_mm * _PX_PER_MM) :], geometry, number_line(slip.code)


def _part(gray: NDArray[np.uint8], rect: Rect) -> NDArray[np.uint8]:
    top, left = round(rect.top_mm * _PX_PER_MM), round(rect.left_mm * _PX_PER_MM)
    return gray[top : round(rect.bottom_mm * _PX_PER_MM), left : round(rect.right_mm * _PX_PER_MM)]


@pytest.mark.parametrize("name", _CASES)
def test_squares_are_black_to_their_edges_and_white_around(name: str) -> None:
    gray, geometry, _ = _slip(name)
    anchors = geometry.anchors
    marks = [mark for row in geometry.rows for mark in row.marks]
    for square in (*anchors.corners, anchors.side, *marks):
        assert _part(gray, square.grown(-0.15)).max() < 60
        around = _part(gray, square.grown(0.8))
        inside = _part(gray, square.grown(0.15))
        assert (around < 200).sum() == (inside < 200).sum()


@pytest.mark.parametrize("name", _CASES)
def test_boxes_are_light_lines_around_white(name: str) -> None:
    gray, geometry, _ = _slip(name)
    for field, _, box in all_boxes(geometry):
        assert _part(gray, box.grown(-0.4)).min() == 255
        line = _part(gray, box.grown(0.3))
        if field.kind is not ReplyKind.DATE:  # the letters over its boxes stand near
            assert 140 < line.min() < 240
        assert (line < 240).any(axis=1).mean() > 0.9


@pytest.mark.parametrize("name", _CASES)
def test_codes_have_their_white_and_fill_their_place(name: str) -> None:
    gray, geometry, _ = _slip(name)
    for code in geometry.anchors.codes:
        quiet_mm = code.width_mm * QUIET_MODULES / 25
        assert (_part(gray, code.grown(quiet_mm - 0.1)) < 128).sum() == (_part(gray, code.grown(0.1)) < 128).sum()
        dark = np.argwhere(_part(gray, code) < 128)
        assert dark.min(axis=0).max() <= 1
        assert dark.max(axis=0).min() >= round(code.width_mm * _PX_PER_MM) - 2


@pytest.mark.parametrize("name", _CASES)
def test_each_digit_is_drawn_by_its_strokes_in_its_cell(name: str) -> None:
    gray, geometry, line = _slip(name)
    for digit, cell in zip(line, digit_cells(geometry.size), strict=True):
        printed = _part(gray, cell) < 128
        drawn = {one: _drawn(one, printed.shape) for one in STROKES}
        differs = {one: (ink ^ printed).sum() for one, ink in drawn.items()}
        own = differs.pop(digit)
        assert own < 0.75 * min(differs.values()), (digit, own, differs)


@cache
def _drawn(digit: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The digit drawn large and made small."""
    scale, larger = _PX_PER_MM * 8, (shape[1] * 8, shape[0] * 8)
    image = Image.new("L", larger)
    draw = ImageDraw.Draw(image)
    for stroke in STROKES[digit]:
        draw.line([(x * scale, y * scale) for x, y in stroke], 255, round(STROKE_MM * scale), "curve")
    return np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BOX)) > 128
