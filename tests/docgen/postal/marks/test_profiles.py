"""Mark profiles: the seeds lie within what known machines take, and bad data is refused with its place."""

from __future__ import annotations

import re

import pytest

from docgen.findings import Refusal
from docgen.postal.marks.model import BarCode, MatrixCode, OmrCode, Order, Side, TextCode
from docgen.postal.marks.profiles import DEFAULT_ROOM, NO_MARKS, builtin, read_mark_profiles
from docgen.postal.profiles import BoxMm

GOOD = """
[profile.p]
title = "P"
order = "forward"
[[profile.p.codes]]
kind = "omr"
origin_mm = [8, 100]
clear_mm = [5, 80, 18, 95]
pitch_mm = 4.2333
length_mm = 12
thickness_mm = 0.5
parity = "even"
sequence = { bits = 1, start = 0, wrap = 1, counts = "sheets", reset = "never", direction = "msb-first" }
marks = [["start", "fixed"], ["insert", "insert"], ["parity", "parity"], ["s", "sequence"]]
[[profile.p.codes]]
kind = "datamatrix"
origin_mm = [9.4, 130]
clear_mm = [5, 80, 18, 95]
module_mm = 0.508
[[profile.p.codes]]
kind = "ocr_nm"
origin_mm = [7, 145]
clear_mm = [5, 80, 18, 95]
size_pt = 12
[[profile.p.codes]]
kind = "code39"
origin_mm = [190, 100]
clear_mm = [185, 80, 20, 95]
length_mm = 10
narrow_mm = 0.3
wide_mm = 0.75
side = "back"
print_on = "first"
"""
_CODES = [(profile.id, code) for profile in builtin().values() for code in profile.codes]


def test_the_seeds_have_every_kind_and_one_without_marks() -> None:
    assert builtin()[NO_MARKS].codes == ()
    assert {type(code) for _, code in _CODES} == {OmrCode, MatrixCode, BarCode, TextCode}
    assert [type(code) for code in builtin()["datamatrix"].codes] == [MatrixCode, TextCode]


@pytest.mark.parametrize("code", [c for _, c in _CODES if isinstance(c, OmrCode)], ids=lambda c: str(len(c.marks)))
def test_omr_seeds_satisfy_all_three_known_machines(code: OmrCode) -> None:
    assert max(0.35, 0.25, 0.254) <= code.thickness_mm <= min(0.7, 0.63)
    assert 10.16 <= code.length_mm <= 20
    assert code.pitch_mm - code.thickness_mm >= 2.91
    assert 2.54 <= code.pitch_mm <= 4.2333 + 0.001
    assert len(code.marks) <= 14
    left, top, width, height = code.box
    assert (left, left + width, top) == (8.0, 20.0, 100.0)
    assert 59 <= 105 - (left + width / 2) <= 108
    assert top + height <= 155.6
    clear = code.spot.clear
    assert clear == BoxMm(5.0, 80.0, 18.0, 95.0)
    assert top - clear.top_mm >= 20
    assert clear.top_mm + clear.height_mm - (top + height) >= 19.4


def test_the_bar_code_seeds_satisfy_both_known_machines() -> None:
    for _, code in _CODES:
        if isinstance(code, BarCode):
            left, top, width, height = code.box
            clear = code.spot.clear
            assert height <= 89
            assert width >= 10
            assert code.narrow_mm >= 0.25
            assert left >= 7
            assert 32 <= 105 - (left + width / 2) <= 105
            assert top - clear.top_mm >= 8.5
            assert clear.top_mm + clear.height_mm - top - height >= 8.5
            assert left - clear.left_mm >= 4.2 - 1e-9
            assert clear.left_mm + clear.width_mm - left - width >= 4.2 - 1e-9


def test_the_back_of_a_sheet_must_be_clear_behind_its_marks() -> None:
    profile = builtin()[DEFAULT_ROOM]
    assert profile.clear_zones(Side.FRONT) == (BoxMm(5.0, 80.0, 18.0, 95.0),)
    assert profile.clear_zones(Side.BACK) == (BoxMm(187.0, 80.0, 18.0, 95.0),)
    assert builtin()[NO_MARKS].clear_zones(Side.FRONT) == ()
    both = read_mark_profiles(GOOD)["p"]
    assert both.clear_zones(Side.FRONT) == (BoxMm(5.0, 80.0, 18.0, 95.0), BoxMm(5.0, 80.0, 20.0, 95.0))


def test_several_kinds_stand_together_in_one_profile() -> None:
    profile = read_mark_profiles(GOOD)["p"]
    assert profile.order is Order.FORWARD
    assert [type(code) for code in profile.codes] == [OmrCode, MatrixCode, TextCode, BarCode]
    assert profile.codes[3].spot.side is Side.BACK


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('title = "P"', ""), "profile p: title is missing"),
        (('title = "P"', "title = 1"), "profile p: title has a value of the wrong kind"),
        (('order = "forward"', 'order = "backward"'), "choose one of forward, reverse"),
        (('kind = "omr"', 'kind = "morse"'), "choose one of omr, datamatrix, code39, i2of5, ocr_nm"),
        (("size_pt = 12", "size_pt = 12\ncolour = 3"), "code 3: there is no key 'colour'"),
        (("pitch_mm = 4.2333", "pitch_mm = 2"), "code 1: pitch_mm is 2; known machines take 2.54 to 6.35"),
        (("pitch_mm = 4.2333", "pitch_mm = nan"), "pitch_mm is nan"),
        (("pitch_mm = 4.2333", "pitch_mm = true"), "pitch_mm has a value of the wrong kind"),
        (("thickness_mm = 0.5", "thickness_mm = 1"), "thickness_mm is 1"),
        (("origin_mm = [8, 100]", "origin_mm = [8]"), "origin_mm must be 2 numbers"),
        (("origin_mm = [8, 100]", "origin_mm = [18, 100]"), "stands outside clear_mm"),
        (("origin_mm = [9.4, 130]", "origin_mm = [9.4, 105]"), "two codes stand over each other"),
        (("clear_mm = [185, 80, 20, 95]", "clear_mm = [185, 80, 30, 95]"), "code 4: clear_mm reaches outside the page"),
        (('["insert", "insert"], ', ""), "the machine must know the last sheet"),
        (('["insert", "insert"]', '["insert", "inserted"]'), "the rule of 'insert' is 'inserted'; choose one of fixed"),
        (('["insert", "insert"]', '["start", "insert"]'), "two marks are called 'start'"),
        (('["insert", "insert"]', '"insert"'), "a mark is [name, rule], not 'insert'"),
        (('parity = "even"', ""), "parity and one mark with the rule parity go together"),
        (('["parity", "parity"], ', ""), "parity and one mark with the rule parity go together"),
        (("bits = 1,", "bits = 2,"), "1 marks have the rule sequence, which has 2 bits"),
        (("wrap = 1,", "wrap = 2,"), "sequence: wrap is 2; it goes from 1 to 1"),
        (("start = 0,", "start = 1,"), "sequence: start is 1; it goes from 0 to 0"),
        (('counts = "sheets"', 'counts = "pages"'), "choose one of sheets, sets"),
        (("wide_mm = 0.75", "wide_mm = 0.4"), "wide_mm is 0.4; known machines take 0.6 to 0.9"),
        (("narrow_mm = 0.3\nwide_mm = 0.75", "narrow_mm = 0.5\nwide_mm = 1.5"), "mm long; 89 mm can be read"),
        (("[profile.p]", "[weights]\nx = 1\n[profile.p]"), "the file: there is no key 'weights'"),
        (("[profile.p]", "[profile.p"), "This is no TOML"),
        ((GOOD, ""), "the file: profile is missing"),
        ((GOOD, "profile = { p = 1 }"), "profile p must be a table"),
    ],
)
def test_bad_data_is_refused_with_its_place(change: tuple[str, str], says: str) -> None:
    text = GOOD.replace(*change, 1)
    assert text != GOOD
    with pytest.raises(Refusal, match=re.escape(says)) as refused:
        read_mark_profiles(text)
    assert refused.value.code == "profiles-invalid"


def test_more_marks_than_a_machine_reads_are_refused() -> None:
    marks = ", ".join(f'["m{n}", "fixed"]' for n in range(24))
    with pytest.raises(Refusal, match="there are 28 marks"):
        read_mark_profiles(GOOD.replace("marks = [", f"marks = [{marks}, ", 1))
    marks = ", ".join(f'["m{n}", "fixed"]' for n in range(14))
    text = GOOD.replace("marks = [", f"marks = [{marks}, ", 1).replace("pitch_mm = 4.2333", "pitch_mm = 4.45")
    with pytest.raises(Refusal, match=r"76 mm long together; 70 mm"):
        read_mark_profiles(text)
