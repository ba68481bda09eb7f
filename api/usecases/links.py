"""Signed links: what one may see or do until a moment, readable by nobody else and stored nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from api.ports import Clock

VIEW_JOB: Final = "view-job"
OPERATE: Final = "operate"
OPERATOR_PREFIX: Final = "ph_operator_"
_MAX_TOKEN_CHARS: Final = 600


def sign(secret: bytes, purpose: str, values: Sequence[str], clock: Clock, lasts: timedelta) -> str:
    """A URL-safe token that carries ``values`` for ``purpose``; anyone can read them, nobody can forge them."""
    expires = int((clock.now() + lasts).timestamp())
    body = json.dumps([expires, *values], separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_mac(secret, purpose, body))}"


def read(secret: bytes, purpose: str, token: str, clock: Clock) -> tuple[str, ...]:
    """The values of a token. Raises `Refusal` (``link-invalid``, ``link-expired``)."""
    head, _, tail = token.partition(".")
    invalid = Refusal("link-invalid", "This link is not whole; copy it again or ask for a new one.")
    if len(token) > _MAX_TOKEN_CHARS or not token.isascii():
        raise invalid
    try:
        body, mac = _bytes(head), _bytes(tail)
    except ValueError:
        raise invalid from None
    if not hmac.compare_digest(mac, _mac(secret, purpose, body)):
        raise invalid
    expires, *values = json.loads(body)
    if clock.now() > datetime.fromtimestamp(expires, UTC):
        raise Refusal("link-expired", "This link has expired; ask for a new one.")
    return tuple(values)


def _mac(secret: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(secret, purpose.encode() + b"\0" + body, hashlib.sha256)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
