"""Reply slips read back: both codes, the white around them, and the line of digits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from docgen.layouts.slip_geometry import SlipSize, anchors
from docgen.qr.slip_code import decode
from docgen.readback import expected_letter, read_part
from docgen.readback.expected import InFile, expected_slip
from tests.docgen.builders import composer, template
from tests.docgen.readback.read_files import box, made_file, overprinted, read, sample_letters

if TYPE_CHECKING:
    from docgen.readback import ExpectedLetter
    from tests.docgen.readback.read_files import Made

_NAME = "water-meter-reading"
_TOP_MM = 198.0


@cache
def _made() -> Made:
    return made_file(sample_letters(f"{_NAME}.csv", _NAME)[:3], template=_NAME)


def _codes(data: bytes, *letters: ExpectedLetter) -> list[str]:
    """What is found by looking at the pages alone, and not at what they were drawn from."""
    looked_at = [replace(letter, pages=()) for letter in letters]
    return [finding.code for finding in read_part(data, looked_at, consecutive=False).findings]


def test_a_slip_has_two_codes_of_its_piece_and_a_line() -> None:
    made = _made()
    for expected, letter in zip(made.expected, made.letters, strict=True):
        symbols = [symbol for symbol in expected.symbols if symbol.kind.startswith("slip")]
        assert [symbol.kind for symbol in symbols] == ["slip-code", "slip-code", "slip-line"]
        assert not any(symbol.is_mark for symbol in symbols)
        told = [decode(symbol.content.decode()) for symbol in symbols[:2]]
        assert [code.piece_id if code else None for code in told] == [letter.piece_id] * 2
    assert not read(made.data, made).findings


@pytest.mark.parametrize("which", [0, 1])
def test_ink_in_the_white_around_a_code_is_found(which: int) -> None:
    code, letter = anchors(SlipSize.THIRD).codes[which], _made().expected[0]
    beside = box(code.left_mm - 1.4, _TOP_MM + code.top_mm + 3, 0.7, 2)
    assert _codes(overprinted(_made().data, letter.first_page, beside), letter) == ["readback-unreadable"]
    clear = box(code.left_mm + 2, _TOP_MM + code.bottom_mm + 3, 1, 1)
    assert _codes(overprinted(_made().data, letter.first_page, clear), letter) == []


def test_a_code_that_cannot_be_read_is_found_even_when_the_other_can() -> None:
    code, letter = anchors(SlipSize.THIRD).codes[1], _made().expected[0]
    over = box(code.left_mm, _TOP_MM + code.top_mm, 6, 6)
    assert _codes(overprinted(_made().data, letter.first_page, over), letter) == ["readback-unreadable"]


def test_a_line_of_digits_that_is_not_there_is_found() -> None:
    line, letter = anchors(SlipSize.THIRD).line, _made().expected[0]
    white = box(line.left_mm, _TOP_MM + line.top_mm, line.width_mm, line.height_mm).replace(b"0 0 0 1 k", b"0 0 0 0 k")
    assert _codes(overprinted(_made().data, letter.first_page, white), letter) == ["readback-unreadable"]


def test_a_slip_of_another_piece_is_found() -> None:
    made = _made()
    first, second = made.expected[:2]
    swapped = replace(first, symbols=second.symbols)
    assert _codes(made.data, swapped).count("readback-differs") >= 2


def test_a_letter_that_was_not_told_its_piece_is_found() -> None:
    made, letter = composer(_NAME), replace(_made().letters[0], piece_id="")
    composed = made.compose(letter)
    placed = InFile(_made().letters[0].piece_id, 1, composed.drawn.digests)
    expected = expected_letter(composed.laid_out, made.plan("nl"), placed)
    (slip, *_) = [symbol for symbol in expected.symbols if symbol.kind == "slip-code"]
    assert composed.laid_out.pages[0].slip is not None
    assert slip.content != composed.laid_out.pages[0].slip.payload


def test_letters_without_a_slip_have_none() -> None:
    made = composer("rent-reminder")
    assert template("rent-reminder").reply_form is None
    assert expected_slip(made.lay_out(sample_letters()[0]), "pce_1") == ()
