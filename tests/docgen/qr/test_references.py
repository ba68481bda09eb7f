"""IBAN, RF, betalingskenmerk and OGM against published and computed vectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.qr import references
from docgen.qr.references import ReferenceKind

GOOD_IBANS = [
    "NL91ABNA0417164300",
    "NL02ABNA0123456789",
    "NL20INGB0001234567",
    "NL39RABO0300065264",
    "NL44RABO0123456789",
    "BE72000000001616",
    "DE71110220330123456789",
    "FR1420041010050500013M02606",
    "DE33100205000001194700",
    "CH9300762011623852957",
]
BAD_IBANS = ["NL92ABNA0417164300", "NL19ABNA0417164300", "DE33100205000001194701", "", "NL91ABNA041716430", "NL91-ABNA"]
GOOD_KENMERKEN = [
    "5000056789012345",
    "12234534622567",
    "271234567",
    "4812345678",
    "09123456789",
    "701234567890",
    "8112345678901",
    "42123456789012",
    "9000000000000001",
    "0000000000000000",
    "1202600012380001",
    "3999999999999999",
    "7000000080000001",
    "1000000000000006",
    "0000000000000019",
    "5010002167010010",
    "3010002167042021",
    "0001041146910100",
    "9001041146812501",
    "2017166777600001",
    "0017166778854231",
    "8049244482480005",
    "2049244482400055",
    "3961307998410020",
    "7010002167510014",
    "0010002169723011",
    "5010002168523010",
    "1049230767824589",
    "3049230768724589",
    "1808980197629000",
    "8808980197829003",
    "2001041141201080",
    "4001041141301240",
    "1001041141401310",
    "6001041141201230",
    "2001041141201400",
    "6849613076003030",
    "6849613076803740",
    "4849613076903320",
    "1849613076103400",
]
BAD_KENMERKEN = ["6000056789012345", "42234534622567", "12345678", "123456789012345", "500005678901234A", "", "123456"]
GOOD_RFS = ["RF18539007547034", "RF462026000123", "RF485000056789012345", "RF45G72UUR", "RF27A1B2C3D4E5F6G7H8I9J0K"]
OGMS = {
    "0108068171": "+++010/8068/17183+++",
    "0903375000": "+++090/3375/00032+++",
    "1234567890": "+++123/4567/89002+++",
    "0000000097": "+++000/0000/09797+++",
    "0000000001": "+++000/0000/00101+++",
}


@pytest.mark.parametrize("iban", GOOD_IBANS)
def test_good_ibans(iban: str) -> None:
    assert references.is_iban(iban)
    assert references.is_iban(references.group_iban(iban).lower())


@pytest.mark.parametrize("iban", BAD_IBANS)
def test_bad_ibans(iban: str) -> None:
    assert not references.is_iban(iban)


@pytest.mark.parametrize("kenmerk", GOOD_KENMERKEN)
def test_good_kenmerken(kenmerk: str) -> None:
    assert references.is_kenmerk(kenmerk)


@pytest.mark.parametrize("kenmerk", BAD_KENMERKEN)
def test_bad_kenmerken(kenmerk: str) -> None:
    assert not references.is_kenmerk(kenmerk)


def test_a_folded_check_digit_lets_one_wrong_digit_pass() -> None:
    assert references.is_kenmerk("12234534622567")
    assert references.is_kenmerk("12234534622568")


@pytest.mark.parametrize(
    ("payload", "kenmerk"),
    [
        ("000056789012345", "5000056789012345"),
        ("234534622567", "12234534622567"),
        ("1234567", "271234567"),
        ("12345678", "4812345678"),
        ("123456789", "09123456789"),
        ("1234567890", "701234567890"),
        ("12345678901", "8112345678901"),
        ("123456789012", "42123456789012"),
    ],
)
def test_makes_the_kenmerk_of_a_payload(payload: str, kenmerk: str) -> None:
    assert references.make_kenmerk(payload) == kenmerk


@given(st.from_regex(r"\A[0-9]{7,12}\Z|\A[0-9]{15}\Z"))
def test_what_is_made_is_good(payload: str) -> None:
    assert references.is_kenmerk(references.make_kenmerk(payload))


@pytest.mark.parametrize("payload", ["", "123456", "1234567890123", "12345678901234", "1234567890123456", "12345A7"])
def test_refuses_payloads_that_make_no_kenmerk(payload: str) -> None:
    with pytest.raises(ValueError, match="7 to 12 digits"):
        references.make_kenmerk(payload)


@pytest.mark.parametrize("reference", GOOD_RFS)
def test_rf_references(reference: str) -> None:
    assert references.is_rf(reference)
    assert references.make_rf(reference[4:]) == reference
    assert references.kind_of_reference(reference) is ReferenceKind.RF


@pytest.mark.parametrize(
    "reference", ["RF17539007547034", "RF", "RF18", "RF18" + "1" * 22, "RF18 5390-0754", "XX18539007"]
)
def test_bad_rf_references(reference: str) -> None:
    assert not references.is_rf(reference)


@pytest.mark.parametrize("body", ["", "1" * 22, "A-B", "é"])
def test_refuses_bodies_that_make_no_rf(body: str) -> None:
    with pytest.raises(ValueError, match="1 to 21"):
        references.make_rf(body)


@pytest.mark.parametrize(("base", "printed"), OGMS.items())
def test_ogm(base: str, printed: str) -> None:
    made = references.make_ogm(base)
    assert references.group_ogm(made) == printed
    assert references.is_ogm(made)
    assert references.is_ogm(printed)
    assert references.kind_of_reference(printed) is ReferenceKind.OGM


@pytest.mark.parametrize("text", ["010/8068/17180", "+++010/8068/17183", "0108068171", "", "***010/8068/17183+++"])
def test_bad_ogms(text: str) -> None:
    assert not references.is_ogm(text)


@pytest.mark.parametrize("base", ["", "123456789", "0000000000", "12345678901"])
def test_refuses_bases_that_make_no_ogm(base: str) -> None:
    with pytest.raises(ValueError, match="10 digits"):
        references.make_ogm(base)


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("5000056789012345", "5000 0567 8901 2345"),
        ("RF18539007547034", "RF18 5390 0754 7034"),
        ("010806817183", "+++010/8068/17183+++"),
        ("***010/8068/17183***", "+++010/8068/17183+++"),
        ("Factuur 2026-17", "Factuur 2026-17"),
    ],
)
def test_references_are_shown_in_the_groups_of_their_kind(text: str, grouped: str) -> None:
    assert references.group_reference(text) == grouped


def test_iban_is_shown_in_fours() -> None:
    assert references.group_iban("NL91ABNA0417164300") == "NL91 ABNA 0417 1643 00"
