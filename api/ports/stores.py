"""Ports to the world outside the database: blobs, the clock, identifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from api.ports.values import BlobRef


class Clock(Protocol):
    """Tells the time, so that tests can."""

    def now(self) -> datetime:
        """Now, aware, in UTC, in whole microseconds."""


class Ids(Protocol):
    """Makes identifiers."""

    def new(self, prefix: str) -> str:
        """``prefix``, ``_`` and 26 lower-case signs; later ids sort after earlier ones (millisecond steps)."""

    def secret(self) -> str:
        """52 unguessable lower-case signs (260 bits) for keys and links."""


class Blobs(Protocol):
    """Content-addressed, write-once store; each organisation has its own. Raises `Retryable` or `Permanent`.

    The same bytes always give the same reference, so writing again after a crash is safe and free of copies.
    """

    @property
    def cheap_at_places(self) -> bool:
        """True when a few kilobytes from the middle of a blob cost less than drawing a letter again."""

    def put(self, organisation_id: str, data: BinaryIO | Iterable[bytes]) -> BlobRef:
        """Store a stream; memory stays flat. When this returns the bytes survive a power cut."""

    def open(self, organisation_id: str, ref: BlobRef) -> AbstractContextManager[BinaryIO]:
        """Read a blob: seekable, only what is asked for is fetched. Raises `Permanent` (``blob-missing``)."""

    def exists(self, organisation_id: str, ref: BlobRef) -> bool:
        """True when the blob is there, whole."""

    def delete(self, organisation_id: str, ref: BlobRef) -> None:
        """Remove a blob at the end of its retention; no error when it has gone already."""

    def ready(self) -> bool:
        """True when the store answers and can be written."""
