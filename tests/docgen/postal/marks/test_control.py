"""Payloads and control codes: what is written reads back, and no single wrong character passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.crockford import ALPHABET
from docgen.postal.marks.control import (
    ControlCode,
    Payload,
    control_code,
    derive_batch_code,
    read_code39,
    read_control_code,
    read_payload,
    write_code39,
    write_i2of5,
    write_payload,
    write_text,
)

_CODE39_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"


@st.composite
def _payloads(draw: st.DrawFn) -> Payload:
    sheets = draw(st.integers(1, 99))
    sheet = draw(st.integers(1, sheets))
    return Payload(
        draw(st.text(ALPHABET, min_size=6, max_size=6)),
        draw(st.integers(1, 999_999)),
        sheet,
        sheets,
        insert=sheet == sheets,
        bundle_end=draw(st.booleans()),
        divert=draw(st.booleans()),
        no_seal=draw(st.booleans()),
        running=draw(st.integers(0, 99)),
    )


def test_the_payload_has_the_form_that_is_published() -> None:
    payload = Payload("7F3K9M", 42, 3, 3, insert=True, bundle_end=True, no_seal=True, running=7)
    written = write_payload(payload)
    assert written[:19] == "7F3K9M0000420303B07"
    assert len(written) == 20
    assert write_code39(payload)[:11] == "0000420303B"
    assert write_text(payload) == "3 / 3"
    assert str(payload.control_code) == written[:12] == control_code("7F3K9M", 42)


@given(_payloads())
def test_what_is_written_reads_back(payload: Payload) -> None:
    assert read_payload(write_payload(payload)) == payload
    assert read_code39(write_code39(payload), payload.batch_code) == payload._replace(running=0)
    assert read_control_code(write_payload(payload)) == payload.control_code
    assert len(write_code39(payload)) == 12


@given(_payloads(), st.data())
def test_every_single_wrong_character_is_detected(payload: Payload, data: st.DataObject) -> None:
    written = write_payload(payload)
    place = data.draw(st.integers(0, len(written) - 1))
    wrong = data.draw(st.sampled_from(_CODE39_ALPHABET).filter(lambda c: c != written[place]))
    assert read_payload(written[:place] + wrong + written[place + 1 :]) is None
    short = write_code39(payload)
    place %= len(short)
    if wrong != short[place]:
        assert read_code39(short[:place] + wrong + short[place + 1 :], payload.batch_code) is None


def test_every_wrong_character_of_one_payload_is_detected() -> None:
    written = write_payload(Payload("0Z9AQ5", 123_456, 2, 12, insert=False, running=99))
    changed = [written[:n] + c + written[n + 1 :] for n in range(20) for c in _CODE39_ALPHABET if c != written[n]]
    assert len(changed) == 20 * 42
    assert not any(map(read_payload, changed))


@given(_payloads())
def test_interleaved_2_of_5_has_a_check_digit(payload: Payload) -> None:
    digits = write_i2of5(payload)
    assert len(digits) == 16
    assert sum(int(d) * (1 + 2 * (place % 2)) for place, d in enumerate(reversed(digits))) % 10 == 0
    assert int(digits[1:7]) == payload.sequence
    assert int(digits[11:13]) == payload.flags


@given(st.text(ALPHABET, min_size=6, max_size=6), st.integers(1, 999_999))
def test_a_control_code_reads_back_as_typed_or_scanned(batch_code: str, sequence: int) -> None:
    code = control_code(batch_code, sequence)
    assert read_control_code(code) == ControlCode(batch_code, sequence)
    typed = f" {code[:6].lower().replace('0', 'o').replace('1', 'l')}-{code[6:]} "
    assert read_control_code(typed) == ControlCode(batch_code, sequence)


@pytest.mark.parametrize("text", ["", "7F3K9M000000", "7F3K9M00001", "7F3K9M0000011", "7F3K9U000001", "7F3K9M00000A"])
def test_other_words_are_no_control_code(text: str) -> None:
    assert read_control_code(text) is None


@pytest.mark.parametrize("text", ["7F3K9M0000010202001", "not a payload at all", "7F3K9M000001020200\u0661A"])
def test_other_words_are_no_payload(text: str) -> None:
    assert read_payload(text) is None
    assert read_code39(text, "7F3K9M") is None


def test_a_sheet_beyond_the_last_is_no_payload() -> None:
    good = Payload("7F3K9M", 1, 2, 2, insert=True)
    assert read_payload(write_payload(good)) == good
    for wrong in (good._replace(sheet=3), good._replace(sheet=0), good._replace(insert=False), good._replace(sheets=3)):
        assert read_payload(write_payload(wrong)) is None


@pytest.mark.parametrize(
    ("batch_code", "sequence"), [("7F3K9", 1), ("7f3k9m", 1), ("7F3K9M", 0), ("7F3K9M", 1_000_000)]
)
def test_no_control_code_without_a_batch_and_a_place(batch_code: str, sequence: int) -> None:
    with pytest.raises(ValueError, match="not"):
        control_code(batch_code, sequence)


def test_batch_codes_come_from_the_batch_and_the_attempt() -> None:
    codes = [derive_batch_code("bat_1"), derive_batch_code("bat_2"), derive_batch_code("bat_1", 1)]
    assert len(set(codes)) == 3
    assert derive_batch_code("bat_1") == codes[0]
    assert all(read_control_code(control_code(code, 1)) == ControlCode(code, 1) for code in codes)
