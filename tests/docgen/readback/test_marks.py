"""Inserter marks are read as a machine reads them, on every sheet and in either order."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pikepdf
import pytest

from docgen.postal.marks.model import Order
from docgen.postal.marks.profiles import builtin, read_mark_profiles
from docgen.readback import read_part, room_for
from tests.docgen.builders import composer
from tests.docgen.readback.read_files import box, codes, edited, made_file, read, sample_letters

if TYPE_CHECKING:
    from docgen.readback import ReadBack
    from tests.docgen.readback.read_files import Made

READ = ["datamatrix", "code39", "i2of5", "omr-quadient", "omr-di425"]


@cache
def _file(profile: str, order: Order = Order.FORWARD) -> Made:
    """Letters of one and of more sheets."""
    hard = sample_letters("hard-cases.json")
    longer = next(letter for letter in hard if composer("rent-reminder").lay_out(letter).page_count > 2)
    return made_file([*hard[:2], longer], profile, order)


def _swapped_marks(made: Made) -> ReadBack:
    """As if each letter had the marks of another."""
    (one, other, *_) = made.expected
    taken = tuple(s for s in other.symbols if s.is_mark and s.page == 1)
    kept = tuple(s for s in one.symbols if not s.is_mark)
    return read_part(made.data, [replace(one, symbols=(*kept, *taken))])


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("profile", [*READ, "text", "none"])
def test_marks_of_every_kind_are_read_in_either_order(profile: str, order: Order) -> None:
    made = _file(profile, order)
    assert read(made.data, made).findings == ()
    assert max(len(letter.pages) for letter in made.expected) > 2
    marked = {s.page for letter in made.expected for s in letter.symbols if s.is_mark}
    assert marked == (set() if profile == "none" else {s for s in marked if s % 2})


@pytest.mark.parametrize("profile", READ)
def test_the_mark_of_another_envelope_is_found(profile: str) -> None:
    made = _file(profile)
    (found,) = _swapped_marks(made).findings
    assert (found.code, found.place.page) == ("readback-differs", 1)


@pytest.mark.parametrize("profile", [*READ, "text"])
def test_a_mark_that_is_not_printed_is_found(profile: str) -> None:
    made = _file(profile)

    def unmark(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Contents = pdf.pages[0].obj.Contents[0]

    found = [f for f in read(edited(made.data, unmark), made).findings if f.place.page == 1]
    expected = "readback-differs" if profile.startswith("omr") else "readback-unreadable"
    assert {f.code for f in found} == {expected}


@pytest.mark.parametrize("profile", READ)
def test_marks_that_nobody_expects_are_ink_where_none_may_be(profile: str) -> None:
    made = _file(profile)
    bare = tuple(replace(e, symbols=tuple(s for s in e.symbols if not s.is_mark)) for e in made.expected)
    assert codes(made.data, replace(made, expected=bare)) == {"readback-page-differs", "readback-mark-zone-inked"}


@pytest.mark.parametrize("down_mm", [-1.5, 1.5])
def test_lines_that_stand_too_high_or_too_low_are_not_read(down_mm: float) -> None:
    made = _file("omr-quadient")

    def move(pdf: pikepdf.Pdf) -> None:
        contents = pdf.pages[0].obj.Contents
        shifted = b"q 1 0 0 1 0 %.3f cm " % (-down_mm * 72 / 25.4) + contents[1].read_bytes() + b"Q\n"
        pdf.pages[0].obj.Contents = pikepdf.Array([contents[0], pdf.make_stream(shifted)])

    assert "readback-differs" in codes(edited(made.data, move), made)


def test_a_line_too_many_is_found() -> None:
    made = _file("omr-quadient")
    mark = next(s for s in made.expected[0].symbols if s.kind == "omr")
    place = mark.content.index(b"0")
    top_mm = mark.rect.top_mm + place * (mark.rect.height_mm - 0.508) / (len(mark.content) - 1)

    def add(pdf: pikepdf.Pdf) -> None:
        contents = pdf.pages[0].obj.Contents
        more = pdf.make_stream(contents[1].read_bytes() + box(mark.rect.left_mm, top_mm, mark.rect.width_mm, 0.508))
        pdf.pages[0].obj.Contents = pikepdf.Array([contents[0], more])

    (found,) = read(edited(made.data, add), made).findings
    assert (found.code, found.place.frame, found.place.page) == ("readback-differs", "omr", 1)


def test_marks_on_the_back_are_looked_for_there() -> None:
    text = """
[profile.back]
title = "On the back"
order = "forward"
[[profile.back.codes]]
kind = "datamatrix"
side = "back"
origin_mm = [9.4, 100.0]
clear_mm = [8.4, 98.0, 12.0, 14.0]
module_mm = 0.508
"""
    profile = read_mark_profiles(text)["back"]
    made = made_file(sample_letters("hard-cases.json")[:3], profile)
    assert {s.page % 2 for letter in made.expected for s in letter.symbols if s.is_mark} == {0}
    assert read(made.data, made).findings == ()


def test_the_other_side_of_marks_stays_white() -> None:
    room = room_for(builtin()["datamatrix"], duplex=True)
    assert [zone.left_mm for zone in room.zones(1)] == [5.0]
    assert [zone.left_mm for zone in room.zones(2)] == [187.0]
    assert room.zones(3) == room.zones(1)
    assert replace(room, duplex=False).zones(2) == room.zones(1)
