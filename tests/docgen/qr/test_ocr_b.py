"""The digits of the line that people and machines can read."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from docgen.qr.ocr_b import HEIGHT_MM, PITCH_MM, STROKE_MM, STROKES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PX_PER_MM = 20


def _drawn(digit: str) -> NDArray[np.bool_]:
    """The cell of a digit, True where there is ink."""
    image = Image.new("L", (round(PITCH_MM * _PX_PER_MM), round(HEIGHT_MM * _PX_PER_MM)))
    draw = ImageDraw.Draw(image)
    for stroke in STROKES[digit]:
        draw.line([(x * _PX_PER_MM, y * _PX_PER_MM) for x, y in stroke], 255, round(STROKE_MM * _PX_PER_MM), "curve")
    return np.asarray(image) > 0


def test_there_are_ten() -> None:
    assert "".join(STROKES) == "0123456789"


@pytest.mark.parametrize("digit", STROKES)
def test_a_digit_is_as_high_as_its_cell_and_leaves_white_beside_it(digit: str) -> None:
    xs, ys = zip(*[point for stroke in STROKES[digit] for point in stroke], strict=True)
    assert min(ys) == pytest.approx(STROKE_MM / 2, abs=0.01)
    assert max(ys) == pytest.approx(HEIGHT_MM - STROKE_MM / 2, abs=0.01)
    assert min(xs) - STROKE_MM / 2 > 0.45
    assert max(xs) + STROKE_MM / 2 < PITCH_MM - 0.45


def test_no_two_digits_are_near_to_each_other() -> None:
    drawn = {digit: _drawn(digit) for digit in STROKES}
    for one, other in combinations(STROKES, 2):
        differs = (drawn[one] ^ drawn[other]).sum() / min(drawn[one].sum(), drawn[other].sum())
        assert differs > 0.35, (one, other, differs)
