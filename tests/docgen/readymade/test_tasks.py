"""What the child does with each request, and how its exit tells a broken file from one that costs too much."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from pikepdf import Dictionary
from pydantic import TypeAdapter

from docgen.drawing.print_file import FileInfo
from docgen.readymade.answers import Assembled, Checked, Drawn, Inspection, Look, TextHits
from docgen.readymade.child import do
from docgen.readymade.isolation import ANSWER_FILE, EXIT_BROKEN, EXIT_COSTLY
from docgen.readymade.letters import LetterPages, PrintEnvelope, PrintFileSettings, PrintLetter
from docgen.readymade.patterns import TextMark
from docgen.readymade.pdf_out import PageTree, PdfOut
from docgen.readymade.policy import ReadymadePolicy
from docgen.readymade.tasks import (
    AssembleRequest,
    CheckRequest,
    FindRequest,
    InspectRequest,
    LookRequest,
    PageRequest,
    SheetRequest,
)

if TYPE_CHECKING:
    from pathlib import Path

    from docgen.readymade.tasks import Request
    from tests.docgen.readymade.makers import Maker

POLICY = ReadymadePolicy()
PAGES = LetterPages("a", 1, 1)
SETTINGS = PrintFileSettings(FileInfo("x", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)), None, POLICY.envelope, duplex=False)


def _requests(pdf: Path, folder: Path) -> list[tuple[Request, type]]:
    envelope = PrintEnvelope((PrintLetter("P", 0, PAGES),))
    return [
        (InspectRequest(pdf, POLICY), Inspection),
        (FindRequest(pdf, TextMark("Geachte")), TextHits),
        (LookRequest(pdf, (PAGES,), POLICY, folder), Look),
        (AssembleRequest((pdf,), (envelope,), SETTINGS, folder / "out.pdf"), Assembled),
        (CheckRequest(pdf, (), folder), Checked),
        (PageRequest(pdf, 1, 50, folder / "page.png"), Drawn),
        (SheetRequest(pdf, ((1, "one"),), "Title", folder / "sheet.png"), Drawn),
    ]


def test_every_request_has_an_answer_that_can_be_read_again(make: Maker, folder: Path) -> None:
    for request, kind in _requests(make.pdf(), folder):
        assert do(request, folder) == 0
        adapter: TypeAdapter[object] = TypeAdapter(kind)
        written = (folder / ANSWER_FILE).read_bytes()
        assert adapter.dump_json(adapter.validate_json(written)) == written


def test_a_broken_file_ends_every_request_but_inspection_and_check_as_broken(make: Maker, folder: Path) -> None:
    requests = _requests(make.file(b"%PDF-1.7 and no more"), folder)
    assert [do(request, folder) for request, _ in requests] == [0, *[EXIT_BROKEN] * 3, 0, *[EXIT_BROKEN] * 2]


def test_a_page_without_a_size_is_broken_and_one_that_is_too_deep_is_costly(make: Maker, folder: Path) -> None:
    def unitless(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.UserUnit = -1

    def deep(pdf: pikepdf.Pdf) -> None:
        inner = pdf.make_indirect(Dictionary())
        for _ in range(100):
            inner = pdf.make_indirect(Dictionary(Inner=inner))
        pdf.pages[0].Resources.Properties = Dictionary(MC0=inner)

    for change, status in ((unitless, EXIT_BROKEN), (deep, EXIT_COSTLY)):
        assert do(LookRequest(make.pdf(change=change), (PAGES,), POLICY, folder), folder) == status


@pytest.mark.parametrize("count", [1, 64, 65, 4_100])
def test_the_page_tree_holds_pages_in_order_however_many(count: int) -> None:
    out = BytesIO()
    file = PdfOut(out)
    tree = PageTree(file)
    for number in range(count):
        tree.add({"MediaBox": b"[0 0 595 842]", "Resources": b"<<>>", "Number": b"%d" % number})
    catalog = file.add(b"<</Type/Catalog/Pages %d 0 R>>" % tree.close())
    file.finish(catalog, file.add(b"<<>>"), "00" * 16)
    with pikepdf.open(BytesIO(out.getvalue()), attempt_recovery=False) as pdf:
        assert [page.obj.Number for page in pdf.pages] == list(range(count))
        assert pdf.get_warnings() == []
        assert all(len(node.Kids) <= 65 for node in pdf.objects if isinstance(node, Dictionary) and "/Kids" in node)
