"""Meter readings as people spell them: leading zeros or none, a comma or a dot, red digits given or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from scanning.validators.spelling import plain

_UNIT = re.compile(r"\s*(m[23²³]|kwh|mwh|gj|liter|litre|l)\.?$", re.IGNORECASE)
_GROUPS = re.compile(r"\d{1,3}(?:(?:\.\d{3}){2,}|(?:,\d{3}){2,}|(?:\.\d{3})+(?=,)|(?:,\d{3})+(?=\.))(?!\d)")
_NUMBER = re.compile(r"(\d+)(?:([.,])(\d*))?")
_LONGEST = 40
_GROUP = 3
_RED = 3  # the most red digits that meters in dwellings have


@dataclass(frozen=True, slots=True)
class Meter:
    """``dials`` is how many whole (black) digits it shows, ``decimals`` how many are asked behind the comma."""

    dials: int
    decimals: int = 0
    number: str = ""

    def __post_init__(self) -> None:
        """Refuse what no meter is.

        Raises:
            ValueError: when there is no dial, or less than no decimal.
        """
        if self.dials < 1 or self.decimals < 0:
            raise ValueError(f"A meter has a dial at least, not {self.dials} with {self.decimals} decimals.")

    @property
    def modulus(self) -> int:
        """One more than the highest whole number that it shows."""
        return int(10**self.dials)

    def shown(self, value: Decimal) -> Decimal:
        """``value`` without the digits that are not asked."""
        return value.quantize(Decimal(1).scaleb(-self.decimals), ROUND_DOWN)

    def spelled(self, value: Decimal) -> str:
        """``value`` in its one normal spelling: no leading zeros, a dot, as many decimals as are asked."""
        return f"{self.shown(value):f}"


@dataclass(frozen=True, slots=True)
class Typed:
    """A reading as it was given: ``whole`` with its leading zeros, ``fraction`` behind the comma.

    ``unclear`` tells that the comma or dot may just as well part thousands.
    """

    whole: str
    fraction: str = ""
    unclear: bool = False

    def value(self, meter: Meter) -> Decimal:
        """The reading; digits behind the ones that are asked are dropped, as they are on the meter, not rounded."""
        return Decimal(f"{self.whole}.{self.fraction[: meter.decimals]}0")

    def dropped(self, meter: Meter) -> str:
        """Digits that were given and are not asked."""
        return self.fraction[meter.decimals :]


def parse(reading: str, meter: Meter) -> Typed | None:
    """What was typed, or None when it is no number."""
    text = _UNIT.sub("", plain(reading)).replace(" ", "").replace("'", "")
    if grouped := _GROUPS.match(text):
        parted = re.sub("[.,]", "", grouped[0])
        text = parted + text[grouped.end() :]
    matched = _NUMBER.fullmatch(text)
    if matched is None or len(text) > _LONGEST:
        return None
    whole, sign, fraction = matched[1], matched[2], matched[3] or ""
    return Typed(whole, fraction, unclear=bool(sign) and not grouped and _may_be_thousands(whole, fraction, meter))


def _may_be_thousands(whole: str, fraction: str, meter: Meter) -> bool:
    return (
        len(fraction) == _GROUP
        and meter.decimals < _GROUP
        and len(whole) <= _GROUP
        and not whole.startswith("0")
        and len(whole) + len(fraction) <= meter.dials
    )


def ways_to_read(typed: Typed, meter: Meter) -> tuple[str, ...]:
    """Readings that the meter could show when the comma parts thousands, or red digits were given without a comma."""
    digits = typed.whole + (typed.fraction if typed.unclear else "")
    ways = [Typed(typed.whole, typed.fraction)] if typed.unclear else []
    if len(digits) > meter.dials:
        ways.append(Typed(digits[: meter.dials], digits[meter.dials :]))
    ways.append(Typed(digits, "" if typed.unclear else typed.fraction))
    ways += [Typed(digits[:-red], digits[-red:]) for red in range(1, _RED + 1) if len(digits) - red >= meter.dials]
    values = (way.value(meter) for way in ways)
    return tuple(dict.fromkeys(meter.spelled(value) for value in values if value < meter.modulus))


def from_boxes(boxes: tuple[str, ...], decimals: int = 0) -> str | None:
    """The text of a row of boxes, a comma before the last ``decimals``; a box is one character, empty when blank.

    Blank boxes may stand before the digits, or behind them; None when one stands between them, since then a digit is
    missing, and when a comma is asked and the last boxes are blank, since then nobody knows where it belongs.
    """
    last = max((place for place, box in enumerate(boxes) if box.strip()), default=-1)
    text = "".join(box.strip() for box in boxes)
    first = last + 1 - len(text)
    if not text:
        return ""
    if any(not box.strip() for box in boxes[first : last + 1]) or (decimals and last + 1 < len(boxes)):
        return None
    padded = text.zfill(decimals + 1)
    return f"{padded[:-decimals]},{padded[-decimals:]}" if decimals else text
