"""Room for inserter marks: what stands in it, or behind it on the other side of the sheet, is a finding."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from docgen.compose import Composer
from docgen.findings import Finding, Refusal
from docgen.layouts.geometry import Rect
from docgen.layouts.page import Frame
from docgen.layouts.preflight import MARK_ZONE, ROOM, check_marks, check_plan, mark_room, may_meet_marks
from docgen.postal.marks.profiles import builtin, read_mark_profiles
from tests.docgen.builders import DAY, brand, composer, example, small_letter, small_template, template

if TYPE_CHECKING:
    from docgen.postal.marks.model import MarkProfile

_PROFILE = """
[profile.wide]
title = "Wide"
order = "forward"
[[profile.wide.codes]]
kind = "ocr_nm"
origin_mm = [{left}, 120]
clear_mm = {clear}
size_pt = 12
side = "{side}"
"""


@cache
def _profile(left: float, clear: tuple[int, int, int, int], side: str = "front") -> MarkProfile:
    return read_mark_profiles(_PROFILE.format(left=left, clear=list(clear), side=side))["wide"]


def _findings(profile: MarkProfile, body: str, head: str = "") -> list[Finding]:
    made = Composer(small_template(body, head=head), brand(), DAY, marks=profile)
    return list(made.lay_out(small_letter()).findings)


_TWO_PAGES = "\n\n".join(["Een alinea van een paar woorden."] * 60)


def test_without_a_profile_the_room_is_that_of_all_known_readers() -> None:
    assert Rect(5.0, 80.0, 18.0, 95.0) == MARK_ZONE
    assert ROOM.front == (MARK_ZONE,)


@pytest.mark.parametrize("profile", builtin().values(), ids=lambda profile: profile.id)
@pytest.mark.parametrize("name", ["rent-reminder", "service-cost-statement", "water-meter-reading"])
def test_letters_have_room_for_every_seed(profile: MarkProfile, name: str) -> None:
    made = Composer(template(name), brand(), DAY, marks=profile)
    for language in template(name).languages:
        assert made.lay_out(example(template(name), language)).may_be_printed


def test_the_finding_names_the_zone() -> None:
    plan = composer("rent-reminder").plan("nl")
    (finding,) = check_plan(plan.frames, [Frame("sender", 1, Rect(6, 100, 10, 10))], plan.typography)
    assert finding.code == "mark-zone-not-clear"
    assert "(x 5-23, y 80-175 mm)" in finding.message


def test_with_duplex_nothing_may_stand_behind_the_marks() -> None:
    room = mark_room(builtin()["omr-quadient"], duplex=True)
    assert room.on(1) == room.on(3) == (Rect(5.0, 80.0, 18.0, 95.0),)
    assert room.on(2) == (Rect(187.0, 80.0, 18.0, 95.0),)
    behind, before = Rect(190, 100, 5, 5), Rect(6, 100, 5, 5)
    frames = [Frame(kind, page, rect) for page in (1, 2, 3) for kind, rect in (("l", before), ("r", behind))]
    found = check_marks(frames, room, "r-1")
    assert [(f.place.page, f.place.frame, f.place.record) for f in found] == [
        (1, "l", "r-1"),
        (2, "r", "r-1"),
        (3, "l", "r-1"),
    ]
    single = mark_room(builtin()["omr-quadient"], duplex=False)
    assert [f.place.page for f in check_marks(frames, single, "r-1")] == [1, 2, 3]
    assert single.on_all_after(2) == single.front
    assert room.on_all_after(1) == room.front
    assert room.on_all_after(2) == (*room.front, *room.back)


def test_marks_on_the_back_need_room_on_the_front_too() -> None:
    room = mark_room(_profile(8, (5, 100, 25, 40), "back"), duplex=True)
    assert room.on(2) == (Rect(5, 100, 25, 40),)
    assert room.on(1) == (Rect(180, 100, 25, 40),)


def test_a_letter_that_stands_in_the_room_of_its_marks_is_not_printed() -> None:
    wide = _profile(8, (5, 110, 30, 40))
    (finding,) = _findings(wide, "Kort.\n\nEen tweede alinea.")[:1]
    assert finding.code == "mark-zone-not-clear"
    assert finding.place.page == 1
    assert "(x 5-35, y 110-150 mm)" in finding.message
    assert not _findings(_profile(8, (5, 110, 18, 40)), "Kort.")


def test_a_letter_that_ends_above_the_room_is_printed() -> None:
    low = _profile(8, (5, 115, 30, 40))
    frames = composer("rent-reminder").plan("nl").frames
    assert may_meet_marks(frames, mark_room(low, duplex=False))
    assert not may_meet_marks(frames, mark_room(builtin()["omr-di425"], duplex=True))
    assert not may_meet_marks(frames, mark_room(builtin()["none"], duplex=True))
    assert not _findings(_profile(8, (5, 118, 30, 40)), "")


def test_the_back_of_a_sheet_is_looked_at_when_it_is_printed() -> None:
    right = _profile(8, (5, 100, 30, 40))
    both = {f.place.page for f in _findings(right, _TWO_PAGES, "duplex = true")}
    assert both == {1, 2}
    # On the back the room is at the right, where the last line of a paragraph need not reach: frames are whole.
    pages = [f for f in _findings(right, _TWO_PAGES, "duplex = true") if f.place.page == 2]
    assert all("x 175-205" in f.message for f in pages)
    assert all("x 5-35" in f.message for f in _findings(right, _TWO_PAGES, "duplex = false"))


@pytest.mark.parametrize(
    ("clear", "kind"),
    [
        ((5, 10, 30, 130), "logo"),
        ((5, 45, 40, 90), "sender"),
        ((185, 90, 22, 40), "fold-mark"),
        ((5, 100, 30, 180), "footer"),
    ],
)
def test_static_art_in_the_room_is_found_before_any_letter(clear: tuple[int, int, int, int], kind: str) -> None:
    profile = _profile(clear[0] + 3, clear)
    with pytest.raises(Refusal, match="does not fit the page") as refused:
        Composer(template("rent-reminder"), brand(), DAY, marks=profile)
    assert refused.value.code == "plan-invalid"
    assert kind in {finding.place.frame for finding in refused.value.findings}
    assert {finding.code for finding in refused.value.findings} == {"mark-zone-not-clear"}


def test_the_head_of_later_pages_is_static_art_too() -> None:
    made = composer("service-cost-statement")
    plan = made.plan("nl")
    room = mark_room(_profile(8, (5, 15, 30, 120)), duplex=True)
    found = check_plan(plan.frames, plan.letterhead.frames, plan.typography, room)
    assert ("continuation", 2) in {(finding.place.frame, finding.place.page) for finding in found}
