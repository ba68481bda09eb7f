"""Enrichment: addresses out without names, and back in whole or not at all."""

from __future__ import annotations

import csv
from base64 import b64encode
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Refusal
from docgen.postal.address import PostalAddress
from docgen.postal.enrichment import MAX_FINDINGS, Enriched, export_csv, read_enriched
from docgen.postal.enrichment_profiles import CodeForm, builtin_profiles, read_enrichment_profiles

if TYPE_CHECKING:
    import random

    from docgen.postal.enrichment_profiles import EnrichmentProfile

PLAIN = builtin_profiles()["plain"]
POSTNL = builtin_profiles()["postnl"]
HEAD = "own_id,order,bundle,postal_line,postal_2d"


def address(**changes: str) -> PostalAddress:
    values = {"street": "Dorpsstraat", "house_number": "12", "postcode": "1234 AB", "town": "Ons Dorp"} | changes
    return PostalAddress(("J. Jansen",), **values)


def exported(*addresses: PostalAddress, profile: EnrichmentProfile = PLAIN) -> str:
    rows = [(f"pce_{number}", one) for number, one in enumerate(addresses, 1)]
    return b"".join(export_csv(rows, profile)).decode(profile.encoding)


def refused(
    text: str | bytes, *own_ids: str, profile: EnrichmentProfile = PLAIN
) -> list[tuple[str, int | None, str | None]]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(Refusal, match="enrichment-invalid") as refusal:
        read_enriched(data, profile, own_ids, "back.csv")
    assert all(finding.place.file == "back.csv" and finding.message for finding in refusal.value.findings)
    return [(finding.code, finding.place.row, finding.place.column) for finding in refusal.value.findings]


def test_addresses_go_out_without_names() -> None:
    text = exported(address(house_letter="A", addition="2-08"), address(street="Postbus", house_number="30250"))
    assert text.splitlines() == [
        "own_id,street,number,letter,addition,postcode,city",
        "pce_1,Dorpsstraat,12,A,2-08,1234 AB,Ons Dorp",
        "pce_2,Postbus,30250,,,1234 AB,Ons Dorp",
    ]
    assert "Jansen" not in text


def test_the_carrier_has_its_own_words_and_delimiter() -> None:
    assert exported(address(), profile=POSTNL).splitlines() == [
        "KlantID;Straatnaam;Huisnummer;Huisletter;Toevoeging;Postcode;Plaats",
        "pce_1;Dorpsstraat;12;;;1234 AB;Ons Dorp",
    ]


def test_a_spreadsheet_runs_no_formula_and_an_encoding_may_lack_a_letter() -> None:
    assert "'=1+1" in exported(address(street="=1+1"))
    narrow = replace(PLAIN, encoding="windows-1252")
    assert "Caf\u00e9 ?" in exported(address(street="Caf\u00e9 \u0416"), profile=narrow)


def test_the_order_of_the_carrier_comes_back() -> None:
    text = f"{HEAD}\r\npce_1,20,B7,*0042,abc\r\npce_2,3,B1,,\r\n\r\n"
    assert read_enriched(text.encode("utf-8-sig"), PLAIN, ["pce_1", "pce_2"]) == (
        Enriched("pce_2", 3, "B1", "", b""),
        Enriched("pce_1", 20, "B7", "*0042", b"abc"),
    )


@given(st.integers(1, 30), st.randoms())
def test_the_own_export_comes_back_in_the_order_it_is_given(count: int, rng: random.Random) -> None:
    profile = replace(POSTNL, import_columns=POSTNL.import_columns)
    text = exported(*[address(house_number=str(number)) for number in range(1, count + 1)], profile=profile)
    head, *rows = csv.reader(StringIO(text), delimiter=";")
    rng.shuffle(rows)
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([*head, "Volgnummer", "Bundel", "Printregel", "2D-code"])
    for order, row in enumerate(rows):
        writer.writerow([*row, order, order // 5, f"regel {order}", b64encode(row[0].encode()).decode()])
    back = read_enriched(out.getvalue().encode(), profile, {f"pce_{number}" for number in range(1, count + 1)})
    assert [row.own_id for row in back] == [row[0] for row in rows]
    assert [row.order for row in back] == list(range(count))
    assert all(row.postal_2d.decode() == row.own_id and row.bundle == str(row.order // 5) for row in back)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("pce_9,1,,,", "enrichment-id-unknown", "own_id"),
        (",1,,,", "enrichment-id-empty", "own_id"),
        ("pce_1,,,,", "enrichment-order-invalid", "order"),
        ("pce_1,-1,,,", "enrichment-order-invalid", "order"),
        ("pce_1,1.0,,,", "enrichment-order-invalid", "order"),
        ("pce_1,\u0661,,,", "enrichment-order-invalid", "order"),
        ("pce_1,1000000000,,,", "enrichment-order-invalid", "order"),
        (f"pce_1,1,,{'x' * 46},", "enrichment-line-invalid", "postal_line"),
        ("pce_1,1,,a\tb,", "enrichment-line-invalid", "postal_line"),
        (f"pce_1,1,,,{'x' * 4097}", "enrichment-code-invalid", "postal_2d"),
        ("pce_1,1,,", "enrichment-row-ragged", None),
        ("pce_1,1,,,,", "enrichment-row-ragged", None),
    ],
)
def test_a_fault_in_a_row_is_told_with_its_place(row: str, code: str, column: str | None) -> None:
    assert (code, 3, column) in refused(f"{HEAD}\r\npce_0,0,,,\r\n{row}\r\n", "pce_0", "pce_1")


def test_every_fault_is_told_at_once() -> None:
    text = f"{HEAD}\npce_1,1,,,\npce_1,2,,,\npce_2,1,,,\npce_8,x,,,\n"
    assert refused(text, "pce_1", "pce_2", "pce_3") == [
        ("enrichment-id-double", 3, "own_id"),
        ("enrichment-order-double", 4, "order"),
        ("enrichment-id-unknown", 5, "own_id"),
        ("enrichment-order-invalid", 5, "order"),
        ("enrichment-id-missing", None, "own_id"),
    ]


@pytest.mark.parametrize(
    ("data", "code", "row", "column"),
    [
        (b"", "enrichment-empty", None, None),
        (b"\xef\xbb\xbf \r\n", "enrichment-empty", None, None),
        (f"{HEAD}\npce_1,1,,Caf\u00e9,\n".encode("windows-1252"), "enrichment-encoding", 2, None),
        (HEAD.replace(",", ";").encode(), "enrichment-delimiter", 1, None),
        (HEAD.replace(",", "\t").encode(), "enrichment-delimiter", 1, None),
        (b"own_id,bundle,postal_line,postal_2d\n", "enrichment-column-missing", 1, "order"),
        (f"{HEAD},order\n".encode(), "enrichment-column-double", 1, "order"),
        (f'{HEAD}\npce_1,1,,"open,\n'.encode(), "enrichment-malformed", 2, None),
        (f"{HEAD}\npce_1,1,,{'x' * 200_000},\n".encode(), "enrichment-malformed", 2, None),
    ],
)
def test_a_file_that_cannot_be_read(data: bytes, code: str, row: int | None, column: str | None) -> None:
    assert refused(data, "pce_1") == [(code, row, column)]


def test_a_file_that_is_wrong_everywhere_does_not_tell_everything() -> None:
    text = HEAD + "\n" + "pce_9,x,,,\n" * 5_000
    assert len(refused(text, *[f"pce_{number}" for number in range(10, 5_000)])) == MAX_FINDINGS
    assert len(refused(f"{HEAD}\n", *[f"pce_{number}" for number in range(5_000)])) == MAX_FINDINGS


def test_columns_that_are_not_asked_for_are_passed_over() -> None:
    only = replace(PLAIN, import_columns={"own_id": "own_id", "order": "order"})
    assert read_enriched(b"x,order,own_id\n1,2,pce_1\n", only, ["pce_1"]) == (Enriched("pce_1", 2, "", "", b""),)


@pytest.mark.parametrize(
    ("form", "cell", "content"),
    [
        (CodeForm.TEXT, "a\u00e9", "a\u00e9".encode()),
        (CodeForm.HEX, "00ff", b"\x00\xff"),
        (CodeForm.BASE64, "AP8=", b"\x00\xff"),
    ],
)
def test_forms_of_a_code(form: CodeForm, cell: str, content: bytes) -> None:
    profile = replace(PLAIN, code_form=form)
    (row,) = read_enriched(f"{HEAD}\npce_1,1,,,{cell}\n".encode(), profile, ["pce_1"])
    assert row.postal_2d == content
    if form is not CodeForm.TEXT:
        assert refused(f"{HEAD}\npce_1,1,,,?!\n", "pce_1", profile=profile)[0] == (
            "enrichment-code-invalid",
            2,
            "postal_2d",
        )


GOOD = """
[profile.p]
title = "P"
delimiter = ";"
encoding = "utf-8"
postal_2d_form = "hex"
max_line_characters = 40
[profile.p.export]
own_id = "id"
house_number = "nr"
postcode = "pc"
[profile.p.import]
own_id = "id"
order = "nr"
"""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[profile.p]", "[profile.p", "wrong"),
        ('delimiter = ";"', "", "'delimiter'"),
        ('delimiter = ";"', 'delimiter = ";;"', "delimiter"),
        ('encoding = "utf-8"', 'encoding = "rot13"', "rot13"),
        ('"hex"', '"octal"', "octal"),
        ("= 40", "= 0", "max_line_characters"),
        ('order = "nr"', "", "import needs a column for order"),
        ('postcode = "pc"', "", "export needs a column for postcode"),
        ('postcode = "pc"', 'postcode = "nr"', "a column of its own"),
        ('postcode = "pc"', 'postcode = "pc"\nname_lines = "naam"', "no field of export"),
        ('order = "nr"', "order = 3", "a column of its own"),
    ],
)
def test_broken_profiles_are_refused_with_the_reason(old: str, new: str, why: str) -> None:
    assert read_enrichment_profiles(GOOD)["p"].code_form is CodeForm.HEX
    with pytest.raises(Refusal, match="enrichment-profiles-invalid") as refusal:
        read_enrichment_profiles(GOOD.replace(old, new))
    assert why in refusal.value.detail
