"""Print files from uploads: the very pages, in order, each thing once, and nothing foreign that moves what is ours."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pikepdf
import pypdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from reportlab.lib.units import mm

from docgen.drawing.document_parts import EnvelopePart
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import FileInfo
from docgen.drawing.raster import page_gray
from docgen.layouts.geometry import Rect
from docgen.postal import kix_reader
from docgen.postal.marks.model import Order
from docgen.postal.profiles import BoxMm, builtin
from docgen.readymade.assembly import assemble
from docgen.readymade.copier import TooDeepError
from docgen.readymade.letters import (
    Front,
    LetterPages,
    OurAddress,
    PageKind,
    PlacedKix,
    PrintEnvelope,
    PrintFileSettings,
    PrintLetter,
    page_kinds,
)
from docgen.readymade.policy import ReadymadePolicy
from docgen.readymade.safely import assemble as assemble_safely
from tests.docgen.readymade.makers import ADDRESS, Maker, Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from docgen.readymade.answers import Assembled

ENVELOPE = ReadymadePolicy().envelope
SIMPLEX = PrintFileSettings(
    FileInfo("Run 7", dt.datetime(2026, 11, 23, tzinfo=dt.UTC)), fogra39(), ENVELOPE, duplex=False
)
DUPLEX = replace(SIMPLEX, duplex=True)
OURS = OurAddress(("Hr. A. Jansen", "Kerkweg 3", "9999 XL  STITSWERD"), "9999XL3")


def _letter(first: int, last: int, source: int = 0, name: str = "P") -> PrintLetter:
    return PrintLetter(f"{name}{first}", source, LetterPages(str(first), first, last))


def _alone(letter: PrintLetter, how: PrintFileSettings, marks: Mapping[int, bytes]) -> PrintEnvelope:
    """A letter in its own envelope, with marks by its pages."""
    pages = len(page_kinds(letter, duplex=how.duplex))
    return PrintEnvelope((letter,), tuple([marks.get(page, b"") for page in range(1, pages + 1)]) if marks else ())


def _assembled(
    sources: Sequence[Path],
    letters: Sequence[PrintLetter | PrintEnvelope],
    how: PrintFileSettings = SIMPLEX,
    marks: Mapping[int, bytes] = MappingProxyType({}),
) -> tuple[bytes, Assembled]:
    out = BytesIO()
    envelopes = [one if isinstance(one, PrintEnvelope) else _alone(one, how, marks) for one in letters]
    done = assemble(sources, envelopes, how, out)
    return out.getvalue(), done


def _gray(pdf: bytes | Path, page: int, dpi: int = 72) -> np.ndarray:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return page_gray(document, page, dpi)
    finally:
        document.close()


def _texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def _form(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """What was the first page of an upload."""
    (name,) = pdf.pages[0].Resources.XObject.keys()
    return pdf.pages[0].Resources.XObject[name]


def _numbered(count: int) -> list[Sheet]:
    return [Sheet(body=f"page number {number}") for number in range(1, count + 1)]


def test_pages_look_as_they_came(make: Maker) -> None:
    path = make.pdf(*_numbered(3))
    data, done = _assembled([path], [_letter(1, 3)])
    assert done.pages == 3
    for page in (1, 2, 3):
        assert np.array_equal(_gray(path, page), _gray(data, page)[: _gray(path, page).shape[0]])


def test_a_print_file_has_what_our_others_have(make: Maker) -> None:
    data, done = _assembled([make.pdf()], [_letter(1, 1)])
    assert (done.size, done.sha256) == (len(data), sha256(data).hexdigest())
    with pikepdf.open(BytesIO(data)) as pdf:
        assert pdf.get_warnings() == []
        intent = pdf.Root.OutputIntents[0]
        assert str(intent.OutputConditionIdentifier) == "FOGRA39"
        assert intent.DestOutputProfile.N == 4
        assert str(pdf.docinfo.Title) == "Run 7"
        assert "/GTS_PDFXVersion" not in pdf.docinfo
        assert len(pdf.trailer.ID) == 2
        page = pdf.pages[0].obj
        assert [float(v) for v in page.MediaBox] == [0, 0, pytest.approx(595.276), 841.89]
        assert page.TrimBox == page.MediaBox


def test_the_same_letters_give_the_same_bytes_here_and_in_the_child(make: Maker, tmp_path: Path) -> None:
    sources = [make.pdf(*_numbered(3)), make.pdf(Sheet(body="other"))]
    letters = [replace(_letter(1, 2), front=Front.COVER, address=OURS), _letter(1, 1, source=1), _letter(3, 3)]
    first, done = _assembled(sources, letters, DUPLEX)
    again, _ = _assembled(sources, letters, DUPLEX)
    envelopes = [PrintEnvelope((letter,)) for letter in letters]
    through = assemble_safely(sources, envelopes, DUPLEX, tmp_path / "out.pdf")
    assert first == again == (tmp_path / "out.pdf").read_bytes()
    assert through == done


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_page_stands_where_the_answer_says(make: Maker, data: st.DataObject) -> None:
    """Any order and any mixture of uploads; with blank backs each letter begins on a front."""
    path = make.folder / "twelve.pdf"
    if not path.exists():
        make.pdf(*_numbered(12)).rename(path)
    cuts = sorted(data.draw(st.sets(st.integers(2, 12), max_size=6)))
    ranges = list(zip([1, *cuts], [cut - 1 for cut in cuts] + [12], strict=True))
    order = data.draw(st.permutations(ranges))
    duplex = data.draw(st.booleans())
    pdf, done = _assembled([path], [_letter(*pages) for pages in order], replace(SIMPLEX, duplex=duplex))
    texts = _texts(pdf)
    assert done.pages == len(texts)
    for (first, last), placed in zip(order, done.letters, strict=True):
        assert placed.first_page % 2 == 1 or not duplex
        for offset in range(last - first + 1):
            assert f"page number {first + offset}" in texts[placed.first_page - 1 + offset].splitlines()
        assert len(placed.page_digests) == last - first + 1
    assert sum("page number" in text for text in texts) == 12


def test_a_digest_tells_what_a_page_is_and_not_where_it_stands(make: Maker) -> None:
    path, other = make.pdf(*_numbered(3)), make.pdf(*_numbered(2))
    _, one = _assembled([path], [_letter(1, 1), _letter(2, 3)])
    _, turned = _assembled([path], [_letter(2, 3), _letter(1, 1)], DUPLEX)
    _, elsewhere = _assembled([other], [_letter(2, 2)])
    assert one.letters[0].page_digests == turned.letters[1].page_digests
    assert one.letters[1].page_digests == turned.letters[0].page_digests
    assert elsewhere.letters[0].page_digests[0] == one.letters[1].page_digests[0]
    assert len({*one.letters[0].page_digests, *one.letters[1].page_digests}) == 3


def test_a_digest_changes_with_what_is_added_but_marks(make: Maker) -> None:
    path = make.pdf()
    kix = replace(_letter(1, 1), kix=PlacedKix("1234AB12", 112.0, 80.0, 26))
    plain, kixed = [_assembled([path], [letter])[1].letters[0].page_digests for letter in (_letter(1, 1), kix)]
    _, marked = _assembled([path], [_letter(1, 1)], marks={1: b"0 0 9 9 re f"})
    assert plain != kixed
    assert marked.letters[0].page_digests == plain


@given(
    counts=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    duplex=st.booleans(),
    order=st.sampled_from(Order),
    cover=st.booleans(),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_letters_of_one_envelope_stand_in_the_order_in_which_it_is_fed(
    make: Maker, *, counts: list[int], duplex: bool, order: Order, cover: bool
) -> None:
    path = make.folder / "twelve.pdf"
    if not path.exists():
        make.pdf(*_numbered(12)).rename(path)
    letters, first = list[PrintLetter](), 1
    for count in counts:
        letters.append(_letter(first, first + count - 1))
        first += count
    if cover:
        letters[0] = replace(letters[0], front=Front.COVER, address=OURS)
    how = replace(SIMPLEX, duplex=duplex, info=replace(SIMPLEX.info, parts=True))
    part = EnvelopePart(tuple([letter.piece_id for letter in letters]), "S1")
    pages = sum(len(page_kinds(letter, duplex=duplex)) for letter in letters)
    marks = tuple([b"BT /F0 9 Tf 20 400 Td (mark %d.) Tj ET" % page for page in range(1, pages + 1)])
    data, done = _assembled([path], [PrintEnvelope(tuple(letters), marks, order, part)], how)
    texts, reader = _texts(data), 0
    for letter, placed in zip(letters, done.letters, strict=True):
        numbers = [f"page number {n}" for n in range(letter.pages.first, letter.pages.last + 1)]
        own = [texts[number - 1] for number in placed.page_numbers]
        assert [text for text in own if "page number" in text] == own[-len(numbers) :]
        assert all(number in text for number, text in zip(numbers, own[-len(numbers) :], strict=True))
        assert all(f"mark {reader + place}." in text for place, text in enumerate(own, 1))
        assert placed.first_page == min(placed.page_numbers)
        reader += placed.pages
    assert done.pages == reader == len(texts)
    with pikepdf.open(BytesIO(data)) as pdf:
        leaf = pdf.Root.DPartRoot.DPartRootNode.DParts[0][0]
        assert (leaf.Start.objgen, leaf.End.objgen) == (pdf.pages[0].objgen, pdf.pages[-1].objgen)
        assert all(page.obj.DPart.objgen == leaf.objgen for page in pdf.pages)


def test_marks_for_another_number_of_pages_and_parts_that_are_missing_are_bugs(make: Maker) -> None:
    path = make.pdf()
    with pytest.raises(ValueError, match=r"shorter|longer"):
        _assembled([path], [PrintEnvelope((_letter(1, 1),), (b"0 0 9 9 re f", b""))])
    with pytest.raises(ValueError, match="part"):
        _assembled([path], [_letter(1, 1)], replace(SIMPLEX, info=replace(SIMPLEX.info, parts=True)))


def test_fonts_and_logos_are_written_once(make: Maker) -> None:
    """Forty letters of one upload, and the same letter in five uploads: the font file stands once."""
    one = make.pdf(*[Sheet(body="dezelfde letters")] * 40)
    five = [make.pdf(Sheet(body="dezelfde letters")) for _ in range(5)]
    data, _ = _assembled([one, *five], [_letter(p, p) for p in range(1, 41)] + [_letter(1, 1, s) for s in range(1, 6)])
    with pikepdf.open(BytesIO(data)) as pdf:
        files = [obj for obj in pdf.objects if isinstance(obj, pikepdf.Stream) and "/Length1" in obj]
        forms = [obj for obj in pdf.objects if isinstance(obj, pikepdf.Stream) and obj.get("/Subtype") == "/Form"]
    assert len(files) == 1
    assert len(forms) == 1
    alone, _ = _assembled([one], [_letter(1, 1)])
    assert len(data) - len(alone) < 45 * 500


def test_many_small_uploads_are_taken_one_after_the_other(make: Maker) -> None:
    sources = [make.pdf(Sheet(body=f"page number {number}")) for number in range(12)]
    order = [*range(12), *range(11, -1, -1)]
    data, _ = _assembled(sources, [_letter(1, 1, source) for source in order])
    assert [text.splitlines()[-1] for text in _texts(data)] == [f"page number {number}" for number in order]


def _unbalanced_open(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"q q 0.5 0 0 0.5 100 100 cm 1 0 0 rg q", prepend=False)


def _unbalanced_close(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"Q Q Q Q 0.5 0 0 0.5 100 100 cm 3 Tr", prepend=False)


def _open_text(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"BT 3 Tr 5 Tz 90 Ts", prepend=False)


def _clipped(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"0 0 1 1 re W n /G gs", prepend=False)
    pdf.pages[0].Resources.ExtGState = Dictionary(G=Dictionary(ca=0, CA=0))


@pytest.mark.parametrize("change", [_unbalanced_open, _unbalanced_close, _open_text, _clipped])
def test_nothing_foreign_moves_or_hides_a_mark(make: Maker, change: Callable[[pikepdf.Pdf], None]) -> None:
    mark = b"0 g 20 500 30 10 re f BT /F0 12 Tf 20 480 Td (1 / 2) Tj ET"
    pages = []
    for path in (make.pdf(), make.pdf(change=change)):
        data, _ = _assembled([path], [_letter(1, 1)], marks={1: mark})
        pages.append(_gray(data, 1))
        with pikepdf.open(BytesIO(data)) as pdf:
            assert pdf.pages[0].obj.Contents[1].read_bytes() == b"q\n" + mark + b"\nQ\n"
    zone = (slice(320, 370), slice(15, 60))
    assert np.array_equal(pages[0][zone], pages[1][zone])
    assert (pages[0][zone] < 128).sum() > 250


def test_marks_go_to_the_pages_that_they_are_for(make: Maker) -> None:
    path = make.pdf(*_numbered(2))
    letter = replace(_letter(1, 2), front=Front.COVER, address=OURS)
    assert page_kinds(letter, duplex=True) == (PageKind.COVER, PageKind.BLANK, PageKind.PAGE, PageKind.PAGE)
    marks = {page: b"BT /F1 9 Tf 20 %d Td (sheet %d) Tj ET" % (400 + page, page) for page in (1, 2, 3)}
    data, _ = _assembled([path], [letter], DUPLEX, marks)
    assert [[f"sheet {n}" in text for n in (1, 2, 3)] for text in _texts(data)] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
        [False, False, False],
    ]


def test_a_cover_sheet_has_a_white_back_and_the_letter_begins_on_a_front(make: Maker) -> None:
    """A letter whose first page stood on the back of its cover sheet would be read from the wrong side."""
    letter = replace(_letter(1, 1), front=Front.COVER, address=OURS, cover_lines=("Ons kenmerk: 12-34",))
    data, done = _assembled([make.pdf()], [letter, letter], replace(DUPLEX, return_line="Postbus 1, 1000 AA Amsterdam"))
    texts = _texts(data)
    assert [placed.first_page for placed in done.letters] == [1, 5]
    assert "Kerkweg 3" in texts[0]
    assert "Ons kenmerk" in texts[0]
    assert "Postbus 1" in texts[0]
    assert texts[1] == texts[3] == ""
    assert ADDRESS[0] in texts[2]
    window = ENVELOPE.window.always
    document = pypdfium2.PdfDocument(data)
    assert kix_reader.read(page_gray(document, 1, 300, Rect(*window))) == "9999XL3"
    document.close()


def test_a_redrawn_address_leaves_nothing_to_be_seen_of_the_old_one(make: Maker) -> None:
    """An old address that shows beside or below the new one sends the letter astray."""
    long = Sheet(address=("Zeer Lange Naam van de Geadresseerde", "Straat 1", "1111 AA  PLAATS", "", "rest"))
    always = ENVELOPE.window.always
    letter = replace(_letter(1, 1), front=Front.REDRAWN, address=replace(OURS, cover=always))
    over, _ = _assembled([make.pdf(long)], [letter])
    bare, _ = _assembled([make.pdf(Sheet(address=()))], [letter])
    assert np.array_equal(_gray(over, 1, 150), _gray(bare, 1, 150))
    document = pypdfium2.PdfDocument(over)
    assert kix_reader.read(page_gray(document, 1, 300, Rect(*always))) == "9999XL3"
    document.close()


def test_a_kix_below_a_printed_address_reads_back(make: Maker) -> None:
    kix = PlacedKix("1234AB12XA", 112.0, 80.0, 26)
    data, _ = _assembled([make.pdf()], [replace(_letter(1, 1), kix=kix)])
    document = pypdfium2.PdfDocument(data)
    assert kix_reader.read(page_gray(document, 1, 300, Rect(110.0, 72.5, 62.0, 10.0))) == "1234AB12XA"
    document.close()


def test_black_text_stays_black_alone_and_its_bytes_untouched(make: Maker) -> None:
    path = make.pdf()
    with pikepdf.open(path) as pdf:
        before = pdf.pages[0].Contents.read_raw_bytes()
    data, _ = _assembled([path], [_letter(1, 1)])
    with pikepdf.open(BytesIO(data)) as pdf:
        form = _form(pdf)
        assert form.read_raw_bytes() == before
        operators = {str(step.operator) for step in pikepdf.parse_content_stream(form)}
    assert not operators & {"rg", "RG", "k", "K", "cs", "CS"}


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_turned_pages_are_upright_and_no_longer_turned(make: Maker, degrees: int) -> None:
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Rotate = degrees

    size = (297.0, 210.0) if degrees % 180 else (210.0, 297.0)
    path = make.pdf(Sheet(size_mm=size), change=turn)
    data, _ = _assembled([path], [_letter(1, 1)])
    with pikepdf.open(BytesIO(data)) as pdf:
        assert "/Rotate" not in pdf.pages[0].obj
    shown, printed = _gray(path, 1, 50), _gray(data, 1, 50)
    both = (slice(0, min(shown.shape[0], printed.shape[0])), slice(0, min(shown.shape[1], printed.shape[1])))
    assert abs(shown[both].astype(int) - printed[both]).mean() < 1.0


def test_nothing_beside_the_content_comes_along(make: Maker) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        page.Annots = Array([Dictionary(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI="https://example.org"))])
        page.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="app.alert(1)"))
        page.Metadata = pdf.make_stream(b"<secret/>", Type=Name.Metadata)
        page.PieceInfo = Dictionary(Maker=Dictionary(Private="secret"))
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
        pdf.attachments["secret.xml"] = b"<secret/>"

    data, _ = _assembled([make.pdf(change=add)], [_letter(1, 1)])
    with pikepdf.open(BytesIO(data)) as pdf:
        everything = b"".join([obj.unparse(resolved=True) for obj in pdf.objects])
        assert set(pdf.pages[0].obj.keys()) == {"/Type", "/Parent", "/MediaBox", "/TrimBox", "/Resources", "/Contents"}
        assert not {"/OpenAction", "/Names", "/AF", "/AcroForm"} & set(pdf.Root.keys())
    for word in (b"JavaScript", b"secret", b"example.org"):
        assert word not in everything


def test_content_in_parts_and_pages_without_content_are_taken(make: Maker) -> None:
    def divide(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        data = page.Contents.read_bytes()
        middle = data.index(b"ET") + 2
        page.Contents = Array([pdf.make_stream(data[:middle]), pdf.make_stream(data[middle:])])
        del pdf.pages[1].obj["/Contents"]

    whole, divided = make.pdf(Sheet(), Sheet()), make.pdf(Sheet(), Sheet(), change=divide)
    data, _ = _assembled([divided], [_letter(1, 2)])
    assert np.array_equal(_gray(data, 1)[:842], _gray(whole, 1)[:842])
    assert _gray(data, 2).min() == 255


def test_objects_that_hold_each_other_in_a_circle_are_copied(make: Maker) -> None:
    def circle(pdf: pikepdf.Pdf) -> None:
        one, two = pdf.make_indirect(Dictionary(Name="one")), pdf.make_indirect(Dictionary(Name="two"))
        one.Other, two.Other = two, one
        one.Page = pdf.pages[0].obj
        pdf.pages[0].Resources.Properties = Dictionary(MC0=one)

    data, first = _assembled([make.pdf(change=circle)], [_letter(1, 1)])
    with pikepdf.open(BytesIO(data)) as pdf:
        one = _form(pdf).Resources.Properties.MC0
        assert str(one.Other.Other.Other.Name) == "two"
        assert "/Page" not in one
        assert pdf.get_warnings() == []
    assert _assembled([make.pdf(change=circle)], [_letter(1, 1)])[1] == first


def test_objects_that_hold_each_other_too_deep_are_refused(make: Maker) -> None:
    def nest(pdf: pikepdf.Pdf) -> None:
        inner = pdf.make_indirect(Dictionary())
        for _ in range(200):
            inner = pdf.make_indirect(Dictionary(Inner=inner, Array=Array([inner, 1.5, True, None])))
        pdf.pages[0].Resources.Properties = Dictionary(MC0=inner)

    with pytest.raises(TooDeepError):
        _assembled([make.pdf(change=nest)], [_letter(1, 1)])


def test_a_bad_source_is_a_finding_and_not_an_exception(make: Maker, tmp_path: Path) -> None:
    done = assemble_safely([make.file(b"no pdf")], [PrintEnvelope((_letter(1, 1),))], SIMPLEX, tmp_path / "out.pdf")
    assert done.letters == ()
    assert [finding.code for finding in done.findings] == ["pdf-broken"]


def test_the_original_stays_as_it_is(make: Maker) -> None:
    path = make.pdf(*_numbered(2))
    before = path.read_bytes()
    _assembled(
        [path], [replace(_letter(1, 2), front=Front.REDRAWN, address=replace(OURS, cover=BoxMm(0, 0, 210, 297)))]
    )
    assert path.read_bytes() == before


def test_a_file_for_another_envelope_has_its_address_there(make: Maker) -> None:
    envelope = builtin().envelopes["nl-dl-left"]
    letter = replace(_letter(1, 1), front=Front.COVER, address=OURS)
    data, _ = _assembled([make.pdf()], [letter], replace(SIMPLEX, envelope=envelope))
    document = pypdfium2.PdfDocument(data)
    text = document[0].get_textpage().get_text_bounded(35 * mm, (297 - 88) * mm, 105 * mm, (297 - 52) * mm)
    document.close()
    assert "Kerkweg 3" in text
