"""The same records as JSON, CSV and XLSX give the same letters."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.letters import Letter
from docgen.records.read_csv import TableOptions, read_csv
from docgen.records.read_json import read_json
from docgen.records.read_xlsx import read_xlsx
from docgen.records.validate import RecordValidator
from docgen.templates.model import Field, FieldKind, Template, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docgen.records.raw import RawRecord

ROWS = Field(
    "rows", FieldKind.LIST, items=(Field("text", FieldKind.TEXT), Field("amount", FieldKind.AMOUNT, required=False))
)
FIELDS = (
    Field("total", FieldKind.AMOUNT),
    Field("day", FieldKind.DATE),
    Field("count", FieldKind.INTEGER, required=False),
    Field("paid", FieldKind.BOOLEAN),
    Field("note", FieldKind.TEXT, required=False),
    ROWS,
)
TEMPLATE = Template("t", "1", {}, ("nl", "en"), FIELDS, {"nl": Text("", "", "")}, "nl-dl-right")
WORDS = st.text("abcdefé Łς;,\"'\u2019.", min_size=1, max_size=12).map(lambda text: f"x{text.strip()}")
AMOUNTS = st.integers(-(10**8), 10**8).map(lambda c: f"{'-' if c < 0 else ''}{abs(c) // 100}.{abs(c) % 100:02}")
ITEMS = st.fixed_dictionaries({"text": WORDS}, optional={"amount": AMOUNTS})
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "language": st.sampled_from(["nl", "en"]),
            "total": AMOUNTS,
            "day": st.dates(dt.date(1900, 3, 1), dt.date(2199, 1, 1)).map(str),
            "paid": st.booleans(),
            "rows": st.lists(ITEMS, min_size=1, max_size=4),
        },
        optional={"count": st.integers(-999, 10**9), "note": WORDS},
    ),
    min_size=1,
    max_size=4,
)
RECIPIENT = {
    "name": "Mevrouw Ł. Çelik",
    "street": "Brinkweg",
    "house_number": "14",
    "postcode": "9876 AB",
    "town": "Zandelo",
}


def letters(raws: Iterable[RawRecord]) -> list[Letter]:
    validator = RecordValidator(TEMPLATE)
    results = [validator.validate(raw) for raw in raws]
    for result in results:
        assert isinstance(result, Letter), result
    return [result for result in results if isinstance(result, Letter)]


def table(records: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for record in records:
        flat = {name: value for name, value in record.items() if name not in {"recipient", "rows"}}
        flat |= {f"recipient.{key}": value for key, value in record["recipient"].items()}
        items = [{f"rows.{key}": value for key, value in item.items()} for item in record["rows"]]
        rows += [flat | items[0], *items[1:]]
    columns = ["record_id", "language", *(f"recipient.{key}" for key in RECIPIENT)]
    return [*columns, "total", "day", "count", "paid", "note", "rows.text", "rows.amount"], rows


def as_csv(records: list[dict[str, Any]], *, dutch: bool) -> bytes:
    columns, rows = table(records)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=";" if dutch else ",", restval="")
    writer.writeheader()
    for row in rows:
        shown = {name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()}
        if dutch:
            shown |= {n: v.replace(".", ",") for n, v in shown.items() if n in {"total", "rows.amount"}}
            shown |= {n: "-".join(reversed(v.split("-"))) for n, v in shown.items() if n == "day"}
        writer.writerow(shown)
    return out.getvalue().encode("utf-8-sig" if dutch else "utf-8")


def as_xlsx(records: list[dict[str, Any]]) -> bytes:
    columns, rows = table(records)
    book = openpyxl.Workbook()
    book.active.append(columns)
    for row in rows:
        typed = {n: float(v) if n in {"total", "rows.amount"} else v for n, v in row.items()}
        book.active.append([typed.get(name) for name in columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.slow
@settings(max_examples=60)
@given(RECORDS)
def test_every_road_gives_the_same_letters(drawn: list[dict[str, Any]]) -> None:
    records = [{"record_id": f"r{i}", "recipient": RECIPIENT, **record} for i, record in enumerate(drawn)]
    wanted = letters(read_json(io.BytesIO(json.dumps({"records": records}).encode())))
    assert len(wanted) == len(records)
    assert letters(read_csv(io.BytesIO(as_csv(records, dutch=False)), TEMPLATE)) == wanted
    dutch = TableOptions(decimal_comma=True)
    assert letters(read_csv(io.BytesIO(as_csv(records, dutch=True)), TEMPLATE, dutch)) == wanted
    assert letters(read_xlsx(io.BytesIO(as_xlsx(records)), TEMPLATE)) == wanted
