"""Addresses of recipients: checked before anything is queued, and known afterwards by a keyed digest alone."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from api.ports import ChannelKind
from docgen.findings import Refusal
from scanning.validators import email, phone

if TYPE_CHECKING:
    from scanning.validators.verdict import Checked

_PURPOSE: Final = "message-address"
_ADDRESS: Final = re.compile(r"[^\s<>:;,\"'()]+@[^\s<>:;,\"'()]+")
_NUMBER: Final = re.compile(r"\+?\d{9,15}")
MOST_DETAIL: Final = 300


def check_address(channel: ChannelKind, text: str) -> Checked:
    """What to say of an address to whoever types it: a slip in a well-known domain is a question."""
    return email.check(text) if channel is ChannelKind.EMAIL else phone.check(text, mobile_needed=True)


def usable_address(channel: ChannelKind, text: str) -> str:
    """The address as it is used; what looks like a slip is taken at its word. Raises Refusal: ``address-unusable``."""
    by_mail = channel is ChannelKind.EMAIL
    checked = email.check(text, insists=True) if by_mail else phone.check(text, mobile_needed=True, insists=True)
    reached = by_mail or checked.facts.get("mobile") is True
    if not checked.value or not checked.accepted or not reached:
        what = "an e-mail address" if by_mail else "a mobile number"
        raise Refusal("address-unusable", f"This cannot be {what} ({checked.code}); correct it.")
    return checked.value


def to_digest(secret: bytes, channel: ChannelKind, address: str) -> str:
    """What an address is known by: 64 hex signs, of no use without the secret. Capitals make no other address."""
    said = f"{_PURPOSE}\0{channel}\0{address.casefold()}".encode()
    return hmac.digest(secret, said, sha256).hex()


def scrubbed(detail: str) -> str:
    """Words of a mail server or carrier on one line, without addresses and numbers in them."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in detail).split())
    return _NUMBER.sub("…", _ADDRESS.sub("…", line))[:MOST_DETAIL]
