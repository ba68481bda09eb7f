"""The specification: a table of line items with subtotals, VAT rows, total and carry-over.

Columns are laid out once per plan; per letter only cells that were not met before are measured.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from docgen.layouts.cells import NO_FLAW, PADDING_PT, CellSetter, Flaw, cents_of, digits_behind, row_text, together
from docgen.layouts.parts import Item, Part, rule_ink
from docgen.layouts.typography import fill
from docgen.layouts.wording import wording
from docgen.templates.conventions import CONVENTIONS, amounts, money, percent
from docgen.templates.model import ColumnKind, SpecificationBlock, VatMode
from docgen.typesetting.words import number as pdf_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from docgen.layouts.cells import Cell
    from docgen.layouts.theme import Brand
    from docgen.layouts.typography import Typography

_HEADER_RULE_PT = 0.75
_SPACE_BEFORE_PT = 9.0
_BOLD = frozenset({"subtotal", "total"})


class Row(NamedTuple):
    """A laid-out row; ``text`` is relative to its first baseline. ``running`` is the sum of amounts up to here."""

    kind: str  # item, subtotal, vat, total, carry
    height_pt: float
    text: bytes
    shaded: bool
    running: int
    flaw: Flaw | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the rows add up to, in cents."""

    lines: int
    vat: int

    @property
    def total(self) -> int:
        """To be paid: the lines and the VAT added to them."""
        return self.lines + self.vat


class SpecificationTable:
    """One specification block in one brand and language at one width."""

    def __init__(self, block: SpecificationBlock, brand: Brand, typography: Typography, width_pt: float) -> None:
        """Lay out columns and header."""
        self.block, self.width_pt = block, width_pt
        self.setting, self.bold = typography.table, typography.table_bold
        self.language = typography.language
        self.conventions = c = CONVENTIONS[typography.language]
        self.words = wording(typography.language)
        self.cells = CellSetter(block.columns, block.amount_field, width_pt, typography, c)
        self.zebra = fill(brand.colours.zebra) if block.zebra else b""
        self.rule = fill(brand.colours.rule)
        slots = self.cells.slots
        self._columns = [
            (slot.column.field, slot.column.kind is ColumnKind.QUANTITY, self.cells.column(at))
            for at, slot in enumerate(slots)
        ]
        light, bold = (self.cells.sums(amounts(c), bold=bold) for bold in (False, True))
        total = self.cells.sums(lambda cents: money(cents, c), bold=True)
        self._sums = {"carry": light, "vat": light, "subtotal": bold, "total": total}
        self._percent = lru_cache(maxsize=64)(lambda rate: percent(rate, c))
        self.header, self.header_flaw = self._header()

    def item(self, lines: Sequence[Mapping[str, object]]) -> SpecificationItem:
        """The table of one letter."""
        rows, totals = self._rows(lines)
        return SpecificationItem(self, tuple(rows), totals, self.height_pt(rows))

    def height_pt(self, rows: Sequence[Row]) -> float:
        """Height of header and rows."""
        return self.header.height_pt + sum([row.height_pt for row in rows])

    def carry_row(self, label: str, running: int) -> Row:
        """A carry-over or carried-forward row."""
        return self._labelled("carry", label, running, running)

    def part(self, rows: Sequence[Row]) -> Part:
        """Header and rows as ink."""
        shades, rules, text, top_pt = list[bytes](), b"", list[bytes](), self.header.height_pt
        below_pt = self.setting.rise_pt + 1.5
        for kind, height_pt, row_ink, shaded, *_ in rows:
            if shaded:
                shades.append(_shade(-top_pt - height_pt, self.width_pt, height_pt))
            if kind == "total":
                rules += rule_ink(self.width_pt, top_pt + 0.25, 0.5)
            text += (_line_at(-top_pt - below_pt), row_ink)
            top_pt += height_pt
        backdrop = b"%s %sf 0 0 0 1 k\n" % (self.zebra, b"".join(shades)) if shades and self.zebra else b""
        ink = self.header.ink + backdrop + rules + self._text_object(b"".join(text))
        return Part("specification", top_pt, ink)

    def _text_object(self, text: bytes) -> bytes:
        return b"BT %s %s TL %s ET\n" % (self.setting.select, pdf_number(self.setting.leading_pt), text)

    def _header(self) -> tuple[Part, Flaw]:
        """The header's ink, and what is unusual about it."""
        labels = [slot.column.label.get(self.language, slot.column.field) for slot in self.cells.slots]
        cells = [self.cells.set(at, label, bold=True) for at, label in enumerate(labels)]
        text, lines, flaw = row_text(cells, self.setting.leading_pt)
        height_pt = lines * self.setting.leading_pt + 4
        start = self.bold.select + b" 1 0 0 1 0 %s Tm " % pdf_number(-self.setting.rise_pt)
        rule = self.rule + b" " + rule_ink(self.width_pt, height_pt - 1.5, _HEADER_RULE_PT) + b"0 0 0 1 k\n"
        part = Part("specification", height_pt, self._text_object(start + text) + rule)
        # A title of a column may be as wide as it likes.
        return part, (flaw or NO_FLAW)._replace(too_wide=False)

    def _rows(self, lines: Sequence[Mapping[str, object]]) -> tuple[list[Row], Totals]:
        rows, running, group_sum = list[Row](), 0, 0
        group_field, amount_field = self.block.group_by, self.block.amount_field
        leading_pt = self.setting.leading_pt
        for index, (line, cells) in enumerate(zip(lines, self._cells(lines), strict=True)):
            cents = cents_of(line[amount_field])
            running += cents
            group_sum += cents
            text, most, flaw = row_text(cells, leading_pt)
            rows.append(Row("item", most * leading_pt + PADDING_PT, text, index % 2 == 1, running, flaw))
            if group_field and (index + 1 == len(lines) or lines[index + 1][group_field] != line[group_field]):
                label = self.words.subtotal.format(group=line[group_field])
                rows.append(self._labelled("subtotal", label, group_sum, running))
                group_sum = 0
        return self._with_totals(rows, lines, running)

    def _cells(self, lines: Sequence[Mapping[str, object]]) -> Iterable[Sequence[Cell]]:
        """The cells of each line; marks of quantities stand below each other."""
        columns: list[Sequence[Cell]] = []
        for field, aligned, cells in self._columns:
            values = [line[field] for line in lines]
            columns.append(cells(values, max(map(digits_behind, values), default=0) if aligned else 0))
        return zip(*columns, strict=True)

    def _with_totals(
        self, rows: list[Row], lines: Sequence[Mapping[str, object]], running: int
    ) -> tuple[list[Row], Totals]:
        added, vat_rows = 0, list[Row]()
        if self.block.vat is not VatMode.NONE:
            pattern = self.words.vat_added if self.block.vat is VatMode.ADDED else self.words.vat_included
            for rate, base_cents, vat_cents in self._vat(lines):
                label = pattern.format(rate=self._percent(rate), base=money(base_cents, self.conventions))
                added += vat_cents if self.block.vat is VatMode.ADDED else 0
                vat_rows.append(self._labelled("vat", label, vat_cents, running))
        totals = Totals(running, added)
        label = self.block.total_label.get(self.language) or self.words.total
        total = self._labelled("total", label, totals.total, running)
        last = [*vat_rows, total] if self.block.vat is VatMode.ADDED else [total, *vat_rows]
        return rows + last, totals

    def _vat(self, lines: Sequence[Mapping[str, object]]) -> Iterable[tuple[Decimal, int, int]]:
        """(rate, base in cents, VAT in cents) per rate, highest first; VAT is rounded once per rate, half up."""
        sums: dict[object, int] = defaultdict(int)
        rate_field, amount_field = self.block.vat_rate_field or "", self.block.amount_field
        for line in lines:
            sums[line.get(rate_field)] += cents_of(line[amount_field])
        rates = sorted([(Decimal(str(rate or 0)), cents) for rate, cents in sums.items()], reverse=True)
        for rate, cents in rates:
            if self.block.vat is VatMode.INCLUDED:
                vat = _rounded(cents * rate / (100 + rate))
                yield rate, cents - vat, vat
            else:
                yield rate, cents, _rounded(cents * rate / 100)

    def _labelled(self, kind: str, label: str, cents: int, running: int) -> Row:
        """A row of a label and an amount: bold for totals."""
        bold, leading_pt = kind in _BOLD, self.setting.leading_pt
        text, lines, flaw = row_text((self.cells.label(label, bold=bold), self._sums[kind](cents)), leading_pt)
        if bold:
            text = b"%s %s%s " % (self.bold.select, text, self.setting.select)
        return Row(kind, lines * leading_pt + PADDING_PT, text, shaded=False, running=running, flaw=flaw)


@lru_cache(maxsize=4_096)
def _line_at(down_pt: float) -> bytes:
    return b"1 0 0 1 0 %s Tm " % pdf_number(down_pt)


@lru_cache(maxsize=4_096)
def _shade(down_pt: float, width_pt: float, height_pt: float) -> bytes:
    return b"0 %s %s %s re " % (pdf_number(down_pt), pdf_number(width_pt), pdf_number(height_pt))


@dataclass(frozen=True, slots=True)
class SpecificationItem:
    """The table in the flow: rows are never split, totals keep a row beside them, breaks carry the running sum."""

    table: SpecificationTable
    rows: tuple[Row, ...]
    totals: Totals
    height_pt: float
    space_before_pt: float = _SPACE_BEFORE_PT
    keeps_with_next: bool = False
    kind: str = "specification"

    def flaw(self) -> Flaw:
        """What is unusual about header and rows."""
        return together([self.table.header_flaw, *[row.flaw for row in self.rows if row.flaw is not None]])

    def whole(self) -> Part:
        """The undivided table."""
        return self.table.part(self.rows)

    def divide(self, room_pt: float) -> tuple[Part, Item] | None:
        """Break before an item row; the sum is carried over and forward when the block asks for it."""
        carry_pt = self.table.setting.leading_pt + PADDING_PT if self.table.block.carry_over else 0.0
        used_pt, stop = self.table.header.height_pt + carry_pt, 0
        for index, row in enumerate(self.rows):
            used_pt += row.height_pt
            if used_pt > room_pt:
                break
            if _may_break_after(self.rows, index):
                stop = index + 1
        return self._split_at(stop) if stop else None

    def _split_at(self, stop: int) -> tuple[Part, Item]:
        first, rest = self.rows[:stop], self.rows[stop:]
        if self.table.block.carry_over:
            words, running = self.table.words, first[-1].running
            first = (*first, self.table.carry_row(words.carry_over, running))
            rest = (self.table.carry_row(words.carried_forward, running), *rest)
        return self.table.part(first), replace(
            self, rows=rest, height_pt=self.table.height_pt(rest), space_before_pt=0.0
        )


def _may_break_after(rows: Sequence[Row], index: int) -> bool:
    """Item rows on both sides, or a subtotal above; never right behind the row carried forward."""
    if index + 1 >= len(rows) or rows[index].kind == "carry":
        return False
    return rows[index + 1].kind == "item" and rows[index].kind in ("item", "subtotal")


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
