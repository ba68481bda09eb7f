"""Temporary files under the data folder: each process has a folder of its own, and what the killed left is removed."""

from __future__ import annotations

import atexit
import fcntl
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator

log = structlog.get_logger(__name__)

# a process that reads a PDF for a dead worker ends long before
SAFE_AGE_S: Final = 3600.0
_PREFIX: Final = "process-"
_LOCK: Final = "lock"


def begin_temporary(root: Path) -> Path:
    """Have all temporary files of this process made in a folder of its own in ``root``, and return it.

    It is locked as long as this process lives, however that ends, and removed when it ends in order.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root.resolve()))
    # open as long as the process lives: the lock goes with it
    lock = (folder / _LOCK).open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    tempfile.tempdir = str(folder)
    atexit.register(_end, folder, lock)
    return folder


def remove_left(root: Path, age_s: float = SAFE_AGE_S) -> int:
    """Remove folders of processes that are gone, when nothing in them changed for ``age_s``; returns how many.

    Any number of processes may do so at the same time. What is not a folder of `begin_temporary` is left alone.
    """
    removed = 0
    for folder in sorted(root.glob(f"{_PREFIX}*")):
        if folder.is_symlink() or not folder.is_dir() or time.time() - _changed_at(folder) < age_s:
            continue
        with _owned(folder / _LOCK) as owned:
            if owned:
                shutil.rmtree(folder, ignore_errors=True)
                removed += not folder.exists()
    if removed:
        log.info("temporary-files-removed", processes=removed)
    return removed


def _end(folder: Path, lock: object) -> None:
    """``lock`` is kept open until here."""
    del lock
    tempfile.tempdir = None
    shutil.rmtree(folder, ignore_errors=True)


def _changed_at(folder: Path) -> float:
    """When the last file in it was written; what goes while we look was written just now."""
    try:
        return max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:
        return time.time()


@contextmanager
def _owned(path: Path) -> Iterator[bool]:
    """True while we have the lock of a folder, which nobody who lives has."""
    try:
        lock = path.open("rb")
    except OSError:
        yield False
        return
    with lock:
        held = False
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = True
        yield held
