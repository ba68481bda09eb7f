"""Tables whose columns have names of their own: looked at, guessed, and read by what somebody chose."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Refusal
from docgen.records.columns import column_rules, match_header
from docgen.records.look import SHOWN_ROWS, guess_columns, has_decimal_commas, look_at, wanted_of
from docgen.records.read_csv import TableOptions, look_csv, read_csv
from docgen.records.read_xlsx import look_xlsx, read_xlsx
from tests.docgen.records.test_read_xlsx import workbook

if TYPE_CHECKING:
    from docgen.templates.model import Template

OWN = "Klantnummer;Naam huurder;Woonplaats;Bedrag (EUR);Omschrijving;Telefoon\n1;Jansen;Zandelo;1.012,50;Huur;06\n"
CHOSEN = {
    "record_id": "Klantnummer",
    "recipient.name": "Naam huurder",
    "recipient.town": "Woonplaats",
    "total": "Bedrag (EUR)",
    "rows.text": "Omschrijving",
    "note": "Naam huurder",
}


def test_columns_of_ones_own_are_read_where_they_were_put(template: Template) -> None:
    options = TableOptions(decimal_comma=True, columns=CHOSEN)
    (record,) = read_csv(io.BytesIO(OWN.encode()), template, options)
    assert record.values == {
        "record_id": "1",
        "recipient": {"name": "Jansen", "town": "Zandelo"},
        "total": "1012.50",
        "rows": [{"text": "Huur"}],
        "note": "Jansen",
    }
    rows = [line.split(";") for line in OWN.splitlines()]
    (same,) = read_xlsx(io.BytesIO(workbook(*rows)), template, options)
    assert same == record


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total": "Bedrag"}, "records-column-missing"),
        ({"total": None}, "records-column-missing"),
        ({"rent": "Telefoon"}, "records-column-unknown"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(template: Template, changes: dict[str, str | None], code: str) -> None:
    chosen = {field: column for field, column in (CHOSEN | changes).items() if column is not None}
    with pytest.raises(Refusal) as refused:
        list(read_csv(io.BytesIO(OWN.encode()), template, TableOptions(columns=chosen)))
    assert refused.value.code == code


def test_a_column_that_is_there_twice_cannot_be_chosen(template: Template) -> None:
    data = OWN.replace("Telefoon", "Woonplaats")
    with pytest.raises(Refusal, match="records-column-duplicate"):
        list(read_csv(io.BytesIO(data.encode()), template, TableOptions(columns=CHOSEN)))
    unused = OWN.replace("Telefoon", "X").replace("Omschrijving", "X")
    chosen = {field: column for field, column in CHOSEN.items() if field != "rows.text"}
    with pytest.raises(Refusal, match="records-column-missing"):
        list(read_csv(io.BytesIO(unused.encode()), template, TableOptions(columns=chosen)))


def test_a_look_has_names_examples_and_the_number_of_rows(template: Template) -> None:
    data = OWN.replace(";06\n", ";\n") + "\n;;;;;\n2;Smit;;;Huur;0612\n"
    look = look_csv(io.BytesIO(data.encode()))
    assert look.names == ("Klantnummer", "Naam huurder", "Woonplaats", "Bedrag (EUR)", "Omschrijving", "Telefoon")
    assert look.examples == ("1", "Jansen", "Zandelo", "1.012,50", "Huur", "0612")
    assert (look.rows, look.delimiter) == (2, ";")
    (record, _) = read_csv(io.BytesIO(data.encode()), template, TableOptions(delimiter=";", columns=CHOSEN))
    assert record.values["record_id"] == "1"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "records-empty"),
        ("a;b\n".encode("utf-16"), "records-csv-encoding"),
        (b"a;b\n1;2\n" + b"3;caf\xe9\n", "records-csv-encoding"),
        (b'a;b\n1;"2\n', "records-csv-malformed"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_the_first_look(data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        look_csv(io.BytesIO(data))
    assert refused.value.code == code


def test_a_look_at_a_workbook_reads_its_beginning_only() -> None:
    rows = [[str(number), "x" if number > SHOWN_ROWS + 50 else None] for number in range(SHOWN_ROWS + 100)]
    look = look_xlsx(io.BytesIO(workbook(["Nr", "Naam"], *rows)))
    assert look.names == ("Nr", "Naam")
    assert look.examples == ("0", "")
    assert look.rows == SHOWN_ROWS


def test_fields_are_guessed_by_name_label_and_custom(template: Template) -> None:
    look = look_csv(io.BytesIO(OWN.encode()))
    guessed = guess_columns(look, template, {})
    assert guessed == {"record_id": "Klantnummer", "recipient.name": "Naam huurder", "recipient.town": "Woonplaats"}
    known = {"total": "Bedrag (EUR)", "note": "Weg", "record_id": "Telefoon"}
    again = guess_columns(look, template, known)
    assert again == guessed | {"total": "Bedrag (EUR)", "record_id": "Telefoon"}
    assert has_decimal_commas(look, again, template)
    assert not has_decimal_commas(look, guessed, template)


def test_the_templates_own_names_are_guessed_whatever_their_case(template: Template) -> None:
    names = [wanted.name for wanted in wanted_of(template)]
    look = look_at([name.upper() for name in names], [])
    assert guess_columns(look, template, {}) == {name: name.upper() for name in names}
    assert [wanted.name for wanted in wanted_of(template) if wanted.required] == [
        *("record_id", "recipient.name", "total", "rows.text"),
    ]


@given(st.permutations(sorted(CHOSEN)), st.lists(st.sampled_from(["Extra", "Meer", "Nog een"]), unique=True))
def test_the_order_of_columns_and_those_left_out_change_nothing(order: list[str], extra: list[str]) -> None:
    from docgen.templates.model import Field, FieldKind, Template, Text  # noqa: PLC0415 - only this test makes one

    template = Template("t", "1", {}, ("nl",), (Field("total", FieldKind.TEXT),), {"nl": Text("", "", "")}, "e")
    rules = column_rules(template, decimal_comma=False)
    chosen = {field: column for field, column in CHOSEN.items() if field in rules}
    names = [*extra, *dict.fromkeys(CHOSEN[field] for field in order)]
    header = match_header(names, rules, chosen)
    assert header.width == len(names)
    assert {target.rule.name: names[target.at] for target in header.targets} == chosen
