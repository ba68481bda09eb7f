"""A page drawn again: buttons that are alike, within a frame, on one page or several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.proof.blocks import Screen
from agreements.proof.house import House
from agreements.proof.screen import screen_stripes
from agreements.proof.tags import Tag
from agreements.proof.type_area import typefaces

if TYPE_CHECKING:
    from docgen.layouts.theme import Brand

WIDTH_PT = 480.0
_RECTANGLE = re.compile(rb"(-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) re f")
_TEXT = st.text("abcdefgh ëm³\n", min_size=1, max_size=200)


@given(_TEXT, _TEXT, st.one_of(st.just(""), _TEXT), st.lists(_TEXT, max_size=2))
@settings(max_examples=40)
def test_buttons_are_of_one_size_and_all_stands_within_the_frame(
    brand: Brand, title: str, text: str, asked: str, labels: list[str]
) -> None:
    house = House(typefaces(brand), brand.colours, WIDTH_PT)
    stripes = screen_stripes(house, Screen(title, text, asked, tuple(labels)), Tag("Document"))
    assert all(stripe.keeps_with_next for stripe in stripes[-4 if labels else -2 : -1])
    for stripe in stripes:
        boxes = [tuple(map(float, found)) for ink in stripe.inks for found in _RECTANGLE.findall(ink.operators)]
        for left, _, width, _ in boxes:
            assert -0.01 <= left <= left + width <= WIDTH_PT + 0.01
    if labels:
        edges = [ink for ink in stripes[-2].inks if ink.tag is None][2:]
        sizes = [tuple(map(float, found[2:])) for ink in edges for found in _RECTANGLE.findall(ink.operators)]
        assert len(sizes) == 4 * len(labels)
        assert sizes[:4] * len(labels) == sizes
