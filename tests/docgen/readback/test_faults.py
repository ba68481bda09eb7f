"""Every fault that is put into a good print file is found, and the good file has none."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.letters import Cents
from docgen.readback import BLANK, read_part
from docgen.readback.parts import MAX_FINDINGS
from tests.docgen.readback.read_files import (
    MIXED,
    PT_PER_MM,
    box,
    codes,
    edited,
    made_file,
    mixed,
    overprinted,
    read,
    redrawn,
    rewritten,
    sample_letters,
)

if TYPE_CHECKING:
    from pathlib import Path

    from docgen.readback import ExpectedLetter
    from tests.docgen.readback.read_files import Made


@cache
def _small() -> Made:
    return made_file(sample_letters()[:4])


def _without_digests(made: Made) -> Made:
    """As if nothing were known of the pages but what they show."""
    return replace(made, expected=tuple(replace(letter, pages=()) for letter in made.expected))


def _odd_letter(made: Made) -> tuple[ExpectedLetter, int]:
    """A letter with a blank back, and its page in the file."""
    return next((e, e.first_page + e.pages.index(BLANK)) for e in made.expected if BLANK in e.pages)


def test_a_good_file_has_no_findings_and_every_symbol_is_read() -> None:
    made = mixed()
    result = read(made.data, made)
    assert result.findings == ()
    assert result.picture is None
    assert len(made.expected) == MIXED > 60
    assert {symbol.kind for letter in made.expected for symbol in letter.symbols} == {"qr", "kix", "datamatrix", "text"}
    assert result.symbols == sum(len(letter.symbols) for letter in made.expected)
    assert all(letter.window and letter.window.baseline_mm for letter in made.expected)
    assert len({len(letter.pages) for letter in made.expected}) > 1


@pytest.mark.parametrize(
    ("template", "records"),
    [
        ("water-meter-reading", "water-meter-reading.csv"),
        ("fourteen-day-letter", "fourteen-day-letter.csv"),
        ("service-cost-statement", "service-cost-statement.xlsx"),
        ("contact-data-request", "contact-data-request.json"),
        ("digital-post-consent", "digital-post-consent.json"),
    ],
)
def test_letters_of_every_kind_have_no_findings(template: str, records: str) -> None:
    made = made_file(sample_letters(records, template)[:15], template=template)
    assert read(made.data, made).findings == ()


def test_a_path_bytes_and_a_stream_are_read_alike_and_the_stream_stays_open(tmp_path: Path) -> None:
    made = _small()
    path = tmp_path / "a.pdf"
    spoiled = overprinted(made.data, 3, box(1, 150, 1, 1))
    path.write_bytes(spoiled)
    stream = BytesIO(spoiled)
    results = [read_part(source, made.expected) for source in (spoiled, path, stream)]
    assert results[0] == results[1] == results[2]
    assert results[0].findings
    assert not stream.closed


def test_two_pages_swapped_are_found_and_named() -> None:
    made = _small()

    def swap(pdf: pikepdf.Pdf) -> None:
        one, other = pdf.pages[0].obj, pdf.pages[2].obj
        one.Contents, other.Contents = other.Contents, one.Contents

    first, second = read(edited(made.data, swap), made).findings
    assert first.code == second.code == "readback-page-differs"
    assert (first.place.page, first.place.record, second.place.page) == (1, "pce_001", 3)
    assert "is page 1 of pce_002 where page 1 of pce_001 belongs" in first.message


def test_pages_without_any_symbol_cannot_be_swapped_unseen() -> None:
    made = made_file(
        sample_letters("service-cost-statement.xlsx", "service-cost-statement")[:6],
        "none",
        template="service-cost-statement",
    )
    bare = [
        letter.first_page + number - 1
        for letter in made.expected
        for number in range(2, len(letter.pages) + 1)
        if letter.pages[number - 1] != BLANK and not any(s.page == number for s in letter.symbols)
    ]

    def swap(pdf: pikepdf.Pdf) -> None:
        one, other = pdf.pages[bare[0] - 1].obj, pdf.pages[bare[-1] - 1].obj
        one.Contents, other.Contents = other.Contents, one.Contents

    result = read(edited(made.data, swap), made)
    assert [(f.code, f.place.page) for f in result.findings] == [
        ("readback-page-differs", bare[0]),
        ("readback-page-differs", bare[-1]),
    ]


def test_a_missing_page_is_found() -> None:
    made = _small()

    def remove(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[2]

    found = read(edited(made.data, remove), made).findings
    assert found[0].code == "readback-page-count"
    assert "has 7 pages and must have 8" in found[0].message
    assert (found[1].code, found[1].place.page) == ("readback-page-differs", 3)
    assert {f.place.page for f in found if f.code == "readback-page-missing"} == {8}


def test_a_doubled_page_is_found() -> None:
    made = _small()

    def double(pdf: pikepdf.Pdf) -> None:
        pdf.pages.insert(4, pdf.pages[3])

    found = read(edited(made.data, double), made).findings
    assert found[0].code == "readback-page-count"
    assert next(f for f in found if f.code == "readback-page-differs").place.page == 5


def test_a_foreign_page_is_found_even_when_the_manifest_counts_it() -> None:
    made = _small()
    late = replace(
        made,
        expected=(*made.expected[:2], *(replace(e, first_page=e.first_page + 1) for e in made.expected[2:])),
        pages=9,
    )

    def insert(pdf: pikepdf.Pdf) -> None:
        pdf.pages.insert(4, pdf.pages[3])

    assert codes(edited(made.data, insert), late) == {"readback-page-unaccounted"}


def test_letters_of_a_sample_need_not_follow_each_other() -> None:
    made = _small()
    result = read_part(made.data, made.expected[::3], total_pages=made.pages, consecutive=False)
    assert result.findings == ()


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_amount_in_a_code_is_found(*, known: bool) -> None:
    made = made_file(
        sample_letters("fourteen-day-letter.csv", "fourteen-day-letter")[:4], template="fourteen-day-letter"
    )
    made = made if known else _without_digests(made)
    letter = made.letters[1]
    principal = Cents(letter.values["principal"] + 100)
    (claim,) = letter.values["claims"]
    values = {**letter.values, "principal": principal, "claims": ({**claim, "amount": principal},)}
    other = replace(letter, values=values)
    result = read(redrawn(made, 1, other, "fourteen-day-letter"), made)
    found = [f for f in result.findings if f.code != "readback-page-differs"]
    assert [(f.code, f.place.frame, f.place.page) for f in found] == [("readback-differs", "qr", 3)]
    assert len(result.findings) == 1 + known


def test_another_kix_is_found() -> None:
    made = _without_digests(_small())
    letter = made.letters[0]
    neighbour = replace(letter, address=replace(letter.address, house_number=str(int(letter.address.house_number) + 1)))
    found = read(redrawn(made, 0, neighbour), made).findings
    assert [(f.code, f.place.frame) for f in found] == [("readback-differs", "kix")]


def test_a_kix_that_is_crossed_out_cannot_be_read() -> None:
    made = _small()
    kix = next(s for s in made.expected[0].symbols if s.kind == "kix").rect
    spoiled = overprinted(made.data, 1, box(kix.left_mm + 10, kix.top_mm + 3, 8, 3))
    assert "readback-unreadable" in codes(spoiled, made)


@pytest.mark.parametrize(("right_mm", "down_mm"), [(2, 0), (0, 2), (1, 0), (-1, 0), (0, 1), (0, -1)])
def test_an_address_that_moved_is_found_in_every_letter(right_mm: float, down_mm: float) -> None:
    made = _without_digests(mixed())
    shift = b"1 0 0 1 %.3f %.3f cm\n" % (right_mm * PT_PER_MM, -down_mm * PT_PER_MM)

    def move(pdf: pikepdf.Pdf) -> None:
        for letter in made.expected[::4]:
            page = pdf.pages[letter.first_page - 1]
            page.contents_add(shift, prepend=True)

    spoiled = edited(made.data, move)
    for letter in made.expected[::4]:
        found = {f.code for f in read_part(spoiled, [letter]).findings}
        assert found & {"readback-address-moved", "readback-window-not-clear"}, letter.piece_id


def test_what_a_press_moves_is_no_fault() -> None:
    made = _without_digests(_small())
    shift = b"1 0 0 1 %.3f %.3f cm\n" % (0.3 * PT_PER_MM, 0.3 * PT_PER_MM)
    assert codes(rewritten(made.data, 1, lambda content: shift + content), made) == set()


def test_a_window_without_an_address_is_found() -> None:
    made = _without_digests(_small())
    white = b"q 0 0 0 0 k 250 620 320 110 re f Q\n"
    assert "readback-address-missing" in codes(overprinted(made.data, 1, white), made)


def test_ink_beside_the_address_is_found() -> None:
    made = _without_digests(_small())
    found = read(overprinted(made.data, 3, box(180, 60, 5, 3)), made).findings
    assert [(f.code, f.place.page) for f in found] == [("readback-window-not-clear", 3)]


@pytest.mark.parametrize(("page", "left_mm"), [(1, 6.0), (2, 196.0)])
def test_ink_where_the_inserter_looks_is_found_on_both_sides_of_the_sheet(page: int, left_mm: float) -> None:
    made = _small()
    found = read(overprinted(made.data, page, box(left_mm, 130, 6, 0.2)), made).findings
    assert [(f.code, f.place.page) for f in found] == [
        ("readback-page-differs", page),
        ("readback-mark-zone-inked", page),
    ]


@pytest.mark.parametrize("corner", [(1, 100), (208, 100), (100, 1), (100, 295)])
def test_ink_at_each_edge_is_found(corner: tuple[float, float]) -> None:
    made = _small()
    found = read(overprinted(made.data, 4, box(*corner, 1, 1)), made).findings
    assert [(f.code, f.place.page) for f in found] == [("readback-page-differs", 4), ("readback-edge-inked", 4)]


def test_ink_of_art_that_pages_share_is_seen_although_every_digest_holds() -> None:
    made = _small()

    def spoil(pdf: pikepdf.Pdf) -> None:
        forms = pdf.pages[0].obj.Resources.XObject
        footer = next(forms[name] for name in sorted(forms.keys()) if name.startswith("/U"))
        footer.write(footer.read_bytes() + box(8, 150, 3, 3))

    found = read(edited(made.data, spoil), made).findings
    assert {f.code for f in found} == {"readback-mark-zone-inked"}
    assert len(found) == made.pages // 2


def test_ink_on_a_blank_back_is_found() -> None:
    made = mixed()
    letter, page = _odd_letter(made)

    def ink(pdf: pikepdf.Pdf) -> None:
        pdf.pages[page - 1].obj.Contents = pdf.make_stream(box(100, 150, 0.4, 0.4))

    found = read(edited(made.data, ink), made).findings
    assert [(f.code, f.place.page, f.place.record) for f in found] == [
        ("readback-page-differs", page, letter.piece_id),
        ("readback-blank-inked", page, letter.piece_id),
    ]


def test_something_drawn_over_a_page_is_found() -> None:
    made = _small()

    def over(pdf: pikepdf.Pdf) -> None:
        pdf.pages[1].contents_add(box(100, 150, 5, 5))

    (found,) = read(edited(made.data, over), made).findings
    assert (found.code, found.place.page) == ("readback-page-differs", 2)


def test_a_page_of_another_size_or_on_its_side_is_found() -> None:
    made = _small()

    def resize(pdf: pikepdf.Pdf) -> None:
        pdf.pages[1].obj.MediaBox = pikepdf.Array([0, 0, 612, 792])
        pdf.pages[2].obj.Rotate = 90

    found = read(edited(made.data, resize), made).findings
    assert [(f.code, f.place.page) for f in found] == [("readback-page-size", 2), ("readback-page-size", 3)]


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.001, 0.0])
def test_a_truncated_file_is_a_finding(kept: float) -> None:
    made = _small()
    result = read(made.data[: int(len(made.data) * kept)], made)
    assert [f.code for f in result.findings] == ["readback-file-broken"]
    assert result.picture is None


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damage_anywhere_ends_in_findings_or_in_none_and_never_in_an_error(data: st.DataObject) -> None:
    made = _small()
    damaged = bytearray(made.data)
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(damaged) - 1))
        damaged[start : start + data.draw(st.integers(0, 300))] = data.draw(st.binary(max_size=3))
    result = read(bytes(damaged), made)
    assert all(finding.code.startswith("readback-") for finding in result.findings)


def test_a_damaged_stream_is_a_page_that_differs() -> None:
    made = _small()

    def damage(pdf: pikepdf.Pdf) -> None:
        contents = pdf.pages[1].obj.Contents
        stream = contents[0] if isinstance(contents, pikepdf.Array) else contents
        raw = stream.read_raw_bytes()
        stream.write(raw[:200] + b"\xff" * 40 + raw[240:], filter=pikepdf.Name.FlateDecode)

    found = read(edited(made.data, damage), made).findings
    assert (found[0].code, found[0].place.page) == ("readback-page-differs", 2)


def test_many_differences_are_told_as_a_number() -> None:
    made = mixed()
    wrong = replace(made, expected=tuple(replace(e, pages=tuple("0" * 64 for _ in e.pages)) for e in made.expected))
    *told, last = read(made.data, wrong).findings
    assert len(told) == MAX_FINDINGS
    assert last.code == "readback-more"
    assert f"There are {made.pages - MAX_FINDINGS} more" in last.message
