"""Document parts: every page in exactly one leaf, in order, and nothing in them that names a person."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from lxml import etree

from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import DrawnEnvelope, DrawnLetter, EnvelopePart, FileInfo, PrintFileWriter, Resources
from docgen.postal.marks.model import Order
from docgen.postal.marks.profiles import builtin
from docgen.postal.marks.sheets import Marker
from tests.docgen.builders import CREATED, PrintFile, composer, print_file
from tests.docgen.drawing.envelope_files import BATCH_CODE, RESOURCES, envelope_file, letter, marked

if TYPE_CHECKING:
    from collections.abc import Iterator

_VT = "{http://www.npes.org/pdfvt/ns/id/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_SMALL = DrawnLetter((b"x\x9c\x03\x00\x00\x00\x00\x01",), frozenset(), ("",))


@cache
def _mixed(order: Order) -> PrintFile:
    """Envelopes of one, two and three letters, on both sides."""
    marker = Marker(builtin()["datamatrix"], BATCH_CODE, order)
    letters = ((letter(),), (letter(), letter("en")), (letter("en"), letter(), letter()))
    envelopes = [marked(marker, n, of_set, duplex=True) for n, of_set in enumerate(letters * 3, 1)]
    return envelope_file(envelopes, duplex=True)


def _leaves(pdf: pikepdf.Pdf) -> list[Any]:
    return [leaf for group in pdf.Root.DPartRoot.DPartRootNode.DParts for leaf in group]


@pytest.mark.parametrize("order", Order)
def test_every_page_is_in_exactly_one_part_and_the_parts_are_in_order(order: Order) -> None:
    with pikepdf.open(BytesIO(_mixed(order).data)) as pdf:
        numbers = {page.obj.objgen: n for n, page in enumerate(pdf.pages)}
        following = 0
        for leaf in _leaves(pdf):
            start, end = numbers[leaf.Start.objgen], numbers[leaf.End.objgen]
            assert start == following
            assert end >= start
            following = end + 1
            for page in pdf.pages[start:following]:
                assert page.obj.DPart.objgen == leaf.objgen
        assert following == len(pdf.pages) == _mixed(order).written.pages


def test_the_tree_has_the_form_of_the_standard() -> None:
    with pikepdf.open(BytesIO(_mixed(Order.FORWARD).data)) as pdf:
        root = pdf.Root.DPartRoot
        assert root.Type == "/DPartRoot"
        assert [str(name) for name in root.NodeNameList] == ["/Job", "/MailPiece"]
        assert root.RecordLevel == 1
        node = root.DPartRootNode
        assert (str(node.Type), node.Parent.objgen) == ("/DPart", root.objgen)
        assert not {"/Start", "/End"} & set(node.keys())
        for leaf in _leaves(pdf):
            assert (str(leaf.Type), leaf.Parent.objgen) == ("/DPart", node.objgen)
            assert "/DParts" not in leaf


def test_a_part_says_which_envelope_it_is() -> None:
    with pikepdf.open(BytesIO(_mixed(Order.FORWARD).data)) as pdf:
        said = _leaves(pdf)[2].DPM
        assert [str(piece) for piece in said.PieceIDs] == ["pce_3_0", "pce_3_1", "pce_3_2"]
        assert {key: said[key] for key in ("/Sheets", "/Bundle", "/Tray")} == {"/Sheets": 3, "/Bundle": 2, "/Tray": 1}
        assert (str(said.SetID), str(said.ControlCode)) == ("pce_3_0", f"{BATCH_CODE}000003")
        assert {key for leaf in _leaves(pdf) for key in leaf.DPM.keys()} == {  # noqa: SIM118 (a dictionary of pikepdf)
            "/PieceIDs",
            "/SetID",
            "/ControlCode",
            "/Sheets",
            "/Bundle",
            "/Tray",
        }


def test_what_is_not_known_is_not_said_and_odd_ids_do_no_harm() -> None:
    part = EnvelopePart(("a) /Evil (", "é"), "set")
    made = envelope_file([DrawnEnvelope((letter(),), part=part)], duplex=True)
    with pikepdf.open(BytesIO(made.data)) as pdf:
        (leaf,) = _leaves(pdf)
        assert set(leaf.DPM.keys()) == {"/PieceIDs", "/SetID"}
        assert [str(piece) for piece in leaf.DPM.PieceIDs] == ["a) /Evil (", "é"]


def _xmp(data: bytes) -> Any:  # noqa: ANN401 (lxml elements have no types)
    with pikepdf.open(BytesIO(data)) as pdf:
        return etree.fromstring(pdf.Root.Metadata.read_bytes()).find(".//{*}Description")


def test_a_file_of_parts_says_that_it_is_pdf_vt() -> None:
    xmp = _xmp(_mixed(Order.FORWARD).data)
    assert xmp.findtext(f"{_VT}GTS_PDFVTVersion") == "PDF/VT-1"
    assert xmp.findtext(f"{_VT}GTS_PDFVTModDate") == xmp.findtext(f"{_XMP}ModifyDate") == "2026-11-23T09:30:00Z"


def test_a_file_without_parts_does_not() -> None:
    plain = print_file([letter()], RESOURCES, duplex=True).data
    empty = envelope_file([], duplex=True).data
    out = BytesIO()
    writer = PrintFileWriter(out, RESOURCES, FileInfo("t", CREATED, parts=True), None, duplex=True)
    writer.add_envelope(DrawnEnvelope((letter(),), part=EnvelopePart(("pce_1",), "pce_1")))
    writer.close()
    for data in (plain, empty, out.getvalue()):
        assert _xmp(data).findtext(f"{_VT}GTS_PDFVTVersion") is None
    assert b"/DPart" not in plain
    assert b"/DPart" not in empty
    assert b"/DPartRoot " in out.getvalue()


def test_a_file_of_parts_needs_the_part_of_each_envelope() -> None:
    with pytest.raises(ValueError, match="needs the part"):
        envelope_file([DrawnEnvelope((letter(),))], duplex=True)


@pytest.mark.parametrize("count", [64, 65, 5000])
def test_arrays_stay_small_however_many_envelopes_there_are(count: int) -> None:
    def envelopes() -> Iterator[DrawnEnvelope]:
        for n in range(1, count + 1):
            yield DrawnEnvelope((_SMALL,), part=EnvelopePart((f"pce_{n}",), f"pce_{n}", sheets=1))

    out = BytesIO()
    writer = PrintFileWriter(out, Resources({}), FileInfo("t", CREATED, parts=True), fogra39(), duplex=True)
    for envelope in envelopes():
        writer.add_envelope(envelope)
    assert writer.close().pages == 2 * count
    with pikepdf.open(BytesIO(out.getvalue())) as pdf:
        groups = pdf.Root.DPartRoot.DPartRootNode.DParts
        assert max(len(group) for group in groups) <= 64
        assert [str(leaf.DPM.SetID) for group in groups for leaf in group] == [f"pce_{n}" for n in range(1, count + 1)]


def test_no_name_of_a_person_is_in_the_tree() -> None:
    data = _mixed(Order.FORWARD).data
    said = b"".join(re.findall(rb"/DPM <<.*?>>", data, re.DOTALL))
    assert said
    name = composer("rent-reminder").template.example["recipient"]
    assert str(name).encode() not in said
    assert not re.search(rb"Vries|Voorbeeld", said)
