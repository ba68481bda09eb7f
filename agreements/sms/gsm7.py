"""The alphabet of text messages: 3GPP TS 23.038, 6.2.1."""

from __future__ import annotations

from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Signs of one septet; 27 of the 128 codes is the escape to the table below."""

EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Signs of two septets, which stand in one part together (6.2.1.1)."""

_WIDTHS: Final = dict.fromkeys(BASIC, 1) | dict.fromkeys(EXTENDED, 2)


def septets(sign: str) -> int:
    """How many septets a sign takes; 0 when the alphabet has it not."""
    return _WIDTHS.get(sign, 0)


def fits_gsm7(text: str) -> bool:
    """True when every sign is of this alphabet."""
    return _WIDTHS.keys() >= set(text)
