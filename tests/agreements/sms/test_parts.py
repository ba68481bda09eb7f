"""Parts are counted as networks and others count them."""

from __future__ import annotations

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from agreements.sms import EXTENDED, Encoding, PartPrice, segments, split
from agreements.sms.gsm7 import BASIC

_GSM = st.sampled_from(sorted(BASIC | EXTENDED))
_ANY = st.text(st.one_of(_GSM, st.characters(exclude_categories=["Cs"])), max_size=400)
_LONG_GSM = st.text(_GSM, min_size=100, max_size=700)


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "units", "left"),
    [
        ("", Encoding.GSM_7, 1, 0, 160),
        ("a" * 160, Encoding.GSM_7, 1, 160, 0),
        ("a" * 161, Encoding.GSM_7, 2, 161, 145),
        ("a" * 306, Encoding.GSM_7, 2, 306, 0),
        ("a" * 307, Encoding.GSM_7, 3, 307, 152),
        ("€" * 80, Encoding.GSM_7, 1, 160, 0),
        ("a" * 159 + "€", Encoding.GSM_7, 2, 161, 145),
        # the 153rd septet stays empty, for the euro sign may not be cut in two
        ("a" * 152 + "€" + "a" * 152, Encoding.GSM_7, 3, 306, 152),
        ("ë" * 70, Encoding.UCS_2, 1, 70, 0),
        ("ë" * 71, Encoding.UCS_2, 2, 71, 63),
        ("ë" + "a" * 133, Encoding.UCS_2, 2, 134, 0),
        ("🙂" * 35, Encoding.UCS_2, 1, 70, 0),
        ("🙂" * 36, Encoding.UCS_2, 2, 72, 61),
        ("🙂" * 67, Encoding.UCS_2, 3, 134, 65),
        ("é è à ù ò ì ö ü ä ñ Ç ß £ § @ _", Encoding.GSM_7, 1, 31, 129),
        ("m³", Encoding.UCS_2, 1, 2, 68),
        ("geïnd", Encoding.UCS_2, 1, 5, 65),
        ("ç", Encoding.UCS_2, 1, 1, 69),
    ],
)
def test_known_texts(text: str, encoding: Encoding, parts: int, units: int, left: int) -> None:
    found = segments(text)

    assert (found.encoding, found.parts, found.units, found.left) == (encoding, parts, units, left)


def _agrees(text: str) -> None:
    ours, theirs = segments(text), smsutil.split(text)

    assert (theirs.encoding == "gsm0338") == (ours.encoding is Encoding.GSM_7)
    assert list(split(text)) == [part.content for part in theirs.parts]
    assert ours.units == theirs.total_bytes // (1 if ours.encoding is Encoding.GSM_7 else 2)
    assert ours.parts == len(theirs.parts)


@given(_ANY.filter(bool))
def test_any_text_is_cut_as_another_library_cuts_it(text: str) -> None:
    # that library takes the escape for a sign, which nobody can type
    _agrees(text.replace("\x1b", "e"))


@given(_LONG_GSM)
def test_long_texts_of_the_alphabet_are_cut_as_another_library_cuts_them(text: str) -> None:
    _agrees(text)


@given(_ANY)
def test_parts_are_the_text_and_each_fits_in_140_octets(text: str) -> None:
    found, parts = segments(text), split(text)

    assert "".join(parts) == text
    assert len(parts) == found.parts
    header = 0 if len(parts) == 1 else 6
    for part in parts:
        if found.encoding is Encoding.UCS_2:
            assert len(part.encode("utf-16-be")) <= 140 - header
        else:
            assert sum(2 if sign in EXTENDED else 1 for sign in part) <= (140 - header) * 8 // 7


@given(_ANY)
def test_what_is_left_goes_in_and_one_more_does_not(text: str) -> None:
    found = segments(text)
    more = "a" * found.left

    assert segments(text + more).parts == found.parts
    assert segments(text + more + "a").parts == found.parts + 1


def test_the_alphabet_is_whole() -> None:
    assert len(BASIC) == 127
    assert len(EXTENDED) == 10


@pytest.mark.parametrize(
    ("tenths", "parts", "exact", "cents"), [(75, 2, 150, 15), (75, 1, 75, 8), (74, 1, 74, 7), (0, 9, 0, 0)]
)
def test_a_price_is_rounded_once(tenths: int, parts: int, exact: int, cents: int) -> None:
    price = PartPrice(tenths)

    assert (price.tenths_of(parts), price.cents_of(parts)) == (exact, cents)
