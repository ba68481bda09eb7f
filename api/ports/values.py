"""Small values that every port shares: references to blobs, pages of results, identifiers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from docgen.findings import Refusal

T = TypeVar("T")

MAX_PAGE_ITEMS = 1000
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_CHARS = 26


@dataclass(frozen=True, slots=True)
class BlobRef:
    """Names a blob by its content: lower-case hex SHA-256 and size in bytes."""

    sha256: str
    size: int

    def __post_init__(self) -> None:
        """Refuse anything that is not a digest: a reference becomes a path in the folder adapter."""
        if not _SHA256.match(self.sha256) or self.size < 0:
            raise ValueError(f"not a blob reference: {self.sha256!r}, {self.size}")

    def __str__(self) -> str:
        """Digest and size, as stored in the database."""
        return f"{self.sha256}:{self.size}"

    @classmethod
    def parse(cls, text: str) -> BlobRef:
        """The reference that `str` wrote."""
        sha256, _, size = text.partition(":")
        return cls(sha256, int(size))


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list: at most ``limit`` items (1 to 1000) after the item that ``after`` names."""

    limit: int = 100
    after: str | None = None

    def __post_init__(self) -> None:
        """Refuse a size that no caller may ask for."""
        if not 1 <= self.limit <= MAX_PAGE_ITEMS:
            raise Refusal("bad-page-limit", f"Ask for 1 to {MAX_PAGE_ITEMS} items, not {self.limit}.")

    def after_number(self) -> int:
        """``after`` as a number for lists that are ordered by one; -1 means from the start."""
        if self.after is None:
            return -1
        if not self.after.isascii() or not self.after.isdigit() or len(self.after) > len("9223372036854775807") - 1:
            raise Refusal("bad-cursor", "This cursor was not given by this list; start again without one.")
        return int(self.after)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list; ``next_after`` is the ``after`` of the next request, None at the end."""

    items: tuple[T, ...]
    next_after: str | None = None


def derived_id(prefix: str, *parts: object) -> str:
    """An id that is always the same for the same parts, so that work done twice makes the same rows once."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return f"{prefix}_{base32(int.from_bytes(digest[:17], 'big'))}"


def base32(number: int, chars: int = _RANDOM_CHARS) -> str:
    """The low ``5 * chars`` bits in Crockford's alphabet, lower case: nothing that reads as another sign."""
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in reversed(range(chars)))
