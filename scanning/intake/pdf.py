"""PDF, page by page: the scanner's own picture where a page is nothing else, and the page drawn where it is more."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
from pypdfium2 import raw

from scanning.intake import troubles
from scanning.intake.bounds import MAX_PAGES
from scanning.intake.decoding import decoding
from scanning.intake.pdf_dictionary import PageFacts, page_facts
from scanning.intake.pdf_drawn import drawn_page
from scanning.intake.pdf_placed import placed_pictures
from scanning.intake.pdf_taken import taken_page
from scanning.intake.troubles import PageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docgen.findings import Finding
    from scanning.page import Page

_BYTES_A_READER = 25_000_000
"""Readers keep what they met of the file; after about so much they are opened anew, so that memory stays flat."""
_PAGES_A_READER = (20, 1_000)
"""But not for fewer or more pages than these: to open a file with very many pages takes long."""


def pdf_pages(path: Path) -> Iterator[Page | Finding]:
    """The pages of a PDF, and what is wrong with others.

    Raises:
        PageError: nothing can be read.
    """
    total = 0
    start = 0
    while start == 0 or start < min(total, MAX_PAGES):
        with _opened(path) as document:
            total = len(document)
            stop = start + _pages_a_reader(path.stat().st_size, total)
            yield from _part(path, document, range(start, min(stop, total, MAX_PAGES)))
        start = stop
    if total > MAX_PAGES:
        yield troubles.too_many_pages(MAX_PAGES)


def _pages_a_reader(file_bytes: int, pages: int) -> int:
    fewest, most = _PAGES_A_READER
    return max(fewest, min(most, _BYTES_A_READER * pages // max(1, file_bytes)))


def _opened(path: Path) -> pypdfium2.PdfDocument:
    with decoding(None):
        document = pypdfium2.PdfDocument(_handle(path))
        document.init_forms()
    return document


def _handle(path: Path) -> raw.FPDF_DOCUMENT:
    """The document, which is closed with what is made of it. The last error is only looked at when there was one."""
    handle = raw.FPDF_LoadDocument(os.fsencode(path), None)
    if handle:
        return handle
    if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD:
        raise PageError(troubles.encrypted())
    raise PageError(troubles.damaged())


def _part(path: Path, document: pypdfium2.PdfDocument, indexes: range) -> Iterator[Page | Finding]:
    facts = _facts(path, indexes)
    for index in indexes:
        try:
            yield _page(document, index, facts.get(index))
        except PageError as error:
            yield error.finding


def _facts(path: Path, indexes: range) -> dict[int, PageFacts]:
    """What the dictionaries of these pages say; pages of which it is not known are drawn."""
    try:
        with decoding(None), pikepdf.open(path) as pdf:
            return {index: page_facts(pdf, index) for index in indexes if index < len(pdf.pages)}
    except (PageError, pikepdf.PdfError):
        return {}


def _page(document: pypdfium2.PdfDocument, index: int, facts: PageFacts | None) -> Page:
    number = index + 1
    if facts is not None and facts.is_endless:
        raise PageError(troubles.too_costly(number))
    with decoding(number):
        leaf = document[index]
    try:
        if facts is not None and facts.is_plain:
            placed = placed_pictures(leaf, are_stencils=facts.are_stencils)
            page = taken_page(leaf, placed, number, facts) if placed else None
            if page is not None:
                return page
        return drawn_page(leaf, number, facts.user_unit if facts else 1.0)
    finally:
        leaf.close()
