"""Lines of text with their boxes on a page, as pdfium sees the characters: what a person reads in the window."""

from __future__ import annotations

import ctypes
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from pypdfium2 import raw

from docgen.layouts.geometry import A4_HEIGHT_MM, to_mm
from docgen.postal.profiles import BoxMm
from docgen.readymade.answers import WindowText
from docgen.readymade.ink import around

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pypdfium2

_MAX_CHARACTERS = 50_000
_MAX_LINE = 300
_SPACE_EM = 0.2  # a gap wider than this is a space that was not written
_COLUMN_EM = 2.5  # and wider than this another text
_SAME_LINE_EM = 0.35


class _Sign(NamedTuple):
    """A character with its box in mm, its baseline from the top of the page, and whether a space stands before it."""

    text: str
    box: BoxMm
    baseline_mm: float
    spaced: bool

    @property
    def right_mm(self) -> float:
        return self.box.left_mm + self.box.width_mm


def page_lines(page: pypdfium2.PdfPage) -> tuple[WindowText, ...]:
    """Pieces of lines from top to bottom; a wide gap divides a line. The page is upright A4."""
    signs = sorted(_signs(page), key=lambda sign: (sign.baseline_mm, sign.box.left_mm))
    lines: list[list[_Sign]] = []
    for sign in signs:
        same = lines and sign.baseline_mm - lines[-1][0].baseline_mm <= _SAME_LINE_EM * sign.box.height_mm
        if same:
            lines[-1].append(sign)
        else:
            lines.append([sign])
    return tuple([text for line in lines for text in _texts(sorted(line, key=lambda s: s.box.left_mm))])


def _texts(line: list[_Sign]) -> Iterator[WindowText]:
    part: list[_Sign] = []
    for sign in line:
        if part and sign.box.left_mm - part[-1].right_mm > _COLUMN_EM * sign.box.height_mm:
            yield _joined(part)
            part = []
        part.append(sign)
    if part:
        yield _joined(part)


def _joined(signs: list[_Sign]) -> WindowText:
    text, before = "", None
    for sign in signs:
        wide = before is not None and sign.box.left_mm - before.right_mm > _SPACE_EM * sign.box.height_mm
        if wide or sign.spaced:
            text += " "
        text, before = text + sign.text, sign
    return WindowText(" ".join(text.split())[:_MAX_LINE], around(sign.box for sign in signs))


def _signs(page: pypdfium2.PdfPage) -> Iterator[_Sign]:
    """Characters that show; the loose box is as high as the type."""
    text = page.get_textpage()
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    spaced = False
    try:
        for index in range(min(text.count_chars(), _MAX_CHARACTERS)):
            sign = _character(text, index)
            if not sign:
                spaced = True
                continue
            raw.FPDFText_GetLooseCharBox(text.raw, index, box)
            raw.FPDFText_GetCharOrigin(text.raw, index, x, y)
            left, right = to_mm(box.left), to_mm(box.right)
            top, bottom = A4_HEIGHT_MM - to_mm(box.top), A4_HEIGHT_MM - to_mm(box.bottom)
            yield _Sign(sign, BoxMm(left, top, right - left, bottom - top), A4_HEIGHT_MM - to_mm(y.value), spaced)
            spaced = False
    finally:
        text.close()


def _character(text: pypdfium2.PdfTextPage, index: int) -> str:
    """The character; '' for spaces, those that pdfium makes up, and what has no meaning of its own."""
    if raw.FPDFText_IsGenerated(text.raw, index):
        return ""
    code = raw.FPDFText_GetUnicode(text.raw, index)
    sign = chr(code) if 0 < code <= 0x10FFFF else ""  # noqa: PLR2004 (the last code point of Unicode)
    return "" if not sign or sign.isspace() or unicodedata.category(sign) in ("Cc", "Cs", "Cn") else sign
