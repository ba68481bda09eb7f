"""Records from CSV: separators, encodings, lists over rows, and each fault with row and column."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Refusal
from docgen.records.read_csv import TableOptions, read_csv
from docgen.templates.model import Field, FieldKind, Template, Text

if TYPE_CHECKING:
    from docgen.records.raw import RawRecord

HEAD = "record_id,recipient.name,recipient.town,total,rows.text,rows.amount\n"
ROW = "1,Jansen,Zandelo,12.50,a,1.00\n"


def records(data: str | bytes, template: Template, **options: object) -> list[RawRecord]:
    content = data.encode() if isinstance(data, str) else data
    return list(read_csv(io.BytesIO(content), template, TableOptions(**options)))  # type: ignore[arg-type]  # test options


def refusal(data: str | bytes, template: Template, **options: object) -> Refusal:
    with pytest.raises(Refusal) as refused:
        records(data, template, **options)
    return refused.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separator_and_byte_order_mark_are_told_from_the_header(
    template: Template, delimiter: str, encoding: str
) -> None:
    data = (HEAD + ROW).replace(",", delimiter).replace("\n", "\r\n").encode(encoding)
    (record,) = records(data, template)
    assert record.values == {
        "record_id": "1",
        "recipient": {"name": "Jansen", "town": "Zandelo"},
        "total": "12.50",
        "rows": [{"text": "a", "amount": "1.00"}],
    }
    assert record.place.row == 2
    assert record.item_rows == {"rows": (2,)}


def test_rows_without_record_id_continue_the_list(template: Template) -> None:
    first, second = records(HEAD + ROW + ",,,,b,2.00\n\n ,,,,c,\n" + ROW.replace("1,", "2,", 1), template)
    assert first.values["rows"] == [{"text": "a", "amount": "1.00"}, {"text": "b", "amount": "2.00"}, {"text": "c"}]
    assert first.item_rows["rows"] == (2, 3, 5)
    assert second.place.row == 6


def test_a_continuing_row_may_fill_only_the_list(template: Template) -> None:
    (record,) = records(HEAD + ROW + ",,Elders,,b,2.00\n", template)
    (finding,) = record.findings
    assert finding.code == "records-row-continuation"
    assert (finding.place.row, finding.place.column) == (3, "recipient.town")


def test_excel_s_separator_line_is_followed(template: Template) -> None:
    (record,) = records("sep=|\n" + (HEAD + ROW).replace(",", "|"), template)
    assert record.values["record_id"] == "1"
    assert record.place.row == 3


def test_quotes_commas_and_line_breaks_in_cells(template: Template) -> None:
    (record,) = records(HEAD + '1,"Jansen, ""Jan""",Zandelo,12.50,"a\nb",1.00\n', template)
    assert record.values["recipient"] == {"name": 'Jansen, "Jan"', "town": "Zandelo"}
    assert record.values["rows"] == [{"text": "a\nb", "amount": "1.00"}]


def test_a_wrong_byte_is_refused_with_row_byte_and_a_hint(template: Template) -> None:
    data = (HEAD + ROW.replace("Jansen", "Zoë")).encode("cp1252")
    refused = refusal(data, template)
    assert refused.code == "records-csv-encoding"
    assert f"byte {data.index(0xEB)} (0xEB)" in refused.detail
    assert "cp1252" in refused.detail
    assert refused.findings[0].place.row == 2
    (record,) = records(data, template, encoding="cp1252")
    assert record.values["recipient"] == {"name": "Zoë", "town": "Zandelo"}


def test_other_wrong_encodings(template: Template) -> None:
    assert "UTF-16" in refusal((HEAD + ROW).encode("utf-16"), template).detail
    assert "cp1252." not in refusal(HEAD.encode() + b"\x81", template).detail
    assert refusal(HEAD + ROW, template, encoding="rot13").code == "records-csv-encoding"
    assert refusal(HEAD + ROW, template, delimiter="::").code == "records-csv-delimiter"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("a!b!c", "records-csv-delimiter"),
        (HEAD.strip() + ",colour", "records-column-unknown"),
        (HEAD.strip() + ",,x", "records-column-unknown"),
        (HEAD.strip() + ",Total", "records-column-duplicate"),
        (HEAD.strip().replace(",total", ""), "records-column-missing"),
        (HEAD.strip().replace("record_id,", ""), "records-column-missing"),
        ("", "records-empty"),
        (HEAD.strip(), "records-empty"),
        (HEAD + ",,,\n\n", "records-empty"),
    ],
)
def test_a_wrong_header_is_refused(template: Template, header: str, code: str) -> None:
    refused = refusal(header, template)
    assert refused.code == code
    assert all(finding.place.row == 1 for finding in refused.findings)


def test_every_wrong_column_is_named(template: Template) -> None:
    refused = refusal(HEAD.strip() + ",colour,size", template)
    assert [finding.place.column for finding in refused.findings] == ["colour", "size"]


def test_empty_columns_at_the_end_are_ignored(template: Template) -> None:
    (record,) = records(HEAD.replace("\n", ",,\n") + ROW.replace("\n", ",,\n"), template)
    assert record.findings == ()


@pytest.mark.parametrize("row", ["1,Jansen,Zandelo,12.50\n", "1,Jansen,Zandelo,12.50,a,1.00,x\n"])
def test_a_ragged_row_is_a_finding_of_its_record(template: Template, row: str) -> None:
    ragged, good = records(HEAD + row + ROW.replace("1,", "2,", 1), template)
    assert [f.code for f in ragged.findings] == ["records-row-ragged"]
    assert good.findings == ()


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|x", "-1+2|x", "=HYPERLINK(A1)"])
def test_formulas_are_findings(template: Template, cell: str) -> None:
    (record,) = records(HEAD + ROW.replace("Jansen", cell), template)
    (finding,) = record.findings
    assert finding.code == "records-formula-cell"
    assert finding.place.column == "recipient.name"


@pytest.mark.parametrize("cell", ["-12.50", "+31 20 123 45 67", "-", "- none", "+5", "-1.234,50"])
def test_numbers_and_phones_are_no_formulas(template: Template, cell: str) -> None:
    (record,) = records(HEAD + ROW.replace("Jansen", f'"{cell}"'), template)
    assert record.findings == ()


def test_long_cells(template: Template) -> None:
    (record,) = records(HEAD + ROW.replace("Jansen", "x" * 40_000), template)
    assert [f.code for f in record.findings] == ["records-cell-too-long"]
    assert refusal(HEAD + ROW.replace("Jansen", "x" * 10_000_000), template).code == "records-cell-too-long"
    assert refusal(HEAD + ROW.replace("Jansen", "x" * 200_000), template).code == "records-cell-too-long"


def test_a_quote_that_is_not_closed_is_refused(template: Template) -> None:
    assert refusal(HEAD + '1,"Jansen,Zandelo\n' + "2,a,b,c,d,e\n" * 20_000, template).code == "records-cell-too-long"
    assert refusal(HEAD + '1,"Jan"sen,Zandelo,1,a,1\n', template).code == "records-csv-malformed"


def test_more_records_than_allowed_are_refused(template: Template) -> None:
    assert refusal(HEAD + ROW * 3, template, limit=2).code == "records-too-many"


KINDS = "record_id;recipient.name;total;day;count;rate;paid;rows.text\n"


@pytest.mark.parametrize(
    ("cells", "comma", "wanted"),
    [
        ("1234.56;2026-11-22;12;1.5;true", False, ("1234.56", "2026-11-22", 12, "1.5", True)),
        ("1.234,56;22-11-2026;12.0;1,5;Ja", True, ("1234.56", "2026-11-22", 12, "1.5", True)),
        ("1234,56;1/2/2026;-3;0,25;nee", True, ("1234.56", "2026-02-01", -3, "0.25", False)),
        ("1.234;22.11.2026;x;5;no", True, ("1234", "2026-11-22", "x", "5", False)),
        ("-12;22-13-2026;;;", True, ("-12", "2026-13-22", None, None, None)),
    ],
)
def test_cells_are_read_by_the_kind_of_their_column(
    template: Template,
    cells: str,
    comma: bool,  # noqa: FBT001 -- pytest passes it by name
    wanted: tuple[object, ...],
) -> None:
    (record,) = records(f"{KINDS}1;Jansen;{cells};a\n", template, decimal_comma=comma)
    assert tuple(record.values.get(name) for name in ("total", "day", "count", "rate", "paid")) == wanted


def test_what_could_be_two_amounts_is_not_guessed(template: Template) -> None:
    (record,) = records(KINDS + "1;Jansen;1.23;;;;;a\n", template, decimal_comma=True)
    assert record.values["total"] == "1.23 (?)"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    fields = (Field("total", FieldKind.AMOUNT),)
    template = Template("t", "1", {}, ("nl",), fields, {"nl": Text("", "", "")}, "e")
    for content in (data, b"record_id,recipient.name,total\n" + data):
        with contextlib.suppress(Refusal):
            assert list(read_csv(io.BytesIO(content), template))
