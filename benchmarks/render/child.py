"""One engine in this process, measured from before it starts up until its file is written.

A process of its own gives an engine its own CPU time and peak memory. Interpreter start, imports and the data of peers
lie outside of what is measured; compiling templates, reading fonts and subsetting them lie inside, for all alike.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.render.engines import BY_NAME, CHROMIUM

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_REAP_S = 10.0
_SET_CHILD_SUBREAPER = 36  # Linux, prctl(2): what Chromium leaves behind comes to us, so that its CPU time counts


def run_engine(name: str, data: Path, out: Path) -> dict[str, float]:
    """One engine on a data folder."""
    engine = BY_NAME[name]
    prepare = getattr(importlib.import_module(engine.module), engine.prepare)
    if name == CHROMIUM and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    return measured(prepare(data, out), out)


def measured(work: Callable[[], object], out: Path) -> dict[str, float]:
    """What ``work`` took until its file ``out`` was there."""
    gc.collect()
    cpu, wall = cpu_seconds(), time.perf_counter()
    work()
    wall = time.perf_counter() - wall
    _reap()
    used = cpu_seconds() - cpu
    return {"cpu_s": used, "wall_s": wall, "peak_mb": peak_mb(), "bytes": out.stat().st_size}


def cpu_seconds() -> float:
    """User and system time of this process and of its children that ended."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


def peak_mb(*, children: bool = True) -> float:
    """The most memory that was resident at once: this process, or its largest child where that is more.

    ``ru_maxrss`` of a process remembers its parent's size from before it was its own program, so Linux is asked for
    the peak of this program alone.
    """
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024 if children else 0.0
    status = Path("/proc/self/status")
    if not status.exists():
        return max(largest, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    lines = status.read_text("ascii", "replace").splitlines()
    return max(largest, *[int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")])


def _reap() -> None:
    """Wait for processes that a program left behind, for their CPU time counts only then."""
    deadline = time.monotonic() + _LONGEST_REAP_S
    with suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)
