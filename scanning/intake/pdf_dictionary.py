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
_DEEPEST_FORM, _MOST_FORMS = 5, 1_000


@dataclass(frozen=True, slots=True)
class PageFacts:
    """``is_plain``: its pictures are shown as they are stored and nothing is laid over them from outside its content.

    ``user_unit`` is what a unit of the page measures, in 1/72 inch (14.10.1). ``are_stencils``: its pictures are holes
    through which a colour is painted (8.9.6.2), as some scanners store black and white. ``is_endless``: its forms show
    themselves, or one another without end.
    """

    is_plain: bool
    user_unit: float = 1.0
    are_stencils: bool = False
    is_endless: bool = False


def page_facts(pdf: pikepdf.Pdf, index: int) -> PageFacts:
    """The facts of a page, counted from 0; one whose dictionary is not as it should be is not plain."""
    try:
        page = pdf.pages[index]
        unit = float(page.obj.get("/UserUnit", 1.0))
        is_plain = "/OCProperties" not in pdf.Root and not _is_annotated(page) and _pictures_are_plain(page)
        are_stencils = is_plain and all(map(_is_stencil, _pictures(page)))
        is_endless = _is_endless(page)
    except (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError):
        return PageFacts(is_plain=False)
    return PageFacts(is_plain, unit if 0 < unit <= _MAX_USER_UNIT else 1.0, are_stencils, is_endless)


def _is_endless(page: pikepdf.Page) -> bool:
    """Tell whether a form on the page shows itself, or forms are nested deeper than any printer nests them."""
    level: list[pikepdf.Object] = [page.resources]
    for _ in range(_DEEPEST_FORM + 1):
        forms = {form.objgen: form for resources in level for form in _forms(resources)}
        if len(forms) > _MOST_FORMS:
            return True
        level = [form.get("/Resources", pikepdf.Dictionary()) for form in forms.values()]
    return bool(level)


def _forms(resources: pikepdf.Object) -> list[pikepdf.Object]:
    objects = resources.get("/XObject", pikepdf.Dictionary())
    return [one for one in objects.values() if one.get("/Subtype") == Name.Form]


def _is_annotated(page: pikepdf.Page) -> bool:
    """Answers can be typed or stamped on a page without a change of its content."""
    annotations = page.obj.get("/Annots", pikepdf.Array())
    return any(str(one.get("/Subtype", "")) not in _SILENT_ANNOTATIONS for one in annotations)


def _pictures_are_plain(page: pikepdf.Page) -> bool:
    found = list(_pictures(page))
    are_mixed = len({_is_stencil(one) for one in found}) > 1
    return 0 < len(found) <= _MOST_PICTURES and not are_mixed and all(map(_is_plain, found))


def _pictures(page: pikepdf.Page) -> Iterator[pikepdf.Object]:
    objects = page.resources.get("/XObject", pikepdf.Dictionary())
    for one in objects.values():
        if one.get("/Subtype") == Name.Image:
            yield one


def _is_plain(picture: pikepdf.Object) -> bool:
    """No mask, and colours that mean what they say (8.9.5); for a JPEG, which is decoded here, as it holds them."""
    if any(key in picture for key in _MASKS):
        return False
    space = picture.get("/ColorSpace", Name("/None"))
    name = str(space[0] if isinstance(space, pikepdf.Array) else space)
    if "/DCTDecode" not in str(picture.get("/Filter", "")):
        return _is_stencil(picture) or name in _LIGHT_SPACES | {"/Indexed"}
    decode = [float(value) for value in picture.get("/Decode", pikepdf.Array())]
    is_reversed = decode != [0.0, 1.0] * (len(decode) // 2)
    is_told_how = "/ColorTransform" in str(picture.get("/DecodeParms", ""))
    return name in _LIGHT_SPACES and not is_reversed and not is_told_how and not _is_stencil(picture)


def _is_stencil(picture: pikepdf.Object) -> bool:
    return bool(picture.get("/ImageMask", False))
