"""The specification: a table of line items with subtotals, VAT rows, total and carry-over.

Columns are laid out once per plan; per letter only cells that were not met before are measured.
"""

from __future__ import annotations

import datetime as dt
from codecs import charmap_encode
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from docgen.layouts.parts import Item, Part, rule_ink
from docgen.layouts.typography import fill
from docgen.layouts.wording import wording
from docgen.letters import Cents
from docgen.templates.conventions import CONVENTIONS, amount, money, number, percent, short_date
from docgen.templates.model import Column, ColumnKind, SpecificationBlock, VatMode
from docgen.typesetting.words import NO_FONTS
from docgen.typesetting.words import number as pdf_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from docgen.layouts.theme import Brand
    from docgen.layouts.typography import Typography

_REMEMBERED_CELLS = 4_000
_PADDING_PT = 3.0
_COLUMN_GAP_PT = 6.0
_DEFAULT_WIDTH_PT = {
    ColumnKind.QUANTITY: 48.0,
    ColumnKind.AMOUNT: 76.0,
    ColumnKind.PERCENT: 44.0,
    ColumnKind.DATE: 62.0,
    ColumnKind.TEXT: 90.0,
}
_PT_PER_MM = 72 / 25.4
_HEADER_RULE_PT = 0.75
_SPACE_BEFORE_PT = 9.0
_AMOUNT_SIGNS = "0123456789-"
_LABEL_COLUMN = Column("", ColumnKind.TEXT, {})


@dataclass(frozen=True, slots=True)
class _Slot:
    """A column's place: from ``left_pt`` to ``right_pt`` of the table."""

    column: Column
    left_pt: float
    right_pt: float

    @property
    def right_aligned(self) -> bool:
        return self.column.kind is not ColumnKind.TEXT and self.column.kind is not ColumnKind.DATE


class _Cell(NamedTuple):
    """Text of a cell: x of its first line, the fragments of its lines, and whether anything about it is unusual."""

    left_pt: float
    fragments: tuple[bytes, ...]
    extra_fonts: frozenset[bytes] = frozenset()
    lacking: str = ""
    too_wide: bool = False
    special: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A laid-out row; ``text`` is relative to its first baseline. ``running`` is the sum of amounts up to here."""

    kind: str  # item, subtotal, vat, total, carry
    height_pt: float
    text: bytes
    shaded: bool
    running: int
    extra_fonts: frozenset[bytes] = frozenset()
    lacking: str = ""
    too_wide: bool = False


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
        self.block = block
        self.width_pt = width_pt
        self.setting = typography.table
        self.bold = typography.table_bold.palette
        self._face = self.setting.palette.styles[0].face
        self.language = typography.language
        self.conventions = CONVENTIONS[typography.language]
        self.words = wording(typography.language)
        slots = _slots(block.columns, width_pt)
        amount_at = next(i for i, slot in enumerate(slots) if slot.column.field == block.amount_field)
        label = _Slot(_LABEL_COLUMN, slots[0].left_pt, slots[amount_at].left_pt - _COLUMN_GAP_PT)
        # Cells are remembered by the number of their slot; the last is that of labels of totals.
        self.slots, self._all_slots = slots, (*slots, label)
        self._amount_at, self._label_at = amount_at, len(slots)
        self.zebra = fill(brand.colours.zebra) if block.zebra else b""
        self.rule = fill(brand.colours.rule)
        self._cell = lru_cache(maxsize=_REMEMBERED_CELLS)(self._set_cell)
        self._value_cells = [(slot.column.field, self._value_cell(at, slot.column)) for at, slot in enumerate(slots)]
        self.header, self.header_fonts, self.header_lacking = self._header()

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
        shades, rules, text, top_pt = bytearray(), bytearray(), bytearray(), self.header.height_pt
        for row in rows:
            if row.shaded:
                corners = (0.0, -top_pt - row.height_pt, self.width_pt, row.height_pt)
                shades += b" ".join([pdf_number(v) for v in corners]) + b" re "
            if row.kind == "total":
                rules += rule_ink(self.width_pt, top_pt + 0.25, 0.5)
            text += b"1 0 0 1 0 %s Tm %s" % (pdf_number(-top_pt - self.setting.rise_pt - 1.5), row.text)
            top_pt += row.height_pt
        backdrop = b"%s %sf 0 0 0 1 k\n" % (self.zebra, bytes(shades)) if shades and self.zebra else b""
        ink = self.header.ink + backdrop + bytes(rules) + self._text_object(bytes(text))
        return Part("specification", top_pt, ink)

    def _text_object(self, text: bytes) -> bytes:
        return b"BT %s %s TL %s ET\n" % (
            self.setting.palette.styles[0].select(),
            pdf_number(self.setting.leading_pt),
            text,
        )

    def _header(self) -> tuple[Part, frozenset[bytes], str]:
        """The header's ink, its fonts beyond code page 0, and what no font has."""
        labels = [slot.column.label.get(self.language, slot.column.field) for slot in self.slots]
        cells = [self._set_cell(at, label, bold=True) for at, label in enumerate(labels)]
        row_text, lines = _row_text(cells, self.setting.leading_pt)
        height_pt = lines * self.setting.leading_pt + 4
        text = self.bold.styles[0].select() + b" 1 0 0 1 0 %s Tm " % pdf_number(-self.setting.rise_pt)
        text += row_text
        rule = self.rule + b" " + rule_ink(self.width_pt, height_pt - 1.5, _HEADER_RULE_PT) + b"0 0 0 1 k\n"
        extra = frozenset[bytes]().union(*[c.extra_fonts for c in cells])
        part = Part("specification", height_pt, self._text_object(text) + rule)
        return part, extra, "".join([c.lacking for c in cells])

    def _rows(self, lines: Sequence[Mapping[str, object]]) -> tuple[list[Row], Totals]:
        rows, running, group_sum = list[Row](), 0, 0
        group_field = self.block.group_by
        digits = self._fraction_digits(lines)
        for index, line in enumerate(lines):
            cents = _cents(line[self.block.amount_field])
            running += cents
            group_sum += cents
            rows.append(self._line(line, running, digits, shaded=index % 2 == 1))
            if group_field and (index + 1 == len(lines) or lines[index + 1][group_field] != line[group_field]):
                label = self.words.subtotal.format(group=line[group_field])
                rows.append(self._labelled("subtotal", label, group_sum, running))
                group_sum = 0
        return self._with_totals(rows, lines, running)

    def _with_totals(
        self, rows: list[Row], lines: Sequence[Mapping[str, object]], running: int
    ) -> tuple[list[Row], Totals]:
        added = 0
        if self.block.vat is not VatMode.NONE:
            pattern = self.words.vat_added if self.block.vat is VatMode.ADDED else self.words.vat_included
            vat_rows = []
            for rate, base_cents, vat_cents in self._vat(lines):
                label = pattern.format(rate=percent(rate, self.conventions), base=money(base_cents, self.conventions))
                added += vat_cents if self.block.vat is VatMode.ADDED else 0
                vat_rows.append(self._labelled("vat", label, vat_cents, running))
        else:
            vat_rows = []
        totals = Totals(running, added)
        label = self.block.total_label.get(self.language) or self.words.total
        total = self._labelled("total", label, totals.total, running)
        last = [*vat_rows, total] if self.block.vat is VatMode.ADDED else [total, *vat_rows]
        return rows + last, totals

    def _vat(self, lines: Sequence[Mapping[str, object]]) -> Iterable[tuple[Decimal, int, int]]:
        """(rate, base in cents, VAT in cents) per rate, highest first; VAT is rounded once per rate, half up."""
        sums: dict[object, int] = defaultdict(int)
        for line in lines:
            sums[line.get(self.block.vat_rate_field or "")] += _cents(line[self.block.amount_field])
        rates = sorted([(Decimal(str(rate or 0)), cents) for rate, cents in sums.items()], reverse=True)
        for rate, cents in rates:
            if self.block.vat is VatMode.INCLUDED:
                vat = _rounded(cents * rate / (100 + rate))
                yield rate, cents - vat, vat
            else:
                yield rate, cents, _rounded(cents * rate / 100)

    def _line(self, line: Mapping[str, object], running: int, digits: Mapping[str, int], *, shaded: bool) -> Row:
        cells = [value_cell(line[field], digits.get(field, 0)) for field, value_cell in self._value_cells]
        return self._row("item", cells, running, shaded=shaded)

    def _value_cell(self, at: int, column: Column) -> Callable[[object, int], _Cell]:
        """From a value of a column to its cell; the same texts come back often, except for amounts."""
        if column.kind is ColumnKind.AMOUNT and self._amounts_are_plain():
            return self._plain_amounts(at)
        # Never remembered by value: 1.5 and 1.50 are equal and print differently.
        set_cell = self._set_cell if column.kind is ColumnKind.AMOUNT else self._cell

        def cell(value: object, digits: int) -> _Cell:
            return set_cell(at, self._format(column, value), digits)

        return cell

    def _amounts_are_plain(self) -> bool:
        """True when the signs of an amount stand on code page 0 and no two of them are kerned."""
        signs, face = _AMOUNT_SIGNS + self.conventions.group + self.conventions.decimal, self._face
        if any(ord(sign) not in face.base_codes for sign in signs):
            return False
        return not any(face.kerning[a + b] for a in signs for b in signs)

    def _plain_amounts(self, at: int) -> Callable[[object, int], _Cell]:
        """The same cells as `_set_cell` for amounts, without looking for what amounts never have."""
        slot, face, conventions = self._all_slots[at], self._face, self.conventions
        right_pt, limit_pt = slot.right_pt, slot.left_pt - _COLUMN_GAP_PT
        advance, codes = face.advances.__getitem__, face.base_codes
        per_unit = self.setting.palette.styles[0].size_pt / 1000

        def cell(value: object, _digits: int) -> _Cell:
            if value is None:
                return _Cell(right_pt, (b"",))
            text = amount(_cents(value), conventions)
            left_pt = right_pt - sum(map(advance, text)) * per_unit
            too_wide = left_pt < limit_pt
            return _Cell(left_pt, (charmap_encode(text, "strict", codes)[0],), NO_FONTS, "", too_wide, too_wide)

        return cell

    def _row(self, kind: str, cells: Sequence[_Cell], running: int, *, shaded: bool) -> Row:
        text, lines = _row_text(cells, self.setting.leading_pt)
        height_pt = lines * self.setting.leading_pt + _PADDING_PT
        if not any(c.special for c in cells):
            return Row(kind, height_pt, text, shaded, running)
        extra = frozenset[bytes]().union(*[c.extra_fonts for c in cells])
        lacking, too_wide = "".join([c.lacking for c in cells]), any(c.too_wide for c in cells)
        return Row(kind, height_pt, text, shaded, running, extra, lacking, too_wide)

    def _labelled(self, kind: str, label: str, cents: int, running: int) -> Row:
        """A row of a label and an amount: bold for totals."""
        bold = kind in ("subtotal", "total")
        text = money(cents, self.conventions) if kind == "total" else amount(cents, self.conventions)
        cells = [self._cell(self._label_at, label, bold=bold), self._cell(self._amount_at, text, bold=bold)]
        row = self._row(kind, cells, running, shaded=False)
        if not bold:
            return row
        select, back = self.bold.styles[0].select(), self.setting.palette.styles[0].select()
        return replace(row, text=select + b" " + row.text + back + b" ")

    def _set_cell(self, at: int, text: str, digits: int = 0, *, bold: bool = False) -> _Cell:
        slot = self._all_slots[at]
        palette = self.bold if bold else self.setting.palette
        if slot.right_aligned:
            word = palette.line(text)
            shift = _fraction_shift(text, digits, self.conventions.decimal)
            left_pt = slot.right_pt - word.width_pt - (palette.word(shift).width_pt if shift else 0.0)
            too_wide = left_pt < slot.left_pt - _COLUMN_GAP_PT
            special = bool(too_wide or word.extra_fonts or word.lacking)
            return _Cell(left_pt, (word.fragment,), word.extra_fonts, word.lacking, too_wide, special)
        lines = palette.break_text(text, slot.right_pt - slot.left_pt)
        special = bool(lines.extra_fonts or lines.lacking)
        return _Cell(slot.left_pt, lines.fragments, lines.extra_fonts, lines.lacking, special=special)

    def _format(self, column: Column, value: object) -> str:
        if value is None:
            return ""
        match column.kind:
            case ColumnKind.AMOUNT:
                return amount(_cents(value), self.conventions)
            case ColumnKind.QUANTITY:
                return number(_decimal(value), self.conventions)
            case ColumnKind.PERCENT:
                return percent(_decimal(value), self.conventions)
            case ColumnKind.DATE:
                return short_date(_date(value), self.conventions)
            case ColumnKind.TEXT:
                return str(value)

    def _fraction_digits(self, lines: Sequence[Mapping[str, object]]) -> dict[str, int]:
        """Most digits behind the decimal mark per quantity column, so that marks stand below each other."""
        fields = [s.column.field for s in self.slots if s.column.kind is ColumnKind.QUANTITY]
        return {f: max((_digits_behind(line.get(f)) for line in lines), default=0) for f in fields}


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

    @property
    def extra_fonts(self) -> frozenset[bytes]:
        """Fonts beyond code page 0."""
        return self.table.header_fonts.union(*[row.extra_fonts for row in self.rows if row.extra_fonts])

    @property
    def too_wide(self) -> bool:
        """True when a number runs into the column beside its own."""
        return any(row.too_wide for row in self.rows)

    @property
    def lacking(self) -> str:
        """Characters that no font has."""
        return self.table.header_lacking + "".join([row.lacking for row in self.rows])

    def whole(self) -> Part:
        """The undivided table."""
        return self.table.part(self.rows)

    def divide(self, room_pt: float) -> tuple[Part, Item] | None:
        """Break before an item row; the sum is carried over and forward when the block asks for it."""
        carry_pt = self.table.setting.leading_pt + _PADDING_PT if self.table.block.carry_over else 0.0
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


def _slots(columns: Sequence[Column], width_pt: float) -> tuple[_Slot, ...]:
    """Fixed widths first, the rest of the width for the column that has none (else for the first text column)."""
    fixed = [c.width_mm * _PT_PER_MM if c.width_mm else None for c in columns]
    if None not in fixed:
        fixed[next((i for i, c in enumerate(columns) if c.kind is ColumnKind.TEXT), 0)] = None
    flexible = next(
        (i for i, c in enumerate(columns) if fixed[i] is None and c.kind is ColumnKind.TEXT), fixed.index(None)
    )
    widths = [w or _DEFAULT_WIDTH_PT[c.kind] for w, c in zip(fixed, columns, strict=True)]
    widths[flexible] = width_pt - sum(w for i, w in enumerate(widths) if i != flexible) - 2 * _PADDING_PT
    slots, left_pt = [], _PADDING_PT
    for column, width in zip(columns, widths, strict=True):
        last = column is columns[-1]
        slots.append(_Slot(column, left_pt, left_pt + width - (0 if last else _COLUMN_GAP_PT)))
        left_pt += width
    return tuple(slots)


def _row_text(cells: Sequence[_Cell], leading_pt: float) -> tuple[bytes, int]:
    """Cells from left to right as text operators, and the most lines of any; lines below the first go down and back."""
    out, at_pt, most = list[bytes](), 0.0, 1
    for left_pt, fragments, *_ in cells:
        if not fragments[0]:
            continue
        out.append(b"%s 0 Td[(%s)]TJ " % (pdf_number(left_pt - at_pt), fragments[0]))
        at_pt = left_pt
        if len(fragments) > 1:
            most = max(most, len(fragments))
            back = pdf_number((len(fragments) - 1) * leading_pt)
            out.append(b"T*[(" + b")]TJ T*[(".join(fragments[1:]) + b")]TJ 0 %s Td " % back)
    return b"".join(out), most


def _fraction_shift(text: str, digits: int, mark: str) -> str:
    """What a quantity lacks behind its decimal mark, as text whose width it is moved left by."""
    own = len(text.partition(mark)[2])
    return ("" if own or not digits else mark) + "0" * (digits - own)


def _digits_behind(value: object) -> int:
    if value is None or isinstance(value, int):
        return 0
    exponent = _decimal(value).as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def _cents(value: object) -> int:
    if not isinstance(value, Cents):
        raise TypeError(f"an amount must be Cents, not {type(value).__name__}")
    return int(value)


def _decimal(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _date(value: object) -> dt.date:
    if not isinstance(value, dt.date):
        raise TypeError(f"a date column needs a date, not {type(value).__name__}")
    return value
