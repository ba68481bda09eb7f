"""What the structure of an upload says about printing it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader

from docgen.findings import Severity
from docgen.readymade.answers import Bookmark
from docgen.readymade.inspection import inspect_file
from docgen.readymade.page_numbers import in_words
from docgen.readymade.policy import DEFAULT_SEVERITIES, FileLimits, ReadymadePolicy
from tests.docgen.readymade.makers import Maker, Sheet

if TYPE_CHECKING:
    from pathlib import Path

    from reportlab.pdfgen.canvas import Canvas

POLICY = ReadymadePolicy()


def _found(path: Path, policy: ReadymadePolicy = POLICY) -> list[tuple[str, int | None]]:
    return [(f.code, f.place.page) for f in inspect_file(path, policy).findings]


def _picture(pixels: int, side_mm: float, mode: str = "L") -> Sheet:
    picture = Image.effect_noise((pixels, pixels), 60).convert(mode)

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(picture), 30 * mm, 40 * mm, side_mm * mm, side_mm * mm)

    return Sheet(also=draw)


def test_a_sound_letter_has_nothing_to_say(make: Maker) -> None:
    found = inspect_file(make.pdf(Sheet(), Sheet()), POLICY)
    assert found.findings == ()
    assert found.pages == 2
    assert "ReportLab" in found.producer


@pytest.mark.parametrize(
    ("size", "codes"),
    [
        ((210.0, 297.0), []),
        ((212.0, 295.1), []),
        ((212.2, 297.0), ["pdf-page-size"]),
        ((215.9, 279.4), ["pdf-page-size"]),
        ((297.0, 210.0), ["pdf-page-landscape"]),
        ((148.0, 210.0), ["pdf-page-size"]),
    ],
)
def test_pages_are_upright_a4_within_two_millimetres(make: Maker, size: tuple[float, float], codes: list[str]) -> None:
    assert [code for code, _ in _found(make.pdf(Sheet(size_mm=size)))] == codes


def test_size_is_what_is_seen_after_turning_cropping_and_scaling(make: Maker) -> None:
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Rotate = 90

    def crop(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array([0, 0, 700, 950])
        pdf.pages[0].obj.CropBox = Array([50, 50, 645, 892])

    def scale(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array([0, 0, 297.64, 420.95])
        pdf.pages[0].obj.UserUnit = 2

    def inherit(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[0].obj["/MediaBox"]
        pdf.Root.Pages.MediaBox = Array([0, 0, 595, 842])

    wide = Sheet(size_mm=(297.0, 210.0))
    assert _found(make.pdf(wide, change=turn)) == []
    for change in (crop, scale, inherit):
        assert _found(make.pdf(change=change)) == []


def test_a_font_that_is_not_in_the_file_is_an_error_only_where_it_is_used(make: Maker) -> None:
    assert _found(make.pdf(Sheet(), Sheet(font="Helvetica"))) == [("pdf-font-not-embedded", 2)]


def test_the_font_is_named(make: Maker) -> None:
    found = inspect_file(make.pdf(Sheet(font="Times-Bold")), POLICY)
    assert "Times-Bold" in found.findings[0].message


def test_a_composite_font_is_judged_by_its_descendant(make: Maker) -> None:
    def compose(pdf: pikepdf.Pdf) -> None:
        inner = Dictionary(Type=Name.Font, Subtype=Name.CIDFontType2, FontDescriptor=Dictionary())
        font = Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.Wide, DescendantFonts=Array([inner]))
        pdf.pages[0].Resources.Font = Dictionary(W=pdf.make_indirect(font))
        pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /W 9 Tf (x) Tj ET")

    found = inspect_file(make.pdf(change=compose), POLICY)
    assert [f.code for f in found.findings] == ["pdf-font-not-embedded"]
    assert "Wide" in found.findings[0].message


def _content(pdf: pikepdf.Pdf, data: bytes, **resources: pikepdf.Object) -> None:
    pdf.pages[0].obj.Contents = pdf.make_stream(data)
    pdf.pages[0].obj.Resources = Dictionary(**resources)


def test_type_3_fonts_and_invisible_text_are_noted(make: Maker) -> None:
    def draw(pdf: pikepdf.Pdf) -> None:
        fonts = Dictionary(T=Dictionary(Type=Name.Font, Subtype=Name.Type3), H=Dictionary(BaseFont=Name.Helvetica))
        _content(pdf, b"BT /T 9 Tf (x) Tj 3 Tr /H 9 Tf (scan) Tj ET", Font=fonts)

    assert _found(make.pdf(change=draw)) == [("pdf-font-type3", 1), ("pdf-hidden-text", 1)]


@pytest.mark.parametrize(
    "state",
    [
        Dictionary(ca=0.5),
        Dictionary(CA=0),
        Dictionary(BM=Name.Multiply),
        Dictionary(BM=Array([Name.Screen])),
        Dictionary(SMask=Dictionary(S=Name.Luminosity)),
    ],
)
def test_transparency_is_noted(make: Maker, state: Dictionary) -> None:
    def draw(pdf: pikepdf.Pdf) -> None:
        _content(pdf, b"/G gs 0 0 9 9 re f", ExtGState=Dictionary(G=state))

    assert _found(make.pdf(change=draw)) == [("pdf-transparency", 1)]


def test_a_group_and_an_opaque_state_are_no_transparency(make: Maker) -> None:
    def draw(pdf: pikepdf.Pdf) -> None:
        plain = Dictionary(ca=1, CA=1, BM=Name.Normal, SMask=Name("/None"))
        _content(pdf, b"/G gs 0 0 9 9 re f", ExtGState=Dictionary(G=plain))
        pdf.pages[0].obj.Group = Dictionary(S=Name.Transparency)

    assert _found(make.pdf(change=draw)) == []


@pytest.mark.parametrize(
    ("data", "spaces", "codes"),
    [
        (b"1 0 0 rg 0 0 9 9 re f", {}, ["pdf-rgb"]),
        (b"/DeviceRGB CS", {}, ["pdf-rgb"]),
        (b"0 0 0 1 k 0 g", {}, []),
        (b"/S cs", {"S": Array([Name.Separation, Name("/Gold"), Name.DeviceCMYK])}, ["pdf-spot-colour"]),
        (b"/S cs", {"S": Array([Name.Separation, Name.Black, Name.DeviceCMYK])}, []),
        (b"/S cs", {"S": Array([Name.Indexed, Name.DeviceRGB, 1])}, ["pdf-rgb"]),
        (b"/S cs", {"S": Name.CalRGB}, ["pdf-rgb"]),
        (b"/S cs", {"S": Name("/S")}, []),
    ],
)
def test_colours_that_the_press_converts_are_noted(
    make: Maker, data: bytes, spaces: dict[str, pikepdf.Object], codes: list[str]
) -> None:
    def draw(pdf: pikepdf.Pdf) -> None:
        _content(pdf, data, ColorSpace=Dictionary(**spaces))

    assert [code for code, _ in _found(make.pdf(change=draw))] == codes


def test_profiles_are_told_by_their_components(make: Maker) -> None:
    def draw(pdf: pikepdf.Pdf) -> None:
        three, four = [pdf.make_stream(b"", Dictionary(N=n)) for n in (3, 4)]
        spaces = Dictionary(A=Array([Name.ICCBased, four]), B=Array([Name.ICCBased, three]))
        _content(pdf, b"/A cs", ColorSpace=spaces)

    def draw_rgb(pdf: pikepdf.Pdf) -> None:
        draw(pdf)
        pdf.pages[0].obj.Contents = pdf.make_stream(b"/B sh /B cs")

    assert _found(make.pdf(change=draw)) == []
    assert _found(make.pdf(change=draw_rgb)) == [("pdf-rgb", 1)]


@pytest.mark.parametrize(
    ("pixels", "codes"),
    [(400, []), (250, ["pdf-image-coarse"]), (150, ["pdf-image-too-coarse"])],
)
def test_resolution_is_that_of_the_picture_on_paper(make: Maker, pixels: int, codes: list[str]) -> None:
    assert [code for code, _ in _found(make.pdf(_picture(pixels, 50.0)))] == codes


def test_the_place_of_a_coarse_picture_is_told_in_millimetres(make: Maker) -> None:
    found = inspect_file(make.pdf(_picture(100, 60.0)), POLICY)
    assert "x 30, y 197 mm, 60 x 60 mm" in found.findings[0].message


def test_pictures_of_a_few_pixels_are_fills(make: Maker) -> None:
    assert _found(make.pdf(_picture(2, 100.0))) == []


def test_a_picture_in_a_form_has_the_size_that_the_form_gives_it(make: Maker) -> None:
    def draw(pdf: pikepdf.Pdf) -> None:
        entries = {"Subtype": Name.Image, "Width": 100, "Height": 100, "ColorSpace": Name.DeviceGray}
        image = pdf.make_stream(bytes(10_000), BitsPerComponent=8, **entries)
        matrix = Array([2, 0, 0, 2, 0, 0])
        form = pdf.make_stream(b"q 50 0 0 50 0 0 cm /I Do Q", Subtype=Name.Form, Matrix=matrix)
        form.Resources = Dictionary(XObject=Dictionary(I=image))
        _content(pdf, b"q 1.5 0 0 1.5 0 0 cm /F Do Q", XObject=Dictionary(F=form))

    found = inspect_file(make.pdf(change=draw), POLICY)
    assert [f.code for f in found.findings] == ["pdf-image-too-coarse"]
    assert "48 dpi" in found.findings[0].message


def test_what_patterns_draw_counts(make: Maker) -> None:
    def draw(pdf: pikepdf.Pdf) -> None:
        entries = {"PatternType": 1, "BBox": Array([0, 0, 99, 99]), "XStep": 99, "YStep": 99}
        tile = pdf.make_stream(b"BT /H 9 Tf (x) Tj ET", **entries)
        tile.Resources = Dictionary(Font=Dictionary(H=Dictionary(BaseFont=Name.Helvetica)))
        shaded = Dictionary(PatternType=2, Shading=Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB))
        _content(pdf, b"/Pattern cs /T scn 0 0 99 99 re f /T scn /S scn", Pattern=Dictionary(T=tile, S=shaded))

    assert _found(make.pdf(change=draw)) == [("pdf-font-not-embedded", 1), ("pdf-rgb", 1)]


def test_an_inline_picture_counts(make: Maker) -> None:
    def draw(pdf: pikepdf.Pdf) -> None:
        image = b"BI /W 8 /H 8 /BPC 8 /CS /RGB ID " + bytes(192) + b" EI"
        _content(pdf, b"q 200 0 0 200 40 40 cm " + image + b" Q")

    assert _found(make.pdf(change=draw)) == [("pdf-image-too-coarse", 1), ("pdf-rgb", 1)]


def test_what_a_converter_complains_of_is_found_inside_and_beside_the_content(make: Maker) -> None:
    kerned = b"BT /F1 9 Tf [(**** Error: Output may ) -20 (be incorrect)] TJ ET"

    def draw(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Contents = pdf.make_stream(kerned)

    inside = make.pdf(change=draw)
    beside = make.file(make.pdf().read_bytes() + b"\n   **** Error: Output may be incorrect.\n")
    assert ("pdf-renderer-error", 1) in _found(inside)
    assert _found(beside) == [("pdf-renderer-error", None)]


def test_notes_are_told_once_for_all_pages_and_errors_for_each(make: Maker) -> None:
    def red(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(100, 100, 9, 9, fill=1)

    sheets = [Sheet(also=red, font="Courier"), Sheet(), Sheet(also=red, font="Courier")]
    found = inspect_file(make.pdf(*sheets), POLICY)
    assert [(f.code, f.place.page) for f in found.findings] == [
        ("pdf-font-not-embedded", 1),
        ("pdf-font-not-embedded", 3),
        ("pdf-rgb", 1),
    ]
    assert "pages 1, 3" in found.findings[2].message


def test_how_bad_a_finding_is_and_how_much_is_taken_is_policy(make: Maker) -> None:
    strict = replace(POLICY, severities=(*DEFAULT_SEVERITIES, ("pdf-rgb", Severity.ERROR)))
    path = make.pdf(Sheet(also=lambda canvas: canvas.setFillColorRGB(1, 0, 0)))
    assert inspect_file(path, POLICY).findings[0].severity is Severity.NOTE
    assert inspect_file(path, strict).findings[0].severity is Severity.ERROR
    assert _found(path, replace(POLICY, file=FileLimits(max_bytes=100))) == [("pdf-too-large", None)]
    assert _found(path, replace(POLICY, file=FileLimits(page_operators=3))) == [("pdf-page-too-complex", 1)]


def test_bookmarks_lead_to_pages(make: Maker) -> None:
    def mark(canvas: Canvas) -> None:
        name = f"p{canvas.getPageNumber()}"
        canvas.bookmarkPage(name)
        canvas.addOutlineEntry(f"Letter {name}", name)

    def add(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Third", 2))
            outline.root.append(pikepdf.OutlineItem("Elsewhere", action=Dictionary(S=Name.URI)))

    found = inspect_file(make.pdf(Sheet(also=mark), Sheet(also=mark), Sheet(), change=add), POLICY)
    assert found.bookmarks == (Bookmark("Letter p1", 1), Bookmark("Letter p2", 2), Bookmark("Third", 3))


def test_named_destinations_are_followed(make: Maker) -> None:
    def name(pdf: pikepdf.Pdf) -> None:
        place = Array([pdf.pages[1].obj, Name.Fit])
        pdf.Root.Names = Dictionary(Dests=Dictionary(Names=Array([pikepdf.String("two"), Dictionary(D=place)])))
        pdf.Root.Dests = Dictionary(old=place)
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Two", pikepdf.String("two")))
            outline.root.append(pikepdf.OutlineItem("Old", Name.old))

    found = inspect_file(make.pdf(Sheet(), Sheet(), change=name), POLICY)
    assert [mark.page for mark in found.bookmarks] == [2, 2]


def test_links_of_the_web_and_a_first_view_are_harmless(make: Maker) -> None:
    def link(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.Fit])
        action = Dictionary(S=Name.URI, URI="https://example.org")
        pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.Link, A=action, F=4)])

    assert _found(make.pdf(change=link)) == []


@given(st.sets(st.integers(1, 40), min_size=1))
def test_pages_in_words_name_every_page_when_there_are_few_ranges(pages: set[int]) -> None:
    words = in_words(sorted(pages)).split(" ", 1)[1]
    named: set[int] = set()
    for part in words.removesuffix(" and more").split(", "):
        first, _, last = part.partition("-")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == pages if not words.endswith("more") else named < pages


def test_bytes_of_the_upload_are_never_touched(make: Maker) -> None:
    path = make.pdf(Sheet(font="Courier"))
    before = path.read_bytes()
    inspect_file(path, POLICY)
    assert path.read_bytes() == before
    assert pikepdf.open(BytesIO(before)).pages
