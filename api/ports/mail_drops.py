"""Folders that a mail server puts mail in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class DroppedMail(Protocol):
    """One mail in a folder."""

    def read(self, most_bytes: int) -> bytes:
        """Its beginning. Raises Retryable (``mail-folder-unreadable``)."""

    def done(self) -> None:
        """Put it with those that were seen; again changes nothing. Raises Retryable (``mail-folder-unreadable``)."""


class MailDrops(Protocol):
    """What lies in such folders."""

    def waiting(self, folder: str, limit: int) -> Iterator[DroppedMail]:
        """Mail that nobody has seen, oldest first. Raises Retryable (``mail-folder-unreadable``)."""
