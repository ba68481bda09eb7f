"""House numbers as they stand in customer files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.postal.house_number import HouseNumber, split_house_number, split_street


@pytest.mark.parametrize(
    ("text", "number", "letter", "addition"),
    [
        ("127 E2-08", "127", "E", "2-08"),
        ("12a", "12", "A", ""),
        ("5-II", "5", "", "II"),
        ("10 bis", "10", "", "bis"),
        ("13hs", "13", "", "hs"),
        ("1 2 hoog", "1", "", "2 hoog"),
        ("546 K 1", "546", "K", "1"),
        ("1A/101", "1", "A", "101"),
        ("12/2", "12", "", "2"),
        ("12-14", "12", "", "14"),
        ("12 t/o 5", "12", "", "t/o 5"),
        ("100 hs.", "100", "", "hs."),
        ("99999", "99999", "", ""),
        ("124", "124", "", ""),
    ],
)
def test_splits_the_known_forms(text: str, number: str, letter: str, addition: str) -> None:
    assert split_house_number(text) == HouseNumber(number, letter, addition)


@pytest.mark.parametrize("text", ["", "0", "012", "123456", "bis", "12 bij de molen links", "12 #4", "12 ë", "-3"])
def test_what_is_no_house_number_is_none(text: str) -> None:
    assert split_house_number(text) is None


@pytest.mark.parametrize(
    ("text", "street", "house"),
    [
        ("Dorpsstraat 12", "Dorpsstraat", HouseNumber("12")),
        ("Dorpsstraat 127 E2-08", "Dorpsstraat", HouseNumber("127", "E", "2-08")),
        ("Van 't Hoffstraat 1 2 hoog", "Van 't Hoffstraat", HouseNumber("1", "", "2 hoog")),
        ("Plein 1944 12a", "Plein 1944", HouseNumber("12", "A")),
        ("Laan 1940-1945 3", "Laan 1940-1945", HouseNumber("3")),
        ("1e Helmersstraat 12", "1e Helmersstraat", HouseNumber("12")),
        ("Jan Luijkenstraat 2e dwars 7 hs", "Jan Luijkenstraat 2e dwars", HouseNumber("7", "", "hs")),
        ("Amsteldijk 546 K 1", "Amsteldijk", HouseNumber("546", "K", "1")),
        ("Plein '40-'45 3", "Plein '40-'45", HouseNumber("3")),
        ("Laan van de 7 Linden 3", "Laan van de 7 Linden", HouseNumber("3")),
        ("Burg. van 4 Meilaan 5-2", "Burg. van 4 Meilaan", HouseNumber("5", "", "2")),
        ("Markt 12 boven", "Markt", HouseNumber("12", "", "boven")),
        ("Plein 1944", "Plein", HouseNumber("1944")),
    ],
)
def test_finds_the_number_behind_the_street(text: str, street: str, house: HouseNumber) -> None:
    assert split_street(text) == (street, house)


@pytest.mark.parametrize("text", ["Dorpsstraat", "Dorpsstraat0", "Dorpsstraat 0", "12", "Straat 12 bij de molen links"])
def test_a_street_without_a_number_is_none(text: str) -> None:
    assert split_street(text) is None


@given(st.integers(1, 99999), st.sampled_from(["", "A", "Z"]), st.sampled_from(["", "2", "101", "2-08"]))
def test_a_number_put_together_comes_apart_again(number: int, letter: str, addition: str) -> None:
    text = f"{number}{letter}{'-' if addition else ''}{addition}"
    assert split_house_number(text) == HouseNumber(str(number), letter, addition)


def test_normalising_keeps_capitals_and_digits() -> None:
    assert HouseNumber("127", "E", "2-08").normalised == "E208"
    assert HouseNumber("1", "", "2 hoog").normalised == "2HOOG"
