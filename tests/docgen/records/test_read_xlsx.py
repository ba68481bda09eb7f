"""Records from XLSX: typed cells, formulas, and hostile workbooks."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.findings import Refusal
from docgen.records.read_csv import TableOptions
from docgen.records.read_xlsx import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from docgen.records.raw import RawRecord
    from docgen.templates.model import Template

HEAD = ["record_id", "recipient.name", "total", "day", "count", "rate", "paid", "note", "rows.text", "rows.amount"]


def workbook(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data: bytes, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            target.writestr(member.filename, change(member.filename, source.read(member)))
        for name, content in (extra or {}).items():
            target.writestr(name, content)
    return out.getvalue()


def records(data: bytes, template: Template, options: TableOptions | None = None) -> list[RawRecord]:
    return list(read_xlsx(io.BytesIO(data), template, options or TableOptions()))


def code(data: bytes, template: Template) -> str:
    with pytest.raises(Refusal) as refused:
        records(data, template)
    return refused.value.code


def test_cells_keep_what_they_mean(template: Template) -> None:
    day = dt.datetime(2026, 11, 22)  # noqa: DTZ001 -- a workbook has no zones
    row = [1001, "Jansen", 1234.5, day, 12.0, 0.1 + 0.2, True, 2026, "a", "1.00"]
    first, second = records(workbook(HEAD, row, [None] * 8 + ["b", 2], [], ["x", "y"]), template)
    assert first.values == {
        "record_id": "1001",
        "recipient": {"name": "Jansen"},
        "total": "1234.5",
        "day": "2026-11-22",
        "count": 12.0,
        "rate": "0.3",
        "paid": True,
        "note": "2026",
        "rows": [{"text": "a", "amount": "1.00"}, {"text": "b", "amount": "2"}],
    }
    assert first.item_rows["rows"] == (2, 3)
    assert second.place.row == 5


def test_texts_with_a_comma_follow_the_option(template: Template) -> None:
    data = workbook(HEAD, ["1", "Jansen", "1.234,56", "22-11-2026", "12", "1,5", "ja"])
    (record,) = records(data, template, TableOptions(decimal_comma=True))
    assert [record.values[name] for name in ("total", "day", "count", "rate", "paid")] == [
        *("1234.56", "2026-11-22", 12, "1.5", True)
    ]


def test_a_formula_or_error_is_a_finding(template: Template) -> None:
    (record,) = records(workbook(HEAD, ["1", "=1+1", "#REF!", None]), template)
    assert [(f.code, f.place.column) for f in record.findings] == [
        ("records-formula-cell", "recipient.name"),
        ("records-formula-cell", "total"),
    ]


def test_headers_are_checked(template: Template) -> None:
    assert code(workbook([*HEAD, "colour"]), template) == "records-column-unknown"
    assert code(workbook([*HEAD, "total"]), template) == "records-column-duplicate"
    assert code(workbook(HEAD[1:]), template) == "records-column-missing"
    assert code(workbook(HEAD), template) == "records-empty"
    assert code(workbook(), template) == "records-empty"


def test_more_records_than_allowed_are_refused(template: Template) -> None:
    with pytest.raises(Refusal, match="records-too-many"):
        records(workbook(HEAD, ["1", "a"], ["2", "b"]), template, TableOptions(limit=1))


def test_what_is_no_workbook_is_refused(template: Template) -> None:
    good = workbook(HEAD, ["1", "a"])
    assert code(b"record_id;total", template) == "records-xlsx-malformed"
    assert code(good[: len(good) // 2], template) == "records-xlsx-malformed"
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert code(empty.getvalue(), template) == "records-xlsx-malformed"
    broken = changed(good, lambda name, data: data[:90] if "sheet1" in name else data)
    assert code(broken, template) == "records-xlsx-malformed"
    nothing = changed(good, lambda name, data: b"<x/>" if name == "xl/workbook.xml" else data)
    assert code(nothing, template) == "records-xlsx-malformed"


def test_xml_with_a_document_type_is_refused(template: Template) -> None:
    def bomb(name: str, data: bytes) -> bytes:
        return b'<!DOCTYPE a [<!ENTITY b "c">]>' + data if "sheet1" in name else data

    assert code(changed(workbook(HEAD), bomb), template) == "records-xlsx-malformed"


def test_a_bomb_is_refused(template: Template) -> None:
    zeros = {"xl/media/x.bin": b"\0" * 5_000_000}
    assert code(changed(workbook(HEAD), lambda _, data: data, zeros), template) == "records-xlsx-bomb"
    many = {f"x/{i}.bin": b"" for i in range(1_001)}
    assert code(changed(workbook(HEAD), lambda _, data: data, many), template) == "records-xlsx-bomb"


@settings(max_examples=40)
@given(st.integers(0, 20_000), st.integers(1, 255))
def test_a_damaged_byte_never_breaks_the_reader(at: int, value: int) -> None:
    from docgen.templates.model import Field, FieldKind, Template, Text  # noqa: PLC0415 -- no fixture inside Hypothesis

    rows = Field("rows", FieldKind.LIST, items=(Field("text", FieldKind.TEXT),), required=False)
    small = Template("t", "1", {}, ("nl",), (rows,), {"nl": Text("", "", "")}, "e")
    data = bytearray(workbook(["record_id", "recipient.name", "rows.text"], ["1", "Jansen", "a"]))
    data[at % len(data)] ^= value
    with contextlib.suppress(Refusal):
        assert records(bytes(data), small)
