"""A process of its own for every look into a foreign PDF, with bounded time, processor time, memory and files.

Whatever the file does to the child, the caller gets an answer or one finding. A fork server makes the children, so that
none has to load what it needs. The request is ours and goes as a pickle; the answer comes from a process that read a
hostile file, so it is JSON, and its shape is checked.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from pydantic import TypeAdapter, ValidationError

from docgen.findings import Finding
from docgen.isolation.link import ServerLostError, shared_link
from docgen.readymade.limits import ChildLimits

if TYPE_CHECKING:
    from docgen.readymade.tasks import Request

Answer = TypeVar("Answer")

_CHILD = "docgen.readymade.child"
REQUEST_FILE, ANSWER_FILE, TROUBLE_FILE = "request", "answer", "trouble"
EXIT_BROKEN, EXIT_COSTLY = 10, 11
_MAX_ANSWER_BYTES = 64_000_000
_TROUBLE_BYTES = 4_000
# Memory that is refused to C++ code ends in an abort or a trap.
_COSTLY_SIGNALS = (signal.SIGKILL, signal.SIGXCPU, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGALRM)

LINK = shared_link("docgen.readymade.loaded")
DEFAULT_LIMITS = ChildLimits()
ASSEMBLY_LIMITS = ChildLimits(
    wall_s=1_800, cpu_s=1_500, memory_bytes=2_500_000_000, written_bytes=20_000_000_000, open_files=64
)


def ask(request: Request, kind: type[Answer], limits: ChildLimits = DEFAULT_LIMITS) -> Answer | Finding:
    """Do ``request`` in a child; an answer of ``kind``, or what went wrong.

    The codes are ``pdf-too-costly``, ``pdf-broken`` and, when the fault is ours, ``pdf-check-failed``.
    """
    with TemporaryDirectory(prefix="readymade-") as name:
        folder = Path(name)
        (folder / REQUEST_FILE).write_bytes(pickle.dumps(request))
        (folder / TROUBLE_FILE).touch()
        try:
            status = _run(folder, limits)
        except ServerLostError as error:
            return _failed(str(error))
        if status != 0:
            return _trouble(status, folder)
        return _answer(folder / ANSWER_FILE, kind)


def _run(folder: Path, limits: ChildLimits) -> int:
    """The exit status of the child, or minus the signal that ended it; one that takes too long is killed."""
    with LINK.job(_CHILD) as job:
        with suppress(OSError):  # it has ended already, and `ending` tells how
            job.line.sendall(json.dumps([str(folder), *astuple(limits)]).encode("ascii"))
            job.line.shutdown(socket.SHUT_WR)
        return job.ending(limits.wall_s).status


def _answer(path: Path, kind: type[Answer]) -> Answer | Finding:
    try:
        if path.stat().st_size <= _MAX_ANSWER_BYTES:
            return TypeAdapter(kind).validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return Finding("pdf-check-failed", "The check of this PDF gave no answer. Keep the file and tell the operator.")
    return _too_costly()


def _trouble(status: int, folder: Path) -> Finding:
    if status == EXIT_COSTLY or -status in _COSTLY_SIGNALS:
        return _too_costly()
    if status == EXIT_BROKEN or status < 0:
        return Finding("pdf-broken", "The PDF cannot be read. Make it anew, or print it to a new PDF.")
    return _failed(_last_words(folder))


def _failed(why: str) -> Finding:
    return Finding("pdf-check-failed", f"The check of this PDF failed ({why}). Keep the file and tell the operator.")


def _too_costly() -> Finding:
    message = "The PDF takes more time or memory than a document of its kind may. Print it to a new PDF, or divide it."
    return Finding("pdf-too-costly", message)


def _last_words(folder: Path) -> str:
    """The kind of error; its text may hold something of the document."""
    try:
        with (folder / TROUBLE_FILE).open("rb") as trouble:
            trouble.seek(max(0, trouble.seek(0, os.SEEK_END) - _TROUBLE_BYTES))
            lines = trouble.read().decode("utf-8", "replace").splitlines()
    except OSError:  # the child can remove it
        lines = []
    kinds = [line.partition(":")[0] for line in lines if line and not line.startswith(" ")]
    return kinds[-1][:80] if kinds else "no message"
