"""What a slip says of itself, as a symbol and as a line of digits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docgen.crockford import ALPHABET
from docgen.qr.encoder import Level, version_for
from docgen.qr.slip_code import (
    DIGITS,
    MOST_PAGES,
    PIECE_START,
    SPECIMEN_PIECE_ID,
    SlipCode,
    SlipNumber,
    decode,
    encode,
    number_line,
    read_number_line,
)
from docgen.qr.token import PREFIX, derive_piece_id, is_piece_id

CODES = st.builds(
    SlipCode,
    st.text(ALPHABET.lower(), min_size=20, max_size=20).map(PREFIX.__add__),
    st.text(ALPHABET, min_size=6, max_size=6),
    st.integers(1, MOST_PAGES),
)
CODE = SlipCode(derive_piece_id("job_1", 0), "7F3K9M", 2)


@given(CODES)
def test_what_is_encoded_is_decoded(code: SlipCode) -> None:
    assert decode(encode(code)) == code
    number = SlipNumber(code.piece_id[: len(PREFIX) + PIECE_START], code.form, code.page)
    assert read_number_line(number_line(code)) == number


@given(CODES)
def test_every_code_is_of_version_2_at_level_m(code: SlipCode) -> None:
    assert version_for(encode(code).encode("ascii"), Level.M) == 2
    assert len(number_line(code)) == DIGITS


@given(CODES, st.integers(0, 32), st.sampled_from(ALPHABET + "/ILO"))
def test_one_wrong_character_is_refused(code: SlipCode, place: int, character: str) -> None:
    text = encode(code)
    assume(text[place] != character)
    assert decode(text[:place] + character + text[place + 1 :]) is None


@given(CODES, st.integers(0, DIGITS - 1), st.integers(0, 9))
def test_one_wrong_digit_is_refused(code: SlipCode, place: int, digit: int) -> None:
    line = number_line(code)
    assume(line[place] != str(digit))
    assert read_number_line(f"{line[:place]}{digit}{line[place + 1 :]}") is None


@given(CODES, st.integers(0, DIGITS - 2))
def test_two_digits_in_each_others_place_are_refused(code: SlipCode, place: int) -> None:
    line = number_line(code)
    assume(line[place] != line[place + 1])
    assert read_number_line(f"{line[:place]}{line[place + 1]}{line[place]}{line[place + 2 :]}") is None


@given(st.text(max_size=60))
def test_no_other_text_is_a_code(text: str) -> None:
    assert decode(text) is None
    assert read_number_line(text) is None


@pytest.mark.parametrize(
    "line", ["9" * 28 + f"{98 - int('9' * 28) * 100 % 97:02}", "٣" * DIGITS, "0" * 29, "0" * 28 + "98"]
)
def test_digits_that_say_nothing_are_refused(line: str) -> None:
    assert read_number_line(line) is None


@pytest.mark.parametrize(
    "wrong", [{"piece_id": "pce_1"}, {"form": "7F3K9"}, {"form": "7f3k9m"}, {"page": 0}, {"page": 10}]
)
def test_a_part_without_its_form_is_a_bug(wrong: dict[str, object]) -> None:
    code = replace(CODE, **wrong)  # type: ignore[arg-type]  # wrong on purpose
    for make in (encode, number_line):
        with pytest.raises(ValueError, match="cannot be printed"):
            make(code)


def test_a_specimen_has_the_form_of_an_id_and_is_that_of_no_piece() -> None:
    assert is_piece_id(SPECIMEN_PIECE_ID)
    assert decode(encode(replace(CODE, piece_id=SPECIMEN_PIECE_ID))) is not None
    assert derive_piece_id("job_1", 0) != SPECIMEN_PIECE_ID
