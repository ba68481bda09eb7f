"""EPC069-12 payloads: vectors, every rejection, and reading back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Place, Refusal
from docgen.letters import Cents
from docgen.qr import epc
from docgen.qr.epc import EpcPayment

PAYMENT = EpcPayment(name="Woningstichting Voorbeeld", iban="NL91ABNA0417164300")
HEAD = b"BCD\n002\n1\nSCT\n\nWoningstichting Voorbeeld\nNL91ABNA0417164300\n"


def codes(**changes: object) -> list[str]:
    return [finding.code for finding in epc.check(replace(PAYMENT, **changes))]  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    ("payment", "payload", "size"),
    [
        (
            replace(PAYMENT, amount=Cents(12345), text="Factuur 2026-000123 huurder 80001"),
            HEAD + b"EUR123.45\n\n\nFactuur 2026-000123 huurder 80001",
            105,
        ),
        (replace(PAYMENT, amount=Cents(700), reference="RF18539007547034"), HEAD + b"EUR7.00\n\nRF18539007547034", 85),
        (replace(PAYMENT, amount=Cents(5678), text="5000056789012345"), HEAD + b"EUR56.78\n\n\n5000056789012345", 87),
        (replace(PAYMENT, text="Vrije bijdrage"), HEAD + b"\n\n\nVrije bijdrage", 77),
        (replace(PAYMENT, amount=Cents(100)), HEAD + b"EUR1.00", None),
        (PAYMENT, HEAD.rstrip(b"\n"), None),
    ],
)
def test_encodes_every_vector(payment: EpcPayment, payload: bytes, size: int | None) -> None:
    assert epc.encode(payment) == payload
    assert size in (None, len(payload))
    assert epc.parse(payload) == payment


def test_reads_amounts_with_fewer_decimals() -> None:
    assert epc.parse(HEAD + b"EUR1").amount == 100
    assert epc.parse(HEAD + b"EUR12.3").amount == 1230


def test_version_1_with_bic_and_an_accent_in_utf_8() -> None:
    payment = EpcPayment(
        name="Müller Vermietung",
        iban="DE71110220330123456789",
        amount=Cents(1230),
        reference="RF18539007547034",
        bic="BHBLDEHHXXX",
        purpose="GDDS",
        version=epc.WITH_BIC,
    )
    payload = epc.encode(payment)
    assert payload.decode() == (
        "BCD\n001\n1\nSCT\nBHBLDEHHXXX\nMüller Vermietung\nDE71110220330123456789\nEUR12.30\nGDDS\nRF18539007547034"
    )
    assert epc.parse(payload) == payment


def test_latin_1_by_its_number() -> None:
    payment = EpcPayment(name="Hélène", iban="FR1420041010050500013M02606", amount=Cents(1230), text="Août", charset=2)
    assert epc.encode(payment) == (
        b"BCD\n002\n2\nSCT\n\nH\xe9l\xe8ne\nFR1420041010050500013M02606\nEUR12.30\n\n\nAo\xfbt"
    )


def test_empty_lines_before_the_text_stay() -> None:
    lines = epc.encode(replace(PAYMENT, text="tekst", information="meer")).split(b"\n")
    assert lines[7:] == [b"", b"", b"", b"tekst", b"meer"]
    assert epc.encode(replace(PAYMENT, information="meer")).endswith(b"\n\n\n\n\nmeer")


def test_an_iban_in_groups_is_put_together() -> None:
    assert epc.encode(replace(PAYMENT, iban="NL91 ABNA 0417 1643 00")) == HEAD.rstrip(b"\n")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "epc-name-missing"),
        ({"name": "n" * 71}, "epc-name-too-long"),
        ({"iban": "NL91" + "A" * 31}, "epc-iban-invalid"),
        ({"iban": "NL92ABNA0417164300"}, "epc-iban-invalid"),
        ({"bic": "ABNANL"}, "epc-bic-invalid"),
        ({"bic": "ABNANL2AXX"}, "epc-bic-invalid"),
        ({"bic": "ABNANL2AXXXX"}, "epc-bic-invalid"),
        ({"version": "001"}, "epc-bic-missing"),
        ({"iban": "CH9300762011623852957"}, "epc-bic-missing"),
        ({"version": "003"}, "epc-version-unknown"),
        ({"charset": 0}, "epc-charset-unknown"),
        ({"charset": 9}, "epc-charset-unknown"),
        ({"purpose": "GDD"}, "epc-purpose-invalid"),
        ({"purpose": "GDDSX"}, "epc-purpose-invalid"),
        ({"amount": Cents(0)}, "epc-amount-out-of-range"),
        ({"amount": Cents(-1)}, "epc-amount-out-of-range"),
        ({"amount": Cents(100_000_000_000)}, "epc-amount-out-of-range"),
        ({"text": "t" * 141}, "epc-text-too-long"),
        ({"information": "i" * 71}, "epc-information-too-long"),
        ({"reference": "R" * 36}, "epc-reference-invalid"),
        ({"reference": "RF17539007547034"}, "epc-reference-invalid"),
        ({"reference": "5000056789012345"}, "epc-reference-invalid"),
        ({"reference": "RF18539007547034", "text": "beide"}, "epc-reference-and-text"),
        ({"text": "twee\nregels"}, "epc-character"),
        ({"name": "tab\there"}, "epc-character"),
        ({"charset": 2, "name": "Łódź"}, "epc-character"),
        ({"text": "é" * 140}, "epc-payload-too-long"),
    ],
)
def test_refuses_with_a_code(changes: dict[str, object], code: str) -> None:
    assert codes(**changes) == [code]


def test_the_largest_amount_fits() -> None:
    assert b"\nEUR999999999.99" in epc.encode(replace(PAYMENT, amount=Cents(99_999_999_999)))


def test_331_bytes_fit_and_332_do_not() -> None:
    short = replace(PAYMENT, text="é" * 120)
    spare = epc.MAX_BYTES - len(epc.encode(replace(short, information="i"))) + 1
    full = replace(short, information="i" * (spare - 1) + "i")
    payload = epc.encode(full)
    assert len(payload) == 331
    assert epc.parse(payload) == full
    with pytest.raises(Refusal) as refusal:
        epc.encode(replace(full, information="i" * (spare + 1)), Place(record="r"))
    assert [f.code for f in refusal.value.findings] == ["epc-payload-too-long"]
    assert refusal.value.findings[0].place == Place(record="r")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"BCD\n002\n1\nSCT",
        HEAD.replace(b"BCD", b"BCE") + b"EUR1",
        HEAD.replace(b"SCT", b"INST") + b"EUR1",
        HEAD.replace(b"\n1\n", b"\n0\n") + b"EUR1",
        HEAD.replace(b"\n1\n", b"\n\xc2\xb2\n") + b"EUR1",
        HEAD + b"EUR0.004",
        HEAD + b"EUR999999999.999",
        HEAD + b"EUR1000000000",
        HEAD + b"EUR01.00",
        HEAD + b"USD1.00",
        HEAD + b"EUR1.00\n",
        HEAD + b"EUR1.00\r\n\n\ntext",
        HEAD + b"EUR1.00\n\n\n\xff",
        HEAD + b"EUR1.00\n\n\nt\ni\nmore",
        HEAD.replace(b"NL91ABNA", b"NL91 ABNA") + b"EUR1",
        HEAD + b"\n\n\n" + b"t" * 331,
    ],
)
def test_parse_refuses_what_is_no_payload(payload: bytes) -> None:
    with pytest.raises(Refusal, match="epc-payload-invalid"):
        epc.parse(payload)


def test_parse_refuses_text_on_the_line_of_the_reference() -> None:
    with pytest.raises(Refusal, match="epc-payment-invalid"):
        epc.parse(HEAD + b"EUR1.00\n\nFactuur 1")


def test_parse_reads_carriage_returns() -> None:
    payload = epc.encode(replace(PAYMENT, text="tekst"))
    assert epc.parse(payload.replace(b"\n", b"\r\n")).text == "tekst"


TEXTS = st.text("abcXYZ019 /-?:().,'+éëŁß", max_size=70)


@given(
    name=TEXTS.filter(bool),
    amount=st.none() | st.integers(1, epc.MAX_CENTS).map(Cents),
    remittance=st.tuples(st.just(""), TEXTS) | st.tuples(st.just("RF18539007547034"), st.just("")),
    information=TEXTS,
    bic=st.sampled_from(["", "ABNANL2A", "ABNANL2AXXX"]),
)
def test_what_is_encoded_reads_back(
    name: str, amount: Cents | None, remittance: tuple[str, str], information: str, bic: str
) -> None:
    payment = EpcPayment(
        name=name,
        iban="NL91ABNA0417164300",
        amount=amount,
        reference=remittance[0],
        text=remittance[1],
        bic=bic,
        information=information,
    )
    if not epc.check(payment):
        assert epc.parse(epc.encode(payment)) == payment


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Zeeën", "Zeeen"),
        ("Woonstichting \u2019t Huis & Hof", "Woonstichting 't Huis + Hof"),
        ("Straße Łódź Şükrü \u0131", "Strasse Lodz Sukru i"),
        ("a_b@c;d", "a-b(at)c,d"),
        ("日", "?"),
    ],
)
def test_names_in_the_letters_every_bank_takes(text: str, plain: str) -> None:
    assert epc.to_sepa(text) == plain
