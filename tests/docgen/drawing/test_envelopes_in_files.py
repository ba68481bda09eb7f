"""Envelopes in a print file: letters of a set one after the other, marks as streams of their own, either order."""

from __future__ import annotations

import subprocess
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import DrawnEnvelope, DrawnMarks, FileInfo, PrintFileWriter
from docgen.drawing.raster import open_pdf, page_gray
from docgen.layouts.geometry import Rect
from docgen.postal.marks.control import read_payload
from docgen.postal.marks.model import Order
from docgen.postal.marks.profiles import builtin
from docgen.postal.marks.sheets import Marker, page_places, printed_pages
from tests.docgen.builders import CREATED, composer, contents, example, print_file, template
from tests.docgen.drawing.envelope_files import BATCH_CODE, RESOURCES, envelope_file, letter, marked

if TYPE_CHECKING:
    from pathlib import Path

    from docgen.drawing.print_file import DrawnLetter

MATRIX = builtin()["datamatrix"]


def _one_page() -> DrawnLetter:
    long = letter()
    return type(long)(long.pages[:1], long.uses, long.digests[:1])


def _streams(data: bytes) -> list[list[bytes]]:
    """Content streams of each page."""
    with pikepdf.open(BytesIO(data)) as pdf:
        found = []
        for page in pdf.pages:
            body = page.obj.Contents
            parts = list(body) if isinstance(body, pikepdf.Array) else [body]
            found.append([part.read_bytes() for part in parts])
    return found


def test_the_pages_of_letters_stay_as_they_were_drawn() -> None:
    marker = Marker(MATRIX, BATCH_CODE, Order.FORWARD)
    streams = _streams(envelope_file([marked(marker, 1, (letter(), letter("en")), duplex=False)], duplex=False).data)
    drawn = [*contents(letter()), *contents(letter("en"))]
    assert [page[0] for page in streams] == drawn
    assert all(len(page) == 2 for page in streams)
    assert [page[:1] for page in streams] == _streams(print_file([letter(), letter("en")], RESOURCES).data)


def test_drawn_pages_leave_the_graphics_state_as_they_found_it() -> None:
    for content in (*contents(letter()), *contents(letter("en"))):
        words = content.split()
        assert words.count(b"q") == words.count(b"Q")
        assert words.count(b"BT") == words.count(b"ET")


def test_with_duplex_each_letter_of_a_set_begins_on_a_front_and_blank_backs_stay_blank() -> None:
    marker = Marker(MATRIX, BATCH_CODE, Order.FORWARD)
    streams = _streams(envelope_file([marked(marker, 1, (_one_page(), letter()), duplex=True)], duplex=True).data)
    assert [len(page) for page in streams] == [2, 1, 2, 1]
    assert streams[1] == [b""]
    assert [page[0] for page in streams[2:]] == contents(letter())


@pytest.mark.parametrize("duplex", [True, False])
def test_in_reverse_the_sheets_of_an_envelope_are_printed_last_to_first(duplex: bool) -> None:  # noqa: FBT001 (a case)
    marker = Marker(MATRIX, BATCH_CODE, Order.REVERSE)
    envelopes = [marked(marker, n, (_one_page(), letter()), duplex=duplex) for n in (1, 2)]
    made = envelope_file(envelopes, duplex=duplex)
    one, (first, second) = contents(_one_page())[0], contents(letter())
    of_one = [first, second, one, b""] if duplex else [second, first, one]
    assert [page[0] for page in _streams(made.data)] == of_one * 2
    fronts = range(1, made.written.pages + 1, 2 if duplex else 1)
    with open_pdf(made.data) as document:
        read = [zxingcpp.read_barcodes(page_gray(document, n, 200, Rect(5, 80, 18, 95))) for n in fronts]
    payloads = [read_payload(found[0].text) for found in read]
    sheets = 2 if duplex else 3
    fed = [(sequence, place, place == sheets) for sequence in (1, 2) for place in range(1, sheets + 1)]
    assert [(p.sequence, p.sheet, p.insert) for p in payloads if p] == fed


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("duplex", [True, False])
def test_the_writer_tells_where_each_page_went(order: Order, duplex: bool) -> None:  # noqa: FBT001 (a case)
    out = BytesIO()
    writer = PrintFileWriter(out, RESOURCES, FileInfo("t", CREATED), fogra39(), duplex=duplex)
    letters = (_one_page(), letter(), letter("en"))
    writer.add(letter())
    places = writer.add_envelope(DrawnEnvelope(letters, order=order))
    writer.close()
    streams = _streams(out.getvalue())
    for drawn, pages in zip(letters, places, strict=True):
        assert [streams[page - 1][0] for page in pages] == contents(drawn)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.sampled_from(Order), st.booleans())
def test_every_page_has_one_place_and_letters_begin_on_fronts(pages: list[int], order: Order, duplex: bool) -> None:  # noqa: FBT001 (a case)
    a_sheet = 2 if duplex else 1
    sheets = sum(-(-count // a_sheet) for count in pages)
    printed = printed_pages(sheets, order, duplex=duplex)
    assert sorted(printed) == list(range(1, sheets * a_sheet + 1))
    places = page_places(pages, order, duplex=duplex)
    taken = [place for of_letter in places for place in of_letter]
    assert [len(of_letter) for of_letter in places] == pages
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(range(1, len(printed) + 1))
    for of_letter in places:
        assert all((place - 1) % a_sheet == page % a_sheet for page, place in enumerate(of_letter))
    fronts = [of_letter[0] for of_letter in places]
    assert fronts == sorted(fronts, reverse=order is Order.REVERSE)


def test_marks_for_another_number_of_pages_are_refused() -> None:
    marks = DrawnMarks((zlib.compress(b"q Q"),))
    with pytest.raises(ValueError, match="marks for 1 pages; the envelope has 2"):
        envelope_file([DrawnEnvelope((letter(),), marks)], duplex=True, parts=False)


def test_the_face_of_the_marks_is_in_the_file_even_when_no_letter_names_it() -> None:
    marker = Marker(builtin()["text"], BATCH_CODE, Order.FORWARD)
    drawn = type(letter())((zlib.compress(b""),), frozenset(), ("",))
    with pikepdf.open(BytesIO(envelope_file([marked(marker, 1, (drawn,), duplex=False)], duplex=False).data)) as pdf:
        assert "/F0" in pdf.pages[0].Resources.Font


def test_a_letter_with_marks_is_as_clean_as_one_without(pdf_path: Path) -> None:
    marker = Marker(MATRIX, BATCH_CODE, Order.REVERSE)
    envelopes = [marked(marker, n, (letter(), _one_page()), duplex=True) for n in range(1, 4)]
    pdf_path.write_bytes(envelope_file(envelopes, duplex=True).data)
    checked = subprocess.run(["qpdf", "--check", str(pdf_path)], capture_output=True, text=True, check=False)  # noqa: S603, S607 (the checker itself, on our own file)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    "name",
    ["rent-reminder", "fourteen-day-letter", "service-cost-statement", "water-meter-reading", "contact-data-request"],
)
def test_letters_leave_the_room_of_marks_white_on_both_sides(name: str) -> None:
    made = composer(name)
    drawn = made.compose(example(template(name))).drawn
    data = print_file([drawn], made.resources).data
    with open_pdf(data) as document:
        for page in range(1, len(drawn.pages) + 1):
            assert (page_gray(document, page, 100, Rect(5, 80, 18, 95)) == 255).all()
            if page % 2 == 0:
                assert (page_gray(document, page, 100, Rect(187, 80, 18, 95)) == 255).all()
