"""A workbook becomes the CSV that somebody would have saved of it."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest

from docgen.findings import Refusal
from docgen.records.xlsx_to_csv import csv_of_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence


def workbook(*rows: Sequence[object]) -> BytesIO:
    book, out = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    out.seek(0)
    return out


def test_numbers_days_and_texts_are_written_as_people_see_them() -> None:
    day = dt.datetime(2026, 11, 23)  # noqa: DTZ001 - as a spreadsheet has it
    rows: list[list[object]] = [["reference", "first_page", "day"], ["A;1", 3.0, day], ["Özdemir", 7, None]]
    assert csv_of_workbook(workbook(*rows)).decode().splitlines() == [
        "reference;first_page;day",
        '"A;1";3;2026-11-23',
        "Özdemir;7",
    ]


def test_rows_keep_their_numbers() -> None:
    assert csv_of_workbook(workbook(["a"], [None], ["b"], [None])).decode().splitlines() == ["a", "", "b"]


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (workbook(["a"], ["=1+1"]), "records-formula-cell"),
        (workbook(), "records-empty"),
        (BytesIO(b"PK no workbook"), "records-xlsx-malformed"),
    ],
)
def test_what_has_no_values_is_refused(stream: BytesIO, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        csv_of_workbook(stream)
    assert refused.value.code == code
