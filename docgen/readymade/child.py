"""The child process: takes limits upon itself, then does one task. Only the fork server makes it."""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pikepdf
import pypdfium2
from pydantic import TypeAdapter

from docgen.readymade.copier import TooDeepError
from docgen.readymade.isolation import ANSWER_FILE, EXIT_BROKEN, EXIT_COSTLY, REQUEST_FILE, TROUBLE_FILE
from docgen.readymade.limits import ChildLimits
from docgen.readymade.shape import BadPageError
from docgen.readymade.tasks import do_task

if TYPE_CHECKING:
    import socket

    from docgen.readymade.tasks import Request

_SPARE_S = 5
_EXIT_FAULT = 1


def do_and_exit(line: socket.socket) -> NoReturn:
    """Do the request of a folder within limits, and leave without anything that the server does at its end.

    Folder and limits come over ``line``, in JSON.
    """
    status = _EXIT_FAULT
    try:
        with line, line.makefile("rb") as wire:
            name, *numbers = json.loads(wire.read())
        folder, limits = Path(name), ChildLimits(*numbers)
        _move_in(folder)
        _take_limits(limits)
        request: Request = pickle.loads((folder / REQUEST_FILE).read_bytes())  # noqa: S301 (written by the parent alone)
        status = do(request, folder)
    finally:
        kind, error, trace = sys.exc_info()
        if kind is not None and error is not None:
            sys.excepthook(kind, error, trace)
        os._exit(status)


def do(request: Request, folder: Path) -> int:
    """Do a request and write its answer; the exit status tells a file that is broken from one that costs too much."""
    try:
        answer = do_task(request)
    except (MemoryError, RecursionError, TooDeepError):
        return EXIT_COSTLY
    except (pikepdf.PdfError, pypdfium2.PdfiumError, BadPageError):
        return EXIT_BROKEN
    (folder / ANSWER_FILE).write_bytes(TypeAdapter(type(answer)).dump_json(answer))
    return 0


def _move_in(folder: Path) -> None:
    """All that is written goes to the folder, and what goes wrong to a file in it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    trouble = os.open(folder / TROUBLE_FILE, os.O_WRONLY)
    for descriptor, standard in ((nothing, 0), (nothing, 1), (trouble, 2)):
        os.dup2(descriptor, standard)
    for descriptor in {nothing, trouble} - {0, 1, 2}:
        os.close(descriptor)
    os.chdir(folder)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None


def _take_limits(limits: ChildLimits) -> None:
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.written_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + _SPARE_S))
    signal.alarm(limits.wall_s + _SPARE_S)  # in case nobody is left who can end us
