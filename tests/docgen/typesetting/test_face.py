from __future__ import annotations

import re
from functools import cache
from io import BytesIO

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.layouts.brand_file import fonts_folder
from docgen.typesetting.face import BASE_CHARACTERS, CODES, Face, code_page, face_of, load_face
from docgen.typesetting.words import Style, Word, WordSetter, number

_FACES = ("source-sans-3/SourceSans3-Regular.ttf", "lato/Lato-BoldItalic.ttf", "source-code-pro/SourceCodePro-Bold.ttf")
_PIECE = re.compile(rb"\(([^()]*)\)|/(F\d(?:x(\d+))?) [\d.]+ Tf|(-?\d+)")
_DUTCH_AND_NEIGHBOURS = "ABCXYZabcxyz0189 .,:;!?@&/()[]{}\\'\"+-*=%#€ëéèïöüçñßæøåœžšŞşĞğİıŁłĆćČč‘’“”„–—…•ĳĲ"  # noqa: RUF001 (what letters hold)


@cache
def face(name: str) -> Face:
    return load_face(fonts_folder() / name)


def set_word(of: Face, text: str, size_pt: float = 10.0) -> Word:
    return WordSetter(Style(of, size_pt, "F0")).set(text)


def decoded(of: Face, fragment: bytes) -> tuple[str, int]:
    """The characters that a fragment shows, and the sum of its adjustments in 1/1000 em."""
    pages = [{code: c for c, code in code_page(page).items()} for page in of.pages]
    text, adjusted, current = "", 0, 0
    for match in _PIECE.finditer(b"[(" + fragment + b")]TJ"):
        shown, resource, page, adjustment = match.groups()
        if shown is not None:
            text += "".join(pages[current][code] for code in shown)
        elif resource:
            current = int(page or 0)
        else:
            adjusted -= int(adjustment)
    assert current == 0, "a fragment must end in the font it began with"
    return text, adjusted


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    name = draw(st.sampled_from(_FACES))
    return name, draw(st.text(st.sampled_from("".join(face(name).pages)), max_size=30))


@settings(max_examples=60)
@given(texts())
def test_every_character_of_a_font_comes_back_from_its_code_without_a_byte_that_needs_escaping(
    case: tuple[str, str],
) -> None:
    of = face(case[0])
    word = set_word(of, case[1])
    shown = b"".join(m[1] for m in _PIECE.finditer(b"[(" + word.fragment + b")]TJ") if m[1] is not None)
    assert decoded(of, word.fragment)[0] == case[1]
    assert not set(shown) & set(b"()\\\r\n")
    assert word.fragment.count(b"(") == word.fragment.count(b")")


@settings(max_examples=60)
@given(texts())
def test_a_word_is_as_wide_as_its_advances_and_the_adjustments_in_its_fragment(case: tuple[str, str]) -> None:
    of = face(case[0])
    word = set_word(of, case[1], 1000.0)
    advances = sum(of.glyphs[c].advance for c in case[1])
    assert word.width_pt == pytest.approx(advances + decoded(of, word.fragment)[1])


@pytest.mark.parametrize("name", _FACES)
def test_codes_of_a_page_are_unique_and_never_those_that_need_escaping(name: str) -> None:
    for page in face(name).pages:
        codes = code_page(page)
        assert len(set(codes.values())) == len(codes) == len(page)
        assert set(codes.values()) <= set(CODES)
        assert codes[" "] == 0x20


@pytest.mark.parametrize("name", _FACES)
def test_ascii_keeps_its_codes_so_that_streams_stay_legible(name: str) -> None:
    codes = code_page(face(name).pages[0])
    assert all(codes[c] == ord(c) for c in "ABCabc019 .,:;-/")


def test_everyday_letters_need_no_second_font() -> None:
    word = set_word(face(_FACES[0]), _DUTCH_AND_NEIGHBOURS)
    assert word.extra_fonts == frozenset()
    assert word.lacking == ""
    assert len(BASE_CHARACTERS) <= len(CODES)


def test_letters_beyond_the_base_name_the_font_they_need() -> None:
    of = face(_FACES[0])
    assert set_word(of, "Ωμέγα").extra_fonts == {b"F0x%d" % of.glyphs[c].page for c in "Ωμέγα" if of.glyphs[c].page}
    assert set_word(of, "Ωμέγα").extra_fonts


def test_what_a_font_lacks_is_said_and_not_drawn() -> None:
    of = face(_FACES[0])
    word = set_word(of, "Bo\U0001f600אבג\U0001f600")
    assert word.lacking == "\U0001f600אבג"
    assert decoded(of, word.fragment)[0] == "Bo"
    assert word.width_pt == pytest.approx(set_word(of, "Bo").width_pt)
    assert of.has("B")
    assert not of.has("א")


def test_the_same_file_is_the_same_face() -> None:
    path = fonts_folder() / _FACES[0]
    assert load_face(path) is load_face(path)
    assert face_of(path.read_bytes()) is load_face(path)


def test_the_descriptor_tells_bold_italic_and_fixed_pitch() -> None:
    flags = {name: face(name).descriptor["Flags"] for name in _FACES}
    assert [bool(flags[name] & 64) for name in _FACES] == [False, True, False]
    assert [bool(flags[name] & 1) for name in _FACES] == [False, False, True]
    assert face(_FACES[1]).descriptor["StemV"] > face(_FACES[0]).descriptor["StemV"]
    assert face(_FACES[0]).descriptor["Descent"] < 0 < face(_FACES[0]).descriptor["Ascent"]


def _font(fs_type: int) -> bytes:
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "space", "A"])
    builder.setupCharacterMap({0x20: "space", 0x41: "A"})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((500, 0))
    pen.lineTo((250, 700))
    pen.closePath()
    empty = TTGlyphPen(None).glyph()
    builder.setupGlyf({".notdef": empty, "space": empty, "A": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "space": (250, 0), "A": (600, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Own", "styleName": "Regular", "psName": "Own-Regular"})
    builder.setupOS2(fsType=fs_type)
    builder.setupPost()
    out = BytesIO()
    builder.font.save(out)
    return out.getvalue()


# OpenType 1.9, OS/2 fsType: 0 installable, 4 preview and print, 8 editable; 2 restricted, 0x100 never as a subset.
@pytest.mark.parametrize(("fs_type", "allowed"), [(0, True), (4, True), (8, True), (2, False), (0x100, False)])
def test_the_licence_bits_say_whether_a_subset_may_be_embedded(fs_type: int, *, allowed: bool) -> None:
    assert face_of(_font(fs_type)).may_be_embedded is allowed


def test_a_font_without_kerning_sets_words_all_the_same() -> None:
    of = face_of(_font(0))
    assert of.kerns("AAA") == [0, 0]
    assert set_word(of, "AA").fragment == b"AA"
    assert of.postscript_name == "Own-Regular"
    assert of.lacks("ABAC") == "BC"
    assert "GPOS" not in TTFont(BytesIO(of.data))


@given(st.floats(-3000, 3000))
def test_numbers_are_written_within_half_a_hundredth_and_without_exponent(value: float) -> None:
    text = number(value)
    assert re.fullmatch(rb"-?\d+(\.\d{1,2})?", text)
    assert float(text) == pytest.approx(value, abs=0.00501)
    assert text != b"-0"
