"""The composing encoder against the reference encoder."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from docgen.findings import Refusal
from docgen.qr.encoder import ALPHANUMERIC, Level, encode, size_of, version_for


def reference(data: bytes, level: Level) -> QRCode:
    code = QRCode(error_correction=level, border=0)
    alnum = all(c in ALPHANUMERIC.encode() for c in data)
    code.add_data(QRData(data, mode=MODE_ALPHA_NUM if alnum else MODE_8BIT_BYTE), optimize=0)
    code.make(fit=True)
    return code


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=1, max_size=331), st.sampled_from(Level))
def test_byte_symbols_equal_the_reference_module_for_module(data: bytes, level: Level) -> None:
    code, symbol = reference(data, level), encode(data, level)
    assert symbol.version == code.version
    assert np.array_equal(symbol.modules(), np.array(code.modules, np.uint8))


@settings(max_examples=20, deadline=None)
@given(st.text(ALPHANUMERIC, min_size=1, max_size=80), st.sampled_from(Level))
def test_alphanumeric_symbols_equal_the_reference_module_for_module(text: str, level: Level) -> None:
    code, symbol = reference(text.encode(), level), encode(text.encode(), level)
    assert np.array_equal(symbol.modules(), np.array(code.modules, np.uint8))


@pytest.mark.parametrize("version", range(1, 14))
def test_every_version_of_payment_codes_equals_the_reference(version: int) -> None:
    data = b"x"
    while version_for(data + b"x", Level.M) <= version:
        data += b"x"
    symbol = encode(data, Level.M)
    assert symbol.version == version
    assert np.array_equal(symbol.modules(), np.array(reference(data, Level.M).modules, np.uint8))


@pytest.mark.parametrize("length", [1200, 2331])
@pytest.mark.slow
def test_large_symbols_equal_the_reference(length: int) -> None:
    data = bytes(i * 7 % 256 for i in range(length))
    assert np.array_equal(encode(data).modules(), np.array(reference(data, Level.M).modules, np.uint8))


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=120))
@settings(max_examples=30, deadline=None)
def test_an_independent_reader_decodes_what_was_encoded(text: str) -> None:
    modules = encode(text.encode()).modules()
    image = np.kron(np.pad(1 - modules, 4, constant_values=1), np.ones((4, 4), np.uint8)) * np.uint8(255)
    assert [r.text for r in zxingcpp.read_barcodes(image)] == [text]


def test_a_payload_of_331_bytes_is_version_13_and_332_is_refused() -> None:
    assert version_for(b"a" * 331, Level.M, max_version=13) == 13
    with pytest.raises(Refusal, match="qr-too-much-data"):
        version_for(b"a" * 332, Level.M, max_version=13)


def test_sizes_follow_the_version() -> None:
    assert [size_of(v) for v in (1, 2, 7, 13, 40)] == [21, 25, 45, 69, 177]
