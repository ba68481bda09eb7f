"""A folder that scanners drop files in: settled files are claimed by a rename, and end in ``done`` or ``failed``.

Everything is a rename or a link within one file system, so that a crash leaves a file in exactly one place or, between
a link and its unlinking, under two names of the same file, which the next look puts right.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import structlog

from api.ports import DropsSeen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from contextlib import AbstractContextManager

    from api.ports import Drop

log = structlog.get_logger(__name__)

TAKING, DONE, FAILED = ".taking", "done", "failed"
_UNFINISHED: Final = frozenset({".part", ".tmp", ".partial", ".crdownload", ".filepart"})
_BETWEEN: Final = "--"
_CLAIM_BYTES: Final = 12
_MOST_NAMES: Final = 10_000
_MOST_NAME: Final = 50  # characters, of at most four bytes: a name has 255


@dataclass(slots=True)
class ScanFolder:
    """`api.ports.Drops`: ``root`` has a folder for each organisation.

    A file is settled when its size and time stayed the same over ``quiet_s`` seconds of our own looking, whatever its
    time says, because copies may bring their time with them.
    """

    root: Path
    quiet_s: float = 3.0
    _seen: dict[Path, tuple[tuple[int, int, int], float]] = field(default_factory=dict)

    def settled(self) -> Iterator[AbstractContextManager[Drop | None]]:
        """What was left half taken first, then what is new."""
        present: set[Path] = set()
        for folder in _folders(self.root):
            for path in _files(folder / TAKING):
                yield _held(path, folder)
            for path in _files(folder):
                present.add(path)
                if self._is_settled(path):
                    yield self._claimed(path, folder)
        self._seen = {path: seen for path, seen in self._seen.items() if path in present}

    def seen(self, folders: Collection[str]) -> list[DropsSeen]:
        """What waits, and how many lie in ``failed`` without the texts beside them."""
        return [
            DropsSeen(
                str(folder),
                tuple([path.name for path in _files(folder)]),
                len([path for path in _files(folder / FAILED) if path.suffix != ".txt"]),
            )
            for folder in _folders(self.root)
            if folder.name in folders
        ]

    def _is_settled(self, path: Path) -> bool:
        try:
            stat = path.stat()
        except OSError:
            return False
        looks, now = (stat.st_size, stat.st_mtime_ns, stat.st_ino), time.monotonic()
        before = self._seen.get(path)
        if before is None or before[0] != looks:
            self._seen[path] = (looks, now)
            return self.quiet_s <= 0 and not _is_written(path)
        return now - before[1] >= self.quiet_s and not _is_written(path)

    @contextmanager
    def _claimed(self, path: Path, folder: Path) -> Iterator[Drop | None]:
        taking = folder / TAKING
        taking.mkdir(exist_ok=True)
        target = taking / f"{secrets.token_hex(_CLAIM_BYTES)}{_BETWEEN}{path.name[-_MOST_NAME:]}"
        try:
            path.rename(target)
        except FileNotFoundError:
            yield None
            return
        self._seen.pop(path, None)
        with _held(target, folder) as drop:
            yield drop


@dataclass(frozen=True, slots=True)
class _Drop:
    """`api.ports.Drop`."""

    path: Path
    root: Path

    @property
    def folder(self) -> str:
        """The name of the folder."""
        return self.root.name

    @property
    def claim(self) -> str:
        """What stands before its name."""
        return self.path.name.partition(_BETWEEN)[0]

    @property
    def name(self) -> str:
        """What stands behind the claim."""
        return self.path.name.partition(_BETWEEN)[2] or self.path.name

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The file."""
        return self.path.open("rb")

    def done(self) -> None:
        """Under its old name, or with a number."""
        _move(self.path, self.root / DONE, self.name)

    def failed(self, why: str) -> None:
        """The text first, so that no file lies there unexplained."""
        target = self.root / FAILED
        target.mkdir(exist_ok=True)
        name = _free_name(target, self.name, self.path)
        (target / f"{name}.txt").write_text(f"{why}\n", encoding="utf-8")
        _move(self.path, target, name)


def _folders(root: Path) -> list[Path]:
    try:
        return sorted([path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")])
    except FileNotFoundError:
        return []


def _files(folder: Path) -> list[Path]:
    """Files that may be scans, by name: no links, nothing hidden, nothing that says it is unfinished."""
    try:
        entries = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    return [
        path
        for path in entries
        if not path.name.startswith(".")
        and path.suffix.lower() not in _UNFINISHED
        and not path.is_symlink()
        and path.is_file()
    ]


def _is_written(path: Path) -> bool:
    """Whether a process of this machine has it open for writing, as far as the kernel tells (fcntl(2), leases)."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return True
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        # other errors say only that this file system or owner allows no leases
        return error.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False


@contextmanager
def _held(path: Path, folder: Path) -> Iterator[Drop | None]:
    """The file while this process has its lock, which ends with the process; None when another has it."""
    handle = _locked(path)
    try:
        yield None if handle is None else _Drop(path, folder)
    finally:
        if handle is not None:
            os.close(handle)


def _locked(path: Path) -> int | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_ino == path.stat().st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        log.debug("drop-in-other-hands")
    os.close(handle)
    return None


def _move(path: Path, target: Path, name: str) -> None:
    """Move without ever overwriting; under a new name when another file has this one."""
    target.mkdir(exist_ok=True)
    while True:
        goal = target / _free_name(target, name, path)
        if goal.exists() and goal.samefile(path):
            break
        try:
            os.link(path, goal)
        except FileExistsError:
            continue
        except OSError:
            # a file system without links
            path.rename(goal)
            return
        break
    path.unlink()


def _free_name(target: Path, name: str, path: Path) -> str:
    """``name``, or with a number behind it; the name that this very file has there already."""
    stem, suffix = Path(name).stem, Path(name).suffix
    for number in range(1, _MOST_NAMES):
        found = name if number == 1 else f"{stem}-{number}{suffix}"
        goal = target / found
        if not os.path.lexists(goal) or (goal.exists() and goal.samefile(path)):
            return found
    return f"{stem}-{secrets.token_hex(_CLAIM_BYTES)}{suffix}"
