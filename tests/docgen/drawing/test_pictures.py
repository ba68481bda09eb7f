from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from docgen.drawing.contact_sheet import MAX_THUMBNAILS, Thumbnail, contact_sheet
from docgen.drawing.job_ticket import Ticket, TicketFile, job_ticket
from docgen.drawing.pages import drawn_letter
from docgen.drawing.print_file import Resources
from docgen.drawing.raster import page_png, to_png
from docgen.findings import Refusal
from tests.docgen.builders import CREATED, print_file
from tests.docgen.printed import printed_texts


@cache
def _pdf(pages: int = 3) -> bytes:
    inks = [b"0 0 0 1 k 50 50 %d 200 re f" % (20 * n + 20) for n in range(pages)]
    letters = [drawn_letter([ink], frozenset()) for ink in inks]
    return print_file(letters, Resources({})).data


def test_a_page_as_a_picture_is_a4_at_its_resolution() -> None:
    picture = Image.open(BytesIO(page_png(_pdf(), 2, 72)))
    assert picture.size == pytest.approx((595, 842), abs=1)
    assert picture.convert("L").getpixel((60, 842 - 100)) < 80  # type: ignore[operator]  # one number for gray
    assert page_png(_pdf(), 2, 72) == page_png(_pdf(), 2, 72)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_picture_comes_back_from_its_png(mode: str) -> None:
    colours = bytes(n * n % 251 for n in range(31 * 170 * len(mode)))
    picture = Image.frombytes(mode, (31, 170), colours)
    with Image.open(BytesIO(to_png(picture))) as again:
        again.load()
        assert again.format == "PNG"
        assert again.tobytes() == picture.convert("RGB").tobytes()


@pytest.mark.parametrize("page", [0, 4, -1])
def test_a_page_that_is_not_there_is_refused(page: int) -> None:
    with pytest.raises(Refusal, match="page-not-found"):
        page_png(_pdf(), page)


def _sheet(count: int) -> bytes:
    return contact_sheet(_pdf(), [Thumbnail(1 + n % 3, f"pce_{n}") for n in range(count)], "Batch bat_1")


def test_a_contact_sheet_has_rows_of_six_and_no_more_than_fit() -> None:
    sizes = {count: Image.open(BytesIO(_sheet(count))).size for count in (0, 1, 6, 7, MAX_THUMBNAILS, 30)}
    assert len({width for count, (width, _) in sizes.items() if count}) == 1
    assert sizes[1][1] == sizes[6][1] < sizes[7][1] < sizes[MAX_THUMBNAILS][1] == sizes[30][1]
    assert sizes[0][1] < sizes[1][1]


def test_the_same_pages_give_the_same_sheet() -> None:
    assert _sheet(7) == _sheet(7)
    assert _sheet(7) != contact_sheet(_pdf(), [Thumbnail(2, f"pce_{n}") for n in range(7)], "Batch bat_1")


_TICKET = Ticket(
    job_id="job_1",
    job_title="Herinneringen <november> & meer",
    batch_id="bat_7",
    batch_number=7,
    organisation="Woonstichting Grachtstad",
    template="rent-reminder 1.0",
    brand="grachtstad 1.0",
    envelope="nl-dl-right",
    stock="a4-80",
    duplex=True,
    abroad=False,
    letters=12_345,
    stopped=2,
    pages=24_690,
    sheets=12_345,
    weight_g=117_154.5,
    first="pce_a",
    last="pce_z",
    created=CREATED,
    files=(TicketFile("bat_7-1.pdf", 12_345, 24_690, 123_456_789, "ab" * 32),),
    cut_off=dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC),
)


def _ticket_text(ticket: Ticket) -> str:
    return printed_texts(job_ticket(ticket))[0]


def test_a_job_ticket_says_what_to_load_print_and_count() -> None:
    text = _ticket_text(_TICKET)
    for words in (
        "Batch 7: Herinneringen <november> & meer",
        "12,345 and 2 stopped, which are not in the files",
        "24,690 pages with blank backs",
        "117.154 kg",
        "Netherlands, in postcode order",
        "two-sided, turn on the long edge",
        "24-11-2026 12:00 UTC",
        "bat_7-1.pdf",
        "123.5",
        "abababababababababababababababab",
        "Inserted: 12,345 envelopes counted",
    ):
        assert words in text
    assert "TEST" not in text


def test_a_ticket_counts_envelopes_when_letters_share_them() -> None:
    text = _ticket_text(replace(_TICKET, envelopes=9_876))
    assert "12,345 in 9,876 envelopes and 2 stopped" in text
    assert "Inserted: 9,876 envelopes counted" in text


def test_a_ticket_of_a_test_abroad_without_cut_off_says_so() -> None:
    text = _ticket_text(replace(_TICKET, test=True, abroad=True, duplex=False, cut_off=None, stopped=0))
    assert "TEST: do not hand over to the post" in text
    assert "abroad" in text
    assert "one-sided" in text
    assert "Stop until\tnone" in text
    assert "stopped" not in text


def test_a_ticket_has_its_fonts_with_it_and_the_same_bytes_each_time() -> None:
    data = job_ticket(_TICKET)
    assert data == job_ticket(_TICKET)
    for page in PdfReader(BytesIO(data)).pages:
        fonts = page["/Resources"]["/Font"]  # type: ignore[index]  # a dictionary
        for font in fonts.values():
            entry = font.get_object()
            inner = entry["/DescendantFonts"][0].get_object() if "/DescendantFonts" in entry else entry
            assert "/FontFile2" in inner["/FontDescriptor"].get_object()
    assert b"posthoorn" not in data.lower()


def test_a_ticket_of_many_files_goes_on_on_another_page() -> None:
    files = tuple(TicketFile(f"bat_7-{n}.pdf", 1, 2, 3, "cd" * 32) for n in range(80))
    pages = printed_texts(job_ticket(replace(_TICKET, files=files)))
    assert len(pages) >= 2
    assert all("Pages" in page for page in pages[:2])
    assert all(f"bat_7-{n}.pdf" in "".join(pages) for n in range(80))
