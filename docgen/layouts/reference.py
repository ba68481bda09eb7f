"""The reference block: date, numbers and names in columns, labels above values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from docgen.layouts.parts import Block, Part
from docgen.typesetting.words import NO_FONTS, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.typography import Typography

_COLUMNS = 4
_GAP_PT = 8.0
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Reference:
    """The block with what its text needs."""

    block: Block
    extra_fonts: frozenset[bytes]
    lacking: str


class _Shape(NamedTuple):
    """What blocks of the same labels and numbers of lines have in common; ``ink`` has a place for each value."""

    ink: bytes
    height_pt: float
    extra_fonts: frozenset[bytes]
    lacking: str


class ReferenceSetter:
    """Sets reference blocks of one plan."""

    def __init__(self, typography: Typography, width_pt: float) -> None:
        """``width_pt`` is shared evenly by four columns."""
        self._labels = typography.caption
        self._values = typography.table
        self._column_pt = width_pt / _COLUMNS
        self._shape = lru_cache(maxsize=_REMEMBERED)(self._draw_shape)

    def set(self, items: Sequence[tuple[str, str]]) -> Reference | None:
        """Label and value pairs, four a row; None when there are none."""
        if not items:
            return None
        palette, room_pt = self._values.palette, self._column_pt - _GAP_PT
        values = [palette.break_text(value, room_pt) for _, value in items]
        shape = self._shape(tuple([(item[0], len(v.fragments)) for item, v in zip(items, values, strict=True)]))
        ink = shape.ink % tuple([b")]TJ T*[(".join(value.fragments) for value in values])
        extra = shape.extra_fonts.union(*[v.extra_fonts for v in values if v.extra_fonts])
        lacking = "".join([v.lacking for v in values]) + shape.lacking
        return Reference(Block(Part("reference", shape.height_pt, ink)), extra, lacking)

    def _draw_shape(self, items: Sequence[tuple[str, int]]) -> _Shape:
        """``items`` are labels with the number of lines of their values."""
        ink, top_pt = bytearray(b"BT "), 0.0
        for start in range(0, len(items), _COLUMNS):
            row = items[start : start + _COLUMNS]
            ink += self._row([label for label, _ in row], top_pt)
            top_pt += self._labels.leading_pt + max(count for _, count in row) * self._values.leading_pt + 3
        words = [self._labels.palette.line(label) for label, _ in items]
        extra = NO_FONTS.union(*[word.extra_fonts for word in words])
        return _Shape(bytes(ink + b"ET\n"), top_pt, extra, "".join([word.lacking for word in words]))

    def _row(self, row: Sequence[str], top_pt: float) -> bytes:
        labels, shown = bytearray(self._labels.select), bytearray()
        shown += b" " + self._values.select + b" %s TL" % number(self._values.leading_pt)
        label_at = -top_pt - self._labels.rise_pt
        value_at = -top_pt - self._labels.leading_pt - self._values.rise_pt
        for column, label in enumerate(row):
            left = number(column * self._column_pt)
            fragment = self._labels.palette.line(label).fragment.replace(b"%", b"%%")
            labels += b" 1 0 0 1 %s %s Tm[(%s)]TJ" % (left, number(label_at), fragment)
            shown += b" 1 0 0 1 %s %s Tm[(%%s)]TJ" % (left, number(value_at))
        return bytes(labels + shown + b"\n")
