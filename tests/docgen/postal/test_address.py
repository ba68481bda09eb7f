"""Addresses: reading, findings at their field, and the lines as printed."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Finding, Place
from docgen.postal.address import KEYS, STREET_KEYS, AddressLimits, PostalAddress, read_address, town_in_capitals

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Place(record="r1", pointer="/records/0/recipient")
GOOD: Mapping[str, object] = {
    "name": "Mevr. Ş. Łukasz-Zeeën",
    "street": "Zeeweg",
    "house_number": "127",
    "house_letter": "e",
    "addition": "2-08",
    "postcode": "6525aj",
    "town": "Nijmegen",
}


def read(**changes: object) -> PostalAddress:
    address = read_address({**GOOD, **changes}, HERE)
    assert isinstance(address, PostalAddress), address
    return address


def findings(changes: Mapping[str, object], place: Place = HERE) -> tuple[Finding, ...]:
    found = read_address({**GOOD, **changes}, place)
    assert not isinstance(found, PostalAddress), found.lines
    return found


def codes(**changes: object) -> list[str]:
    return [finding.code for finding in findings(changes)]


def one_string(text: str, **changes: object) -> PostalAddress:
    empty = dict.fromkeys(STREET_KEYS)
    return read(**{**empty, "street_and_number": text, **changes})


def test_a_dutch_address_as_it_is_printed() -> None:
    address = read()
    assert address.lines == ("Mevr. Ş. Łukasz-Zeeën", "Zeeweg 127 E2-08", "6525 AJ  NIJMEGEN")
    assert address.kix == "6525AJ127XE208"
    assert re.fullmatch(r"[1-9]\d{3} [A-Z]{2}  [A-Z' .\-]+", address.lines[-1])


@pytest.mark.parametrize(
    ("number", "letter", "addition", "house"),
    [
        ("12", "A", "2", "12 A-2"),
        ("12", "A", "", "12 A"),
        ("12", "", "", "12"),
        ("5", "", "II", "5 II"),
        ("5", "", "2 hoog", "5-2 hoog"),
        ("10", "", "bis", "10 bis"),
        ("127", "E", "2-08", "127 E2-08"),
        ("3", "B", "2 hoog", "3 B 2 hoog"),
    ],
)
def test_the_house_number_as_it_is_printed(number: str, letter: str, addition: str, house: str) -> None:
    assert read(house_number=number, house_letter=letter, addition=addition).house == house


@pytest.mark.parametrize(
    ("town", "printed"),
    [
        ("ijmuiden", "IJMUIDEN"),
        ("\u0132sselstein", "IJSSELSTEIN"),
        ("'s-Gravenhage", "'s-GRAVENHAGE"),
        ("\u2019s-Hertogenbosch", "'s-HERTOGENBOSCH"),
        ("'t Harde", "'t HARDE"),
        ("Berg aan 't Water", "BERG AAN 't WATER"),
        ("Oude-Tonge", "OUDE-TONGE"),
        ("2e Exloërmond", "2E EXLOËRMOND"),
        ("Rijswijk (NB)", "RIJSWIJK (NB)"),
    ],
)
def test_towns_in_capitals(town: str, printed: str) -> None:
    assert town_in_capitals(town) == printed
    assert read(town=town).lines[-1] == f"6525 AJ  {printed}"


@pytest.mark.parametrize("postcode", ["2500 GG", "2500GG", "9999 XL", "1011 FI", "nl-1234 ab", " 1234  AB "])
def test_good_dutch_postcodes(postcode: str) -> None:
    assert re.fullmatch(r"[1-9]\d{3} [A-Z]{2}", read(postcode=postcode).postcode)


@pytest.mark.parametrize(
    "postcode",
    ["0123 AB", "1234 SA", "1234 SD", "1234 SS", "12345 AB", "1234 A", "12 34AB", "1234", "\u0661234 AB"],
)
def test_bad_dutch_postcodes(postcode: str) -> None:
    assert codes(postcode=postcode) == ["address-postcode-invalid"]


@pytest.mark.parametrize("kind", ["Postbus", "Antwoordnummer"])
def test_postbus_and_antwoordnummer(kind: str) -> None:
    for address in (
        one_string(f"{kind.upper()} 30250", postcode="2500GG"),
        read(street=kind, house_number=30250.0, house_letter="", addition="", postcode="2500GG"),
    ):
        assert address.lines[1] == f"{kind} 30250"
        assert address.kix == "2500GG30250"


def test_a_postbus_has_a_number_and_no_more() -> None:
    assert codes(street="Postbus") == ["address-house-number-invalid"]
    empty = {"house_number": "", "house_letter": "", "addition": ""}
    assert codes(street="Postbus", **empty) == ["address-house-number-missing"]
    assert codes(street="Postbus 123456", **empty) == ["address-house-number-invalid"]


def test_a_street_named_after_a_postbus_is_a_street() -> None:
    assert read(street="Postbusstraat").lines[1] == "Postbusstraat 127 E2-08"


@pytest.mark.parametrize(
    ("text", "line", "kix"),
    [
        ("Zeeweg 127 E2-08", "Zeeweg 127 E2-08", "6525AJ127XE208"),
        ("Zeeweg 12a", "Zeeweg 12 A", "6525AJ12XA"),
        ("Zeeweg 5-II", "Zeeweg 5 II", "6525AJ5XII"),
        ("Zeeweg 10 bis", "Zeeweg 10 bis", "6525AJ10XBIS"),
        ("Zeeweg 1 2 hoog", "Zeeweg 1-2 hoog", "6525AJ1X2HOOG"),
    ],
)
def test_street_and_number_in_one_string(text: str, line: str, kix: str) -> None:
    address = one_string(text)
    assert (address.lines[1], address.kix) == (line, kix)


def test_a_house_number_may_bring_its_own_addition() -> None:
    assert read(house_number="12a", house_letter="", addition="").house == "12 A"
    assert codes(house_number="12a", addition="2") == ["address-house-number-invalid"]


@pytest.mark.parametrize(
    ("country", "street", "postcode", "lines"),
    [
        ("België", "Kerkstraat 12 bus 3", "B-2000", ("Kerkstraat 12 bus 3", "2000 ANTWERPEN", "BELGIUM")),
        ("Deutschland", "Hauptstraße 5", "D-50667", ("Hauptstraße 5", "50667 ANTWERPEN", "GERMANY")),
        ("UK", "10 High Street", "sw1a1aa", ("10 High Street", "ANTWERPEN", "SW1A 1AA", "UNITED KINGDOM")),
        ("fr", "12 rue de la Paix", "75002", ("12 rue de la Paix", "75002 ANTWERPEN", "FRANCE")),
        ("Polen", "Długa 5", "00238", ("Długa 5", "00-238 ANTWERPEN", "POLAND")),
        ("Zweden", "Storgatan 1", "11455", ("Storgatan 1", "114 55 ANTWERPEN", "SWEDEN")),
        ("Marokko", "Rue 4", "", ("Rue 4", "ANTWERPEN", "MOROCCO")),
    ],
)
def test_addresses_abroad_by_their_own_rules(country: str, street: str, postcode: str, lines: tuple[str, ...]) -> None:
    address = one_string(street, country=country, postcode=postcode, town="Antwerpen")
    assert address.lines[1:] == lines
    assert address.kix is None


@pytest.mark.parametrize(
    ("country", "street"),
    [
        ("BE", "Kerkstraat 12 bus 3"),
        ("DE", "Kerkstraat 12 bus 3"),
        ("GB", "12 bus 3 Kerkstraat"),
        ("LU", "12 bus 3 Kerkstraat"),
    ],
)
def test_the_number_stands_where_the_country_wants_it(country: str, street: str) -> None:
    postcode = {"DE": "10115", "GB": "M1 1AE"}.get(country, "2000")
    parts = {"street": "Kerkstraat", "house_number": "12", "house_letter": "", "addition": "bus 3"}
    assert read(**parts, country=country, postcode=postcode).lines[1] == street


@pytest.mark.parametrize(
    ("country", "postcode"),
    [("BE", "0123"), ("BE", "1234 AB"), ("DE", "00123"), ("DE", "1234"), ("GB", "12345"), ("GB", "SW1A 1A")],
)  # fmt: skip
def test_bad_postcodes_abroad(country: str, postcode: str) -> None:
    assert codes(country=country, postcode=postcode) == ["address-postcode-invalid"]


def test_a_country_that_needs_a_postcode_says_so() -> None:
    assert codes(country="DE", postcode="") == ["address-postcode-missing"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, ["address-name-missing"]),
        ({"name": None, "name_2": "afd. Huur"}, ["address-name-missing"]),
        ({"street": ""}, ["address-street-missing"]),
        ({"house_number": ""}, ["address-house-number-missing"]),
        ({"house_number": "0"}, ["address-house-number-invalid"]),
        ({"house_number": "123456"}, ["address-house-number-invalid"]),
        ({"house_number": 12.5}, ["address-value-invalid", "address-house-number-missing"]),
        ({"house_letter": "AB"}, ["address-house-number-invalid"]),
        ({"addition": "een heel lang verhaal"}, ["address-house-number-invalid"]),
        ({"postcode": None}, ["address-postcode-missing"]),
        ({"town": ""}, ["address-town-missing"]),
        ({"town": "6525 AJ Nijmegen"}, ["address-town-invalid"]),
        ({"country": "Atlantis"}, ["address-country-unknown"]),
        ({"name": "A\tB"}, ["address-control-character"]),
        ({"name": "A\u202eB"}, ["address-control-character"]),
        ({"town": "Nij\nmegen"}, ["address-control-character"]),
        ({"name": "N" * 46}, ["address-line-too-long"]),
        ({"town": "N" * 40}, ["address-line-too-long"]),
        ({"name": True}, ["address-value-invalid", "address-name-missing"]),
        ({"street_and_number": "Zeeweg 12"}, ["address-street-twice"]),
    ],
)
def test_every_fault_has_its_code(changes: Mapping[str, object], expected: list[str]) -> None:
    assert codes(**changes) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [("Zeeweg", "address-house-number-missing"), ("Zeeweg 12 ergens bij de molen", "address-house-number-invalid")],
)
def test_one_string_without_a_house_number_is_told(text: str, code: str) -> None:
    empty = dict.fromkeys(STREET_KEYS)
    assert codes(**empty, street_and_number=text) == [code]


def test_all_faults_are_told_at_once() -> None:
    assert len(codes(name="", street="", postcode="", town="")) == 4


def test_lines_are_counted_against_the_limits() -> None:
    address = read_address({**GOOD, "name_2": "afd. Huur"}, HERE, AddressLimits(max_lines=3))
    assert isinstance(address, tuple)
    assert [f.code for f in address] == ["address-too-many-lines"]


def test_six_lines_is_the_most_there_can_be() -> None:
    changes = {"name_2": "afd. Huur", "name_3": "t.a.v. Jan", "country": "BE", "postcode": "2000"}
    assert len(read(**changes).lines) == 6
    gb = {**changes, "country": "GB", "postcode": "SW1A 1AA"}
    assert codes(**gb) == ["address-too-many-lines"]


def test_a_finding_points_at_its_field() -> None:
    assert findings({"postcode": "x"})[0].place == Place(record="r1", pointer="/records/0/recipient/postcode")
    in_table = findings({"postcode": "x"}, Place(row=7))[0].place
    assert in_table == Place(row=7, column="recipient.postcode")
    too_long = findings({"name_2": "n" * 50})[0].place
    assert too_long.pointer == "/records/0/recipient/name_2"
    assert findings({"street": "s" * 50})[0].place.pointer == "/records/0/recipient/street"


def test_spaces_and_accents_are_made_one() -> None:
    address = read(name="  Zee\u0308  van\u00a0Dam ", postcode=" 6525 \u2009AJ")
    assert address.name_lines == ("Zeë van Dam",)
    assert address.postcode == "6525 AJ"


def test_postal_order_is_of_numbers_not_of_text() -> None:
    order = [
        read(postcode="1011AB", house_number="2", house_letter="", addition=""),
        read(postcode="1011AB", house_number="2", house_letter="A", addition=""),
        read(postcode="1011AB", house_number="10", house_letter="", addition=""),
        read(postcode="1011AC", house_number="1"),
        read(postcode="9999XL"),
        read(country="BE", postcode="9000"),
        read(country="DE", postcode="10115"),
    ]
    assert sorted({*order}, key=lambda address: address.sort_key) == order


TEXTS = st.text("aéĳ'5- \t\u202e\u00a0", max_size=12) | st.sampled_from(["12 a", "1234 AB", "BE", "Postbus 3"])


@given(st.lists(st.tuples(*[st.integers(low, low + 300) for low in (1000, 1)], st.sampled_from(["", "A", "2"]))))
def test_the_sort_key_as_text_is_the_order_of_its_parts(parts: list[tuple[int, int, str]]) -> None:
    keys = [read(postcode=f"{p}AB", house_number=n, house_letter="", addition=a).sort_key for p, n, a in sorted(parts)]
    assert keys == sorted(keys)
    assert all(key.isascii() and key.isalnum() for key in keys)


@given(st.dictionaries(st.sampled_from(KEYS), st.none() | TEXTS | st.integers() | st.floats() | st.booleans()))
def test_any_values_give_an_address_or_findings(values: dict[str, object]) -> None:
    found = read_address(values, HERE)
    if isinstance(found, PostalAddress):
        assert 3 <= len(found.lines) <= 6
        assert all(line.isprintable() for line in found.lines)
    else:
        assert found


def test_two_thousand_addresses_take_a_moment() -> None:
    started = time.process_time()
    for number in range(1, 2001):
        address = read_address({**GOOD, "house_number": number}, HERE)
        assert isinstance(address, PostalAddress)
        assert address.lines
        assert address.kix
    assert time.process_time() - started < 1.0
