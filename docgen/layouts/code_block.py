"""Blocks with a QR code at the left and rows of text beside it: how to pay, and the way to the personal page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place, Refusal
from docgen.layouts.parts import DOT_PT, MODULE_PT, QUIET_MODULES, Block, Part, PlacedSymbol, rule_ink
from docgen.layouts.typography import fill
from docgen.qr.encoder import Level, size_of, version_for
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.theme import Brand
    from docgen.layouts.typography import Setting, Typography
    from docgen.typesetting.paragraphs import Lines

_GUTTER_PT = 16.0
_LABEL_WIDTH_PT = 104.0
_TITLE_GAP_PT = 4.0
_FOOT_PT = 6.0
_SPACE_BEFORE_PT = 12.0
_MAX_PAYMENT_VERSION = 13


@dataclass(frozen=True, slots=True)
class TextRow:
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


class CodeBlockSetter:
    """Lays out code blocks of one plan."""

    def __init__(self, brand: Brand, typography: Typography, width_pt: float) -> None:
        """``width_pt`` is that of the flow."""
        self._accent = fill(brand.colours.accent)
        self._rule = fill(brand.colours.rule)
        self._typography = typography
        self._width_pt = width_pt
        self._title = lru_cache(maxsize=64)(self._set_title)
        self._sizes = {"table": typography.table, "small": typography.small, "code": typography.code}
        self._row = lru_cache(maxsize=2_000)(self._set_row)

    def set(self, kind: str, title: str, payload: bytes, rows: Sequence[TextRow]) -> CodeBlock:
        """A block of ``kind`` whose symbol holds ``payload`` at level M.

        Raises:
            Refusal: ``qr-too-much-data`` when the payload needs more than version 13.
        """
        size = size_of(version_for(payload, Level.M, _MAX_PAYMENT_VERSION))
        box_pt = (size + 2 * QUIET_MODULES) * MODULE_PT
        top_pt = _ceil_to_dot(self._typography.headings[1].leading_pt + _TITLE_GAP_PT)
        quiet_pt = QUIET_MODULES * MODULE_PT
        symbol = PlacedSymbol(kind, payload, size, 0.0, top_pt + quiet_pt)
        text = _TextColumn(box_pt - quiet_pt + _GUTTER_PT, self._typography.table.palette.styles[0].select())
        room_pt = self._width_pt - (box_pt - quiet_pt + _GUTTER_PT)
        for row in rows:
            text.add(self._sizes[row.size], *self._row(row.label, row.value, row.size, row.bold, room_pt))
        height_pt = top_pt + max(box_pt, text.used_pt + quiet_pt) + _FOOT_PT
        ink = self._title(title, height_pt) + text.ink(top_pt + quiet_pt)
        return CodeBlock(Block(Part(kind, height_pt, ink, (symbol,)), _SPACE_BEFORE_PT), text.extra_fonts, text.lacking)

    def _set_row(self, label: str, value: str, size: str, bold: bool, room_pt: float) -> tuple[bytes, Lines]:  # noqa: FBT001 (the key of a cache)
        """The label, ready to be shown, and lines of the value."""
        lines = self._sizes[size].palette.break_text(
            value, room_pt - (_LABEL_WIDTH_PT if label else 0.0), 1 if bold else 0
        )
        return self._typography.table.palette.line(label).fragment if label else b"", lines

    def _set_title(self, title: str, height_pt: float) -> bytes:
        setting = self._typography.headings[1]
        word = setting.palette.line(title)
        rules = self._rule + b" " + rule_ink(self._width_pt, 0, 0.5) + rule_ink(self._width_pt, height_pt - 0.5, 0.5)
        select = setting.palette.styles[0].select()
        place = b"0 %s Td" % number(-setting.rise_pt - _TITLE_GAP_PT)
        return rules + self._accent + b" BT %s %s [(%s)]TJ ET 0 0 0 1 k\n" % (select, place, word.fragment)


class _TextColumn:
    """Rows of text from the top of the symbol downwards."""

    def __init__(self, left_pt: float, label_style: bytes) -> None:
        self._left_pt = left_pt
        self._label_style = label_style
        self._lines: list[tuple[float, float, bytes, bytes]] = []
        self.used_pt = 0.0
        self.extra_fonts: frozenset[bytes] = frozenset()
        self.lacking = ""

    def add(self, setting: Setting, label: bytes, lines: Lines) -> None:
        """Append a row that is set already."""
        rise_pt, select, left_pt = setting.rise_pt, setting.palette.styles[0].select(), self._left_pt
        if label:
            self._lines.append((left_pt, self.used_pt + rise_pt, self._label_style, label))
            left_pt += _LABEL_WIDTH_PT
        for fragment in lines.fragments:
            self._lines.append((left_pt, self.used_pt + rise_pt, select, fragment))
            self.used_pt += setting.leading_pt
        if lines.extra_fonts or lines.lacking:
            self.extra_fonts |= lines.extra_fonts
            self.lacking += lines.lacking

    def ink(self, top_pt: float) -> bytes:
        """All rows as one text object."""
        shown = bytearray(b"BT ")
        current = b""
        for left_pt, baseline_pt, select, fragment in self._lines:
            if select != current:
                shown += select + b" "
                current = select
            shown += b"1 0 0 1 %s %s Tm[(%s)]TJ " % (number(left_pt), number(-top_pt - baseline_pt), fragment)
        return bytes(shown + b"ET\n")


def _ceil_to_dot(length_pt: float) -> float:
    return -(-length_pt // DOT_PT) * DOT_PT


def symbol_findings(refused: Refusal, place: Place) -> tuple[Finding, ...]:
    """What a refused payload says about a letter."""
    return refused.findings or (Finding(refused.code, refused.detail, place),)
