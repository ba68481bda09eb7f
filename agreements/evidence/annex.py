"""Annexes: what is personal, kept beside the chain, which has a keyed digest of it and nothing else.

Once an annex and its key are deleted, nobody can tell what the digest was of, not even by trying every phone number;
the chain verifies as before.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from agreements.evidence.canonical import Json, canonical, written

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_BYTES = 32


class AnnexValue(NamedTuple):
    """An annex with what is personal in it, as it may go into a file for a judge."""

    id: str
    key: bytes
    value: Json

    def shown(self) -> dict[str, Json]:
        """The annex as JSON."""
        return {"id": self.id, "key": self.key.hex(), "value": self.value}


def annex_digest(key: bytes, value: Json) -> str:
    """HMAC-SHA256 (RFC 2104) over the canonical bytes of ``value``; the key is random and this annex's own."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key of an annex has {KEY_BYTES} bytes")
    return written(hmac.digest(key, canonical(value), hashlib.sha256))


def reference(annex_id: str, key: bytes, value: Json) -> dict[str, Json]:
    """What an event says instead of ``value``."""
    return {"annex": annex_id, "hmac": annex_digest(key, value)}


def annexes_of(body: Json) -> Iterator[str]:
    """Ids of the annexes that a body refers to, in the order of their places."""
    if isinstance(body, dict):
        name = body.get("annex")
        if isinstance(name, str) and "hmac" in body:
            yield name
        for inner in body.values():
            yield from annexes_of(inner)
    elif isinstance(body, list | tuple):
        for inner in body:
            yield from annexes_of(inner)
