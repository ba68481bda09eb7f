"""Maildir folders (maildir(5)): what is in ``new`` waits, what was seen is in ``cur`` with the flag S."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.ports import Retryable

if TYPE_CHECKING:
    from collections.abc import Iterator

NEW, SEEN, BEGUN = "new", "cur", "tmp"
_FLAG: Final = ":2,S"


@dataclass(frozen=True, slots=True)
class MaildirMail:
    """`api.ports.DroppedMail`."""

    path: Path

    def read(self, most_bytes: int) -> bytes:
        """At most this much."""
        try:
            with self.path.open("rb") as file:
                return file.read(most_bytes)
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def done(self) -> None:
        """A rename in one file system; whoever was here before has done it."""
        try:
            self.path.rename(self.path.parent.parent / SEEN / f"{self.path.name}{_FLAG}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unreadable(self.path, error) from error


class Maildirs:
    """`api.ports.MailDrops`."""

    def waiting(self, folder: str, limit: int) -> Iterator[MaildirMail]:
        """The folder is made when it is not there, as a mail server may be slower than we are."""
        base = Path(folder)
        try:
            for name in (NEW, SEEN, BEGUN):
                (base / name).mkdir(parents=True, exist_ok=True)
            # names begin with the time
            names = sorted(path for path in (base / NEW).iterdir() if not path.name.startswith("."))
        except OSError as error:
            raise _unreadable(base, error) from error
        yield from map(MaildirMail, names[:limit])


def _unreadable(path: Path, error: OSError) -> Retryable:
    advice = "Let the service read and write it."
    return Retryable("mail-folder-unreadable", f"{path} cannot be used: {error.strerror}. {advice}")
