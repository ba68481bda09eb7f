from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.layouts.pagination import Pages, Rooms, paginate
from docgen.layouts.parts import Block, Item, PageBreakItem, Part, TextItem, Together, text_ink
from docgen.layouts.typography import typography
from docgen.typesetting.paragraphs import Lines
from tests.docgen.builders import brand

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEADING_PT = 14.0
_ROOMS = Rooms(200.0, 300.0)


def block(height_pt: float, kind: str = "block", *, keeps: bool = False, before: float = 0.0) -> Block:
    return Block(Part(kind, height_pt, b""), before, keeps)


def text(count: int, kind: str = "paragraph", before: float = 0.0) -> TextItem:
    setting = typography(brand(), "nl").body
    lines = Lines(tuple(b"%d" % i for i in range(count)), (10.0,) * count, frozenset(), "")
    part = Part(kind, count * _LEADING_PT, text_ink(lines.fragments, setting))
    return TextItem(kind, lines, setting, part, space_before_pt=before)


def kinds(pages: Pages) -> list[list[str]]:
    return [[flown.part.kind for flown in page] for page in pages.pages]


def _heights(pages: Pages) -> list[list[float]]:
    return [[flown.part.height_pt for flown in page] for page in pages.pages]


def test_items_fill_a_page_and_go_on_on_the_next() -> None:
    assert kinds(paginate([block(150, "a"), block(50, "b"), block(1, "c")], _ROOMS)) == [["a", "b"], ["c"]]


def test_white_above_an_item_counts_except_at_the_top_of_a_page() -> None:
    pages = paginate([block(100, "a", before=20), block(80, "b", before=20), block(10, "c", before=20)], _ROOMS)
    assert [[f.top_pt for f in page] for page in pages.pages] == [[0, 120], [0]]


@pytest.mark.parametrize(
    ("room_lines", "count", "expected"),
    [
        (1, 6, [[], [6]]),  # no single first line: all moves on
        (2, 6, [[2], [4]]),
        (5, 6, [[4], [2]]),  # no single last line: one more moves on
        (2, 3, [[], [3]]),  # three lines cannot be divided so that two stay on either side
        (3, 3, [[3]]),
    ],
)
def test_two_lines_of_a_paragraph_stay_on_either_side(room_lines: int, count: int, expected: list[list[int]]) -> None:
    above = block(_ROOMS.first_pt - room_lines * _LEADING_PT - 1, "above")
    pages = paginate([above, text(count)], _ROOMS)
    found = [[round(f.part.height_pt / _LEADING_PT) for f in page if f.part.kind != "above"] for page in pages.pages]
    assert found == expected


@settings(max_examples=50)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.floats(40, 400))
def test_no_line_is_lost_or_alone_whatever_the_paragraphs(counts: list[int], room_pt: float) -> None:
    pages = paginate([text(count, f"p{i}") for i, count in enumerate(counts)], Rooms(room_pt, room_pt))
    for i, count in enumerate(counts):
        lines = [round(f.part.height_pt / _LEADING_PT) for page in pages.pages for f in page if f.part.kind == f"p{i}"]
        assert sum(lines) == count
        assert len(lines) == 1 or min(lines) >= 2
    for page in pages.pages:
        if not pages.oversized and page:
            assert page[-1].top_pt + page[-1].part.height_pt <= room_pt + 1e-5


def test_a_divided_paragraph_keeps_its_lines_in_order() -> None:
    pages = paginate([block(150), text(6)], _ROOMS)
    inks = [f.part.ink for page in pages.pages for f in page if f.part.kind == "paragraph"]
    assert [ink.count(b"T*") + 1 for ink in inks] == [3, 3]
    assert b"[(2)]TJ ET" in inks[0]
    assert b"Td [(3)]TJ" in inks[1]


def test_a_heading_is_never_the_last_thing_on_a_page() -> None:
    heading = block(16, "heading", keeps=True)
    assert kinds(paginate([block(180, "a"), heading, block(60, "b")], _ROOMS)) == [["a"], ["heading", "b"]]
    assert kinds(paginate([block(150, "a"), heading, text(6)], _ROOMS)) == [
        ["a", "heading", "paragraph"],
        ["paragraph"],
    ]
    two = [heading, heading]
    assert kinds(paginate([block(160, "a"), *two, block(60, "b")], _ROOMS)) == [["a"], ["heading", "heading", "b"]]


def test_a_heading_that_is_all_there_is_on_a_page_stays_there() -> None:
    pages = paginate([block(150, "heading", keeps=True), block(290, "b")], _ROOMS)
    assert kinds(pages) == [["heading"], ["b"]]


def test_what_is_kept_together_stands_on_one_page() -> None:
    group = Together((block(60, "x"), block(60, "y", before=10)))
    pages = paginate([block(100, "a"), group, block(10, "b")], _ROOMS)
    assert kinds(pages) == [["a"], ["keep-together", "b"]]
    assert _heights(pages)[1][0] == 130
    assert group.space_before_pt == 0
    assert Together(()).space_before_pt == 0


def test_a_group_that_no_page_holds_is_divided_like_loose_items() -> None:
    group = Together((block(160, "x"), block(160, "y")))
    pages = paginate([block(100, "a"), group], _ROOMS)
    assert kinds(pages) == [["a"], ["x"], ["y"]]
    assert pages.oversized == ()


def test_a_group_of_one_long_paragraph_is_divided_too() -> None:
    pages = paginate([Together((text(60),))], _ROOMS)
    assert pages.oversized == ()
    assert len(pages.pages) == 4


def test_what_no_page_can_hold_is_placed_and_named() -> None:
    pages = paginate([block(10, "a"), block(301, "huge"), block(10, "b")], _ROOMS)
    assert pages.oversized == ("huge",)
    assert kinds(pages) == [["a"], ["huge"], ["b"]]


def test_a_page_break_begins_a_page_and_never_leaves_an_empty_one() -> None:
    turn = PageBreakItem()
    assert kinds(paginate([block(10, "a"), turn, block(10, "b")], _ROOMS)) == [["a"], ["b"]]
    assert kinds(paginate([block(10, "a"), turn, turn, block(10, "b")], _ROOMS)) == [["a"], ["b"]]
    assert kinds(paginate([block(10, "a"), turn], _ROOMS)) == [["a"]]
    assert turn.whole().height_pt == 0
    assert turn.divide(10) is None
    assert block(1).divide(10) is None


@pytest.mark.parametrize(("height_pt", "pages"), [(140, 1), (141, 2)])
def test_the_last_page_keeps_its_foot_free(height_pt: float, pages: int) -> None:
    assert len(paginate([block(height_pt)], Rooms(200, 300, 60)).pages) == pages


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(1, 200), st.booleans(), st.floats(0, 20)), min_size=1, max_size=15))
def test_items_come_out_in_order_and_never_overlap(shapes: list[tuple[float, bool, float]]) -> None:
    items: Sequence[Item] = [block(h, f"k{i}", keeps=k, before=b) for i, (h, k, b) in enumerate(shapes)]
    pages = paginate(items, _ROOMS)
    assert [k for page in kinds(pages) for k in page] == [f"k{i}" for i in range(len(shapes))]
    for page in pages.pages:
        for upper, lower in pairwise(page):
            assert lower.top_pt >= upper.top_pt + upper.part.height_pt - 1e-6
