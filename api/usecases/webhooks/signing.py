"""Signatures of messages by Standard Webhooks 1.0, and secrets that stand in no database.

A secret is derived from that of the installation, the endpoint and its generation, so that nothing that could be
stolen with a backup is kept.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.ports import Webhook

PREFIX: Final = "whsec_"
_PURPOSE: Final = "webhook-secret-1"
_USER_AGENT: Final = "Posthoorn-Webhooks/1"


def secret_of(installation_secret: bytes, webhook_id: str, generation: int) -> str:
    """The secret as its owner sees it: ``whsec_`` and 32 bytes in base64."""
    return PREFIX + base64.b64encode(_key(installation_secret, webhook_id, generation)).decode()


def signing_keys(installation_secret: bytes, webhook: Webhook, now: datetime) -> Sequence[bytes]:
    """Keys that sign now: the newest first, and those before as long as they are good."""
    overlaps = webhook.previous_until is not None and now < webhook.previous_until
    first = webhook.signs_from if overlaps else webhook.generation
    return [_key(installation_secret, webhook.id, each) for each in range(webhook.generation, first - 1, -1)]


def headers_of(message_id: str, now: datetime, body: bytes, keys: Sequence[bytes]) -> Mapping[str, str]:
    """Headers of a message, with a signature by each key (Standard Webhooks 1.0, "Webhook Headers")."""
    timestamp = int(now.timestamp())
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "content-type": "application/json",
        "user-agent": _USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, sha256)).decode()


def _key(installation_secret: bytes, webhook_id: str, generation: int) -> bytes:
    return hmac.digest(installation_secret, f"{_PURPOSE}\0{webhook_id}\0{generation}".encode(), sha256)
