"""Hostile and broken files, made here: each ends in findings, within time and memory, through the child process."""

from __future__ import annotations

import time
import zlib
from typing import TYPE_CHECKING

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Permissions

from docgen.findings import Severity, has_errors
from docgen.readymade.inspection import inspect_file
from docgen.readymade.letters import LetterPages
from docgen.readymade.patterns import TextMark
from docgen.readymade.policy import ReadymadePolicy
from docgen.readymade.safely import find_text, inspect, look
from tests.docgen.readymade.makers import Sheet, drawn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docgen.readymade.answers import Inspection
    from tests.docgen.readymade.makers import Maker

POLICY = ReadymadePolicy()
MOST_SECONDS = 60.0


def _codes(found: Inspection) -> list[str]:
    return [finding.code for finding in found.findings]


def _raw(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with a correct cross-reference table."""
    out, offsets = b"%PDF-1.6\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join([b"%010d 00000 n \n" % offset for offset in offsets])
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def _zeros(megabytes: int) -> bytes:
    """Zeros deflated: one block that is flushed wholly, so that its bytes can be repeated at no cost."""
    block = bytes(1_000_000)
    deflate = zlib.compressobj(9)
    head = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    again = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(megabytes):
        check = zlib.adler32(block, check)
    return head + again * (megabytes - 1) + b"\x03\x00" + check.to_bytes(4, "big")


def _bomb(megabytes: int) -> bytes:
    """Some kilobytes that become so many megabytes when inflated by two filters."""
    return zlib.compress(_zeros(megabytes), 9)


PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"


def _recursive_page_tree() -> bytes:
    return _raw(CATALOG, b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R 3 0 R]>>", PAGE, _stream(b""), b"null")


def _form_that_draws_itself() -> bytes:
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>"
    return _raw(CATALOG, PAGES, PAGE, _stream(b"/F Do"), _stream(b"/F Do /F Do", form))


def _billion_forms() -> bytes:
    """Ten forms, each of which draws the next ten times."""
    forms = [
        _stream(
            b"/F Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>" % (6 + number),
        )
        for number in range(12)
    ]
    last = _stream(b"0 0 1 1 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return _raw(CATALOG, PAGES, PAGE, _stream(b"/F Do"), *forms, last)


def _deflate_bomb() -> bytes:
    data = _bomb(1_500)
    return _raw(CATALOG, PAGES, PAGE, _stream(data, b"/Filter[/FlateDecode/FlateDecode]"), b"null")


def _object_stream_bomb() -> bytes:
    """Objects that stand in a stream of gigabytes; the cross-reference stream says so."""
    data = _bomb(1_500)
    body = _stream(data, b"/Type/ObjStm/N 2/First 10/Filter[/FlateDecode/FlateDecode]")
    head = b"%PDF-1.6\n"
    first = b"3 0 obj\n" + body + b"\nendobj\n"
    start = len(head) + len(first)
    rows = b"\x00\x00\x00\x00\xff" + b"\x02\x00\x00\x03\x00" + b"\x02\x00\x00\x03\x01"
    rows += b"\x01" + len(head).to_bytes(3, "big") + b"\x00" + b"\x01" + start.to_bytes(3, "big") + b"\x00"
    xref = _stream(rows, b"/Type/XRef/Size 5/W[1 3 1]/Root 1 0 R")
    return head + first + b"4 0 obj\n" + xref + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def _deep_arrays() -> bytes:
    return _raw(CATALOG, PAGES, PAGE.replace(b"<</F 5 0 R>>", b"[" * 5_000 + b"]" * 5_000), _stream(b""), b"null")


def _huge_image() -> bytes:
    """A picture of 60,000 x 60,000 pixels in a few kilobytes."""
    data = _bomb(60)
    entries = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB"
    image = _stream(data, entries + b"/Filter[/FlateDecode/FlateDecode]")
    return _raw(CATALOG, PAGES, PAGE, _stream(b"q 500 0 0 700 40 40 cm /F Do Q"), image)


def _many_operators() -> bytes:
    data = zlib.compress(b"q Q " * 400_000, 9)
    return _raw(CATALOG, PAGES, PAGE, _stream(data, b"/Filter/FlateDecode"), b"null")


@pytest.mark.parametrize(
    ("make_file", "allowed"),
    [
        (_recursive_page_tree, {"pdf-broken", "pdf-damaged"}),
        (_form_that_draws_itself, {"pdf-page-too-complex"}),
        (_billion_forms, {"pdf-page-too-complex"}),
        pytest.param(_deflate_bomb, {"pdf-too-costly", "pdf-page-broken"}, marks=pytest.mark.slow),
        pytest.param(_object_stream_bomb, {"pdf-too-costly", "pdf-broken"}, marks=pytest.mark.slow),
        (_deep_arrays, {"pdf-broken", "pdf-damaged", "pdf-page-broken", "pdf-no-pages"}),
        pytest.param(_many_operators, {"pdf-too-costly", "pdf-page-too-complex"}, marks=pytest.mark.slow),
    ],
)
def test_a_bomb_ends_in_a_finding(make: Maker, make_file: Callable[[], bytes], allowed: set[str]) -> None:
    path = make.file(make_file())
    began = time.monotonic()
    found = inspect(path, POLICY)
    assert time.monotonic() - began < MOST_SECONDS
    assert set(_codes(found)) & allowed, found.findings
    assert has_errors(found.findings)


def test_a_huge_image_is_drawn_within_bounds_or_told(make: Maker, folder: Path) -> None:
    path = make.file(_huge_image())
    assert "pdf-rgb" in _codes(inspect(path, POLICY))
    seen = look(path, [LetterPages("a", 1, 1)], POLICY, folder)
    assert seen.letters or [f.code for f in seen.findings] == ["pdf-too-costly"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "pdf-empty"),
        (b"PK\x03\x04 a document of an office", "pdf-not-a-pdf"),
        (b"%PDF-1.7\nnothing else", "pdf-broken"),
        (drawn([Sheet()])[:400], "pdf-broken"),
    ],
)
def test_what_is_no_whole_pdf_is_told(make: Maker, data: bytes, code: str) -> None:
    assert _codes(inspect_file(make.file(data), POLICY)) == [code]


def test_a_truncated_file_that_can_be_guessed_at_is_still_an_error(make: Maker) -> None:
    data = drawn([Sheet(), Sheet()])
    found = inspect_file(make.file(data[: data.rindex(b"xref")]), POLICY)
    assert has_errors(found.findings)


def test_a_wrong_cross_reference_table_is_repaired_and_told(make: Maker) -> None:
    data = drawn([Sheet()])
    start = data.rindex(b"startxref")
    found = inspect_file(make.file(data[:start] + b"startxref\n5\n%%EOF\n"), POLICY)
    assert "pdf-damaged" in _codes(found)
    assert found.pages == 1


def test_a_file_is_not_damaged_by_its_name(make: Maker) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    path = make.file(_raw(CATALOG, PAGES, page, _stream(b"")))
    assert _codes(inspect_file(path.rename(path.with_name("damaged and recovered.pdf")), POLICY)) == ["pdf-untidy"]


def test_what_a_page_should_have_and_does_not_need_is_only_a_warning(make: Maker) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    found = inspect_file(make.file(_raw(CATALOG, PAGES, page, _stream(b""))), POLICY)
    assert [(f.code, f.severity) for f in found.findings] == [("pdf-untidy", Severity.WARNING)]


@pytest.mark.parametrize("user", ["", "secret"])
def test_protection_is_told_whether_or_not_a_password_is_asked(make: Maker, user: str) -> None:
    protected = pikepdf.Encryption(owner="owner", user=user, R=6, allow=Permissions(extract=False))
    assert _codes(inspect_file(make.pdf(encryption=protected), POLICY)) == ["pdf-encrypted"]


def test_ten_thousand_pages_are_counted_and_refused(make: Maker) -> None:
    def copy(pdf: pikepdf.Pdf) -> None:
        first = pdf.pages[0]
        pdf.Root.Pages.Kids = Array([pdf.make_indirect(Dictionary(first.obj)) for _ in range(10_000)])
        pdf.Root.Pages.Count = 10_000

    found = inspect_file(make.pdf(change=copy), POLICY)
    assert found.pages == 10_000
    assert _codes(found) == ["pdf-too-many-pages"]


@pytest.mark.parametrize("box", ["[0 0 14400000 14400000]", "[0 0 nan inf]", "[1 2 3]", "(no box)", "[0 0 0 0]"])
def test_page_boxes_that_are_no_paper_are_told(make: Maker, box: str) -> None:
    page = PAGE.replace(b"[0 0 595 842]", box.encode())
    found = inspect_file(make.file(_raw(CATALOG, PAGES, page, _stream(b""), b"null")), POLICY)
    assert set(_codes(found)) & {"pdf-page-size", "pdf-page-broken"}
    assert has_errors(found.findings)


def _javascript(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert('x')")


def _named_javascript(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([])))


def _hidden_javascript(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.GoTo, Next=Dictionary(S=Name.JavaScript, JS="x"))


def _launch(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.Launch, F="cmd.exe")


def _page_action(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.Launch))


def _attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["data.xml"] = b"<data/>"


def _form_field(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([Dictionary(FT=Name.Tx, T="name", V="Jan")]))


def _annotation(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Stamp, F=4, Rect=Array([0, 0, 9, 9]))])


def _annotated(**entries: pikepdf.Object | int) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.Link, **entries)])

    return change


def _attached_to_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.FileAttachment, F=2), 7])


def _note(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Text, F=0, Rect=Array([0, 0, 9, 9]))])


def _hidden_layer(pdf: pikepdf.Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="draft"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))


def _layer(pdf: pikepdf.Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="text"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary())


@pytest.mark.parametrize(
    ("change", "code", "severity"),
    [
        (_javascript, "pdf-javascript", Severity.ERROR),
        (_named_javascript, "pdf-javascript", Severity.ERROR),
        (_hidden_javascript, "pdf-javascript", Severity.ERROR),
        (_launch, "pdf-action", Severity.ERROR),
        (_page_action, "pdf-action", Severity.ERROR),
        (_attachment, "pdf-attachment", Severity.ERROR),
        (_form_field, "pdf-form-field", Severity.ERROR),
        (_annotation, "pdf-annotation", Severity.ERROR),
        (_note, "pdf-annotation-left-out", Severity.NOTE),
        (_annotated(A=Dictionary(S=Name.JavaScript)), "pdf-javascript", Severity.ERROR),
        (_annotated(A=Dictionary(S=Name.Launch)), "pdf-action", Severity.ERROR),
        (_annotated(AA=Dictionary()), "pdf-action", Severity.ERROR),
        (_hidden_layer, "pdf-layer-hidden", Severity.ERROR),
        (_layer, "pdf-layers", Severity.NOTE),
    ],
)
def test_what_paper_cannot_show_is_told(
    make: Maker, change: Callable[[pikepdf.Pdf], None], code: str, severity: Severity
) -> None:
    found = inspect_file(make.pdf(change=change), POLICY)
    assert [(f.code, f.severity) for f in found.findings] == [(code, severity)]


def test_a_file_that_is_attached_to_a_page_is_told(make: Maker) -> None:
    found = inspect_file(make.pdf(change=_attached_to_page), POLICY)
    assert _codes(found) == ["pdf-attachment", "pdf-annotation-left-out"]


@pytest.mark.slow
def test_a_bomb_is_bounded_in_every_task(make: Maker, folder: Path) -> None:
    path = make.file(_deflate_bomb())
    assert [f.code for f in find_text(path, TextMark("x")).findings] in ([], ["pdf-too-costly"])
    seen = look(path, [LetterPages("a", 1, 1)], POLICY, folder)
    assert seen.letters or seen.findings
