"""What a foreign PDF holds beside the content of its pages: scripts, actions, attachments, forms, annotations, layers.

None of it gets into a print file. What a reader would see or run, and paper would not show, is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pikepdf

from docgen.findings import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_HARMLESS_ACTIONS = frozenset(("/GoTo", "/URI", "/Named", "/GoToR", "/GoToE", "/Thread"))
_HIDDEN, _PRINT, _NO_VIEW = 2, 4, 32
_NEVER_PRINTED = frozenset(("/Link", "/Popup"))
_MAX_ANNOTATIONS = 10_000
_MAX_CHAIN = 20


def document_findings(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """Findings about the document as a whole."""
    root = pdf.Root
    names = root.get("/Names")
    named = names if isinstance(names, pikepdf.Dictionary) else pikepdf.Dictionary()
    if named.get("/JavaScript") is not None or _runs_script(root.get("/OpenAction")):
        yield Finding("pdf-javascript", "The PDF runs JavaScript. Save it without scripts, for example as PDF/A.")
    if root.get("/AA") is not None or _acts(root.get("/OpenAction")):
        yield Finding("pdf-action", "The PDF starts an action when it is opened or printed. Save it without actions.")
    if named.get("/EmbeddedFiles") is not None or root.get("/AF") is not None:
        yield Finding("pdf-attachment", "Files are attached to the PDF; they cannot be printed. Take them out.")
    yield from _form_findings(root.get("/AcroForm"))
    yield from _layer_findings(root.get("/OCProperties"))


def page_findings(page: pikepdf.Page, number: int) -> Iterator[Finding]:
    """Findings about what lies over a page's content; each code at most once a page."""
    place = Place(page=number)
    said: dict[str, Finding] = {}
    if page.obj.get("/AA") is not None:
        said["pdf-action"] = Finding("pdf-action", "The page starts an action. Save the PDF without actions.", place)
    annotations = page.obj.get("/Annots")
    if isinstance(annotations, pikepdf.Array):
        for annotation in list[object](annotations)[:_MAX_ANNOTATIONS]:
            for finding in _annotation_findings(annotation, place):
                said.setdefault(finding.code, finding)
    yield from said.values()


def _annotation_findings(annotation: object, place: Place) -> Iterator[Finding]:
    if not isinstance(annotation, pikepdf.Dictionary):
        return
    kind = str(annotation.get("/Subtype"))
    flags: Any = annotation.get("/F")
    if _runs_script(annotation.get("/A")):
        yield Finding("pdf-javascript", "An annotation runs JavaScript. Save the PDF without scripts.", place)
    if _acts(annotation.get("/A")) or annotation.get("/AA") is not None:
        yield Finding("pdf-action", "An annotation starts an action. Save the PDF without actions.", place)
    if kind == "/FileAttachment":
        yield Finding("pdf-attachment", "A file is attached to the page; it cannot be printed. Take it out.", place)
    if kind in _NEVER_PRINTED:
        return
    shown = flags if isinstance(flags, int) else 0
    if shown & _PRINT and not shown & (_HIDDEN | _NO_VIEW):
        message = f"A {kind[1:]} annotation lies over the page and would be lost. Flatten it: print to a new PDF."
        yield Finding("pdf-annotation", message, place)
    else:
        yield Finding("pdf-annotation-left-out", f"A {kind[1:]} annotation is not printed, as it asks itself.", place)


def _form_findings(form: object) -> Iterator[Finding]:
    if not isinstance(form, pikepdf.Dictionary):
        return
    fields = form.get("/Fields")
    if form.get("/XFA") is not None or (isinstance(fields, pikepdf.Array) and len(fields) > 0):
        message = "The PDF has form fields; what is filled in would be lost. Flatten it: print to a new PDF."
        yield Finding("pdf-form-field", message)


def _layer_findings(layers: object) -> Iterator[Finding]:
    if not isinstance(layers, pikepdf.Dictionary):
        return
    settings = layers.get("/D")
    chosen = settings if isinstance(settings, pikepdf.Dictionary) else pikepdf.Dictionary()
    off = chosen.get("/OFF")
    hidden = (isinstance(off, pikepdf.Array) and len(off) > 0) or str(chosen.get("/BaseState")) == "/OFF"
    if hidden or chosen.get("/AS") is not None:
        message = "The PDF has layers that are hidden on the screen or on paper. Flatten it, so that one page is meant."
        yield Finding("pdf-layer-hidden", message)
    else:
        yield Finding("pdf-layers", "The PDF has layers; all of them are printed.")


def _kinds(action: object) -> Iterator[str]:
    """The kinds of an action and of those that follow it."""
    for _ in range(_MAX_CHAIN):
        if not isinstance(action, pikepdf.Dictionary):
            return
        yield str(action.get("/S"))
        following = action.get("/Next")
        action = following[0] if isinstance(following, pikepdf.Array) and len(following) > 0 else following


def _runs_script(action: object) -> bool:
    return "/JavaScript" in _kinds(action)


def _acts(action: object) -> bool:
    """True for an action that does more than show a place; scripts are told apart."""
    return any(kind not in _HARMLESS_ACTIONS and kind != "/JavaScript" for kind in _kinds(action))
