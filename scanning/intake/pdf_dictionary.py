"""What the dictionaries of a PDF page tell, before its content is looked at (ISO 32000-2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pikepdf
from pikepdf import Name

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_PICTURES = 64
_SILENT_ANNOTATIONS = frozenset({"/Link", "/Popup"})
_LIGHT_SPACES = frozenset({"/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB", "/ICCBased"})
_MASKS = ("/SMask", "/Mask", "/SMaskInData", "/OC")
_MAX_USER_UNIT = 100.0


@dataclass(frozen=True, slots=True)
class PageFacts:
    """``is_plain``: its pictures are shown as they are stored and nothing is laid over them from outside its content.

    ``user_unit`` is what a unit of the page measures, in 1/72 inch (14.10.1).
    """

    is_plain: bool
    user_unit: float = 1.0


def page_facts(pdf: pikepdf.Pdf, index: int) -> PageFacts:
    """The facts of a page, counted from 0; one whose dictionary is not as it should be is not plain."""
    try:
        page = pdf.pages[index]
        unit = float(page.obj.get("/UserUnit", 1.0))
        is_plain = "/OCProperties" not in pdf.Root and not _is_annotated(page) and _pictures_are_plain(page)
    except (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError):
        return PageFacts(is_plain=False)
    return PageFacts(is_plain, unit if 0 < unit <= _MAX_USER_UNIT else 1.0)


def _is_annotated(page: pikepdf.Page) -> bool:
    """Answers can be typed or stamped on a page without a change of its content."""
    annotations = page.obj.get("/Annots", pikepdf.Array())
    return any(str(one.get("/Subtype", "")) not in _SILENT_ANNOTATIONS for one in annotations)


def _pictures_are_plain(page: pikepdf.Page) -> bool:
    found = list(_pictures(page))
    return 0 < len(found) <= _MOST_PICTURES and all(map(_is_plain, found))


def _pictures(page: pikepdf.Page) -> Iterator[pikepdf.Object]:
    objects = page.resources.get("/XObject", pikepdf.Dictionary())
    for one in objects.values():
        if one.get("/Subtype") == Name.Image:
            yield one


def _is_plain(picture: pikepdf.Object) -> bool:
    """No mask, no stencil, no reversed or cut range, and colours that mean what they say (8.9.5)."""
    if any(key in picture for key in _MASKS) or bool(picture.get("/ImageMask", False)):
        return False
    decode = [float(value) for value in picture.get("/Decode", pikepdf.Array())]
    return decode == [0.0, 1.0] * (len(decode) // 2) and _has_plain_colours(picture)


def _has_plain_colours(picture: pikepdf.Object) -> bool:
    """Not inks, of which much is dark, and for a JPEG none but those that it holds."""
    space = picture.get("/ColorSpace", Name("/None"))
    name = str(space[0] if isinstance(space, pikepdf.Array) else space)
    if "/DCTDecode" in str(picture.get("/Filter", "")):
        return name in _LIGHT_SPACES and "/ColorTransform" not in str(picture.get("/DecodeParms", ""))
    return name in _LIGHT_SPACES | {"/Indexed"}
