"""Workbooks: what was put in comes out as it was, and nothing in it runs."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from api.usecases import sheets
from api.usecases.sheets import Cell, Sheet, workbook
from docgen.records.read_xlsx import workbook_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def rows_of(*rows: Sequence[Cell]) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(written(rows)))
    return list(book.worksheets[0].iter_rows(min_row=2, values_only=True))


def written(rows: Iterable[Sequence[Cell]], title: str = "Answers") -> bytes:
    return b"".join(workbook([Sheet(title, ("first", "second", "third"), rows)]))


def test_every_kind_of_cell_comes_out_as_it_went_in() -> None:
    day, moment = dt.date(2026, 11, 23), dt.datetime(2026, 11, 23, 4, 5, tzinfo=dt.UTC)
    found = rows_of(("0042", 42, None), (True, day, Decimal("12.50")), (moment, 0.25, ""))
    assert found[0] == ("0042", 42, None)
    assert found[1] == (True, dt.datetime(2026, 11, 23), 12.5)  # noqa: DTZ001 -- a spreadsheet's days have no zone
    assert found[2] == ("2026-11-23T04:05:00+00:00", 0.25, None)


@pytest.mark.parametrize("text", ["=1+1", "+31612345678", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://x";"y")'])
def test_a_text_that_looks_like_a_formula_is_text_and_stays_it(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written([(text, "", "")])))
    cell = book.worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_numbers_that_a_spreadsheet_would_round_are_text() -> None:
    assert rows_of((12345678901234567, Decimal("0.1234567890123456789"), 10**15)) == [
        ("12345678901234567", "0.1234567890123456789", 10**15)
    ]


def test_days_that_spreadsheets_count_otherwise_are_text() -> None:
    assert rows_of((dt.date(1900, 2, 28), None, dt.date(1900, 3, 1)))[0][0] == "1900-02-28"


@settings(max_examples=60)
@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("_x0041\x00\ufffe\r\n<&\"'"), max_size=30))
def test_any_text_survives(text: str) -> None:
    # openpyxl leaves the escapes of inline strings (ST_Xstring) to us
    assert unescape(str(rows_of((text, None, "end"))[0][0] or "")) == text


def test_a_text_longer_than_a_cell_ends_in_an_ellipsis() -> None:
    (found,) = rows_of(("x" * 40_000, "", ""))
    assert len(str(found[0])) == 32_767
    assert str(found[0]).endswith("…")


def test_the_same_rows_are_the_same_bytes() -> None:
    assert written([("a", 1, None)]) == written([("a", 1, None)])


def test_it_is_a_sound_archive_and_our_own_reader_takes_it() -> None:
    data = written([("a", 1, None)])
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    assert list(workbook_rows(io.BytesIO(data))) == [(1, ["first", "second", "third"]), (2, ["a", 1, None])]


def test_many_rows_come_in_pieces() -> None:
    pieces = list(workbook([Sheet("n", ("n",), ((f"{n * 7919 % 100_003}",) for n in range(30_000)))]))
    assert len(pieces) >= 2
    assert max(map(len, pieces)) < 200_000


def test_a_full_sheet_goes_on_in_a_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    book = openpyxl.load_workbook(io.BytesIO(written([(n, "", "") for n in range(5)])))
    assert book.sheetnames == ["Answers", "Answers 2", "Answers 3"]
    assert [[row[0].value for row in sheet.iter_rows(min_row=2)] for sheet in book] == [[0, 1], [2, 3], [4]]
    assert {sheet["A1"].value for sheet in book} == {"first"}


def test_titles_are_made_such_as_a_spreadsheet_takes() -> None:
    titles = ("a/b:c", "A B C", "'", "x" * 50, "x" * 50)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(workbook(Sheet(title, ("n",), []) for title in titles))))
    assert book.sheetnames == ["a b c", "A B C 2", "1", "x" * 31, f"{'x' * 29} 2"]
