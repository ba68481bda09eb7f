"""Addresses shown so that who knows them sees which they are, and nobody else learns them."""

from __future__ import annotations

_SHOWN_OF_NUMBER = 4
_END_OF_NUMBER = 3


def masked(address: str) -> str:
    """An e-mail address as ``a***@example.nl``, a number as ``+316****678``, of anything else the first sign."""
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}***@{domain}"
    digits = address.replace(" ", "")
    if len(digits) > _SHOWN_OF_NUMBER + _END_OF_NUMBER and digits.lstrip("+").isdigit():
        return f"{digits[:_SHOWN_OF_NUMBER]}****{digits[-_END_OF_NUMBER:]}"
    return f"{address[:1]}***"
