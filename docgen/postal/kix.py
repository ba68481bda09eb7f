"""The KIX code: PostNL's 4-state customer index under the address.

Same bar table as Royal Mail RM4SCC, without start bar, stop bar and check digit. Composition follows the PostNL KIX
manual section 2.1; dimensions lie inside the RM4SCC ranges and on the 600 dpi grid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from docgen.postal.house_number import normalise_addition

MAX_CHARACTERS = 18
BARS_PER_CHARACTER = 4

TABLE = {
    "0": "TTFF", "1": "TDAF", "2": "TDFA", "3": "DTAF", "4": "DTFA", "5": "DDAA",
    "6": "TADF", "7": "TFTF", "8": "TFDA", "9": "DATF", "A": "DADA", "B": "DFTA",
    "C": "TAFD", "D": "TFAD", "E": "TFFT", "F": "DAAD", "G": "DAFT", "H": "DFAT",
    "I": "ATDF", "J": "ADTF", "K": "ADDA", "L": "FTTF", "M": "FTDA", "N": "FDTA",
    "O": "ATFD", "P": "ADAD", "Q": "ADFT", "R": "FTAD", "S": "FTFT", "T": "FDAT",
    "U": "AADD", "V": "AFTD", "W": "AFDT", "X": "FATD", "Y": "FADT", "Z": "FFTT",
}  # fmt: skip

_COMPOSED = re.compile(r"[1-9][0-9]{3}[A-Z]{2}[1-9][0-9]{0,4}(?:X[0-9A-Z]{1,6})?")
_MM_PER_DOT = 25.4 / 600


class Separator(StrEnum):
    """What becomes of '-', '/' and spaces inside an addition: nothing, or a second X (an older reading)."""

    DROP = "drop"
    X = "x"


@dataclass(frozen=True, slots=True)
class KixProfile:
    """Sizes of the bars in mm. The defaults are whole dots at 600 dpi: 12, 14, 30 and 44."""

    bar_mm: float = 12 * _MM_PER_DOT
    gap_mm: float = 14 * _MM_PER_DOT
    tracker_mm: float = 30 * _MM_PER_DOT
    part_mm: float = 44 * _MM_PER_DOT
    quiet_mm: float = 2.0

    @property
    def pitch_mm(self) -> float:
        """From the left of a bar to the left of the next."""
        return self.bar_mm + self.gap_mm

    @property
    def height_mm(self) -> float:
        """Height of a full bar: upper part, tracker, lower part."""
        return self.tracker_mm + 2 * self.part_mm

    def width_mm(self, characters: int) -> float:
        """Width of a code of so many characters, quiet zone not included."""
        return characters * BARS_PER_CHARACTER * self.pitch_mm - self.gap_mm


NORMAL = KixProfile()
TIGHT = KixProfile(gap_mm=13 * _MM_PER_DOT)  # 24 bars an inch: 18 characters fit an address field of 76 mm


class Bar(NamedTuple):
    """One bar in mm, relative to the top-left of the block of bars."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float


def compose(
    postcode: str, number: str | int, letter: str = "", addition: str = "", separator: Separator = Separator.DROP
) -> str | None:
    """The content for a Dutch address, Postbus or Antwoordnummer; None when the code has no form for it.

    An addition of more than six characters has none: half an addition would name another door.
    """
    parts = [letter + addition] if separator is Separator.DROP else re.split(r"[ ./-]+", letter + addition)
    extra = "X".join(filter(None, map(normalise_addition, parts)))
    content = f"{postcode.replace(' ', '').upper()}{int(number)}{'X' if extra else ''}{extra}"
    return content if is_composed(content) else None


def is_composed(content: str) -> bool:
    """True when ``content`` is a postcode, a number and at most one addition, as a KIX should hold."""
    return _COMPOSED.fullmatch(content) is not None


def encode(content: str) -> str:
    """Bars of ``content`` as D, A, F and T; lower case is folded.

    Raises:
        ValueError: empty, longer than 18 characters, or a character outside 0-9 A-Z.
    """
    if not 1 <= len(content) <= MAX_CHARACTERS:
        raise ValueError(f"A KIX holds 1 to {MAX_CHARACTERS} characters, not {len(content)}.")
    try:
        return "".join([TABLE[character] for character in content.upper()])
    except KeyError as unknown:
        raise ValueError(f"A KIX holds only 0-9 and A-Z, not {unknown.args[0]!r}.") from None


def bars(content: str, profile: KixProfile = NORMAL) -> tuple[Bar, ...]:
    """The bars of ``content`` from left to right, to be drawn as filled rectangles in full black.

    Raises:
        ValueError: as ``encode``.
    """
    shape = {
        "F": (0.0, profile.height_mm),
        "A": (0.0, profile.part_mm + profile.tracker_mm),
        "D": (profile.part_mm, profile.part_mm + profile.tracker_mm),
        "T": (profile.part_mm, profile.tracker_mm),
    }
    states = encode(content)
    return tuple([Bar(i * profile.pitch_mm, shape[s][0], profile.bar_mm, shape[s][1]) for i, s in enumerate(states)])
