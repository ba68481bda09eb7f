"""A brand as mails show it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image as Pictures

from agreements.messages.model import Look
from docgen.drawing.logo import parse_svg
from docgen.drawing.raster import open_pdf, to_png
from docgen.findings import Place

if TYPE_CHECKING:
    from docgen.layouts.theme import Brand, Logo

# twice what is shown
_BOX_PX: Final = (480, 160)
_WHITE: Final = "#ffffff"


def look_of(brand: Brand, language: str) -> Look:
    """The look of a brand, with its footer in this language or in its first. Takes a moment: keep it."""
    logo = _picture(brand.logo) if brand.logo is not None else None
    lines = (*brand.in_language(brand.sender, language), *brand.in_language(brand.footer, language))
    return Look(brand.name, brand.colours, logo, lines)


def _picture(logo: Logo) -> bytes:
    """As PNG on white, which every mail program shows and no dark one spoils; mail programs show no SVG."""
    kind = logo.file.rpartition(".")[2].lower()
    if kind == "png":
        picture: Pictures.Image = Pictures.open(BytesIO(logo.data))
    else:
        picture = _rasterised(_svg_as_pdf(logo) if kind == "svg" else logo.data)
    seen = picture.convert("RGBA")
    seen.thumbnail(_BOX_PX)
    page = Pictures.new("RGBA", seen.size, _WHITE)
    page.alpha_composite(seen)
    return to_png(page.convert("RGB"))


def _rasterised(pdf: bytes) -> Pictures.Image:
    with open_pdf(pdf) as document:
        width, height = document[0].get_size()
        picture: Pictures.Image = document[0].render(scale=min(_BOX_PX[0] / width, _BOX_PX[1] / height)).to_pil()
        return picture


def _svg_as_pdf(logo: Logo) -> bytes:
    from reportlab.graphics import renderPDF  # noqa: PLC0415 (only brands with an SVG logo need it)
    from svglib.svglib import SvgRenderer  # noqa: PLC0415 (the same)

    drawing = SvgRenderer(BytesIO(logo.data)).render(parse_svg(logo.data, Place(file=logo.file)))
    out: bytes = renderPDF.drawToString(drawing)
    return out
