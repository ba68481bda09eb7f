"""Householding: who is the same, who shares an envelope, and the check behind it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.postal.address import PostalAddress
from docgen.postal.household import Member, ToGather, Together, check_set, gather_sets, household_key

if TYPE_CHECKING:
    import random


def address(*names: str, **changes: str) -> PostalAddress:
    values = {"street": "Dorpsstraat", "house_number": "12", "postcode": "1234 AB", "town": "Ons Dorp"} | changes
    return PostalAddress(names or ("J. Jansen",), **values)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J. Jansen", "j.jansen"),
        ("J.P. Jansen", "J. P. Jansen"),
        ("Zoë de Vries", "ZOE DE VRIES"),
        ("Jansen-de Vries", "Jansen - de Vries"),
        ("Dhr. J. Jansen", "de heer J. Jansen"),
        ("Mw. A. Bakker", "Mevrouw A Bakker"),
        ("Fam. Bakker", "familie Bakker"),
        ("Dhr. en mw. Bakker", "De heer en mevrouw Bakker"),
        ("IJsbrand", "\u0132sbrand"),
        ("Şahin", "Sahin"),
    ],
)
def test_one_person_written_in_two_ways(one: str, other: str) -> None:
    assert household_key(address(one)) == household_key(address(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J. Jansen", "Jan Jansen"),
        ("J. Jansen", "J.P. Jansen"),
        ("J. Jansen", "Dhr. J. Jansen"),
        ("Dhr. J. Jansen", "Mevr. J. Jansen"),
        ("J. Jansen", "Fam. Jansen"),
        ("J. Jansen", "J. Janssen"),
        ("JP Jansen", "J.P. Jansen"),
        ("Dr. J. Jansen", "J. Jansen"),
        ("Jansen", "Jansen jr."),
        ("---", "-"),
        ("и", "й"),
        ("का", "कि"),
    ],
)
def test_when_it_is_not_sure_they_are_two(one: str, other: str) -> None:
    assert household_key(address(one)) != household_key(address(other))


def test_lines_of_a_name_do_not_run_together() -> None:
    assert household_key(address("A", "B C")) != household_key(address("A B", "C"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"postcode": "1234 AB"}, {"postcode": "1234AB"}),
        ({"street": "Dorpsstraat"}, {"street": "DORPS-STRAAT"}),
        ({"house_letter": "A", "addition": "2"}, {"addition": "A2"}),
        ({"addition": "2 hoog"}, {"addition": "2hoog"}),
        ({"addition": "bis"}, {"addition": "BIS"}),
        ({"town": "Den Haag"}, {"town": "'s-Gravenhage"}),
        (
            {"country": "BE", "postcode": "2000", "street": "Kerkstraat 1", "house_number": ""},
            {"country": "BE", "postcode": "2000", "street": "Kerkstraat", "house_number": "1"},
        ),
    ],
)
def test_one_door_written_in_two_ways(one: dict[str, str], other: dict[str, str]) -> None:
    for together in (Together.RECIPIENT, Together.HOUSEHOLD):
        assert household_key(address(**one), together) == household_key(address(**other), together)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"house_number": "12"}, {"house_number": "121"}),
        ({"house_number": "12", "addition": "1"}, {"house_number": "121"}),
        ({"addition": "1-1"}, {"addition": "11"}),
        ({"addition": "II"}, {"addition": "2"}),
        ({"street": "Dorpsstraat"}, {"street": "Kerkstraat"}),
        ({"street": "Postbus"}, {"street": "Antwoordnummer"}),
        ({"country": "BE", "postcode": "2000"}, {"country": "BE", "postcode": "2000", "town": "Elders"}),
        ({"country": "BE", "postcode": "2000"}, {"country": "DE", "postcode": "2000"}),
        (
            {"country": "BE", "street": "Plein 1 12", "house_number": ""},
            {"country": "BE", "street": "Plein 11 2", "house_number": ""},
        ),
    ],
)
def test_two_doors_are_never_one(one: dict[str, str], other: dict[str, str]) -> None:
    for together in (Together.RECIPIENT, Together.HOUSEHOLD):
        assert household_key(address(**one), together) != household_key(address(**other), together)


def test_a_household_is_everybody_at_one_address() -> None:
    together = Together.HOUSEHOLD
    assert household_key(address("J. Jansen"), together) == household_key(address("P. Pietersen"), together)
    assert household_key(address("J. Jansen"), together) != household_key(address("J. Jansen"))
    assert household_key(address("J. Jansen"), Together.NEVER) == ""


def test_a_key_tells_nothing() -> None:
    key = household_key(address())
    assert len(key) == 32
    int(key, 16)


class Row(NamedTuple):
    number: int
    key: str
    group: str
    sheets: int
    most: int


def look(row: Row) -> ToGather:
    return ToGather((f"0NL{row.number // 3:04d}", row.number, f"pce_{row.number}"), *row[1:])


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    one = st.tuples(st.sampled_from(["", "a", "b", "c"]), st.sampled_from("xy"), st.integers(1, 9), st.integers(1, 8))
    return [Row(number, *values) for number, values in enumerate(draw(st.lists(one, max_size=30)))]


@given(rows(), st.randoms())
def test_each_letter_is_in_one_envelope_with_its_own_kind(given_rows: list[Row], rng: random.Random) -> None:
    sets = gather_sets(given_rows, look)
    assert sorted(row for letters in sets for row in letters) == sorted(given_rows)
    for letters in sets:
        assert len({(row.key, row.group) for row in letters}) == 1
        if len(letters) > 1:
            assert letters[0].key
            assert sum(row.sheets for row in letters) <= min(row.most for row in letters)
        members = [Member(f"pce_{row.number}", "org_1", row.key, row.sheets) for row in letters]
        assert check_set(members, max(row.most for row in letters)) == ()
    assert [letters[0].number for letters in sets] == sorted(letters[0].number for letters in sets)
    assert all(list(letters) == sorted(letters) for letters in sets)
    shuffled = list(given_rows)
    rng.shuffle(shuffled)
    assert gather_sets(shuffled, look) == sets


def test_what_does_not_fit_starts_another_envelope() -> None:
    given_rows = [Row(number, "a", "x", sheets, 8) for number, sheets in enumerate([4, 4, 1, 9, 2])]
    assert [[row.number for row in letters] for letters in gather_sets(given_rows, look)] == [[0, 1], [2], [3], [4]]


def test_eighty_thousand_letters_to_one_person_take_a_moment() -> None:
    given_rows = [Row(number, "a", "x", 1, 8) for number in range(80_000)]
    started = time.process_time()
    assert len(gather_sets(given_rows, look)) == 10_000
    assert time.process_time() - started < 5.0


def test_strangers_in_one_envelope_are_found() -> None:
    mine, other = Member("pce_1", "org_1", "k1"), Member("pce_2", "org_1", "k2")
    (finding,) = check_set([mine, other])
    assert (finding.code, finding.place.record) == ("set-mixes-recipients", "pce_2")
    assert "pce_1" in finding.message
    assert check_set([mine]) == ()
    assert check_set([]) == ()


def test_letters_without_key_share_with_nobody() -> None:
    (finding,) = check_set([Member("pce_1", "org_1", ""), Member("pce_2", "org_1", "")])
    assert finding.code == "set-mixes-recipients"


def test_two_organisations_never_share() -> None:
    (finding,) = check_set([Member("pce_1", "org_1", "k"), Member("pce_2", "org_2", "k")])
    assert finding.code == "set-mixes-organisations"


def test_too_many_sheets_and_a_letter_twice_are_found() -> None:
    findings = check_set([Member("pce_1", "org_1", "k", 5), Member("pce_1", "org_1", "k", 4)], max_sheets=8)
    assert [finding.code for finding in findings] == ["set-too-thick", "set-piece-twice"]
