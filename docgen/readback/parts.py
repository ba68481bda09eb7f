"""Reading of a part of a print file: its letters, page by page in order."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import pikepdf
from pypdfium2 import PdfiumError

from docgen.drawing.raster import open_pdf
from docgen.findings import Finding, Place
from docgen.readback.contents import check_content, open_contents
from docgen.readback.difference import Difference, Spot
from docgen.readback.expected import BLANK
from docgen.readback.ink import check_blank, check_edges, check_window, check_zones, is_a4
from docgen.readback.picture import difference_png
from docgen.readback.symbols import check_symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    import pypdfium2

    from docgen.layouts.geometry import Rect
    from docgen.readback.expected import ExpectedLetter

MAX_FINDINGS = 20
_LETTERS_A_TASK = 250


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How many symbols were looked for, each difference, and a PNG of the first page that has one."""

    symbols: int
    findings: tuple[Finding, ...]
    picture: bytes | None = None


def read_part(
    source: bytes | Path | BinaryIO,
    letters: Sequence[ExpectedLetter],
    *,
    total_pages: int | None = None,
    consecutive: bool = True,
) -> ReadBack:
    """Read the letters of a part of a print file; ``source`` may be a stream that can seek, which stays open.

    ``total_pages`` is what the whole file must have. Letters that are not ``consecutive``, of a sample, may leave pages
    out between them. A file that cannot be read is a finding. At most 20 findings are told, and then how many more.
    """
    told = _Told()
    with ExitStack() as stack:
        try:
            document = stack.enter_context(open_pdf(source))
            pdf = stack.enter_context(open_contents(BytesIO(source) if isinstance(source, bytes) else source))
            for difference in _Reading(document, pdf.pages, letters).differences(total_pages, consecutive=consecutive):
                told.add(difference, document)
        except (PdfiumError, pikepdf.PdfError):
            message = "The print file is damaged and cannot be read; write it again."
            told.add(Difference(Finding("readback-file-broken", message)))
    return ReadBack(sum(len(letter.symbols) for letter in letters), told.findings(), told.picture)


def read_back(pdf: Path, letters: Iterable[ExpectedLetter], processes: int = 1) -> Iterator[ReadBack]:
    """Results for some hundred letters at a time, in order, so that progress can be shown."""
    tasks = _grouped(iter(letters))
    if processes == 1:
        for group in tasks:
            yield read_part(pdf, group)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(read_part, *zip(*((pdf, group) for group in tasks), strict=True))


def _grouped(letters: Iterator[ExpectedLetter]) -> Iterator[list[ExpectedLetter]]:
    while group := list(islice(letters, _LETTERS_A_TASK)):
        yield group


@dataclass(slots=True)
class _Told:
    """The differences of a part: the first ones, how many more, and a picture of the first that can be shown."""

    picture: bytes | None = None
    _first: list[Finding] = field(default_factory=list)
    _more: int = 0

    def add(self, difference: Difference, document: pypdfium2.PdfDocument | None = None) -> None:
        if len(self._first) < MAX_FINDINGS:
            self._first.append(difference.finding)
        else:
            self._more += 1
        page = difference.finding.place.page
        if self.picture is None and document is not None and page is not None and page <= len(document):
            self.picture = difference_png(document, difference)

    def findings(self) -> tuple[Finding, ...]:
        if not self._more:
            return tuple(self._first)
        message = f"There are {self._more} more differences in this part; the file is not to be printed."
        return (*self._first, Finding("readback-more", message))


class _Reading:
    """A file that is open in two ways: one draws its pages, the other tells what they are drawn from."""

    def __init__(
        self, document: pypdfium2.PdfDocument, pages: pikepdf.PageList, letters: Sequence[ExpectedLetter]
    ) -> None:
        self._document, self._pages, self._letters = document, pages, letters
        self._count = min(len(document), len(pages))

    def differences(self, total_pages: int | None, *, consecutive: bool) -> Iterator[Difference]:
        """Read everything."""
        if total_pages not in (None, self._count):
            message = f"The print file has {self._count} pages and must have {total_pages}; write it again."
            yield Difference(Finding("readback-page-count", message))
        if consecutive:
            yield from self._check_order()
        for letter in self._letters:
            for number in range(1, letter.page_count + 1):
                yield from self._page(Spot(letter, number))

    def _check_order(self) -> Iterator[Difference]:
        """Between letters that follow each other no page is left out, and none is in two of them."""
        for one, other in pairwise(self._letters):
            if one.pages and one.first_page + len(one.pages) != other.first_page:
                message = f"{other.piece_id} does not begin on the page after {one.piece_id}; write the file again."
                place = Place(record=other.piece_id, page=other.first_page)
                yield Difference(Finding("readback-page-unaccounted", message, place))

    def _page(self, spot: Spot) -> Iterator[Difference]:
        letter = spot.letter
        symbols = [symbol for symbol in letter.symbols if symbol.page == spot.number]
        if spot.page > self._count:
            message = f"The print file ends before page {spot.page}; write it again."
            yield Difference(Finding("readback-page-missing", message, spot.place()))
            return
        marks = [symbol.rect for symbol in symbols if symbol.is_mark]
        if letter.pages:
            page = self._pages[spot.page - 1]
            for difference in check_content(spot, page, self._owners, marked=bool(marks)):
                yield difference
                if difference.read:
                    return
        leaf = self._document[spot.page - 1]
        try:
            if not is_a4(leaf):
                message = f"Page {spot.page} is not upright A4; write the file again."
                yield Difference(Finding("readback-page-size", message, spot.place()))
                return
            for symbol in symbols:
                yield from check_symbol(spot, leaf, symbol)
            yield from self._ink(spot, leaf, marks)
        finally:
            leaf.close()

    def _ink(self, spot: Spot, leaf: pypdfium2.PdfPage, marks: Sequence[Rect]) -> Iterator[Difference]:
        letter = spot.letter
        if letter.pages and letter.pages[spot.number - 1] == BLANK:
            yield from check_blank(spot, leaf, marks)
            return
        if letter.window is not None and letter.window.page == spot.number:
            yield from check_window(spot, leaf, letter.window)
        if letter.room is not None:
            yield from check_zones(spot, leaf, letter.room.zones(spot.number), marks)
            yield from check_edges(spot, leaf, letter.room.margin_mm)

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        """Which page of which piece a digest is, in this part; of pages that are alike, the first."""
        owners = dict[str, str]()
        for letter in self._letters:
            for number, digest in enumerate(letter.pages, 1):
                owners.setdefault(digest, f"page {number} of {letter.piece_id}")
        return {**owners, BLANK: "a blank page"}
