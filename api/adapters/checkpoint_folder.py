"""Checkpoints as files in a folder of the corporation's own, on another disk or machine than the database."""

from __future__ import annotations

import os
import re
import secrets
from typing import TYPE_CHECKING, Final

from api.ports import Permanent, Retryable

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}\Z")


class CheckpointFolder:
    """`api.ports.CheckpointShelf`: a file is written aside, synced and linked into place, and never written over."""

    def __init__(self, root: Path) -> None:
        """The folder is made when it is not there."""
        self._root = root

    def put(self, name: str, data: bytes) -> None:
        """The same bytes again change nothing."""
        if not _NAME.match(name):
            raise ValueError(f"not a name of a checkpoint: {name!r}")
        try:
            self._put(name, data)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Retryable("checkpoint-folder-unavailable", f"A checkpoint cannot be written: {reason}.") from error

    def _put(self, name: str, data: bytes) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        path, part = self._root / name, self._root / f".{name}.{secrets.token_hex(4)}"
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            path.hardlink_to(part)
        except FileExistsError:
            if path.read_bytes() != data:
                message = f"{path.name} is there with other content, and is never written over. Find out who made it."
                raise Permanent("checkpoint-file-differs", message) from None
        finally:
            part.unlink(missing_ok=True)
        _sync(self._root)


def _sync(folder: Path) -> None:
    """A name in a folder survives a power cut once the folder was synced."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
