"""What stands on the pages of a proof besides its story: logo and names on the first, lines above and below."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from agreements.proof.blocks import Look
from agreements.proof.paging import Frame
from agreements.proof.pictures import read_picture
from agreements.proof.stripes import Column, Ink, box, text_ink
from agreements.proof.tags import Tag
from docgen.drawing.logo import parse_svg
from docgen.drawing.web_logo import web_logo
from docgen.findings import Place
from docgen.layouts.geometry import A4_HEIGHT_MM, A4_WIDTH_MM, PT_PER_MM
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from agreements.proof.making import Making
    from agreements.proof.paging import Pages
    from agreements.proof.type_area import Typefaces
    from docgen.layouts.theme import Brand, Logo

_SIDE_MM, _TOP_MM, _BOTTOM_MM = 22.0, 26.0, 24.0
_FIRST_TOP_MM, _LOGO_TOP_MM, _LOGO_HEIGHT_MM = 50.0, 16.0, 22.0
_HEAD_MM, _FOOT_MM = 14.0, 281.0
_NOBODY: Final = Tag("Artifact")


class Letterhead:
    """The frame of the story and what is outside it."""

    def __init__(self, brand: Brand, making: Making) -> None:
        """For one proof."""
        self._brand, self._making = brand, making
        self.width_pt = (A4_WIDTH_MM - 2 * _SIDE_MM) * PT_PER_MM
        self.frame = Frame(
            left_pt=_SIDE_MM * PT_PER_MM,
            top_pt=_up(_TOP_MM),
            bottom_pt=_up(A4_HEIGHT_MM - _BOTTOM_MM),
            first_top_pt=_up(_FIRST_TOP_MM),
        )

    def decorate(self, pages: Pages, faces: Typefaces) -> bytes | None:
        """Draw on all pages; returns the logo as a PDF of one page when it is vector art."""
        art = self._logo(pages)
        self._names(pages, faces)
        count = len(pages.pages)
        for page in range(count):
            if page:
                self._line(pages, faces, page, _HEAD_MM, (self._brand.name, self._making.proof.request))
            numbered = self._making.speech.say("footer.page", page=page + 1, pages=count)
            below = f"{self._brand.legal_name} · KvK {self._brand.kvk}"
            self._line(pages, faces, page, _FOOT_MM, (below, numbered))
        return art

    def _line(self, pages: Pages, faces: Typefaces, page: int, top_mm: float, ends: tuple[str, str]) -> None:
        """Words at the left and at the right, with a hairline under or above."""
        rule_mm = top_mm + 5.5 if top_mm < _TOP_MM else top_mm - 2
        self._put(pages, page, box(0.0, 0.0, self.width_pt, 0.5, self._brand.colours.rule), rule_mm)
        for at, words in enumerate(ends):
            self._words(pages, faces, (page, top_mm), words, right=bool(at))

    def _words(self, pages: Pages, faces: Typefaces, at: tuple[int, float], words: str, *, right: bool) -> None:
        small = faces.plain[Look.SMALL]
        line = small.line(words)
        left_pt = self.width_pt - line.width_pt if right else 0.0
        column = Column([line], small, self._brand.colours.text, _NOBODY, left_pt)
        self._put(pages, at[0], text_ink(line, column, small.rise_pt), at[1])

    def _names(self, pages: Pages, faces: Typefaces) -> None:
        """The sender's lines at the right of the first page."""
        lines = self._brand.in_language(self._brand.sender, self._making.speech.language) or (self._brand.legal_name,)
        for at, words in enumerate(lines[:6]):
            self._words(pages, faces, (0, _LOGO_TOP_MM + at * 4.1), words, right=True)
        self._put(pages, 0, box(0.0, 0.0, self.width_pt, 1.2, self._brand.colours.rule), _FIRST_TOP_MM - 7)

    def _put(self, pages: Pages, page: int, ink: Ink, top_mm: float) -> None:
        place = b"1 0 0 1 %s %s cm " % (number(self.frame.left_pt), number(_up(top_mm)))
        pages.decorate(page, Ink(place + ink.operators, None, ink.fonts))

    def _logo(self, pages: Pages) -> bytes | None:
        logo = self._brand.logo
        if logo is None:
            return None
        if logo.file.lower().endswith(".svg"):
            art, width, height = _vector(logo)
            scale = min(logo.width_mm * PT_PER_MM / width, _LOGO_HEIGHT_MM * PT_PER_MM / height)
            place = b"%s 0 0 %s 0 %s cm /Logo Do" % (
                b"%.5f" % scale,
                b"%.5f" % scale,
                number(-height * scale),
            )
            self._put(pages, 0, Ink(place), _LOGO_TOP_MM)
            return art
        picture = read_picture(web_logo(logo).data)
        scale = min(logo.width_mm * PT_PER_MM / picture.width_px, _LOGO_HEIGHT_MM * PT_PER_MM / picture.height_px)
        pages.pictures["Logo"] = picture
        sizes = (number(picture.width_px * scale), number(picture.height_px * scale))
        place = b"%s 0 0 %s 0 -%s cm /Logo Do" % (sizes[0], sizes[1], sizes[1])
        self._put(pages, 0, Ink(place), _LOGO_TOP_MM)
        return None


def _up(top_mm: float) -> float:
    return (A4_HEIGHT_MM - top_mm) * PT_PER_MM


def _vector(logo: Logo) -> tuple[bytes, float, float]:
    """The logo as a PDF of one page in screen colours, and its size in points."""
    from reportlab.graphics import renderPDF  # noqa: PLC0415 (only brands with an SVG logo need it)
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415
    from svglib.svglib import SvgRenderer  # noqa: PLC0415

    root = parse_svg(logo.data, Place(file=logo.file))
    drawing = SvgRenderer(BytesIO(logo.data)).render(root)
    out = BytesIO()
    canvas = Canvas(out, pagesize=(drawing.width, drawing.height), invariant=1, pageCompression=0)
    renderPDF.draw(drawing, canvas, 0, 0)
    canvas.showPage()
    canvas.save()
    return out.getvalue(), drawing.width, drawing.height
