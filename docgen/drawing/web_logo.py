"""A logo file (SVG, PDF or PNG) as a picture for a web page: written anew, with nothing in it but what is seen."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

import pypdfium2
from lxml import etree
from PIL import Image as Pictures

from docgen.drawing.logo import parse_svg
from docgen.findings import Place

if TYPE_CHECKING:
    from docgen.layouts.theme import Logo

_SVG: Final = "http://www.w3.org/2000/svg"
_SHAPES: Final = frozenset(
    (
        *("svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern", "style", "title"),
    )
)
_MOST_PIXELS: Final = 800
_LINK: Final = "{http://www.w3.org/1999/xlink}href"


class WebLogo(NamedTuple):
    """``kind`` is ``svg`` or ``png``."""

    kind: str
    data: bytes


def web_logo(logo: Logo) -> WebLogo:
    """The logo for a page.

    Raises:
        Refusal: ``brand-logo-invalid``, which a brand that was uploaded never is.
    """
    kind = logo.file.rpartition(".")[2].lower()
    if kind == "svg":
        return WebLogo("svg", _svg(logo))
    picture = _pdf(logo.data) if kind == "pdf" else Pictures.open(BytesIO(logo.data))
    return WebLogo("png", _png(picture))


def _svg(logo: Logo) -> bytes:
    root = parse_svg(logo.data, Place(file=logo.file))
    for element in list(root.iter()):
        known = isinstance(element.tag, str) and etree.QName(element).localname in _SHAPES
        if not known or etree.QName(element).namespace not in {_SVG, None}:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        for key in list(element.attrib):
            name = etree.QName(key)
            if name.localname.lower().startswith("on") or (name.namespace is not None and key != _LINK):
                del element.attrib[key]
    etree.cleanup_namespaces(root)
    return bytes(etree.tostring(root, encoding="utf-8"))


def _pdf(data: bytes) -> Pictures.Image:
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[0]
        scale = _MOST_PIXELS / max(page.get_size())
        picture: Pictures.Image = page.render(scale=scale).to_pil()
        return picture
    finally:
        document.close()


def _png(picture: Pictures.Image) -> bytes:
    """Without profile, comments and times; no larger than a page shows it."""
    plain = picture.convert("RGBA")
    plain.thumbnail((_MOST_PIXELS, _MOST_PIXELS))
    plain.info.clear()
    out = BytesIO()
    plain.save(out, "PNG", optimize=True)
    return out.getvalue()
