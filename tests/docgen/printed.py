"""What a PDF shows, as a reader sees it: characters by their origins, gathered into lines and cells."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from itertools import groupby, pairwise

import pypdfium2
from pypdfium2 import raw

_CELL_GAP_PT = 4.0


@dataclass(frozen=True, slots=True)
class Sign:
    """A character with its origin in points from the bottom-left, and where the next one would begin."""

    text: str
    left_pt: float
    right_pt: float
    baseline_pt: float
    size_pt: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Characters of one line with no wide gap between them."""

    signs: tuple[Sign, ...]

    @property
    def text(self) -> str:
        """The words; a space that stands alone between two fonts is not told as a character, only by its width."""
        text = self.signs[0].text
        for before, sign in pairwise(self.signs):
            blank = sign.left_pt - before.right_pt > 0.12 * sign.size_pt
            text += f" {sign.text}" if blank and " " not in (before.text, sign.text) else sign.text
        return text

    @property
    def left_pt(self) -> float:
        return self.signs[0].left_pt

    @property
    def right_pt(self) -> float:
        return self.signs[-1].right_pt

    @property
    def baseline_pt(self) -> float:
        return self.signs[0].baseline_pt

    def left_of(self, sign: str) -> float:
        """Where the first such character begins."""
        return next(s.left_pt for s in self.signs if s.text == sign)


Line = tuple[Cell, ...]


def printed_lines(pdf: bytes) -> list[list[Line]]:
    """The lines of each page from top to bottom, their cells from left to right."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [_page_lines(document[i]) for i in range(len(document))]
    document.close()
    return pages


def printed_texts(pdf: bytes) -> list[str]:
    """The words of each page; a line each, cells separated by tabs."""
    return ["\n".join("\t".join(cell.text for cell in line) for line in page) for page in printed_lines(pdf)]


def _page_lines(page: pypdfium2.PdfPage) -> list[Line]:
    signs = sorted(_signs(page), key=lambda s: (-round(s.baseline_pt, 1), s.left_pt))
    return [_cells(list(line)) for _, line in groupby(signs, key=lambda s: round(s.baseline_pt, 1))]


def _signs(page: pypdfium2.PdfPage) -> list[Sign]:
    text = page.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    box = raw.FS_RECTF()
    signs = []
    for i in range(text.count_chars()):
        if raw.FPDFText_IsGenerated(text.raw, i):
            continue
        raw.FPDFText_GetCharOrigin(text.raw, i, x, y)
        raw.FPDFText_GetLooseCharBox(text.raw, i, box)
        sign = chr(raw.FPDFText_GetUnicode(text.raw, i))
        signs.append(Sign(sign, x.value, float(box.right), y.value, raw.FPDFText_GetFontSize(text.raw, i)))
    text.close()
    return signs


def _cells(signs: list[Sign]) -> Line:
    cells, cell = list[Cell](), [signs[0]]
    for sign in signs[1:]:
        if sign.left_pt - cell[-1].right_pt > _CELL_GAP_PT:
            cells.append(Cell(tuple(cell)))
            cell = []
        cell.append(sign)
    return (*cells, Cell(tuple(cell)))
