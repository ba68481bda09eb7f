"""Canonical JSON (RFC 8785): one value, one row of bytes, so that a digest of a value means something.

Numbers are integers that every reader holds exactly (section 3.1 of RFC 7493); there are no floats.
"""

from __future__ import annotations

import hashlib
import json
from typing import TypeAlias, Union

Json: TypeAlias = Union["str", "int", "bool", "list[Json]", "tuple[Json, ...]", "dict[str, Json]", "None"]

_LARGEST = 2**53 - 1
_FIRST_SURROGATE = "\ud800"  # below it code points and UTF-16 units sort alike
_PREFIX = "sha256:"
_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_AS_THEY_ARE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class NotCanonicalError(ValueError):
    """A value that canonical JSON cannot hold; the message says which."""


def canonical(value: Json) -> bytes:
    """The UTF-8 bytes of ``value``; raises `NotCanonicalError` for floats, large integers and lone surrogates."""
    text = _SORTED(value) if _plain(value) else _AS_THEY_ARE(_ordered(value))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError("a text holds half of a surrogate pair") from error


def digest(value: Json) -> str:
    """SHA-256 over the canonical bytes, as ``sha256:`` and 64 hex digits."""
    return written(hashlib.sha256(canonical(value)).digest())


def digest_of(data: bytes) -> str:
    """SHA-256 over ``data``, written likewise."""
    return written(hashlib.sha256(data).digest())


def written(raw: bytes) -> str:
    """32 bytes of a digest as they stand in events."""
    return _PREFIX + raw.hex()


def raw_digest(text: str) -> bytes:
    """The 32 bytes of a written digest; raises `NotCanonicalError` when it is none."""
    found = text.removeprefix(_PREFIX)
    if len(text) != len(_PREFIX) + 64 or found == text or not set(found) <= set("0123456789abcdef"):
        raise NotCanonicalError(f"{text!r} is no digest; it is written sha256: and 64 hex digits")
    return bytes.fromhex(found)


def _plain(value: Json) -> bool:
    """Whether all keys sort by code point as they do by UTF-16 unit; raises for what may not be there at all."""
    if isinstance(value, dict):
        plain = True
        for key, inner in value.items():
            plain &= (_key(key) < _FIRST_SURROGATE) & _plain(inner)
        return plain
    if isinstance(value, list | tuple):
        return min(map(_plain, value), default=True)
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise NotCanonicalError(f"{value} is too large for canonical JSON; write it as text")
    if value is not None and not isinstance(value, str | int):
        raise NotCanonicalError(f"canonical JSON here has no {type(value).__name__}; write it as text or integer")
    return True


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise NotCanonicalError(f"a key is text, {key!r} is not")
    return max(key, default="")


def _ordered(value: Json) -> Json:
    """The same with keys by their UTF-16 units (RFC 8785 section 3.2.3)."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(inner) for inner in value] if isinstance(value, list | tuple) else value
