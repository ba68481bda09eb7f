"""Ink of what a carrier gave for an envelope: its line of text and its 2D code, in black alone, beside the address.

It is drawn over the page of a letter as marks are, so that the letter itself is drawn before the carrier has answered.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from zint import DataMatrixOptions, InputMode, Symbol, Symbology

from docgen.drawing.mark_ink import MARK_FONT
from docgen.drawing.symbol_ink import modules_ink
from docgen.findings import Finding, Place
from docgen.layouts.geometry import flip_pt, to_mm, to_pt
from docgen.layouts.parts import DOT_PT
from docgen.typesetting.words import Style, Word, WordSetter, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.postal.enrichment import Enriched
    from docgen.postal.profiles import BoxMm, CarrierRoom
    from docgen.typesetting.face import Face

LINE_PT = 6.5
_BASELINE_EM = 0.78
_MODULE_DOTS = (12, 10, 8)  # 0.51, 0.42 and 0.34 mm: the largest that the box has room for
_BYTES = InputMode(0)  # of zint: what is encoded is not text in UTF-8


class CarrierInk(NamedTuple):
    """Ink in page points, and the fonts that it names."""

    ink: bytes
    uses: frozenset[bytes]


class _Matrix(NamedTuple):
    """A Data Matrix (ISO/IEC 16022): rows of whole bytes from the top, the leftmost module the least bit."""

    rows: bytes
    size: int


def carrier_ink(enriched: Enriched, room: CarrierRoom, face: Face) -> CarrierInk:
    """The line and the code in their places; ``face`` is that of `MARK_FONT`.

    Raises:
        ValueError: something that `carrier_findings` tells.
    """
    inks, uses = list[bytes](), frozenset[bytes]()
    if enriched.postal_line:
        word = _word(face, enriched.postal_line)
        inks.append(_line_ink(word, room.line, face))
        uses = word.extra_fonts | {MARK_FONT.encode()}
    if enriched.postal_2d:
        inks.append(_code_ink(enriched.postal_2d, room.code))
    return CarrierInk(b"q 0 0 0 1 k\n%sQ\n" % b"".join(inks) if inks else b"", uses)


def carrier_findings(enriched: Enriched, room: CarrierRoom, face: Face) -> Iterator[Finding]:
    """Why what came back for an envelope cannot be printed in its room."""
    place = Place(record=enriched.own_id)
    word = _word(face, enriched.postal_line)
    if strange := {sign for sign in enriched.postal_line if sign in word.lacking or not _is_common(sign)}:
        signs = " ".join(sorted(strange))
        message = f"A line with {signs} cannot be printed and read back. Ask for one of common letters and digits."
        yield Finding("enrichment-line-lacks-glyph", message, place)
    if to_mm(word.width_pt) > room.line.width_mm:
        wide, most = to_mm(word.width_pt), room.line.width_mm
        message = f"The line to print is {wide:.0f} mm wide; the window has {most:.0f} mm. Ask for a shorter one."
        yield Finding("enrichment-line-too-wide", message, place)
    if enriched.postal_2d and _module_dots(enriched.postal_2d, room.code) is None:
        message = f"The 2D code holds too much for {room.code.width_mm:g} mm in the window; ask for a smaller one."
        yield Finding("enrichment-code-too-large", message, place)


def _is_common(sign: str) -> bool:
    """Whether it is in Latin-1, and stands by itself in a line: those are what a reader tells apart."""
    return sign <= "\xff" and sign.isprintable()


def _line_ink(word: Word, box: BoxMm, face: Face) -> bytes:
    if word.lacking:
        raise ValueError("the typeface lacks signs of the line")
    select = _setter(face).style.select()
    baseline_pt = flip_pt(box.top_mm) - _BASELINE_EM * LINE_PT
    return b"BT %s %s %s Td [(%s)]TJ ET\n" % (select, number(to_pt(box.left_mm)), number(baseline_pt), word.fragment)


def _code_ink(content: bytes, box: BoxMm) -> bytes:
    """At the right of its box, where the window ends, and on the dots of a 600 dpi press."""
    dots = _module_dots(content, box)
    if dots is None:
        raise ValueError("the 2D code is larger than its box")
    matrix = _matrix(content)
    left_dots = int(to_pt(box.left_mm + box.width_mm) / DOT_PT) - matrix.size * dots
    top_dots = int(flip_pt(box.top_mm) / DOT_PT)
    return modules_ink(matrix.rows, matrix.size, (left_dots * DOT_PT, top_dots * DOT_PT), dots * DOT_PT)


def _module_dots(content: bytes, box: BoxMm) -> int | None:
    """How many dots a module takes; None when the code does not fit, or nothing could hold it."""
    matrix = _matrix(content)
    side_dots = int(to_pt(box.width_mm) / DOT_PT)
    return next((dots for dots in _MODULE_DOTS if matrix.size and matrix.size * dots <= side_dots), None)


@lru_cache(maxsize=64)
def _matrix(content: bytes) -> _Matrix:
    """The smallest square symbol; of size 0 when the content is more than any holds."""
    symbol = Symbol()
    symbol.symbology, symbol.input_mode = Symbology.DATAMATRIX, _BYTES
    symbol.option_3 = int(DataMatrixOptions.SQUARE)
    try:
        symbol.encode(content)
    except RuntimeError:
        return _Matrix(b"", 0)
    size = symbol.rows
    return _Matrix(np.asarray(symbol.encoded_data)[:size, : -(-size // 8)].tobytes(), size)


@lru_cache(maxsize=8)
def _setter(face: Face) -> WordSetter:
    return WordSetter(Style(face, LINE_PT, MARK_FONT))


def _word(face: Face, text: str) -> Word:
    return _setter(face).set(text)
