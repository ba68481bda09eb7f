"""Inserter marks as they come off the page: decoded from pictures, and lines measured."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.crockford import ALPHABET
from docgen.drawing.mark_ink import draw_marks, sheet_ink
from docgen.drawing.raster import open_pdf, page_gray
from docgen.layouts.geometry import Rect
from docgen.postal.marks.control import PAYLOAD_LENGTH, read_code39, read_payload
from docgen.postal.marks.model import OmrCode, Order, Side, TextCode
from docgen.postal.marks.profiles import builtin
from docgen.postal.marks.sheets import Marker, SheetMarks
from tests.docgen.drawing.envelope_files import BATCH_CODE, FACE, one_envelope
from tests.docgen.printed import printed_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docgen.postal.marks.model import MarkCode
    from tests.docgen.builders import PrintFile

_DPI = 600
_MM = 25.4 / _DPI


@cache
def _file(profile: str, *, duplex: bool = False) -> PrintFile:
    """An envelope of two letters, each of two pages."""
    made = builtin()[profile]
    return one_envelope(made, made.order, letters=2, duplex=duplex)


def _said(profile: str, sheets: int) -> list[SheetMarks]:
    made = builtin()[profile]
    return sorted(Marker(made, BATCH_CODE, made.order).mark(42, sheets), key=lambda sheet: sheet.fed)


def _picture(file: PrintFile, page: int, code: MarkCode, dpi: int = 200) -> NDArray[np.uint8]:
    with open_pdf(file.data) as document:
        return page_gray(document, page, dpi, Rect(*code.spot.clear))


def _read(picture: NDArray[np.uint8], kind: zxingcpp.BarcodeFormat) -> str:
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(kind))
    return str(found.text)


@pytest.mark.parametrize(
    ("profile", "kind"),
    [
        ("datamatrix", zxingcpp.BarcodeFormat.DataMatrix),
        ("code39", zxingcpp.BarcodeFormat.Code39),
        ("i2of5", zxingcpp.BarcodeFormat.ITF),
    ],
)
def test_every_sheet_reads_as_exactly_what_it_says(profile: str, kind: zxingcpp.BarcodeFormat) -> None:
    file = _file(profile)
    assert file.written.pages == 4
    for page, sheet in enumerate(_said(profile, 4), 1):
        code, content = sheet.codes[0]
        assert _read(_picture(file, page, code), kind) == content


def test_what_is_read_tells_the_envelope_and_the_sheet() -> None:
    code = builtin()["datamatrix"].codes[0]
    pictures = [_picture(_file("datamatrix"), page, code) for page in range(1, 5)]
    payloads = [read_payload(_read(picture, zxingcpp.BarcodeFormat.DataMatrix)) for picture in pictures]
    assert [(p.sheet, p.sheets, p.insert, str(p.control_code)) for p in payloads if p] == [
        (n, 4, n == 4, f"{BATCH_CODE}000042") for n in range(1, 5)
    ]
    code = builtin()["code39"].codes[0]
    short = read_code39(_read(_picture(_file("code39"), 3, code), zxingcpp.BarcodeFormat.Code39), BATCH_CODE)
    assert short is not None
    assert (short.sequence, short.sheet, short.sheets) == (42, 3, 4)


@settings(max_examples=25)
@given(st.text(ALPHABET + "0123456789", min_size=PAYLOAD_LENGTH, max_size=PAYLOAD_LENGTH))
def test_the_ink_of_a_matrix_is_the_symbol_of_eighteen_modules(content: str) -> None:
    (code, _) = builtin()["datamatrix"].codes
    ink = sheet_ink(SheetMarks(1, 1, ((code, content),)), FACE)
    covered = np.ones((22, 22), np.uint8)
    for run in re.findall(rb"(\d+) (\d+) (\d+) 1 re", ink):
        left, bottom, length = map(int, run)
        covered[2 + 17 - bottom, 2 + left : 2 + left + length] -= 1
    assert set(np.unique(covered)) == {0, 1}
    assert _read(np.kron(covered * 255, np.ones((8, 8), np.uint8)), zxingcpp.BarcodeFormat.DataMatrix) == content


def _lines(picture: NDArray[np.uint8]) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of dark lines in mm."""
    dark = picture < 128
    edges = np.flatnonzero(np.diff(dark.any(axis=1).astype(np.int8), prepend=0, append=0))
    found = []
    for top, bottom in zip(edges[::2], edges[1::2], strict=True):
        columns = np.flatnonzero(dark[top:bottom].all(axis=0))
        assert (np.diff(columns) == 1).all()
        found.append((columns[0] * _MM, top * _MM, len(columns) * _MM, (bottom - top) * _MM))
    return found


@pytest.mark.parametrize("profile", ["omr-quadient", "omr-di425"])
def test_omr_marks_are_where_all_known_machines_look(profile: str) -> None:
    file = _file(profile)
    for page, sheet in enumerate(_said(profile, 4), 1):
        ((code, content),) = sheet.codes
        assert isinstance(code, OmrCode)
        lines = _lines(_picture(file, page, code, _DPI))
        places = [place for place, mark in enumerate(content) if mark == "1"]
        assert len(lines) == len(places)
        clear = code.spot.clear
        for place, (left, top, width, height) in zip(places, lines, strict=True):
            assert clear.left_mm + left == pytest.approx(8.0, abs=0.05)
            assert clear.top_mm + top == pytest.approx(100.0 + place * 25.4 / 6, abs=0.1)
            assert width == pytest.approx(12.0, abs=0.1)
            assert max(0.35, 0.254) <= height <= 0.63
            assert height == pytest.approx(12 * _MM, abs=1.01 * _MM)
            assert 59 <= 105 - (clear.left_mm + left + width / 2) <= 108
        pitches = np.diff([top for _, top, _, _ in lines]) / np.diff(places)
        assert ((pitches > 2.54) & (pitches < 4.25)).all()


def test_marks_are_black_alone_and_on_the_dots_of_a_press() -> None:
    for profile in builtin().values():
        for sheet in Marker(profile, BATCH_CODE, Order.FORWARD).mark(1, 2):
            ink = sheet_ink(sheet, FACE)
            if not sheet.codes:
                assert ink == b""
                continue
            assert ink.startswith(b"q 0 0 0 1 k\n")
            assert ink.endswith(b"Q\n")
            assert ink.count(b"q ") == ink.count(b"Q\n")
            for x, y in re.findall(rb" 0 0 \S+ (\S+) (\S+) cm", ink):
                # The grid begins at the page's top-left for places and at its bottom-left for points.
                assert float(x) / 0.12 == pytest.approx(round(float(x) / 0.12), abs=0.02)
                assert float(y) / 0.12 == pytest.approx(round(float(y) / 0.12), abs=0.02)


def test_the_text_stands_in_its_place_in_the_face_of_the_letter() -> None:
    texts = printed_texts(_file("text").data)
    assert ["1 / 4" in texts[0], "4 / 4" in texts[3]] == [True, True]
    (code,) = builtin()["text"].codes
    lines = _picture(_file("text"), 1, code, _DPI) < 128
    rows, columns = np.flatnonzero(lines.any(axis=1)) * _MM, np.flatnonzero(lines.any(axis=0)) * _MM
    left, top, width, height = code.box
    assert left - 5 - 0.1 <= columns.min() < columns.max() <= left - 5 + width
    assert top - 80 - 0.1 <= rows.min() < rows.max() <= top - 80 + height + 0.1


def test_marks_stand_on_fronts_unless_the_profile_says_back() -> None:
    profile = builtin()["omr-quadient"]
    (code,) = profile.codes
    assert isinstance(code, OmrCode)
    behind = replace(profile, codes=(replace(code, spot=replace(code.spot, side=Side.BACK)),))
    sheets = Marker(profile, BATCH_CODE, Order.FORWARD).mark(1, 2)
    assert [bool(page) for page in draw_marks(sheets, FACE, duplex=True).pages] == [True, False, True, False]
    assert [bool(page) for page in draw_marks(sheets, FACE, duplex=False).pages] == [True, True]
    backs = Marker(behind, BATCH_CODE, Order.FORWARD).mark(1, 2)
    drawn = draw_marks(backs, FACE, duplex=True)
    assert [bool(page) for page in drawn.pages] == [False, True, False, True]
    assert zlib.decompress(drawn.pages[1]) == sheet_ink(backs[0], FACE, Side.BACK)
    with pytest.raises(ValueError, match="need duplex"):
        draw_marks(backs, FACE, duplex=False)


@pytest.mark.parametrize("profile", ["omr-quadient", "omr-di425", "datamatrix", "text", "code39", "i2of5"])
def test_ink_stays_inside_the_boxes_that_the_profile_was_checked_with(profile: str) -> None:
    codes = builtin()[profile].codes
    clear = codes[0].spot.clear
    for page in range(1, 5):
        picture = _picture(_file(profile), page, codes[0], 300)
        assert (picture < 128).any()
        for code in codes:
            # the tail of a slash hangs a little below the size of the type
            box = Rect(*code.box).grown(0.4 if isinstance(code, TextCode) else 0.1)
            top, left = (round(mm / 25.4 * 300) for mm in (box.top_mm - clear.top_mm, box.left_mm - clear.left_mm))
            height, width = (round(mm / 25.4 * 300) + 1 for mm in (box.height_mm, box.width_mm))
            picture[top : top + height, left : left + width] = 255
        assert (picture >= 128).all()
