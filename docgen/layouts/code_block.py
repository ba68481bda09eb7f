"""Blocks with a QR code at the left and rows of text beside it: how to pay, and the way to the personal page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from docgen.findings import Finding, Place, Refusal
from docgen.layouts.parts import DOT_PT, MODULE_PT, QUIET_MODULES, Block, Part, PlacedSymbol, rule_ink
from docgen.layouts.typography import fill
from docgen.qr.encoder import Level, size_of, version_for
from docgen.typesetting.words import NO_FONTS, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.theme import Brand
    from docgen.layouts.typography import Setting, Typography
    from docgen.typesetting.paragraphs import Lines
    from docgen.typesetting.words import Word

_GUTTER_PT = 16.0
_LABEL_WIDTH_PT = 104.0
_TITLE_GAP_PT = 4.0
_FOOT_PT = 6.0
_SPACE_BEFORE_PT = 12.0
_MAX_PAYMENT_VERSION = 13
_QUIET_PT = QUIET_MODULES * MODULE_PT
_REMEMBERED = 1_000


class TextRow(NamedTuple):
    """One line beside the symbol: label and value; an empty label lets the value run over the whole width.

    ``size`` names a setting: table, small or code.
    """

    label: str
    value: str
    size: str = "table"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block laid out, with what its text lacks."""

    block: Block
    extra_fonts: frozenset[bytes]
    lacking: str


class _Shape(NamedTuple):
    """What blocks have in common whose rows take as many lines: ``ink`` has a place for each fragment of the values."""

    ink: bytes
    height_pt: float
    symbol_top_pt: float
    extra_fonts: frozenset[bytes]
    lacking: str


class CodeBlockSetter:
    """Lays out code blocks of one plan."""

    def __init__(self, brand: Brand, typography: Typography, width_pt: float) -> None:
        """``width_pt`` is that of the flow."""
        self._accent = fill(brand.colours.accent)
        self._rule = fill(brand.colours.rule)
        self._typography = typography
        self._width_pt = width_pt
        self._sizes = {"table": typography.table, "small": typography.small, "code": typography.code}
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._value)
        self._shape = lru_cache(maxsize=_REMEMBERED)(self._draw_shape)

    def set(self, kind: str, title: str, payload: bytes, rows: Sequence[TextRow]) -> CodeBlock:
        """A block of ``kind`` whose symbol holds ``payload`` at level M.

        Raises:
            Refusal: ``qr-too-much-data`` when the payload needs more than version 13.
        """
        size = size_of(version_for(payload, Level.M, _MAX_PAYMENT_VERSION))
        values = [self._remembered(row, size) for row in rows]
        lines = tuple([(row.label, row.size, len(value.fragments)) for row, value in zip(rows, values, strict=True)])
        shape = self._shape(title, size, lines)
        symbol = PlacedSymbol(kind, payload, size, 0.0, shape.symbol_top_pt)
        ink = shape.ink % tuple([fragment for value in values for fragment in value.fragments])
        extra = shape.extra_fonts.union(*[v.extra_fonts for v in values if v.extra_fonts])
        lacking = shape.lacking + "".join([v.lacking for v in values])
        return CodeBlock(Block(Part(kind, shape.height_pt, ink, (symbol,)), _SPACE_BEFORE_PT), extra, lacking)

    def _value(self, row: TextRow, size: int) -> Lines:
        """Lines of a row's value beside a symbol of ``size`` modules."""
        room_pt = self._width_pt - _text_left_pt(size) - (_LABEL_WIDTH_PT if row.label else 0.0)
        return self._sizes[row.size].palette.break_text(row.value, room_pt, 1 if row.bold else 0)

    def _draw_shape(self, title: str, size: int, rows: Sequence[tuple[str, str, int]]) -> _Shape:
        """``rows`` are (label, name of the setting, lines of the value)."""
        table, heading = self._typography.table, self._typography.headings[1]
        top_pt = _ceil_to_dot(heading.leading_pt + _TITLE_GAP_PT)
        column = _TextColumn(_text_left_pt(size), table.select, top_pt + _QUIET_PT)
        labels = [table.palette.line(label) for label, _, _ in rows]
        for (label, name, count), word in zip(rows, labels, strict=True):
            column.add(self._sizes[name], _escaped(word.fragment) if label else b"", count)
        height_pt = top_pt + max(_box_pt(size), column.used_pt + _QUIET_PT) + _FOOT_PT
        words = [heading.palette.line(title), *labels]
        return _Shape(
            self._title_ink(words[0], height_pt) + column.ink(),
            height_pt,
            top_pt + _QUIET_PT,
            NO_FONTS.union(*[word.extra_fonts for word in words]),
            "".join([word.lacking for word in words]),
        )

    def _title_ink(self, word: Word, height_pt: float) -> bytes:
        setting = self._typography.headings[1]
        rules = self._rule + b" " + rule_ink(self._width_pt, 0, 0.5) + rule_ink(self._width_pt, height_pt - 0.5, 0.5)
        place = b"0 %s Td" % number(-setting.rise_pt - _TITLE_GAP_PT)
        shown = b" BT %s %s [(%s)]TJ ET 0 0 0 1 k\n" % (setting.select, place, _escaped(word.fragment))
        return rules + self._accent + shown


class _TextColumn:
    """Rows of text from the top of the symbol downwards; a place is left for each line of the values."""

    def __init__(self, left_pt: float, label_style: bytes, top_pt: float) -> None:
        self._left_pt, self._label_style, self._top_pt = left_pt, label_style, top_pt
        self._ink, self._current = bytearray(b"BT "), b""
        self.used_pt = 0.0

    def add(self, setting: Setting, label: bytes, count: int) -> None:
        """Append a row whose value has ``count`` lines."""
        left_pt = self._left_pt
        if label:
            self._line(setting, left_pt, self._label_style, label)
            left_pt += _LABEL_WIDTH_PT
        for _ in range(count):
            self._line(setting, left_pt, setting.select, b"%s")
            self.used_pt += setting.leading_pt

    def ink(self) -> bytes:
        """All rows as one text object."""
        return bytes(self._ink + b"ET\n")

    def _line(self, setting: Setting, left_pt: float, select: bytes, fragment: bytes) -> None:
        if select != self._current:
            self._ink += select + b" "
            self._current = select
        place = (number(left_pt), number(-self._top_pt - self.used_pt - setting.rise_pt))
        self._ink += b"1 0 0 1 %s %s Tm[(%s)]TJ " % (*place, fragment)


def _box_pt(size: int) -> float:
    """Side of a symbol of ``size`` modules with its quiet zone."""
    return (size + 2 * QUIET_MODULES) * MODULE_PT


def _text_left_pt(size: int) -> float:
    """Where the text begins beside a symbol; the quiet zone at its left lies in the margin."""
    return _box_pt(size) - _QUIET_PT + _GUTTER_PT


def _escaped(fragment: bytes) -> bytes:
    """A fragment inside a template of bytes."""
    return fragment.replace(b"%", b"%%")


def _ceil_to_dot(length_pt: float) -> float:
    return -(-length_pt // DOT_PT) * DOT_PT


def symbol_findings(refused: Refusal, place: Place) -> tuple[Finding, ...]:
    """What a refused payload says about a letter."""
    return refused.findings or (Finding(refused.code, refused.detail, place),)
