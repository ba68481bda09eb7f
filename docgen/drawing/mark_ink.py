"""Ink of inserter control marks: lines, Data Matrix, bars and text, in black alone, on the dots of a 600 dpi press.

Data Matrix and bar codes are encoded by zint. Places are rounded to dots, and so are widths and pitches: a mark is as
wide on one sheet as on the next.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from isal import isal_zlib
from zint import DataMatrixOptions, Symbol, Symbology

from docgen.drawing.print_file import DrawnMarks
from docgen.drawing.symbol_ink import modules_ink
from docgen.layouts.geometry import flip_pt, to_pt
from docgen.layouts.parts import DOT_PT
from docgen.postal.marks.model import MATRIX_MODULES, BarCode, MatrixCode, OmrCode, Side, TextCode
from docgen.postal.marks.model import Symbology as Bars
from docgen.typesetting.words import Style, WordSetter, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.postal.marks.model import MarkCode
    from docgen.postal.marks.sheets import SheetMarks
    from docgen.typesetting.face import Face

MARK_FONT = "F0"
"""Resource name of the face that text marks are set in: every letter has it."""

_TEXT_USES = frozenset({MARK_FONT.encode()})
_SIZE_18 = 5  # zint's number of the square symbol of 18 modules, so that short payloads do not give a smaller one
_ZINT_BARS = {Bars.CODE39: Symbology.CODE39, Bars.I2OF5: Symbology.C25INTER}
_DEFLATE_LEVEL = 1
_RUNS = re.compile("1+|0+")
_BASELINE_EM = 0.78  # the ascent that lines of letters are set with


def draw_marks(sheets: Sequence[SheetMarks], face: Face, *, duplex: bool, first: bytes = b"") -> DrawnMarks:
    """The marks of an envelope, for each page that it takes in a print file; ``face`` is that of `MARK_FONT`.

    ``first`` is more ink for its first page.

    Raises:
        ValueError: marks for the back of a sheet that has none.
    """
    sides = (Side.FRONT, Side.BACK) if duplex else (Side.FRONT,)
    if not duplex and any(code.spot.side is Side.BACK for sheet in sheets for code, _ in sheet.codes):
        raise ValueError("Marks on the back need duplex.")
    texts = any(isinstance(code, TextCode) for sheet in sheets for code, _ in sheet.codes)
    inks = [sheet_ink(sheet, face, side) for sheet in sheets for side in sides]
    if first:
        inks[0] += first
    return DrawnMarks(tuple(map(_deflated, inks)), _TEXT_USES if texts else frozenset())


def marks_on_first(ink: bytes, pages: int) -> DrawnMarks:
    """Ink on the first of so many pages, of an envelope that has no marks."""
    return DrawnMarks((_deflated(ink), *(b"",) * (pages - 1)))


def sheet_ink(sheet: SheetMarks, face: Face, side: Side = Side.FRONT) -> bytes:
    """Ink of the marks on one side of a sheet, in page points; empty when there are none."""
    inks = [_ink(code, content, face) for code, content in sheet.codes if code.spot.side is side]
    return b"q 0 0 0 1 k\n%sQ\n" % b"".join(inks) if inks else b""


def _deflated(ink: bytes) -> bytes:
    return bytes(isal_zlib.compress(ink, _DEFLATE_LEVEL)) if ink else b""


def _ink(code: MarkCode, content: str, face: Face) -> bytes:
    match code:
        case OmrCode():
            return _omr_ink(code, content)
        case MatrixCode():
            return _matrix_ink(code, content)
        case BarCode():
            return _bars_ink(code, content)
        case TextCode():
            return _text_ink(code, content, face)


@lru_cache(maxsize=4_096)
def _omr_ink(code: OmrCode, content: str) -> bytes:
    """Lines of the marks that are '1', as rectangles in dots."""
    pitch, length, thickness = (_dots(to_pt(mm)) for mm in (code.pitch_mm, code.length_mm, code.thickness_mm))
    tops = [place * pitch for place, mark in enumerate(content) if mark == "1"]
    return _rectangles(code, [(top, thickness) for top in tops], length)


def _matrix_ink(code: MatrixCode, content: str) -> bytes:
    symbol = Symbol()
    symbol.symbology, symbol.option_2 = Symbology.DATAMATRIX, _SIZE_18
    symbol.option_3 = int(DataMatrixOptions.SQUARE)
    symbol.encode(content)
    rows = np.asarray(symbol.encoded_data)[:MATRIX_MODULES, : -(-MATRIX_MODULES // 8)].tobytes()
    return modules_ink(rows, MATRIX_MODULES, _corner(code), _dots(to_pt(code.module_mm)) * DOT_PT)


def _bars_ink(code: BarCode, content: str) -> bytes:
    """Bars across, from the top down; zint says which are wide, the profile how wide that is."""
    symbol = Symbol()
    symbol.symbology = _ZINT_BARS[code.symbology]
    symbol.encode(content)
    row = np.asarray(symbol.encoded_data)[0].tobytes()
    modules = f"{int.from_bytes(row, 'little'):b}"[::-1]
    length, narrow, wide = (_dots(to_pt(mm)) for mm in (code.length_mm, code.narrow_mm, code.wide_mm))
    bars, top = list[tuple[int, int]](), 0
    for run in _RUNS.findall(modules):
        height = wide if len(run) > 1 else narrow
        if run[0] == "1":
            bars.append((top, height))
        top += height
    return _rectangles(code, bars, length)


@lru_cache(maxsize=4_096)
def _text_ink(code: TextCode, content: str, face: Face) -> bytes:
    style = Style(face, code.size_pt, MARK_FONT)
    word = WordSetter(style).set(content)
    left_pt, top_pt = _corner(code)
    baseline_pt = top_pt - _BASELINE_EM * code.size_pt
    return b"BT %s %s %s Td [(%s)]TJ ET\n" % (style.select(), number(left_pt), number(baseline_pt), word.fragment)


def _rectangles(code: MarkCode, lines: Sequence[tuple[int, int]], length: int) -> bytes:
    """Lines across at so many dots below the corner, and so many dots thick."""
    left_pt, top_pt = _corner(code)
    path = b"".join([b"0 %d %d %d re\n" % (-top - thickness, length, thickness) for top, thickness in lines])
    scale = number(DOT_PT)
    return b"q %s 0 0 %s %s %s cm\n%sf Q\n" % (scale, scale, number(left_pt), number(top_pt), path)


def _corner(code: MarkCode) -> tuple[float, float]:
    """Its top-left corner in points of the page, on a dot."""
    return _dots(to_pt(code.spot.left_mm)) * DOT_PT, _dots(flip_pt(code.spot.top_mm)) * DOT_PT


def _dots(length_pt: float) -> int:
    return round(length_pt / DOT_PT)
