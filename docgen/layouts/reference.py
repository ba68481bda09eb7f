"""The reference block: date, numbers and names in columns, labels above values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.layouts.parts import Block, Part
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.typography import Typography
    from docgen.typesetting.paragraphs import Lines

_COLUMNS = 4
_GAP_PT = 8.0


@dataclass(frozen=True, slots=True)
class Reference:
    """The block with what its text needs."""

    block: Block
    extra_fonts: frozenset[bytes]
    lacking: str


class ReferenceSetter:
    """Sets reference blocks of one plan."""

    def __init__(self, typography: Typography, width_pt: float) -> None:
        """``width_pt`` is shared evenly by four columns."""
        self._labels = typography.caption
        self._values = typography.table
        self._column_pt = width_pt / _COLUMNS

    def set(self, items: Sequence[tuple[str, str]]) -> Reference | None:
        """Label and value pairs, four a row; None when there are none."""
        if not items:
            return None
        rows = [items[i : i + _COLUMNS] for i in range(0, len(items), _COLUMNS)]
        ink, top_pt, extra, lacking = bytearray(b"BT "), 0.0, frozenset[bytes](), ""
        for row in rows:
            values = [self._values.palette.break_text(value, self._column_pt - _GAP_PT) for _, value in row]
            ink += self._row(row, values, top_pt)
            top_pt += self._labels.leading_pt + max(len(v.fragments) for v in values) * self._values.leading_pt + 3
            labels = [self._labels.palette.line(label) for label, _ in row]
            extra = extra.union(*(v.extra_fonts for v in values), *(w.extra_fonts for w in labels))
            lacking += "".join([*(v.lacking for v in values), *(w.lacking for w in labels)])
        return Reference(Block(Part("reference", top_pt, bytes(ink + b"ET\n"))), extra, lacking)

    def _row(self, row: Sequence[tuple[str, str]], values: Sequence[Lines], top_pt: float) -> bytes:
        labels, shown = bytearray(self._labels.palette.styles[0].select()), bytearray()
        shown += b" " + self._values.palette.styles[0].select() + b" %s TL" % number(self._values.leading_pt)
        label_at = -top_pt - self._labels.rise_pt
        value_at = -top_pt - self._labels.leading_pt - self._values.rise_pt
        for column, ((label, _), lines) in enumerate(zip(row, values, strict=True)):
            left = number(column * self._column_pt)
            fragment = self._labels.palette.line(label).fragment
            labels += b" 1 0 0 1 %s %s Tm[(%s)]TJ" % (left, number(label_at), fragment)
            body = b")]TJ T*[(".join(lines.fragments)
            shown += b" 1 0 0 1 %s %s Tm[(%s)]TJ" % (left, number(value_at), body)
        return bytes(labels + shown + b"\n")
