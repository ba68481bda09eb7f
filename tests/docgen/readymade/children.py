"""Requests at which a child behaves as it should not, and what tells whether a process has ended."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docgen.readymade.tasks import Request


@dataclass(frozen=True)
class _Shell:
    """Whoever reads this becomes a shell."""

    script: str

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.execv, ("/bin/sh", ["sh", "-c", self.script])


@dataclass(frozen=True)
class _Python:
    """Whoever reads this runs it."""

    script: str

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return exec, (self.script,)


def shell(script: str) -> Request:
    """Let the child be a shell script, started in the folder of its request."""
    return cast("Request", _Shell(script))


def python(script: str) -> Request:
    """Let the child run Python before it does anything."""
    return cast("Request", _Python(script))


def gone(pid: int) -> bool:
    """True as soon as the process has ended; a process that nobody waits for may be a zombie for a while."""
    for _ in range(100):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as status:  # noqa: PTH123 (a file of the kernel)
                if status.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def number_in(path: Path) -> int:
    """The number that somebody else writes to a file, as soon as it is there."""
    for _ in range(200):
        if path.exists() and path.read_text().endswith("\n"):
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError(f"{path.name} was not written")
