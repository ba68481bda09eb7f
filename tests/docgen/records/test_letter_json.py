from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.letters import Cents, EntryAccess, Letter
from docgen.postal.address import PostalAddress
from docgen.records.letter_json import read_letter, write_letter

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SCALARS = st.one_of(
    TEXT,
    st.integers(-(10**12), 10**12),
    st.integers(-(10**11), 10**11).map(Cents),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
    st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)),
    st.booleans(),
    st.none(),
)
VALUES = st.dictionaries(TEXT, st.one_of(SCALARS, st.lists(st.dictionaries(TEXT, SCALARS), max_size=3).map(tuple)))
ADDRESSES = st.builds(
    PostalAddress,
    name_lines=st.lists(TEXT, max_size=3).map(tuple),
    street=TEXT,
    house_number=TEXT,
    house_letter=TEXT,
    addition=TEXT,
    postcode=TEXT,
    town=TEXT,
    country=st.sampled_from(["NL", "BE", "DE"]),
)
LETTERS = st.builds(Letter, record_id=TEXT, language=TEXT, address=ADDRESSES, values=VALUES)


def kinds(value: object) -> object:
    """The value with every type spelled out: 1, True, Cents(1) and Decimal(1) are equal, and not the same."""
    if isinstance(value, tuple):
        return [kinds(item) for item in value]
    if isinstance(value, dict):
        return {name: kinds(item) for name, item in value.items()}
    return type(value).__name__, str(value)


@given(LETTERS)
def test_a_letter_comes_back_as_it_was(letter: Letter) -> None:
    again = read_letter(write_letter(letter))
    assert again == letter
    assert kinds(again.values) == kinds(letter.values)


@given(LETTERS)
def test_the_order_of_values_does_not_matter(letter: Letter) -> None:
    turned = dict(reversed(letter.values.items()))
    assert write_letter(Letter(letter.record_id, letter.language, letter.address, turned)) == write_letter(letter)


def test_the_way_in_is_not_kept() -> None:
    letter = Letter("1", "nl", PostalAddress(("A",), "B"), {}, EntryAccess("HTTPS://X.NL/SECRET", "x.nl", "CODE"))
    written = write_letter(letter)
    assert b"SECRET" not in written
    assert b"CODE" not in written
    assert read_letter(written).entry is None


def test_a_value_that_no_template_declares_is_a_bug() -> None:
    with pytest.raises(TypeError, match="float"):
        write_letter(Letter("1", "nl", PostalAddress(("A",), "B"), {"x": 1.5}))
