"""How a text is cut into the parts that are sent, and paid for, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from agreements.sms.dear import dear_signs
from agreements.sms.gsm7 import fits_gsm7, septets

if TYPE_CHECKING:
    from agreements.sms.dear import DearSign

_LAST_OF_PLANE_0: Final = 0xFFFF


class Encoding(StrEnum):
    """How a text is sent: septets of GSM 03.38, or UTF-16 as soon as one sign is not of that alphabet."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"

    @property
    def single_units(self) -> int:
        """How many units a message of one part holds: 140 octets."""
        return 160 if self is Encoding.GSM_7 else 70

    @property
    def part_units(self) -> int:
        """How many units each of several parts holds; 6 octets go to the header (23.040, 9.2.3.24.1)."""
        return 153 if self is Encoding.GSM_7 else 67


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs to send.

    ``units`` are septets or UTF-16 units, ``left`` how many more go before there is another part. ``dear`` are the
    signs that make it UCS-2; none when it is not.
    """

    encoding: Encoding
    parts: int
    units: int
    left: int
    dear: tuple[DearSign, ...] = ()


def encoding_of(text: str) -> Encoding:
    """The only encoding that holds every sign and is not larger than need be."""
    return Encoding.GSM_7 if fits_gsm7(text) else Encoding.UCS_2


def segments(text: str) -> Segments:
    """Parts and units of a text; one part when it is empty."""
    encoding = encoding_of(text)
    widths = [_width(sign, encoding) for sign in text]
    parts = _parts(widths, encoding)
    space = encoding.single_units if len(parts) == 1 else encoding.part_units
    return Segments(encoding, len(parts), sum(widths), space - sum(widths[parts[-1] :]), dear_signs(text))


def split(text: str) -> tuple[str, ...]:
    """The texts of the parts; no sign is ever cut in two."""
    encoding = encoding_of(text)
    starts = _parts([_width(sign, encoding) for sign in text], encoding)
    return tuple(text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True))


def _width(sign: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return septets(sign)
    return 2 if ord(sign) > _LAST_OF_PLANE_0 else 1


def _parts(widths: list[int], encoding: Encoding) -> list[int]:
    """Where each part begins: signs go into a part as long as they fit whole."""
    if sum(widths) <= encoding.single_units:
        return [0]
    starts, used = [0], 0
    for place, width in enumerate(widths):
        if used + width > encoding.part_units:
            starts.append(place)
            used = 0
        used += width
    return starts
