"""Read a finished print file back: rasterise where symbols must be, decode them, compare with what they must say.

A print file is only as good as what a reader finds in it; syntax checks do not look inside content streams.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import zxingcpp
from pyzbar import pyzbar

from docgen.drawing.raster import leaf_gray, open_pdf
from docgen.findings import Finding, Place
from docgen.layouts.geometry import Rect, to_mm
from docgen.layouts.parts import MODULE_PT, QUIET_MODULES
from docgen.postal import kix_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import numpy as np
    import pypdfium2
    from numpy.typing import NDArray

    from docgen.layouts.laid_out import LaidOutLetter

    Load: TypeAlias = Callable[[int], pypdfium2.PdfPage]

_QR_DPI = 200
_KIX_DPI = 300
_KIX_CLEAR_MM = 2.0
_LETTERS_A_TASK = 100
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class ExpectedSymbol:
    """A symbol that must be read at a place: ``kind`` is ``qr`` or ``kix``; ``page`` counts from 1 in the letter."""

    kind: str
    page: int
    rect: Rect
    content: bytes


@dataclass(frozen=True, slots=True)
class ExpectedLetter:
    """A letter of the print file with its first page (from 1) and everything that must be read in it."""

    piece_id: str
    first_page: int
    symbols: tuple[ExpectedSymbol, ...]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How many symbols were read, and each that was not there or said something else."""

    symbols: int
    findings: tuple[Finding, ...]


def expected_symbols(laid: LaidOutLetter) -> tuple[ExpectedSymbol, ...]:
    """What a reader must find on the pages of a laid-out letter, with the clear zones around."""
    expected = []
    quiet_mm = to_mm(QUIET_MODULES * MODULE_PT)
    for number, page in enumerate(laid.pages, 1):
        for flown in page.parts:
            for symbol in flown.part.symbols:
                left_mm = page.flow.left_mm + to_mm(symbol.left_pt)
                top_mm = page.flow.top_mm + to_mm(flown.top_pt + symbol.top_pt)
                side_mm = to_mm(symbol.size * MODULE_PT)
                rect = Rect(left_mm, top_mm, side_mm, side_mm).grown(quiet_mm)
                expected.append(ExpectedSymbol("qr", number, rect, symbol.payload))
        if page.kix is not None:
            rect = next(f.rect for f in laid.fixed_frames if f.kind == "kix").grown(_KIX_CLEAR_MM)
            expected.append(ExpectedSymbol("kix", number, rect, page.kix.content.encode("ascii")))
    return tuple(expected)


def read_back(pdf: Path, letters: Iterable[ExpectedLetter], processes: int = 1) -> Iterator[ReadBack]:
    """Results for a hundred letters at a time, in order, so that progress can be shown."""
    tasks = _grouped(iter(letters))
    if processes == 1:
        for group in tasks:
            yield _read_group(pdf, group)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(_read_group, *zip(*((pdf, group) for group in tasks), strict=True))


def _grouped(letters: Iterator[ExpectedLetter]) -> Iterator[list[ExpectedLetter]]:
    while group := list(islice(letters, _LETTERS_A_TASK)):
        yield group


def _read_group(pdf: Path, letters: list[ExpectedLetter]) -> ReadBack:
    findings: list[Finding] = []
    with open_pdf(pdf) as document:
        # A page is loaded once for all its symbols, which stand in the order of their pages.
        load = lru_cache(maxsize=1)(document.get_page)
        for letter in letters:
            for symbol in letter.symbols:
                findings += _read_symbol(document, load, letter, symbol)
    return ReadBack(sum(len(letter.symbols) for letter in letters), tuple(findings))


def _read_symbol(
    document: pypdfium2.PdfDocument, load: Load, letter: ExpectedLetter, symbol: ExpectedSymbol
) -> list[Finding]:
    page = letter.first_page + symbol.page - 1
    place = Place(record=letter.piece_id, page=page, frame=symbol.kind)
    if page > len(document):
        return [Finding("readback-page-missing", f"The print file ends before page {page}; write it again.", place)]
    read = _decode(load(page - 1), symbol)
    if read == symbol.content:
        return []
    if read is None:
        message = f"The {symbol.kind} code on page {page} cannot be read; look at the page before printing."
        return [Finding("readback-unreadable", message, place)]
    message = f"The {symbol.kind} code on page {page} says something else than the data; do not print this file."
    return [Finding("readback-differs", message, place)]


def _decode(leaf: pypdfium2.PdfPage, symbol: ExpectedSymbol) -> bytes | None:
    if symbol.kind == "kix":
        text = kix_reader.read(leaf_gray(leaf, _KIX_DPI, symbol.rect))
        return None if text is None else text.encode("ascii")
    picture = leaf_gray(leaf, _QR_DPI, symbol.rect)
    found = zxingcpp.read_barcodes(picture, _QR_ONLY)
    if not found:
        return None
    read = bytes(found[0].bytes)
    return read if not read.isascii() else _second_opinion(picture)


def _second_opinion(picture: NDArray[np.uint8]) -> bytes | None:
    """What another reader makes of it: phones differ, so a code that one of two misreads is not good enough."""
    found = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return bytes(found[0].data) if found else None
