"""Leaf through ready-made letters: those that are printed as they will be, faulty ones with what is wrong."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from api.ports import JobKind, Permanent
from api.usecases.ready_made.found import letter_at
from api.usecases.ready_made.showing import letter_pdf, overlays_of, pdf_png
from api.usecases.ready_made.values import print_letter
from docgen.findings import Refusal
from docgen.qr.token import derive_piece_id
from docgen.readymade.letters import LetterPages, PrintLetter

if TYPE_CHECKING:
    from api.ports import PrintJob
    from api.usecases.deps import Deps
    from api.usecases.ready_made.found import FoundLetter

_MOST_BYTES: Final = 16_000_000
# a browser asks for all pages of a letter at once, and each look takes a process
_AT_A_TIME: Final = threading.BoundedSemaphore(2)
_lock: Final = threading.Lock()
_made: dict[tuple[str, str, int, int], bytes] = {}


def found_pdf(deps: Deps, job: PrintJob, place: int) -> bytes:
    """The letter at a place (from 0), as it is printed but for its marks; of a faulty one its pages as they came.

    Raises Refusal: ``record-not-found``, ``record-without-letter``, ``page-not-drawn``.
    """
    found = letter_at(deps, job, place)
    if not found.values and not found.own_pages:
        raise Refusal("record-without-letter", "This PDF cannot be shown. Look at what is wrong with it.")
    with _AT_A_TIME:
        return _pdf(deps, job, _letter(job, place, found))


def found_png(deps: Deps, job: PrintJob, place: int, page: int, dpi: int) -> bytes:
    """A page (from 1) of it. Raises Refusal: as `found_pdf`, ``page-not-found``."""
    found = letter_at(deps, job, place)
    pages = found.pages if found.values else found.own_pages
    if not 1 <= page <= pages:
        raise Refusal("page-not-found", f"There is no page {page}; the letter has {pages}.")
    if not found.values:
        return page_png(deps, job, found.source, found.first + page - 1, dpi)
    with _AT_A_TIME:
        return _png(_pdf(deps, job, _letter(job, place, found)), page, dpi)


def page_png(deps: Deps, job: PrintJob, file: int, page: int, dpi: int) -> bytes:
    """A page (from 1) as it came in the PDF ``file`` (from 0); with what is wrong with it when there is such a picture.

    Raises Refusal: ``page-not-found``, ``page-not-drawn``.
    """
    if job.kind is not JobKind.READY_MADE:
        raise Refusal("page-not-found", "These letters were not made of PDFs; look at the letters themselves.")
    for overlay in overlays_of(deps, job.organisation_id, job.id):
        if (overlay.file, overlay.page) == (file, page):
            with deps.blobs.open(job.organisation_id, overlay.blob) as stream:
                return stream.read()
    letter = PrintLetter(job.id, file, LetterPages(str(page), page, page))
    with _AT_A_TIME:
        return _png(_pdf(deps, job, letter), 1, dpi)


def _letter(job: PrintJob, place: int, found: FoundLetter) -> PrintLetter:
    piece_id = derive_piece_id(job.id, place)
    if found.values:
        return print_letter(piece_id, found.values.encode())
    return PrintLetter(piece_id, found.source, LetterPages(found.reference, found.first, found.last))


def _pdf(deps: Deps, job: PrintJob, letter: PrintLetter) -> bytes:
    """The letters that were made last are remembered, because each page is asked for by itself."""
    key = (job.organisation_id, letter.piece_id, letter.source, letter.pages.first)
    with _lock:
        made = _made.get(key)
    if made is None:
        try:
            made = letter_pdf(deps, job, letter)
        except Permanent as error:
            raise _not_drawn() from error
    with _lock:
        _made.pop(key, None)
        _made[key] = made
        while len(_made) > 1 and sum(map(len, _made.values())) > _MOST_BYTES:
            del _made[next(iter(_made))]
    return made


def _png(pdf: bytes, page: int, dpi: int) -> bytes:
    try:
        return pdf_png(pdf, page, dpi)
    except Permanent as error:
        raise _not_drawn() from error


def _not_drawn() -> Refusal:
    return Refusal("page-not-drawn", "This page cannot be drawn. Look at what is wrong with the PDF.")
