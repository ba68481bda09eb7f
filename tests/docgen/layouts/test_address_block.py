from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.compose import Composer
from docgen.findings import Severity
from docgen.layouts.geometry import Rect
from docgen.layouts.page import Frame
from docgen.layouts.preflight import check_address, check_plan
from docgen.postal.address import PostalAddress
from docgen.typesetting.paragraphs import Palette
from tests.docgen.builders import ADDRESS, DAY, brand, small_letter, small_template

if TYPE_CHECKING:
    from docgen.layouts.laid_out import LaidOutLetter

_ENVELOPES = ("nl-dl-right", "nl-dl-left", "nl-c5-left", "din-c5", "nl-c4-left", "din-5008-b")


@cache
def composer(envelope: str = "nl-dl-right", brand_name: str = "zandeland") -> Composer:
    bare = replace(brand(brand_name), logo=None)
    return Composer(small_template("Dag.", head=f'envelope = "{envelope}"'), bare, DAY)


def lay_out(address: PostalAddress, envelope: str = "nl-dl-right") -> LaidOutLetter:
    return composer(envelope).lay_out(small_letter(address=address))


def names(count: int) -> PostalAddress:
    return replace(ADDRESS, name_lines=("Mevrouw A.B. de Vries", "p/a Stichting Wonen", "t.a.v. Administratie")[:count])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_dutch_address_of_three_to_five_lines_has_its_kix_in_the_window(count: int) -> None:
    laid = lay_out(names(count))
    frames = {f.kind: f.rect for f in laid.frames()}
    window = composer().plan("nl").frames.always_visible
    assert laid.findings == ()
    assert window.contains(frames["address"])
    assert window.contains(frames["kix"].grown(2.0), 0.05)
    assert frames["kix"].top_mm - frames["address"].bottom_mm == pytest.approx(2.0)
    assert laid.pages[0].kix is not None
    assert laid.pages[0].kix.content == "1234AB12X2"


def test_six_lines_fit_abroad() -> None:
    address = PostalAddress(("Een", "Twee", "Drie"), "Rue de la Loi 16", "", "", "", "1000", "BRUXELLES", "BE")
    laid = lay_out(address)
    assert len(address.lines) == 6
    assert laid.may_be_printed
    assert laid.pages[0].kix is None
    assert laid.findings == ()


def test_a_kix_without_room_is_left_out_and_noted() -> None:
    laid = lay_out(names(1), "nl-c5-left")
    assert [(f.code, f.severity) for f in laid.findings] == [("kix-left-out", Severity.NOTE)]
    assert laid.may_be_printed
    assert laid.pages[0].kix is None
    assert [f.kind for f in laid.fixed_frames] == ["address"]


def test_a_kix_too_wide_for_the_window_is_left_out_and_noted() -> None:
    narrow = replace(ADDRESS, house_number="12345", addition="ABCDEF")
    laid = composer("nl-c5-left", "grachtstad").lay_out(small_letter(address=narrow))
    assert laid.may_be_printed
    if laid.pages[0].kix is None:
        assert [f.code for f in laid.findings] == ["kix-left-out"]


def test_a_line_too_wide_for_the_window_is_a_finding() -> None:
    laid = lay_out(replace(ADDRESS, name_lines=("W" * 45,)))
    assert [(f.code, f.place.pointer) for f in laid.findings] == [("address-outside-window", "/recipient")]
    assert not laid.may_be_printed
    assert laid.fixed_frames == ()


def test_a_long_line_is_set_smaller_before_anything_is_left_out() -> None:
    wide = "Coöperatieve Vereniging van Eigenaren Noord"
    laid = lay_out(replace(ADDRESS, name_lines=(wide,)))
    assert laid.may_be_printed
    assert laid.pages[0].kix is not None


_letters = st.text(st.sampled_from("abcdefgh ijklmnop WM."), min_size=1, max_size=45).filter(lambda t: t.strip() != "")


@settings(max_examples=60)
@given(st.lists(_letters, min_size=1, max_size=3), st.sampled_from(_ENVELOPES))
def test_an_address_is_in_the_window_or_the_letter_is_not_printed(lines: list[str], envelope: str) -> None:
    address = replace(ADDRESS, name_lines=tuple(" ".join(line.split()) for line in lines))
    laid = lay_out(address, envelope)
    window = composer(envelope).plan("nl").frames.always_visible
    if laid.may_be_printed:
        frames = [f for f in laid.fixed_frames if f.kind in ("address", "kix")]
        assert frames
        assert all(window.contains(f.rect) for f in frames)
    else:
        assert {f.code for f in laid.findings} == {"address-outside-window"}


def test_an_envelope_turned_over_a_window_finds_what_lies_outside_it() -> None:
    frames = composer().plan("nl").frames
    outside = Frame("address", 1, Rect(10, 10, 20, 20))
    unclear = Frame("kix", 1, Rect(frames.always_visible.left_mm, frames.always_visible.top_mm, 20, 5))
    found = check_address(frames, [outside, unclear], "r-1")
    assert [f.code for f in found] == ["address-outside-window", "kix-outside-window"]


def test_static_art_in_the_mark_zone_or_at_the_edge_is_a_finding() -> None:
    plan = composer().plan("nl")
    static = [Frame("sender", 1, Rect(6, 100, 10, 10)), Frame("logo", 1, Rect(1, 10, 10, 10))]
    codes = [f.code for f in check_plan(plan.frames, static, plan.typography)]
    assert codes == ["mark-zone-not-clear", "outside-printable-area"]


def test_type_too_small_to_read_is_a_finding() -> None:
    plan = composer().plan("nl")
    caption = plan.typography.caption
    tiny = replace(caption, palette=Palette([replace(style, size_pt=5.0) for style in caption.palette.styles], "nl"))
    (finding,) = check_plan(plan.frames, [], replace(plan.typography, caption=tiny))
    assert finding.code == "type-too-small"
    assert finding.place.frame == "caption"


def test_modules_too_small_for_a_telephone_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docgen.layouts.preflight.MODULE_PT", 0.96)
    plan = composer().plan("nl")
    assert [f.code for f in check_plan(plan.frames, [], plan.typography)] == ["qr-modules-too-small"]
