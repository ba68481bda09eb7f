"""Links to the page of a request: derived from a secret; stored is a digest that whoever has the link can take."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from docgen.qr.entry_code import TOKEN_LENGTH, is_token

if TYPE_CHECKING:
    from collections.abc import Collection

SHOWN_FOR: Final = timedelta(hours=24)
"""How long a page that was opened can be answered; then it is shown anew."""
PATH: Final = "/a/"
_CODES: Final = 9_000
_FIRST_CODE: Final = 1_000
_MOST_OFFER: Final = 4_000


@dataclass(frozen=True, slots=True)
class Offer:
    """What was put before somebody: which request, the digest of its words and of the page, its buttons, and when."""

    request_id: str
    words: str
    language: str
    page: str
    buttons: tuple[str, ...]
    at: datetime


def token_digest(token: str) -> str:
    """What is stored, and what evidence has: SHA-256 of the token in capitals, as ``sha256:`` and hex.

    No key is needed, as nobody tries 2^130 tokens; so whoever has the message can see that it is the one.
    """
    return f"sha256:{sha256(token.upper().encode()).hexdigest()}"


def may_be_token(text: str) -> bool:
    """Whether it has the form of one."""
    return len(text) == TOKEN_LENGTH and is_token(text)


def link_of(host: str, token: str) -> str:
    """The address of the page; ``host`` is as in a brand, perhaps with a short path."""
    return f"https://{host}{PATH}{token}"


def sms_code(secret: bytes, request_id: str, taken: Collection[str]) -> str:
    """Four digits that tell a request from others to the same number; "" when so many are open that none is left."""
    for attempt in range(20):
        number = int.from_bytes(hmac.digest(secret, f"agreement-code-1\0{attempt}\0{request_id}".encode(), sha256)[:8])
        code = str(_FIRST_CODE + number % _CODES)
        if code not in taken:
            return code
    return ""


def seal_offer(secret: bytes, offer: Offer) -> str:
    """The offer as a text for a form, which nobody else can make."""
    body = json.dumps(asdict(offer) | {"at": offer.at.isoformat()}, separators=(",", ":")).encode()
    return urlsafe_b64encode(_mac(secret, body) + body).decode()


def open_offer(secret: bytes, text: str, now: datetime) -> Offer | None:
    """The offer that a form brought back; None when it is not ours, or was shown too long ago."""
    try:
        raw = urlsafe_b64decode(text.encode()) if len(text) <= _MOST_OFFER else b""
    except (ValueError, UnicodeEncodeError):
        return None
    size = sha256().digest_size
    if not hmac.compare_digest(raw[:size], _mac(secret, raw[size:])):
        return None
    values = json.loads(raw[size:])
    at = datetime.fromisoformat(values["at"]).astimezone(UTC)
    offer = Offer(**values | {"at": at, "buttons": tuple(values["buttons"])})
    return offer if at <= now <= at + SHOWN_FOR else None


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"agreement-offer-1\0" + body, sha256)
