"""Results files and ranges: every row is read, or said to be wrong with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.postal.results import Outcome, Result, read_ranges, read_results

KEYS = st.text("abcdefghjkmnpqrstvwxyz0123456789", min_size=4, max_size=20).map(lambda text: f"pce_{text}")


@given(rows=st.dictionaries(KEYS, st.sampled_from(list(Outcome)), min_size=1), delimiter=st.sampled_from(",;\t"))
def test_what_is_written_is_read(rows: dict[str, Outcome], delimiter: str) -> None:
    lines = [f"piece_id{delimiter}result", *(f"{key}{delimiter}{outcome.upper()}" for key, outcome in rows.items())]
    read = read_results("\r\n".join(lines).encode())
    assert read.findings == ()
    assert {result.key: result.outcome for result in read.results} == rows


def test_print_and_reason_are_read_and_other_columns_left_aside() -> None:
    data = b"\xef\xbb\xbfcontrol_code,time,result,print,reason\nABCDEF000001,12:00,Reprint,2,torn\n\n"
    assert read_results(data).results == (Result(2, "ABCDEF000001", Outcome.REPRINT, 2, "torn"),)


def test_a_file_without_header_is_read() -> None:
    read = read_results(b"ABCDEF000001;OK\nABCDEF000002;Pull\n")
    assert [(result.row, result.outcome) for result in read.results] == [(1, Outcome.OK), (2, Outcome.PULL)]


def test_a_row_said_twice_counts_once_and_a_contradiction_is_found() -> None:
    head = b"piece_id,result\npce_1,OK\n"
    assert len(read_results(head + b"pce_1,ok\n").results) == 1
    (finding,) = read_results(head + b"pce_1,Pull\n").findings
    assert (finding.code, finding.place.row) == ("result-contradicts", 3)


@pytest.mark.parametrize(
    ("data", "code", "row"),
    [
        (b"", "results-empty", None),
        (b"\n \n", "results-empty", None),
        (b"\xff\xfe", "results-not-utf8", None),
        (b'piece_id,result\n"' + b"x" * 200_000, "results-malformed", None),
        (b"name,outcome\nx,OK\n", "results-columns", 1),
        (b"piece_id\npce_1\n", "results-columns", 1),
        (b"piece_id,result\npce_1,Maybe\n", "result-unknown", 2),
        (b"piece_id,result\n,OK\n", "result-key-invalid", 2),
        (b"piece_id,result\n<script>,OK\n", "result-key-invalid", 2),
        (b"piece_id,result\npce_1\n", "result-unknown", 2),
        (b"piece_id,result,print\npce_1,OK,0\n", "result-print-invalid", 2),
        (b"piece_id,result,reason\npce_1,OK," + b"x" * 201 + b"\n", "result-reason-invalid", 2),
        (b"piece_id,result\n" + b"pce_1,OK\n" * 200_001, "results-too-many", None),
        (b"piece_id,result\n" + b"\r" * 800_000, "results-too-many", None),
    ],
)
def test_what_is_wrong_has_a_code_and_a_place(data: bytes, code: str, row: int | None) -> None:
    read = read_results(data)
    assert [(finding.code, finding.place.row) for finding in read.findings] == [(code, row)]


def test_operators_write_ranges_and_scan_codes() -> None:
    parts, findings = read_ranges("12-15, 20; ABCDEF000003 pce_1")
    assert findings == ()
    assert parts == (range(12, 16), range(20, 21), "ABCDEF000003", "pce_1")


@pytest.mark.parametrize("code", ["123456000012", "12345600001201011009"])
def test_a_code_of_digits_alone_is_no_range(code: str) -> None:
    assert read_ranges(f"{code} 7") == ((code, range(7, 8)), ())


@pytest.mark.parametrize("text", ["15-12", "0", "1-", "-3", "é", "1234567", "a" * 65])
def test_a_range_that_means_nothing_is_found(text: str) -> None:
    parts, findings = read_ranges(text)
    assert (parts, [finding.code for finding in findings]) == ((), ["range-invalid"])


def test_nothing_is_no_range() -> None:
    assert [finding.code for finding in read_ranges(" , ")[1]] == ["range-missing"]
