"""Splitting: every page in exactly one letter, or a finding that says where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Finding, has_errors
from docgen.readymade.answers import Bookmark
from docgen.readymade.data_file import DataColumns, DataRow, read_data_file
from docgen.readymade.find_text import find_pages
from docgen.readymade.patterns import TextMark, pattern_of
from docgen.readymade.safely import find_text
from docgen.readymade.split import split_at_bookmarks, split_at_text, split_by_rows, split_every, split_whole
from tests.docgen.readymade.makers import Maker, Sheet

if TYPE_CHECKING:
    from docgen.readymade.split import Split


def _ranges(split: Split) -> list[tuple[int, int]]:
    return [(letter.first, letter.last) for letter in split.letters]


def _codes(split: Split) -> list[str]:
    return [finding.code for finding in split.findings]


def _is_exact(split: Split, pages: int) -> bool:
    covered = [page for letter in split.letters for page in range(letter.first, letter.last + 1)]
    return covered == list(range(1, pages + 1))


def _row(first: int | None, pages: int | None, row: int = 2) -> DataRow:
    return DataRow(row, f"r{row}", first, pages, None)


@given(st.integers(1, 60), st.integers(1, 12))
def test_by_number_of_pages_every_page_is_in_one_letter(pages: int, each: int) -> None:
    split = split_every(pages, each)
    assert _is_exact(split, pages)
    assert has_errors(split.findings) == (pages % each != 0)


@given(st.integers(1, 40), st.lists(st.integers(1, 40), max_size=12))
def test_at_bookmarks_every_page_is_in_one_letter_unless_it_is_told(pages: int, starts: list[int]) -> None:
    split = split_at_bookmarks(pages, [Bookmark(f"b{page}", page) for page in starts if page <= pages])
    assert _is_exact(split, pages) or has_errors(split.findings)


@given(
    st.integers(1, 30),
    st.lists(st.tuples(st.none() | st.integers(1, 30), st.none() | st.integers(1, 9)), max_size=10),
)
def test_by_a_data_file_every_page_is_in_one_letter_unless_it_is_told(
    pages: int, rows: list[tuple[int | None, int | None]]
) -> None:
    split = split_by_rows(pages, [_row(*row, number) for number, row in enumerate(rows, 2)])
    assert _is_exact(split, pages) or has_errors(split.findings)


def test_a_remainder_names_the_page_where_it_begins() -> None:
    split = split_every(7, 3)
    assert _codes(split) == ["readymade-split-remainder"]
    assert split.findings[0].place.page == 7


def test_a_letter_has_at_least_one_page() -> None:
    with pytest.raises(ValueError, match="one page"):
        split_every(3, 0)


def test_the_whole_file_can_be_one_letter() -> None:
    assert _ranges(split_whole(4, "file")) == [(1, 4)]


def test_letters_are_called_after_their_bookmarks() -> None:
    split = split_at_bookmarks(5, [Bookmark("Jansen", 1), Bookmark("De Vries", 4)])
    assert [(letter.reference, letter.first, letter.last) for letter in split.letters] == [
        ("Jansen", 1, 3),
        ("De Vries", 4, 5),
    ]


def test_pages_before_the_first_mark_are_a_gap_and_not_lost() -> None:
    split = split_at_text(6, [(3, "Geachte"), (5, "Geachte")])
    assert _codes(split) == ["readymade-split-gap"]
    assert "Pages 1-2" in split.findings[0].message


def test_two_bookmarks_on_a_page_are_an_overlap() -> None:
    split = split_at_bookmarks(3, [Bookmark("a", 1), Bookmark("b", 2), Bookmark("c", 2)])
    assert _codes(split) == ["readymade-split-overlap"]


@pytest.mark.parametrize("split", [split_at_bookmarks(3, []), split_at_text(3, []), split_by_rows(3, [])])
def test_nothing_to_split_at_is_told(split: Split) -> None:
    assert _codes(split) == ["readymade-split-no-match"]


@pytest.mark.parametrize(
    ("rows", "ranges", "codes"),
    [
        ([_row(1, 2), _row(3, 3)], [(1, 2), (3, 5)], []),
        ([_row(3, None), _row(1, None)], [(1, 2), (3, 5)], []),
        ([_row(None, 4), _row(None, 1)], [(1, 4), (5, 5)], []),
        ([_row(1, 2), _row(None, 3)], [(1, 2), (3, 5)], []),
        ([_row(1, 3), _row(3, 3)], [(1, 3), (3, 5)], ["readymade-split-overlap"]),
        ([_row(1, 2), _row(4, 2)], [(1, 2), (4, 5)], ["readymade-split-gap"]),
        ([_row(1, 4)], [(1, 4)], ["readymade-split-gap"]),
        ([_row(1, 6)], [], ["readymade-split-outside"]),
        ([_row(None, None)], [], ["readymade-split-unknown"]),
        ([_row(9, None)], [], ["readymade-split-outside"]),
    ],
)
def test_rows_say_pages_in_several_ways(rows: list[DataRow], ranges: list[tuple[int, int]], codes: list[str]) -> None:
    split = split_by_rows(5, rows)
    assert _ranges(split) == ranges
    assert _codes(split) == codes


CSV = "reference;first_page;pages;name;street_and_number;postcode;town\nA1;1;2;Jansen;Kerkweg 3;9999 XL;Stitswerd\n"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_data_file_gives_pages_and_addresses(delimiter: str, encoding: str) -> None:
    rows, findings = read_data_file(CSV.replace(";", delimiter).encode(encoding))
    assert findings == ()
    address = {"name": "Jansen", "street_and_number": "Kerkweg 3", "postcode": "9999 XL", "town": "Stitswerd"}
    assert rows == (DataRow(2, "A1", 1, 2, address),)
    assert split_by_rows(2, rows).letters[0].address == address


def test_columns_of_a_data_file_are_called_as_the_sender_calls_them() -> None:
    columns = DataColumns(reference="klantnr", pages="aantal", address={"name": "naam"})
    rows, _ = read_data_file(b"klantnr;aantal;naam\n7;2;Jansen\n8;1;\n", columns)
    assert [(row.reference, row.first, row.pages, row.address) for row in rows] == [
        ("7", None, 2, {"name": "Jansen"}),
        ("8", None, 1, None),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "readymade-data-columns"),
        (b"naam;plaats\nx;y\n", "readymade-data-columns"),
        ("pages;name\n1;Ren\xe9e\n".encode("latin-1"), "readymade-data-encoding"),
        (b'pages;name\n1;"open\n', "readymade-data-malformed"),
        (b"pages\ntwo\n", "readymade-data-number"),
        (b"pages\n0\n", "readymade-data-number"),
        (b"pages\n-1\n", "readymade-data-number"),
        (b"pages\n9999999\n", "readymade-data-number"),
        pytest.param(b"pages\n" + b"1\n" * 100_001, "readymade-data-too-large", marks=pytest.mark.slow),
        (b"pages\n" + b" " * 50_000_000, "readymade-data-too-large"),
    ],
)
def test_what_is_wrong_with_a_data_file_is_told(data: bytes, code: str) -> None:
    _, findings = read_data_file(data)
    assert [finding.code for finding in findings] == [code]


def test_a_text_on_first_pages_divides_an_upload(make: Maker) -> None:
    sheets = [Sheet(body="Factuur  nr 1"), Sheet(body="vervolg"), Sheet(body="Factuur nr 22")]
    path = make.pdf(*sheets)
    assert find_pages(path, TextMark("Factuur nr")).pages == ((1, "Factuur nr"), (3, "Factuur nr"))
    hits = find_text(path, TextMark(r"^?Factuur nr \d+", is_pattern=True))
    assert [f.code for f in hits.findings] == ["readymade-pattern-invalid"]
    hits = find_text(path, TextMark(r"Factuur nr \d+", is_pattern=True))
    assert hits.pages == ((1, "Factuur nr 1"), (3, "Factuur nr 22"))
    assert _ranges(split_at_text(3, hits.pages)) == [(1, 2), (3, 3)]


def test_a_plain_text_is_no_pattern(make: Maker) -> None:
    path = make.pdf(Sheet(body="Bedrag (EUR)"), Sheet(body="Bedrag EUR"))
    assert [page for page, _ in find_pages(path, TextMark("(EUR)")).pages] == [1]


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(?=x)",
        r"(?:a|b)*",
        r"a**",
        r"[a-z",
        r"a{1000,}",
        r"\1",
        r".*.*.*.*.*.*x",
        "x" * 201,
        "  ",
        r"a{3,1}",
        r"[z-a]",
        r"x\g<1>",
    ],
)
def test_patterns_that_may_take_long_are_refused(pattern: str) -> None:
    found = pattern_of(TextMark(pattern, is_pattern=True))
    assert isinstance(found, Finding)
    assert found.code == "readymade-pattern-invalid"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"Kenmerk: \d{4}-[A-Z]+", "Kenmerk: 2026-AB"),
        (r"Geachte|Beste", "Beste heer"),
        (r"Pagina 1 van \d+", "Pagina 1 van 3"),
        (r"\[\d+\]", "[12]"),
        (r"[^a-z]+\.", "12."),
    ],
)
def test_simple_patterns_are_taken(pattern: str, text: str) -> None:
    found = pattern_of(TextMark(pattern, is_pattern=True))
    assert not isinstance(found, Finding)
    assert found.search(text)


def test_a_wrong_pattern_finds_nothing_in_the_child_either(make: Maker) -> None:
    assert [f.code for f in find_pages(make.pdf(), TextMark("(", is_pattern=True)).findings] == [
        "readymade-pattern-invalid"
    ]
