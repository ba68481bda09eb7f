"""The fork server: a helper process with all readers loaded, which forks one child for each look.

It reads no foreign byte. ``docgen.readymade.server_link`` starts it, with a Unix socket as its standard input. Each
message there is a job: a folder with a request, the limits of the child, and a socket, the line, on which it tells two
numbers: the process id of the child before it begins (0 when none could be started), and its exit status after its
whole group has ended. Whoever hangs up the line ends the group; the end of the standard input ends everything.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from PIL import ImageFile, ImageFont
from pydantic import TypeAdapter

from docgen.readymade import answers, assembly, check, find_text, inspection, look, pictures
from docgen.readymade.child import do_and_exit
from docgen.readymade.house_ink import HouseInk
from docgen.readymade.limits import ChildLimits
from docgen.readymade.policy import ReadymadePolicy

if TYPE_CHECKING:
    from collections.abc import Callable

LOADED = (assembly, check, find_text, inspection, look, pictures, ImageFile, ImageFont)  # what tasks load when done
_ANSWERS = (answers.Inspection, answers.TextHits, answers.Look, answers.Assembled, answers.Checked, answers.Drawn)
_JOB_BYTES = 16_384
_NO_CHILD = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A child that runs: its line, its process id, and a descriptor that can be read once it has ended."""

    line: socket.socket
    pid: int
    ended: int


class ForkServer:
    """Forks a child for each job. One thread, which waits for whatever comes first."""

    def __init__(self, control: socket.socket) -> None:
        """Jobs come from ``control`` until its other end is closed."""
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._looks: set[_Look] = set()
        self._asked = True

    def serve(self) -> None:
        """Serve until nobody can ask any more, then end what runs."""
        self._selector.register(self._control, selectors.EVENT_READ, self._take_job)
        while self._asked:
            for key, _ in self._selector.select():
                happened: Callable[[], None] = key.data
                happened()
        for running in self._looks:
            _kill_group(running.pid)
            os.waitpid(running.pid, 0)

    def _take_job(self) -> None:
        job, descriptors, _, _ = socket.recv_fds(self._control, _JOB_BYTES, 1)
        if not job:
            self._asked = False
            return
        line = socket.socket(fileno=descriptors[0])
        try:
            running = self._begin(line, job)
        except OSError:  # no more processes or descriptors can be had
            _tell(line, _NO_CHILD)
            line.close()
            return
        self._looks.add(running)
        self._selector.register(line, selectors.EVENT_READ, partial(self._hung_up, running))
        self._selector.register(running.ended, selectors.EVENT_READ, partial(self._child_ended, running))

    def _begin(self, line: socket.socket, job: bytes) -> _Look:
        """Fork a child. It waits until its process id was told, so a look that was not told of has not begun."""
        told, tell = os.pipe()
        try:
            pid = os.fork()
            if pid == 0:
                os.close(tell)
                self._be_child(line, told, job)
            running = _Look(line, pid, _end_of(pid))
            _tell(line, pid)
            os.write(tell, b"!")
            return running
        finally:
            os.close(told)
            os.close(tell)

    def _be_child(self, line: socket.socket, told: int, job: bytes) -> NoReturn:
        os.setsid()
        self._close_all(line)
        if not os.read(told, 1):
            os._exit(0)
        os.close(told)
        folder, *limits = json.loads(job)
        do_and_exit(Path(folder), ChildLimits(*limits))

    def _close_all(self, line: socket.socket) -> None:
        """A child holds nothing of the server or of other looks, nor its own line."""
        self._selector.close()
        self._control.close()
        line.close()
        for other in self._looks:
            other.line.close()
            os.close(other.ended)

    def _hung_up(self, running: _Look) -> None:
        if running in self._looks:  # else its child ended in the same moment
            self._selector.unregister(running.line)
            _kill_group(running.pid)

    def _child_ended(self, running: _Look) -> None:
        """Before its process id is given free the whole group is ended, so that nothing it started outlives it."""
        _kill_group(running.pid)
        _, status = os.waitpid(running.pid, 0)
        self._looks.remove(running)
        self._selector.unregister(running.ended)
        os.close(running.ended)
        if running.line in self._selector.get_map():
            self._selector.unregister(running.line)
        _tell(running.line, os.waitstatus_to_exitcode(status))
        running.line.close()


def _end_of(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except OSError:
        _kill_group(pid)
        os.waitpid(pid, 0)
        raise


def _kill_group(pid: int) -> None:
    """End a child that was not waited for, and its group, if it has made one yet."""
    os.kill(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _tell(line: socket.socket, number: int) -> None:
    with suppress(OSError):  # who asked may be gone; then the line is hung up
        line.send(str(number).encode("ascii"))


def warm_up() -> None:
    """Do once what each child would do at its first page and its answer: load our own fonts, and what writes JSON."""
    HouseInk(ReadymadePolicy().envelope)
    for kind in _ANSWERS:
        TypeAdapter(kind)


def main() -> None:
    """Serve whoever started this."""
    warm_up()
    gc.freeze()  # so that children share the memory of what is loaded
    with socket.socket(fileno=0) as control:
        ForkServer(control).serve()


if __name__ == "__main__":
    main()
