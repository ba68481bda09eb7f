from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject
from reportlab.pdfgen.canvas import Canvas

from docgen.compose import Composer
from docgen.drawing.art import Art
from docgen.drawing.logo import MIN_DPI, load_logo
from docgen.findings import Refusal, Severity
from docgen.layouts.theme import BLACK, Colour, Logo
from tests.docgen.builders import DAY, brand, print_file, small_letter, small_template

if TYPE_CHECKING:
    from collections.abc import Callable

_BLUE = Colour((1.0, 0.62, 0.12, 0.38), (0x0B / 255, 0x3C / 255, 0x6F / 255))
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="20" height="10">{}</svg>'
)
_BOX = '<rect width="20" height="10" fill="{}"/>'


def load(file: str, data: bytes, width_mm: float = 20.0) -> tuple[Art, tuple[Any, ...]]:
    return load_logo(Logo(file, data, width_mm), (_BLUE, BLACK))


def svg(inner: str) -> bytes:
    return _SVG.format(inner).encode()


def refused(file: str, data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        load(file, data)
    assert caught.value.code == "brand-logo-invalid"
    (finding,) = caught.value.findings
    assert finding.place.file == file
    return finding.code


def picture(mode: str, size: tuple[int, int], colour: Any) -> bytes:  # noqa: ANN401 (colours differ by mode)
    out = BytesIO()
    Image.new(mode, size, colour).save(out, "PNG")
    return out.getvalue()


def pdf(draw: Callable[[Canvas], None], **page: float) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=(page.get("width", 40), page.get("height", 20)), invariant=1)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


# SVG.


def test_colours_of_the_brand_become_its_press_colours() -> None:
    art, findings = load("logo.svg", svg(_BOX.format("#0b3c6f")))
    assert findings == ()
    assert b"1 .62 .12 .38 k" in art.content
    assert (art.width_pt, art.height_pt) == pytest.approx((20 * 0.75, 10 * 0.75), rel=0.4)


def test_black_is_black_alone_and_other_colours_become_cmyk() -> None:
    assert b"0 0 0 1 k" in load("logo.svg", svg(_BOX.format("#000000")))[0].content
    assert b"0 1 1 0 k" in load("logo.svg", svg(_BOX.format("#ff0000")))[0].content
    assert b" rg" not in load("logo.svg", svg(_BOX.format("#123456")))[0].content


def test_lines_are_coloured_too() -> None:
    line = '<path d="M0 0 L20 10" stroke="#0b3c6f" fill="none"/>'
    assert b"1 .62 .12 .38 K" in load("logo.svg", svg(line))[0].content


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ('<image href="https://example.com/a.png"/>', "logo-svg-element"),
        ("<script>alert(1)</script>", "logo-svg-element"),
        ("<foreignObject/>", "logo-svg-element"),
        ("<text>Wonen</text>", "logo-svg-text"),
        ('<use xlink:href="https://example.com/a.svg#x"/>', "logo-svg-external"),
        ('<use href="file:///etc/passwd"/>', "logo-svg-external"),
        ('<rect fill="url(https://example.com/a)"/>', "logo-svg-external"),
        ("<rect style=\"fill: url( 'other.svg' )\"/>", "logo-svg-external"),
        ("<style>@import 'https://example.com/a.css';</style>", "logo-svg-external"),
        ('<rect onclick="javascript:alert(1)"/>', "logo-svg-external"),
    ],
)
def test_an_svg_that_brings_something_else_is_refused(inner: str, code: str) -> None:
    assert refused("logo.svg", svg(inner)) == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "logo-svg-malformed"),
        (b"<svg", "logo-svg-malformed"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>', "logo-svg-doctype"),
        (b'<!DOCTYPE svg SYSTEM "http://example.com/x.dtd"><svg/>', "logo-svg-doctype"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>', "logo-svg-empty"),
    ],
)
def test_a_file_that_is_no_plain_svg_is_refused(data: bytes, code: str) -> None:
    assert refused("logo.svg", data) == code


def test_references_inside_and_comments_are_fine() -> None:
    inner = '<!-- a gable --><defs><rect id="a" width="5" height="5" fill="#000000"/></defs><use xlink:href="#a"/>'
    assert b"0 0 0 1 k" in load("logo.svg", svg(inner))[0].content


@pytest.mark.parametrize(
    "inner",
    [
        '<g id="a"><use xlink:href="#a"/></g>',
        '<g id="a"><use xlink:href="#b"/></g><g id="b"><use xlink:href="#a"/></g>',
    ],
)
def test_shapes_that_use_themselves_do_not_go_on_for_ever(inner: str) -> None:
    try:
        load("logo.svg", svg(inner))
    except Refusal as caught:
        assert caught.findings[0].code == "logo-svg-recursion"  # noqa: PT017 (either is right)


def test_a_kind_that_is_none_of_ours_is_refused() -> None:
    assert refused("logo.gif", b"GIF89a") == "logo-kind-unknown"


# PDF.


def _cmyk_box(canvas: Canvas) -> None:
    canvas.setFillColorCMYK(1, 0, 0, 0)
    canvas.rect(0, 0, 40, 20, stroke=0, fill=1)


def _own_pdf(content: bytes, resources: str = "", box: tuple[float, ...] = (0, 0, 40, 20), form: bytes = b"") -> bytes:
    """A PDF of one page, as another program would write it."""
    numbers = " ".join(map(str, box))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[{numbers}]/Contents 4 0 R/Resources<<{resources}>>>>".encode(),
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length %d>>\nstream\n%s\nendstream" % (len(form), form),
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return bytes(out + b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)


def test_a_pdf_in_cmyk_is_taken_as_it_is() -> None:
    art, findings = load("logo.pdf", _own_pdf(b"1 0 0 0 k 0 0 40 20 re f"))
    assert findings == ()
    assert (art.width_pt, art.height_pt) == (40, 20)
    assert b"1 0 0 0 k" in art.content


def test_a_pdf_whose_page_does_not_begin_at_nought_is_moved() -> None:
    art, _ = load("logo.pdf", _own_pdf(b"0 g 100 50 40 20 re f", box=(100, 50, 140, 70)))
    assert art.content.startswith(b"1 0 0 1 -100.000000 -50.000000 cm ")
    assert (art.width_pt, art.height_pt) == (40, 20)


@pytest.mark.parametrize(
    "content", [b"1 0 0 rg 0 0 40 20 re f", b"0 g\n1 0 0 RG\n0 0 m 9 9 l S", b"/DeviceRGB cs 1 0 0 sc 0 0 9 9 re f"]
)
def test_a_pdf_in_rgb_is_refused(content: bytes) -> None:
    assert refused("logo.pdf", _own_pdf(content)) == "logo-colour-rgb"


def test_rgb_deeper_in_a_pdf_is_refused_too() -> None:
    space = "/ColorSpace<</C0/DeviceRGB>>"
    assert refused("logo.pdf", _own_pdf(b"/C0 cs 1 0 0 sc 0 0 9 9 re f", space)) == "logo-colour-rgb"

    inner = _own_pdf(b"/X Do", "/XObject<</X 5 0 R>>", form=b"1 0 0 rg 0 0 9 9 re f")
    assert refused("logo.pdf", inner) == "logo-colour-rgb"
    assert load("logo.pdf", _own_pdf(b"/X Do", "/XObject<</X 5 0 R>>", form=b"0 g 0 0 9 9 re f"))[1] == ()


def test_words_in_a_pdf_are_refused_unless_they_are_outlines() -> None:
    font = "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
    assert refused("logo.pdf", _own_pdf(b"BT /F1 9 Tf (Wonen) Tj ET", font)) == "logo-pdf-text"
    art, _ = load("logo.pdf", _own_pdf(b"0 g 0 0 9 9 re f", font))
    assert art.resources is not None
    assert "/Font" not in art.resources  # type: ignore[operator]  # a dictionary


@pytest.mark.parametrize("data", [b"", b"no pdf", _own_pdf(b"")[:120], b"%PDF-1.4\n%%EOF"])
def test_a_file_that_is_no_pdf_is_refused(data: bytes) -> None:
    assert refused("logo.pdf", data) == "logo-pdf-unreadable"


def test_art_with_objects_of_its_own_is_carried_over_into_the_print_file() -> None:
    def shaded(canvas: Canvas) -> None:
        canvas.setFillAlpha(0.5)
        _cmyk_box(canvas)

    data = pdf(shaded).replace(b"0 0 0 rg", b"0 g     ").replace(b"0 0 0 RG", b"0 G     ")
    art, _ = load("logo.pdf", _unpacked(data))
    bodies = list(art.objects(10))
    assert b"/Subtype /Form" in bodies[0]
    assert b"/ExtGState" in bodies[0]


def _unpacked(data: bytes) -> bytes:
    """The same page with its stream in the clear and RGB of the canvas' preamble made gray."""
    from pypdf import PdfWriter  # noqa: PLC0415 (used here alone)

    writer = PdfWriter(clone_from=BytesIO(data))
    page = writer.pages[0]
    contents = page.get_contents()
    assert contents is not None
    plain = contents.get_data().replace(b"0 0 0 rg", b"0 g").replace(b"0 0 0 RG", b"0 G")
    contents.set_data(plain)
    page[NameObject("/Contents")] = writer._add_object(contents)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_what_a_pdf_draws_with_comes_along_under_new_numbers() -> None:
    art, _ = load("logo.pdf", _own_pdf(b"/X Do /X Do", "/XObject<</X 5 0 R/Y 5 0 R>>", form=b"0 g 0 0 9 9 re f"))
    bodies = list(art.objects(30))
    assert len(bodies) == 2
    assert b"/X 31 0 R/Y 31 0 R" in bodies[0]
    assert b"0 g 0 0 9 9 re f" in bodies[1]
    house = replace(brand(), logo=Logo("logo.pdf", _own_pdf(b"/X Do", "/XObject<</X 5 0 R>>", form=b"0 g"), 30))
    composer = Composer(small_template("Dag."), house, DAY)
    made = print_file([composer.compose(small_letter()).drawn], composer.resources)
    page: Any = PdfReader(BytesIO(made.data)).pages[0]
    inner = page["/Resources"]["/XObject"]["/L0"]["/Resources"]["/XObject"]["/X"]
    assert inner.get_data() == b"0 g"


def test_every_kind_of_value_is_written_with_its_number() -> None:
    inner = DictionaryObject({NameObject("/A"): ArrayObject([FloatObject(1.5), NameObject("/B")])})
    art = Art(1, 1, b"", DictionaryObject({NameObject("/Properties"): inner}))
    assert b"/Properties <</A [1.5 /B]>>" in next(iter(art.objects(1)))


# PNG.


def test_a_gray_picture_stays_one_ink() -> None:
    art, findings = load("logo.png", picture("L", (400, 200), 128))
    assert findings == ()
    assert art.image is not None
    assert (art.image.components, art.image.samples) == (1, b"\x80" * 80_000)
    assert b"/DeviceGray" in next(iter(art.objects(1)))


@pytest.mark.parametrize(("mode", "colour"), [("RGB", (255, 255, 255)), ("RGBA", (10, 20, 30, 0)), ("P", 0)])
def test_colour_becomes_cmyk_on_white(mode: str, colour: Any) -> None:  # noqa: ANN401 (colours differ by mode)
    art, _ = load("logo.png", picture(mode, (400, 200), colour))
    assert art.image is not None
    assert art.image.components == 4
    assert len(art.image.samples) == 400 * 200 * 4
    if mode != "P":
        assert art.image.samples[:4] == b"\0\0\0\0"
    assert b"/DeviceCMYK" in next(iter(art.objects(1)))


def test_red_prints_with_magenta_and_yellow() -> None:
    art, _ = load("logo.png", picture("RGB", (400, 200), (255, 0, 0)))
    assert art.image is not None
    cyan, magenta, yellow, black = art.image.samples[:4]
    assert cyan < 30
    assert black < 30
    assert min(magenta, yellow) > 200


def test_sixteen_bits_of_gray_keep_their_shade() -> None:
    art, _ = load("logo.png", picture("I;16", (400, 200), 0x8000))
    assert art.image is not None
    assert art.image.samples[0] in (127, 128)


def test_gray_with_transparency_stays_one_ink() -> None:
    art, _ = load("logo.png", picture("LA", (400, 200), (0, 128)))
    assert art.image is not None
    assert (art.image.components, art.image.samples[0]) == (1, 127)


def test_a_picture_too_coarse_for_its_width_is_warned_of() -> None:
    art, (finding,) = load("logo.png", picture("L", (100, 50), 0), 20.0)
    assert (finding.code, finding.severity) == ("logo-resolution-low", Severity.WARNING)
    assert "127 dpi" in finding.message
    assert art.scale_to(20) == (20, 10)
    assert load("logo.png", picture("L", (MIN_DPI, 50), 0), 25.4)[1] == ()


def _claims(width: int, height: int) -> bytes:
    """The head of a PNG that says how large it is, and little more."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + head
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    pixels = b"IDAT" + zlib.compress(b"")
    return data + struct.pack(">I", len(pixels) - 4) + pixels + struct.pack(">I", zlib.crc32(pixels))


@pytest.mark.parametrize("side", [4001, 10_000, 14_000, 30_000])
def test_a_picture_that_claims_too_many_pixels_is_refused_before_they_are_unpacked(side: int) -> None:
    assert refused("logo.png", _claims(side, side)) == "logo-png-too-large"


@pytest.mark.parametrize("data", [b"", b"GIF89a", picture("L", (40, 20), 0)[:45], b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_picture_is_refused(data: bytes) -> None:
    assert refused("logo.png", data) == "logo-png-unreadable"


# In a letter.


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("logo.svg", svg(_BOX.format("#0b3c6f"))),
        ("logo.pdf", _own_pdf(b"1 0 0 0 k 0 0 40 20 re f")),
        ("logo.png", picture("RGB", (400, 200), (0, 80, 160))),
    ],
)
def test_a_logo_is_embedded_once_whatever_its_kind(file: str, data: bytes) -> None:
    house = replace(brand(), logo=Logo(file, data, 30))
    composer = Composer(small_template("Dag."), house, DAY)
    drawn = composer.compose(small_letter()).drawn
    made = print_file([drawn] * 3, composer.resources)
    page: Any = PdfReader(BytesIO(made.data)).pages[0]
    assert "/L0" in page["/Resources"]["/XObject"]
    assert made.data.count(b"/Subtype /Image") + made.data.count(b"/BBox [0 0 ") >= 1
    assert b"/DeviceRGB" not in made.data


def test_a_coarse_logo_is_told_when_a_template_is_compiled() -> None:
    house = replace(brand(), logo=Logo("logo.png", picture("L", (40, 20), 0), 30))
    assert [f.code for f in Composer(small_template("Dag."), house, DAY).findings] == ["logo-resolution-low"]
