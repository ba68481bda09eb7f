"""Cells of a specification: a value of a column, or a label or sum of a total, as text at its place in the row."""

from __future__ import annotations

import datetime as dt
from codecs import charmap_encode
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from docgen.letters import Cents
from docgen.remembered import Remembered
from docgen.templates.conventions import amounts, number, percent, short_date
from docgen.templates.model import Column, ColumnKind
from docgen.typesetting.words import NO_FONTS
from docgen.typesetting.words import number as pdf_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from docgen.layouts.typography import Typography
    from docgen.templates.conventions import Conventions
    from docgen.typesetting.face import Face

    ColumnCells = Callable[[Sequence[object], int], Sequence["Cell"]]
    SumCell = Callable[[int], "Cell"]

PADDING_PT = 3.0
COLUMN_GAP_PT = 6.0
_DEFAULT_WIDTH_PT = {
    ColumnKind.QUANTITY: 48.0,
    ColumnKind.AMOUNT: 76.0,
    ColumnKind.PERCENT: 44.0,
    ColumnKind.DATE: 62.0,
    ColumnKind.TEXT: 90.0,
}
_PT_PER_MM = 72 / 25.4
_DIGITS = "0123456789"
_MET_ONCE = 4_000  # a description may come back in every hundredth letter only
# Equal values of these types print the same; 1.5 and 1.50 are equal too and do not.
_SAFE = frozenset({str, int, dt.date})
_LABEL_COLUMN = Column("", ColumnKind.TEXT, {})


@dataclass(frozen=True, slots=True)
class Slot:
    """A column's place: from ``left_pt`` to ``right_pt`` of the table."""

    column: Column
    left_pt: float
    right_pt: float

    @property
    def right_aligned(self) -> bool:
        """True for numbers."""
        return self.column.kind is not ColumnKind.TEXT and self.column.kind is not ColumnKind.DATE


class Flaw(NamedTuple):
    """What is unusual: fonts beyond code page 0, characters no font has, a number wider than its column."""

    extra_fonts: frozenset[bytes] = NO_FONTS
    lacking: str = ""
    too_wide: bool = False


NO_FLAW = Flaw()


def _flaw(extra_fonts: frozenset[bytes], lacking: str, *, too_wide: bool) -> Flaw | None:
    return Flaw(extra_fonts, lacking, too_wide) if extra_fonts or lacking or too_wide else None


class Cell(NamedTuple):
    """Text of a cell: x of its first line, and the fragments of its lines; ``flaw`` is None nearly always."""

    left_pt: float
    fragments: tuple[bytes, ...]
    flaw: Flaw | None = None


class CellSetter:
    """Sets the cells of one table."""

    def __init__(
        self, columns: Sequence[Column], amount_field: str, width_pt: float, typography: Typography, c: Conventions
    ) -> None:
        """Share ``width_pt`` out over the columns; labels of totals run up to the column of amounts."""
        self.slots = _slots(columns, width_pt)
        self._conventions = c
        self._palettes = typography.table.palette, typography.table_bold.palette
        self._amount_at = next(i for i, slot in enumerate(self.slots) if slot.column.field == amount_field)
        label = Slot(_LABEL_COLUMN, self.slots[0].left_pt, self.slots[self._amount_at].left_pt - COLUMN_GAP_PT)
        # The last slot is that of labels.
        self._all, self._label_at = (*self.slots, label), len(self.slots)
        # Labels in bold hold no sums, so they come back.
        self._labels: Remembered[str, Cell] = Remembered(lambda text: self.set(self._label_at, text, bold=True))

    def set(self, at: int, text: str, digits: int = 0, *, bold: bool = False) -> Cell:
        """A text in slot ``at``; ``digits`` is how many the column shows behind its decimal mark at most."""
        slot, palette = self._all[at], self._palettes[bold]
        if slot.right_aligned:
            word = palette.line(text)
            shift = _fraction_shift(text, digits, self._conventions.decimal)
            left_pt = slot.right_pt - word.width_pt - (palette.word(shift).width_pt if shift else 0.0)
            too_wide = left_pt < slot.left_pt - COLUMN_GAP_PT
            return Cell(left_pt, (word.fragment,), _flaw(word.extra_fonts, word.lacking, too_wide=too_wide))
        lines = palette.break_text(text, slot.right_pt - slot.left_pt)
        return Cell(slot.left_pt, lines.fragments, _flaw(lines.extra_fonts, lines.lacking, too_wide=False))

    def label(self, text: str, *, bold: bool) -> Cell:
        """The label of a total."""
        return self._labels[text] if bold else self.set(self._label_at, text)

    def sums(self, show: Callable[[int], str], *, bold: bool) -> SumCell:
        """From cents to the cell under the amounts; ``show`` writes them."""
        return self._sums(self._amount_at, show, bold=bold)

    def column(self, at: int) -> ColumnCells:
        """From the values of column ``at``, and the digits it shows behind the mark, to its cells."""
        column = self.slots[at].column
        if column.kind is ColumnKind.AMOUNT:
            return self._amounts(at)

        @lru_cache(maxsize=16)
        def memory(digits: int) -> Remembered[object, Cell]:
            return Remembered(lambda value: self._value(at, value, digits), _MET_ONCE)

        def cells(values: Sequence[object], digits: int) -> Sequence[Cell]:
            remembered = memory(digits)
            return [remembered[value] if type(value) in _SAFE else self._value(at, value, digits) for value in values]

        return cells

    def _value(self, at: int, value: object, digits: int) -> Cell:
        return self.set(at, self._format(self.slots[at].column, value), digits)

    def _amounts(self, at: int) -> ColumnCells:
        empty, sums = Cell(self.slots[at].right_pt, (b"",)), self._sums(at, amounts(self._conventions), bold=False)
        return lambda values, _digits: [empty if value is None else sums(cents_of(value)) for value in values]

    def _sums(self, at: int, show: Callable[[int], str], *, bold: bool) -> SumCell:
        face = self._palettes[bold].styles[0].face
        if _is_plain(face, f"{show(-123_456_789)}{show(1_23)}{_DIGITS}"):
            return self._plain_sums(at, show, bold=bold)
        return lambda cents: self.set(at, show(cents), bold=bold)

    def _plain_sums(self, at: int, show: Callable[[int], str], *, bold: bool) -> SumCell:
        """The same cells as ``set`` makes, without looking for what amounts never have.

        All digits are equally wide, so that a text's length and sign tell its width.
        """
        slot, style = self._all[at], self._palettes[bold].styles[0]
        codes, places = style.face.base_codes, dict[tuple[int, bool], tuple[float, Flaw | None]]()

        def cell(cents: int) -> Cell:
            text = show(cents)
            key = len(text), cents < 0
            if key not in places:
                left_pt = slot.right_pt - style.face.width(text) * (style.size_pt / 1000)
                places[key] = left_pt, Flaw(too_wide=True) if left_pt < slot.left_pt - COLUMN_GAP_PT else None
            left_pt, flaw = places[key]
            return Cell(left_pt, (charmap_encode(text, "strict", codes)[0],), flaw)

        return cell

    def _format(self, column: Column, value: object) -> str:
        if value is None:
            return ""
        match column.kind:
            case ColumnKind.QUANTITY:
                return number(_decimal(value), self._conventions)
            case ColumnKind.PERCENT:
                return percent(_decimal(value), self._conventions)
            case ColumnKind.DATE:
                return short_date(_date(value), self._conventions)
        return str(value)


@lru_cache(maxsize=1_024)
def _move(right_pt: float) -> bytes:
    return b"%s 0 Td[(" % pdf_number(right_pt)


def row_text(cells: Iterable[Cell], leading_pt: float) -> tuple[bytes, int, Flaw | None]:
    """Cells from left to right as text operators, the most lines of any, and what is unusual about them.

    Lines below the first go down and back.
    """
    out, at_pt, most, flawed = list[bytes](), 0.0, 1, None
    for left_pt, fragments, flaw in cells:
        if flaw is not None:
            flawed = together([flawed or NO_FLAW, flaw])
        if not fragments[0]:
            continue
        out += (_move(left_pt - at_pt), fragments[0], b")]TJ ")
        at_pt = left_pt
        if len(fragments) > 1:
            most = max(most, len(fragments))
            back = pdf_number((len(fragments) - 1) * leading_pt)
            out.append(b"T*[(" + b")]TJ T*[(".join(fragments[1:]) + b")]TJ 0 %s Td " % back)
    return b"".join(out), most, flawed


def together(flaws: Sequence[Flaw]) -> Flaw:
    """Flaws of cells or rows as one."""
    return Flaw(
        NO_FONTS.union(*[flaw.extra_fonts for flaw in flaws]),
        "".join([flaw.lacking for flaw in flaws]),
        any(flaw.too_wide for flaw in flaws),
    )


def digits_behind(value: object) -> int:
    """Digits behind the decimal mark, as the value was given."""
    if value is None or isinstance(value, int):
        return 0
    exponent = _decimal(value).as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def cents_of(value: object) -> int:
    """The amount of a value.

    Raises:
        TypeError: it is no amount, which the reader of records rules out.
    """
    if not isinstance(value, Cents):
        raise TypeError(f"an amount must be Cents, not {type(value).__name__}")
    return int(value)


def _slots(columns: Sequence[Column], width_pt: float) -> tuple[Slot, ...]:
    """Fixed widths first, the rest of the width for the column that has none (else for the first text column)."""
    fixed = [c.width_mm * _PT_PER_MM if c.width_mm else None for c in columns]
    if None not in fixed:
        fixed[next((i for i, c in enumerate(columns) if c.kind is ColumnKind.TEXT), 0)] = None
    flexible = next(
        (i for i, c in enumerate(columns) if fixed[i] is None and c.kind is ColumnKind.TEXT), fixed.index(None)
    )
    widths = [w or _DEFAULT_WIDTH_PT[c.kind] for w, c in zip(fixed, columns, strict=True)]
    widths[flexible] = width_pt - sum(w for i, w in enumerate(widths) if i != flexible) - 2 * PADDING_PT
    slots, left_pt = [], PADDING_PT
    for column, width in zip(columns, widths, strict=True):
        last = column is columns[-1]
        slots.append(Slot(column, left_pt, left_pt + width - (0 if last else COLUMN_GAP_PT)))
        left_pt += width
    return tuple(slots)


def _is_plain(face: Face, signs: str) -> bool:
    """True when the signs stand on code page 0, no two of them are kerned, and all digits are equally wide."""
    unique = set(signs)
    if any(ord(sign) not in face.base_codes for sign in unique):
        return False
    if len({face.advances[digit] for digit in _DIGITS}) > 1:
        return False
    return not any(face.kerning[a + b] for a in unique for b in unique)


def _fraction_shift(text: str, digits: int, mark: str) -> str:
    """What a quantity lacks behind its decimal mark, as text whose width it is moved left by."""
    if not digits:
        return ""
    own = len(text.partition(mark)[2])
    return ("" if own else mark) + "0" * (digits - own)


def _decimal(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _date(value: object) -> dt.date:
    if not isinstance(value, dt.date):
        raise TypeError(f"a date column needs a date, not {type(value).__name__}")
    return value
