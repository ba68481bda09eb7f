"""The picture of a difference shows the page, the place in red, and in words what was expected and read."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from docgen.layouts.geometry import Rect
from tests.docgen.readback.read_files import box, edited, made_file, overprinted, read, sample_letters

if TYPE_CHECKING:
    import pikepdf

_PX_PER_MM = 100 / 25.4
_RED = (208, 0, 26)
_PAGE_PX = (827, 1170)


def _red(picture: bytes, rect: Rect) -> int:
    """Pixels of the outline's red in a rectangle of the page."""
    pixels = np.asarray(Image.open(BytesIO(picture)))
    left, top = round(rect.left_mm * _PX_PER_MM), round(rect.top_mm * _PX_PER_MM)
    part = pixels[top : round(rect.bottom_mm * _PX_PER_MM), left : round(rect.right_mm * _PX_PER_MM)]
    return int((part == _RED).all(axis=2).sum())


def test_the_place_is_outlined_and_words_stand_below_the_page() -> None:
    made = made_file(sample_letters()[:3])
    ink = Rect(180, 60, 5, 3)
    picture = read(overprinted(made.data, 3, box(180, 60, 5, 3)), made).picture
    assert picture is not None
    width, height = Image.open(BytesIO(picture)).size
    assert width == _PAGE_PX[0]
    assert height > _PAGE_PX[1] + 40
    letters_page = made.expected[1]
    assert letters_page.first_page == 3
    assert _red(picture, Rect(0, 0, 210, 297)) > 500
    wrong = replace(made, expected=(replace(made.expected[0], pages=()),))
    symbol = wrong.expected[0].symbols[0]
    other = replace(wrong.expected[0], symbols=(replace(symbol, content=b"other"),))
    shown = read(made.data, replace(wrong, expected=(other,))).picture
    assert shown is not None
    assert _red(shown, symbol.rect.grown(3)) > 200
    assert _red(shown, symbol.rect) == 0
    assert _red(shown, ink.grown(5)) == 0


def test_the_first_page_with_a_difference_is_shown() -> None:
    made = made_file(sample_letters()[:3])
    spoiled = overprinted(overprinted(made.data, 3, box(8, 120, 3, 3)), 5, box(8, 120, 3, 3))
    assert read(spoiled, made).picture == read(overprinted(made.data, 3, box(8, 120, 3, 3)), made).picture


def test_a_page_that_is_not_there_has_no_picture() -> None:
    made = made_file(sample_letters()[:2])

    def cut(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[2:]

    kept = replace(made, expected=made.expected[1:])
    result = read(edited(made.data, cut), kept)
    assert {f.code for f in result.findings} == {"readback-page-count", "readback-page-missing"}
    assert result.picture is None
