"""The structure of a foreign PDF: everything that can be told without drawing it.

It looks into foreign files: call it through ``docgen.readymade.isolation``.
"""

from __future__ import annotations

import mmap
from collections import defaultdict
from hashlib import file_digest
from typing import TYPE_CHECKING

import pikepdf

from docgen.findings import Finding, Place
from docgen.readymade.answers import Bookmark, Inspection
from docgen.readymade.beside import document_findings, page_findings
from docgen.readymade.colour_spaces import Ink
from docgen.readymade.content import RENDERER_ERROR, TooManyOperatorsError, page_content
from docgen.readymade.page_numbers import in_words
from docgen.readymade.shape import BadPageError, page_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from docgen.readymade.content import PageContent
    from docgen.readymade.policy import ReadymadePolicy
    from docgen.readymade.shape import PageShape

_HEAD_BYTES = 1_024
_MAX_BOOKMARKS = 20_000
_MAX_TITLE = 200
# Words of qpdf when it had to guess at parts of the file; what else it repairs is small.
_GUESSED = ("damaged", "reconstruct", "recover", "decod", "loop", "unable", "eof", "endstream", "invalid object")
_ROUNDING_MM = 0.01  # sizes come in points
_NOTED = {
    "type3": Finding("pdf-font-type3", "A font is made of drawings (Type 3); it prints, but never sharper than now."),
    "rgb": Finding("pdf-rgb", "Colours are given in RGB; the press converts them, and black may become four inks."),
    "spot": Finding("pdf-spot-colour", "A spot colour is used; it prints as its nearest mixture of the press's inks."),
    "transparency": Finding("pdf-transparency", "Something is transparent; the press flattens it."),
    "hidden": Finding("pdf-hidden-text", "There is invisible text, as of a scan; it does not print."),
}


def inspect_file(path: Path, policy: ReadymadePolicy) -> Inspection:
    """Everything that is wrong with the structure of a PDF, by the policy's severities."""
    found = _file_findings(path, policy)
    if found:
        return _refused(path, policy, found)
    try:
        with pikepdf.open(path) as pdf:
            return _inspected(pdf, path, policy)
    except pikepdf.PasswordError:
        return _refused(path, policy, [_encrypted()])
    except pikepdf.PdfError:
        return _refused(path, policy, [Finding("pdf-broken", "The PDF cannot be read. Make it anew.")])


def _file_findings(path: Path, policy: ReadymadePolicy) -> list[Finding]:
    size = path.stat().st_size
    if size == 0:
        return [Finding("pdf-empty", "The file is empty. Upload it again.")]
    if size > policy.file.max_bytes:
        message = f"The PDF has {size:,} bytes; at most {policy.file.max_bytes:,} are taken. Divide it."
        return [Finding("pdf-too-large", message)]
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        if whole.find(b"%PDF-", 0, _HEAD_BYTES) < 0:
            return [Finding("pdf-not-a-pdf", "The file is no PDF. Save or print the document as PDF.")]
        # A converter that writes its PDF to standard output can write its own complaints into it.
        if whole.find(RENDERER_ERROR) >= 0:
            return [_renderer_error(None)]
    return []


def _inspected(pdf: pikepdf.Pdf, path: Path, policy: ReadymadePolicy) -> Inspection:
    if pdf.is_encrypted:
        return _refused(path, policy, [_encrypted()])
    count = len(pdf.pages)
    if count == 0:
        return _refused(path, policy, [Finding("pdf-no-pages", "The PDF has no pages.")])
    if count > policy.file.max_pages:
        message = f"The PDF has {count:,} pages; at most {policy.file.max_pages:,} are taken. Divide it."
        return _refused(path, policy, [Finding("pdf-too-many-pages", message)], count)
    findings = [*document_findings(pdf), *_all_page_findings(pdf, policy)]
    bookmarks, unread = _bookmarks(pdf)
    findings += unread
    findings[:0] = _repair_findings([str(warning).replace(str(path), "") for warning in pdf.get_warnings()])
    return Inspection(count, _sha256(path), bookmarks, _producer(pdf), policy.graded(findings))


def _repair_findings(warnings: Iterable[str]) -> list[Finding]:
    """What the reader had to guess: parts of the file, or only something that a page should have and does not need."""
    said = [warning.casefold() for warning in warnings]
    if any(word in warning for word in _GUESSED for warning in said):
        message = "The PDF is damaged, and was repaired by guessing; something may be missing. Make it anew."
        return [Finding("pdf-damaged", message)]
    small = Finding("pdf-untidy", "The PDF breaks rules in small ways. Look whether it shows as meant.")
    return [small] if said else []


def _refused(path: Path, policy: ReadymadePolicy, findings: list[Finding], pages: int = 0) -> Inspection:
    return Inspection(pages, _sha256(path), (), "", policy.graded(findings))


def _all_page_findings(pdf: pikepdf.Pdf, policy: ReadymadePolicy) -> Iterator[Finding]:
    """Findings of pages in order; those that are the same for many pages are told once, at their end."""
    noted: dict[str, list[int]] = defaultdict(list)
    for number, page in enumerate(pdf.pages, 1):
        try:
            shape = page_shape(page)
            yield from _shape_findings(shape, number, policy)
            content = page_content(page, shape, policy.file.page_operators)
        except (BadPageError, pikepdf.PdfError) as wrong:
            yield Finding(
                "pdf-page-broken", f"The page cannot be read: {wrong}. Make the PDF anew.", Place(page=number)
            )
            continue
        except TooManyOperatorsError as wrong:
            message = f"The page is too complex: {wrong}. Print it to a new PDF, or send it as a picture."
            yield Finding("pdf-page-too-complex", message, Place(page=number))
            continue
        yield from page_findings(page, number)
        yield from _content_findings(content, number, policy)
        for key in _notes(content):
            noted[key].append(number)
    for key, pages in noted.items():
        kind = _NOTED[key]
        yield Finding(kind.code, f"{kind.message} ({in_words(pages)})", Place(page=pages[0]))


def _shape_findings(shape: PageShape, number: int, policy: ReadymadePolicy) -> Iterator[Finding]:
    wide, high = policy.page_mm
    slack = policy.page_tolerance_mm + _ROUNDING_MM
    size = f"{shape.width_mm:.0f} x {shape.height_mm:.0f} mm"
    if abs(shape.width_mm - wide) <= slack and abs(shape.height_mm - high) <= slack:
        return
    if abs(shape.width_mm - high) <= slack and abs(shape.height_mm - wide) <= slack:
        message = f"The page lies on its side ({size}). Turn it, or place it upright on the sheet."
        yield Finding("pdf-page-landscape", message, Place(page=number))
        return
    message = f"The page is {size}, and must be {wide:.0f} x {high:.0f} mm. Set the paper size and make the PDF anew."
    yield Finding("pdf-page-size", message, Place(page=number))


def _content_findings(content: PageContent, number: int, policy: ReadymadePolicy) -> Iterator[Finding]:
    place = Place(page=number)
    if content.unembedded:
        names = ", ".join(sorted(content.unembedded))
        message = f"Fonts are not in the PDF and may print as others or as boxes: {names}. Embed all fonts."
        yield Finding("pdf-font-not-embedded", message, place)
    if content.renderer_error:
        yield _renderer_error(number)
    pictures = [image for image in content.images if image.least_px > policy.images.ignored_px]
    worst = min(pictures, key=lambda image: image.dpi, default=None)
    if worst is None or worst.dpi >= policy.images.warn_dpi:
        return
    left, top, width, height = worst.box
    where = f"at x {left:.0f}, y {top:.0f} mm, {width:.0f} x {height:.0f} mm"
    if worst.dpi < policy.images.least_dpi:
        message = f"A picture has {worst.dpi:.0f} dpi ({where}); at least {policy.images.least_dpi:.0f} is needed."
        yield Finding("pdf-image-too-coarse", f"{message} Use a larger picture, or print it smaller.", place)
    else:
        message = f"A picture has {worst.dpi:.0f} dpi ({where}) and may look coarse."
        yield Finding("pdf-image-coarse", f"{message} From {policy.images.warn_dpi:.0f} dpi it does not.", place)


def _notes(content: PageContent) -> Iterable[str]:
    told = {
        "type3": content.type3,
        "rgb": Ink.RGB in content.inks,
        "spot": Ink.SPOT in content.inks,
        "transparency": content.transparency,
        "hidden": content.hidden_text,
    }
    return [key for key, found in told.items() if found]


def _bookmarks(pdf: pikepdf.Pdf) -> tuple[tuple[Bookmark, ...], list[Finding]]:
    """Top-level bookmarks that lead to a page of this file."""
    if pdf.Root.get("/Outlines") is None:
        return (), []
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    try:
        with pdf.open_outline(max_depth=1) as outline:
            items = outline.root[:_MAX_BOOKMARKS]
            found = [(item.title, _target(pdf, item, pages)) for item in items]
    except (pikepdf.PdfError, pikepdf.OutlineStructureError, ValueError, TypeError, AttributeError, KeyError):
        message = "The bookmarks cannot be read, so the PDF cannot be split by them."
        return (), [Finding("pdf-bookmarks-unreadable", message)]
    return tuple([Bookmark(str(title)[:_MAX_TITLE], page) for title, page in found if page]), []


def _target(pdf: pikepdf.Pdf, item: pikepdf.OutlineItem, pages: dict[tuple[int, int], int]) -> int:
    """The page (from 1) that a bookmark leads to; 0 when it leads elsewhere."""
    place: object = item.destination
    if place is None and isinstance(item.action, pikepdf.Dictionary):
        place = item.action.get("/D")
    if isinstance(place, pikepdf.Name | pikepdf.String):
        place = _named_place(pdf, str(place))
    if isinstance(place, pikepdf.Dictionary):
        place = place.get("/D")
    if not isinstance(place, pikepdf.Array) or len(place) == 0:
        return 0
    target: object = place[0]
    if isinstance(target, int):
        return target + 1 if 0 <= target < len(pages) else 0
    return pages.get(target.objgen, 0) if isinstance(target, pikepdf.Object) else 0


def _named_place(pdf: pikepdf.Pdf, name: str) -> object:
    """A destination by its name: in the old dictionary, or in the tree of names (ISO 32000-1, 12.3.2.3)."""
    old = pdf.Root.get("/Dests")
    if isinstance(old, pikepdf.Dictionary) and name.startswith("/") and name in old:
        return old.get(name)
    names = pdf.Root.get("/Names")
    tree = names.get("/Dests") if isinstance(names, pikepdf.Dictionary) else None
    return pikepdf.NameTree(tree).get(name) if isinstance(tree, pikepdf.Dictionary) else None


def _producer(pdf: pikepdf.Pdf) -> str:
    value = pdf.docinfo.get("/Producer") if isinstance(pdf.trailer.get("/Info"), pikepdf.Dictionary) else None
    return str(value)[:_MAX_TITLE] if isinstance(value, pikepdf.String) else ""


def _encrypted() -> Finding:
    return Finding("pdf-encrypted", "The PDF is protected by a password or by rights. Save it without protection.")


def _renderer_error(page: int | None) -> Finding:
    message = "A converter wrote 'Output may be incorrect' into the PDF: a page may be wrong or blank. Make it anew."
    return Finding("pdf-renderer-error", message, Place(page=page))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
