"""A logo file (SVG, PDF or PNG) becomes art in press colours; what cannot be printed well is a finding."""

from __future__ import annotations

import re
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from lxml import etree
from PIL import Image as Pictures
from PIL import ImageCms, UnidentifiedImageError

from docgen.drawing.art import Art, Image
from docgen.drawing.output_intent import fogra39
from docgen.findings import Finding, Place, Refusal, Severity

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject, PdfObject

    from docgen.layouts.theme import Colour, Logo

MIN_DPI = 200
MAX_PIXELS = 16_000_000
_EXTERNAL = re.compile(r"url\(\s*['\"]?(?!#)|@import|javascript:", re.IGNORECASE)
_FORBIDDEN = frozenset({"script", "foreignObject", "image", "iframe", "audio", "video", "animate", "set"})
_IDLE_FONT = re.compile(rb"BT /F\d+ [\d.]+ Tf [\d.]+ TL ET")
_RGB_OPERATORS = re.compile(rb"(?:^|\s)(?:rg|RG|/DeviceRGB\s+(?:cs|CS))(?:\s|$)")
_TEXT_OPERATOR = re.compile(rb"\sTf\s")
_FONT_FILES = frozenset({"/FontFile", "/FontFile2", "/FontFile3"})


def load_logo(logo: Logo, palette: tuple[Colour, ...]) -> tuple[Art, tuple[Finding, ...]]:
    """The art of a logo; ``palette`` maps the brand's screen colours to its press colours.

    Raises:
        Refusal: ``brand-logo-invalid`` with a finding that says why the file cannot be printed.
    """
    place = Place(file=logo.file)
    kind = logo.file.rpartition(".")[2].lower()
    if kind == "svg":
        return _svg(logo.data, palette, place), ()
    if kind == "pdf":
        return _pdf(logo.data, place), ()
    if kind == "png":
        return _png(logo, place)
    raise _refused("logo-kind-unknown", f"A logo is an SVG, PDF or PNG file, not '{kind}'.", place)


def _refused(code: str, message: str, place: Place) -> Refusal:
    return Refusal("brand-logo-invalid", "The logo cannot be used.", (Finding(code, message, place),))


def _svg(data: bytes, palette: tuple[Colour, ...], place: Place) -> Art:
    root = parse_svg(data, place)
    from reportlab.graphics import renderPDF  # noqa: PLC0415 (only brands with an SVG logo need it)
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415
    from svglib.svglib import SvgRenderer  # noqa: PLC0415

    drawing = SvgRenderer(BytesIO(data)).render(root)
    if drawing is None or not drawing.width or not drawing.height:
        raise _refused("logo-svg-empty", "The SVG shows nothing; give it a viewBox and shapes.", place)
    _to_press_colours(drawing, palette)
    out = BytesIO()
    canvas = Canvas(out, pagesize=(drawing.width, drawing.height), invariant=1, pageCompression=0)
    renderPDF.draw(drawing, canvas, 0, 0)
    canvas.showPage()
    canvas.save()
    return _pdf(out.getvalue(), place, own=True)


def parse_svg(data: bytes, place: Place) -> Any:  # noqa: ANN401 (lxml elements have no types)
    """The root of an SVG in which nothing runs and nothing is fetched. Raises `Refusal` (``brand-logo-invalid``)."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _refused("logo-svg-malformed", f"The SVG is not well-formed: {error.msg}.", place) from error
    if root.getroottree().docinfo.doctype:
        raise _refused("logo-svg-doctype", "Remove the DOCTYPE and its entities from the SVG.", place)
    for element in root.iter():
        _check_element(element, place)
    return root


def _check_element(element: Any, place: Place) -> None:  # noqa: ANN401 (lxml elements have no types)
    if not isinstance(element.tag, str):
        return
    name = etree.QName(element).localname
    if name in _FORBIDDEN:
        raise _refused("logo-svg-element", f"Remove <{name}> from the SVG; only vector shapes are printed.", place)
    if name == "text":
        raise _refused("logo-svg-text", "Convert the text in the SVG to outlines.", place)
    for key, value in element.attrib.items():
        is_link = etree.QName(key).localname == "href"
        if (is_link and not value.startswith("#")) or _EXTERNAL.search(value):
            raise _refused("logo-svg-external", f"The SVG refers to '{value[:60]}'; put everything inside it.", place)
    if name == "style" and _EXTERNAL.search(element.text or ""):
        raise _refused("logo-svg-external", "The SVG's style sheet refers to another file; put it inside.", place)


def _to_press_colours(node: Any, palette: tuple[Colour, ...]) -> None:  # noqa: ANN401 (reportlab shapes have no types)
    for attribute in ("fillColor", "strokeColor"):
        colour = getattr(node, attribute, None)
        if colour is not None and hasattr(colour, "red"):
            setattr(node, attribute, _press_colour(colour, palette))
    for child in getattr(node, "contents", ()):
        _to_press_colours(child, palette)


def _press_colour(colour: Any, palette: tuple[Colour, ...]) -> Any:  # noqa: ANN401 (reportlab colours have no types)
    from reportlab.lib.colors import CMYKColor  # noqa: PLC0415 (only brands with an SVG logo need it)

    rgb = (colour.red, colour.green, colour.blue)
    for known in palette:
        if max(abs(a - b) for a, b in zip(known.rgb, rgb, strict=True)) < 1 / 255:
            return CMYKColor(*known.cmyk)
    key = 1 - max(rgb)
    if key > 1 - 1e-9:
        return CMYKColor(0, 0, 0, 1)
    return CMYKColor(*((1 - c - key) / (1 - key) for c in rgb), key)


def _pdf(data: bytes, place: Place, *, own: bool = False) -> Art:
    from pypdf import PdfReader  # noqa: PLC0415 (only brands with a vector logo need it)
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(BytesIO(data))
        page = reader.pages[0]
        contents = page.get_contents()
        content = contents.get_data() if contents is not None else b""
        box = page.mediabox
        resources = cast("DictionaryObject", page["/Resources"].get_object()) if "/Resources" in page else None
    except (PyPdfError, IndexError, KeyError, ValueError) as error:
        raise _refused("logo-pdf-unreadable", f"The PDF cannot be read: {error}.", place) from error
    content = _IDLE_FONT.sub(b"", content)
    if own:
        # The canvas starts each drawing with black in RGB and a font, whatever follows.
        content = content.replace(b"0 0 0 rg", b"0 0 0 1 k").replace(b"0 0 0 RG", b"0 0 0 1 K")
    _check_content(content, resources, place)
    if resources is not None and not _TEXT_OPERATOR.search(content):
        # A canvas names a standard font even when no text is drawn; such a name would ask for a font not embedded.
        resources.pop("/Font", None)
    moved = b"1 0 0 1 %f %f cm " % (-float(box.left), -float(box.bottom)) if box.left or box.bottom else b""
    return Art(float(box.width), float(box.height), moved + content, resources)


def _check_content(content: bytes, resources: PdfObject | None, place: Place) -> None:
    """Refuse RGB and fonts that are not embedded, here and in everything that the page draws."""
    if _RGB_OPERATORS.search(content):
        raise _refused("logo-colour-rgb", "The PDF logo uses RGB; export it in CMYK or gray.", place)
    named: Any = resources.get_object() if resources is not None else {}
    fonts = named["/Font"].values() if "/Font" in named else ()
    if _TEXT_OPERATOR.search(content) and not all(map(_is_embedded, fonts)):
        raise _refused("logo-pdf-text", "The PDF logo has text in a font that is not embedded; use outlines.", place)
    _check_tree(resources, place, set())


def _is_embedded(font: PdfObject) -> bool:
    entries = cast("DictionaryObject", font.get_object())
    descriptor = cast("DictionaryObject", entries.get("/FontDescriptor", {}))
    return entries.get("/Subtype") in ("/Type0", "/Type3") or bool(_FONT_FILES & set(descriptor))


def _check_tree(node: PdfObject | None, place: Place, seen: set[int]) -> None:
    """Look at all that can be reached from a dictionary of resources."""
    from pypdf.generic import ArrayObject, DictionaryObject, StreamObject  # noqa: PLC0415 (see _pdf)

    value: Any = node.get_object() if node is not None else None
    if value is None or id(value) in seen:
        return
    seen.add(id(value))
    if value == "/DeviceRGB":
        raise _refused("logo-colour-rgb", "The PDF logo uses RGB; export it in CMYK or gray.", place)
    if isinstance(value, StreamObject) and value.get("/Subtype") == "/Form":
        _check_content(value.get_data(), value.get("/Resources"), place)
    if isinstance(value, DictionaryObject):
        value = ArrayObject(value.values())
    for child in value if isinstance(value, ArrayObject) else ():
        _check_tree(child, place, seen)


def _png(logo: Logo, place: Place) -> tuple[Art, tuple[Finding, ...]]:
    too_large = _refused("logo-png-too-large", f"The PNG has over {MAX_PIXELS} pixels; make it smaller.", place)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pictures.DecompressionBombWarning)
            with Pictures.open(BytesIO(logo.data), formats=["PNG"]) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise too_large
                flat = _flattened(picture)
    except (Pictures.DecompressionBombWarning, Pictures.DecompressionBombError) as error:
        raise too_large from error
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise _refused("logo-png-unreadable", "The PNG cannot be read; export it again.", place) from error
    dpi = flat.width / (logo.width_mm / 25.4)
    findings: tuple[Finding, ...] = ()
    if dpi < MIN_DPI:
        message = f"The PNG logo prints at {dpi:.0f} dpi; give one of at least {MIN_DPI} dpi, or a vector file."
        findings = (Finding("logo-resolution-low", message, place, Severity.WARNING),)
    components = 1 if flat.mode == "L" else 4
    image = Image(flat.width, flat.height, components, flat.tobytes())
    return Art(float(flat.width), float(flat.height), image=image), findings


def _flattened(picture: Pictures.Image) -> Pictures.Image:
    """Gray or CMYK on white: print files hold no transparency and no RGB."""
    if picture.mode.startswith("I"):
        # A conversion to 8 bits would cut 16 bits off at 255.
        return Pictures.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    if picture.mode in ("L", "1"):
        return picture.convert("L")
    if picture.mode == "LA":
        paper = Pictures.new("L", picture.size, 255)
        paper.paste(picture.getchannel("L"), mask=picture.getchannel("A"))
        return paper
    rgba = picture.convert("RGBA")
    white = Pictures.new("RGBA", rgba.size, (255, 255, 255, 255))
    rgb = Pictures.alpha_composite(white, rgba).convert("RGB")
    press = ImageCms.ImageCmsProfile(BytesIO(fogra39().profile))
    converted = ImageCms.profileToProfile(rgb, ImageCms.createProfile("sRGB"), press, outputMode="CMYK")
    if converted is None:
        raise OSError("colour conversion gave nothing")
    return converted
