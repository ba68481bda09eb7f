"""Watched folders: files that scanners drop, claimed by one taker at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager


class Drop(Protocol):
    """A file that is claimed: nobody else takes it while it is held."""

    @property
    def folder(self) -> str:
        """The folder that it was dropped in: the id or the short name of an organisation."""
        ...

    @property
    def name(self) -> str:
        """What it was called."""
        ...

    @property
    def claim(self) -> str:
        """A name of this drop that no other has, the same after a crash."""
        ...

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Its bytes."""
        ...

    def done(self) -> None:
        """Move it where the taken ones lie; again changes nothing."""
        ...

    def failed(self, why: str) -> None:
        """Move it where the refused ones lie, with a text beside it that says why."""
        ...


class DropsSeen(NamedTuple):
    """A watched folder: where it is, the names of files that wait in it, and how many were refused."""

    where: str
    waiting: tuple[str, ...]
    failed: int


class Drops(Protocol):
    """What lies in the watched folders."""

    def settled(self) -> Iterator[AbstractContextManager[Drop | None]]:
        """Files that nobody writes any more, each claimed when it is entered; None when somebody else was first."""
        ...

    def seen(self, folders: Collection[str]) -> Sequence[DropsSeen]:
        """Those of these folders that there are, by name; looking changes nothing."""
        ...
