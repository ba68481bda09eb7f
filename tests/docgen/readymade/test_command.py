"""The way of an upload from file to print file, as a person at a terminal goes it; every look is in a process."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pytest

from docgen.__main__ import main
from docgen.postal.marks.model import Order
from docgen.readymade.assembly import assemble
from docgen.readymade.check import check_file
from docgen.readymade.expected import expected_letter
from docgen.readymade.house_ink import HouseInk
from docgen.readymade.letters import Front, LetterPages, OurAddress, PlacedKix, PrintEnvelope, PrintLetter
from tests.docgen.readymade.makers import Maker, Sheet
from tests.docgen.readymade.test_assembly import DUPLEX, ENVELOPE

if TYPE_CHECKING:
    from pathlib import Path

    from docgen.readymade.answers import PlacedLetter


def _sheets(count: int) -> list[Sheet]:
    lines = [(f"Mw. {letter}", f"Dorpsstraat {letter}", "1234 AB  AMSTERDAM") for letter in range(1, count + 1)]
    pages = [(Sheet(address=line, body="Geachte mevrouw,"), Sheet(address=(), body="vervolg")) for line in lines]
    return [sheet for letter in pages for sheet in letter]


def test_an_upload_of_many_letters_becomes_a_print_file_that_reads_back(
    make: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.pdf"
    assert main(["readymade", str(make.pdf(*_sheets(3))), str(out), "--text", "Geachte mevrouw"]) == 0
    said = capsys.readouterr()
    assert "3 letters, 6 pages" in said.out
    assert "3 symbols, none differs" in said.out
    assert said.err == ""
    assert [text.count("vervolg") for text in _texts(out)] == [0, 1] * 3


def _texts(path: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


@pytest.mark.parametrize(
    ("sheet", "options", "code"),
    [
        (Sheet(font="Helvetica"), [], "pdf-font-not-embedded"),
        (Sheet(), ["--pages", "2"], "readymade-split-remainder"),
        (Sheet(), ["--bookmarks"], "readymade-split-no-match"),
        (Sheet(), ["--pattern", "(x)"], "readymade-pattern-invalid"),
        (Sheet(address=()), ["--cover", "when-needed"], "readymade-address-missing"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    make: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str], sheet: Sheet, options: list[str], code: str
) -> None:
    out = tmp_path / "out.pdf"
    assert main(["readymade", str(make.pdf(sheet)), str(out), *options]) == 1
    assert code in capsys.readouterr().err
    assert not out.exists()
    assert not out.with_suffix(".part").exists()


def test_a_data_file_and_cover_sheets_print_what_has_no_address(make: Maker, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("pages;name;street_and_number;postcode;town\n1;Jansen;Kerkweg 3;9999 XL;Stitswerd\n")
    out, pictures = tmp_path / "out.pdf", tmp_path / "pictures"
    upload = str(make.pdf(Sheet(address=())))
    options = ["--data", str(data), "--cover", "when-needed", "--pictures", str(pictures), "--simplex"]
    assert main(["readymade", upload, str(out), *options]) == 0
    assert "Kerkweg 3" in _texts(out)[0]
    assert "Geachte" in _texts(out)[1]


KIX = PlacedKix("1234AB1", 112.0, 77.0, 26)
OURS = OurAddress(("Hr. A. Jansen", "Kerkweg 3", "9999 XL  STITSWERD"), "9999XL3")


def _letters() -> list[PrintLetter]:
    pages = [LetterPages(str(number), 2 * number - 1, 2 * number) for number in (1, 2, 3)]
    one, two, three = [PrintLetter(f"P{p.reference}", 0, p) for p in pages]
    return [
        replace(one, kix=KIX, pages=LetterPages("1", 1, 1)),
        replace(two, front=Front.COVER, address=OURS),
        replace(three, front=Front.REDRAWN, address=replace(OURS, cover=ENVELOPE.window.always)),
    ]


@pytest.mark.parametrize("order", list(Order))
def test_every_kix_and_page_is_read_back(make: Maker, folder: Path, order: Order) -> None:
    path, placed = _printed(make, order)
    ink = HouseInk(ENVELOPE)
    expected = [expected_letter(a, b, ink, duplex=True) for a, b in zip(_letters(), placed, strict=True)]
    read = check_file(path, expected, folder)
    assert read.findings == ()
    assert read.symbols == 3
    swapped = [replace(expected[0], first_page=expected[2].first_page), *expected[1:]]
    differing = check_file(path, swapped, folder)
    assert differing.findings
    assert differing.picture is None or (folder / differing.picture).exists()


def _printed(make: Maker, order: Order) -> tuple[Path, tuple[PlacedLetter, ...]]:
    path, out = make.pdf(*_sheets(3)), BytesIO()
    done = assemble([path], [PrintEnvelope(tuple(_letters()), order=order)], DUPLEX, out)
    return make.file(out.getvalue()), done.letters


def test_a_page_that_another_stands_for_is_found(make: Maker, folder: Path) -> None:
    path, placed = _printed(make, Order.FORWARD)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        first, last = pdf.pages[0].obj, pdf.pages[6].obj
        first.Contents, last.Contents = last.Contents, first.Contents
        first.Resources, last.Resources = last.Resources, first.Resources
        pdf.save(path)
    ink = HouseInk(ENVELOPE)
    expected = [expected_letter(a, b, ink, duplex=True) for a, b in zip(_letters(), placed, strict=True)]
    read = check_file(path, expected, folder)
    assert {"readback-page-differs"} <= {finding.code for finding in read.findings}
