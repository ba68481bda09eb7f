"""The child: takes limits upon itself, does one task and hands over its parcels. Only the fork server makes it."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scanning.intake.complaints import hear_in_memory
from scanning.intake.parcels import Parcel, send_parcel

if TYPE_CHECKING:
    import socket

    from scanning.intake.limits import ReadingLimits

EXIT_FAULT, EXIT_COSTLY = 20, 21
FAULT_PAGE = -1
"""The page of the parcel that tells of a fault of ours; its value is the reason."""

_WRITTEN_BYTES = 1_000_000
_OPEN_FILES = 32
_SPARE_CPU_S = 2
JOB_LENGTH_BYTES = 8


def do_and_exit(line: socket.socket) -> NoReturn:
    """Do the task that comes over ``line``, and leave without anything that the server does at its end.

    The task comes from the parent, so it is a pickle: function, arguments and limits. All else goes the other way.
    """
    status = EXIT_FAULT
    try:
        _let_go_of_streams()
        with line.makefile("rb") as wire:
            length = int.from_bytes(wire.read(JOB_LENGTH_BYTES), "big")
            task, args, kwargs, limits = pickle.loads(wire.read(length))  # noqa: S301 (written by the parent alone)
        _take_limits(limits)
        for parcel in task(*args, **kwargs):
            send_parcel(line, parcel)
            _begin_page(limits)
        status = 0
    except (MemoryError, RecursionError):
        status = EXIT_COSTLY
    except BrokenPipeError:
        status = 0  # nobody wants the rest
    finally:
        _tell_fault(line)
        os._exit(status)


def _tell_fault(line: socket.socket) -> None:
    """The kind of error and its line in our source; its text may hold something of the document."""
    kind, _, trace = sys.exc_info()
    if kind is not None:
        last = traceback.extract_tb(trace)[-1]
        send_parcel(line, Parcel(f"{kind.__name__} in {Path(last.filename).name}, line {last.lineno}", page=FAULT_PAGE))


def _let_go_of_streams() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    os.close(nothing)
    hear_in_memory()
    os.chdir("/")


def _take_limits(limits: ReadingLimits) -> None:
    memory = _address_space_bytes() + limits.memory_bytes
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, _WRITTEN_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.file_cpu_s, limits.file_cpu_s + _SPARE_CPU_S))
    _begin_page(limits)


def _begin_page(limits: ReadingLimits) -> None:
    """The signal ends the child wherever it is, in a decoder too."""
    signal.setitimer(signal.ITIMER_PROF, limits.page_cpu_s)


def _address_space_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()
