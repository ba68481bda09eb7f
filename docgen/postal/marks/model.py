"""Mark profiles as values: where marks stand, how they look, and by which rule each is printed.

Boxes and places are in mm from the top-left of the side that the marks are printed on. Sheets count in the order in
which an inserter takes them: with ``Order.REVERSE`` the first sheet of the letter, which has the address, comes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from docgen.postal.profiles import BoxMm

MATRIX_MODULES = 18  # a Data Matrix of 18 x 18 holds any payload (ISO/IEC 16022, table 7)
CODE39_CHARACTERS = 12
I2OF5_DIGITS = 16
PAPER_WIDTH_MM = 210.0
_MM_PER_PT = 25.4 / 72
_TEXT_WIDTH_EM = 3.5  # '99 / 99' in a wide sans


class Order(StrEnum):
    """How the sheets of an envelope are printed: as they are read, or last sheet first."""

    FORWARD = "forward"
    REVERSE = "reverse"


class Side(StrEnum):
    """Side of the sheet that is marked."""

    FRONT = "front"
    BACK = "back"


class PrintOn(StrEnum):
    """Which sheets of an envelope are marked; the first is the first that is fed."""

    EVERY_SHEET = "every-sheet"
    FIRST = "first"


class Rule(StrEnum):
    """When a mark of an OMR code is printed; else its place stays blank."""

    FIXED = "fixed"
    NEVER = "never"
    INSERT = "insert"  # the last sheet: end of collation
    ACCUMULATE = "accumulate"  # every sheet but the last: not end of collation
    FIRST = "first"  # the first sheet: begin of collation
    NOT_FIRST = "not-first"
    PARITY = "parity"
    SEQUENCE = "sequence"
    BUNDLE_END = "bundle-end"
    DIVERT = "divert"
    SEAL = "seal"
    NO_SEAL = "no-seal"
    FEED_1 = "feed-1"
    FEED_2 = "feed-2"
    FEED_3 = "feed-3"


class Parity(StrEnum):
    """What the number of printed marks must be, the parity mark counted."""

    EVEN = "even"
    ODD = "odd"


class Counts(StrEnum):
    """What a sequence counts."""

    SHEETS = "sheets"
    SETS = "sets"


class Reset(StrEnum):
    """When a sequence starts again, apart from its wrap."""

    NEVER = "never"
    SET = "set"


class Direction(StrEnum):
    """Which bit of the sequence stands nearest to the first mark: the highest (msb) or the lowest (lsb)."""

    MSB_FIRST = "msb-first"
    LSB_FIRST = "lsb-first"


class Symbology(StrEnum):
    """Kind of bar code."""

    CODE39 = "code39"
    I2OF5 = "i2of5"


class Mark(NamedTuple):
    """A place in an OMR code."""

    name: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class MarkSequence:
    """A counter that goes from ``start`` to ``wrap``, both included, and then to ``start`` again."""

    bits: int
    start: int
    wrap: int
    counts: Counts
    reset: Reset
    direction: Direction

    def value(self, count: int) -> int:
        """The value at a count from 1."""
        return self.start + (count - 1) % (self.wrap - self.start + 1)


@dataclass(frozen=True, slots=True)
class Spot:
    """Top-left corner of a code, what must be clear around it on both sides of the sheet, and which sheets have it."""

    left_mm: float
    top_mm: float
    clear: BoxMm
    side: Side = Side.FRONT
    print_on: PrintOn = PrintOn.EVERY_SHEET


@dataclass(frozen=True, slots=True)
class OmrCode:
    """Horizontal lines below each other; ``parity`` and ``sequence`` are there when marks need them."""

    spot: Spot
    pitch_mm: float
    length_mm: float
    thickness_mm: float
    marks: tuple[Mark, ...]
    parity: Parity | None = None
    sequence: MarkSequence | None = None

    @property
    def box(self) -> BoxMm:
        """All places of marks."""
        height_mm = (len(self.marks) - 1) * self.pitch_mm + self.thickness_mm
        return BoxMm(self.spot.left_mm, self.spot.top_mm, self.length_mm, height_mm)


@dataclass(frozen=True, slots=True)
class MatrixCode:
    """A Data Matrix ECC 200 of 18 x 18 modules with the canonical payload."""

    spot: Spot
    module_mm: float

    @property
    def box(self) -> BoxMm:
        """The symbol without its quiet zone."""
        side_mm = MATRIX_MODULES * self.module_mm
        return BoxMm(self.spot.left_mm, self.spot.top_mm, side_mm, side_mm)


@dataclass(frozen=True, slots=True)
class BarCode:
    """A bar code whose bars lie across and are read from the top down; ``length_mm`` is that of a bar."""

    spot: Spot
    symbology: Symbology
    length_mm: float
    narrow_mm: float
    wide_mm: float

    @property
    def box(self) -> BoxMm:
        """The symbol without its quiet zones: ISO/IEC 16388 for Code 39, ISO/IEC 16390 for Interleaved 2 of 5."""
        narrow, wide = (6 * (CODE39_CHARACTERS + 2) + CODE39_CHARACTERS + 1, 3 * (CODE39_CHARACTERS + 2))
        if self.symbology is Symbology.I2OF5:
            narrow, wide = 3 * I2OF5_DIGITS + 6, 2 * I2OF5_DIGITS + 1
        height_mm = narrow * self.narrow_mm + wide * self.wide_mm
        return BoxMm(self.spot.left_mm, self.spot.top_mm, self.length_mm, height_mm)


@dataclass(frozen=True, slots=True)
class TextCode:
    """The words ``n / m``, for readers of type and for people."""

    spot: Spot
    size_pt: float

    @property
    def box(self) -> BoxMm:
        """Room for ``99 / 99``."""
        size_mm = self.size_pt * _MM_PER_PT
        return BoxMm(self.spot.left_mm, self.spot.top_mm, _TEXT_WIDTH_EM * size_mm, size_mm)


MarkCode: TypeAlias = OmrCode | MatrixCode | BarCode | TextCode


@dataclass(frozen=True, slots=True)
class MarkProfile:
    """What an inserter reads: codes that stand together on a sheet, and how its sheets must lie."""

    id: str
    title: str
    order: Order
    codes: tuple[MarkCode, ...]

    def clear_zones(self, side: Side) -> tuple[BoxMm, ...]:
        """What must be clear on a side of every sheet, seen from that side: nothing may be printed behind marks."""
        zones = [code.spot.clear if code.spot.side is side else _mirrored(code.spot.clear) for code in self.codes]
        return tuple(dict.fromkeys(zones))


def _mirrored(box: BoxMm) -> BoxMm:
    """A box of an A4 sheet as its other side has it."""
    return box._replace(left_mm=PAPER_WIDTH_MM - box.left_mm - box.width_mm)
