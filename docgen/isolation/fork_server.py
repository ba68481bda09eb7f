"""The fork server: a helper process with everything loaded, which forks one child for each job.

It reads no foreign byte. ``docgen.isolation.link`` starts it, with a Unix socket as its standard input and the module
that prepares it as its argument. Each message there is a job: names of modules, which are loaded once, and two sockets.
Over the first, the line, the child talks with whoever asked, in ``do_and_exit`` of the first module. On the second, the
watch, the server tells the process id of the child before it begins (0 when none could be started), and how it ended
after its whole group has. Whoever hangs up the watch ends the group; the end of the standard input ends everything.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

_JOB_BYTES = 1_024
_NO_CHILD = 0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    """A child: where its end is told, its process id, and a descriptor that can be read once it has ended."""

    watch: socket.socket
    pid: int
    ended: int


class ForkServer:
    """Forks a child for each job. One thread, which waits for whatever comes first."""

    def __init__(self, control: socket.socket) -> None:
        """Jobs come from ``control`` until its other end is closed."""
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._children: set[_Running] = set()
        self._asked = True
        self._pid = os.getpid()

    def serve(self) -> None:
        """Serve until nobody can ask any more, then end what runs."""
        self._selector.register(self._control, selectors.EVENT_READ, self._take_job)
        while self._asked:
            for key, _ in self._selector.select():
                happened: Callable[[], None] = key.data
                happened()
        for running in self._children:
            _kill_group(running.pid)
            os.waitpid(running.pid, 0)

    def _take_job(self) -> None:
        job, descriptors, _, _ = socket.recv_fds(self._control, _JOB_BYTES, 2)
        if not job:
            self._asked = False
            return
        line, watch = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        first, *_ = [importlib.import_module(name) for name in job.decode("ascii").split()]
        with line:
            try:
                running = self._begun(line, watch, first.do_and_exit)
            except OSError:  # no more processes or descriptors can be had
                _tell(watch, f"{_NO_CHILD}")
                watch.close()
                return
        self._children.add(running)
        self._selector.register(watch, selectors.EVENT_READ, partial(self._hung_up, running))
        self._selector.register(running.ended, selectors.EVENT_READ, partial(self._child_ended, running))

    def _begun(self, line: socket.socket, watch: socket.socket, do: Callable[[socket.socket], NoReturn]) -> _Running:
        """Fork a child. It waits until its process id was told, so a job that was not told of has not begun."""
        told, tell = os.pipe()
        try:
            pid = os.fork()
            if pid == 0:
                os.close(tell)
                self._be_child(watch, told)
                do(line)
            running = _Running(watch, pid, _end_of(pid))
            _tell(watch, f"{pid}")
            os.write(tell, b"!")
            return running
        finally:
            os.close(told)
            os.close(tell)

    def _be_child(self, watch: socket.socket, told: int) -> None:
        """A child holds nothing of the server or of other children, nor its own watch."""
        os.setsid()
        _end_with(self._pid)
        self._selector.close()
        self._control.close()
        watch.close()
        for other in self._children:
            other.watch.close()
            os.close(other.ended)
        if not os.read(told, 1):
            os._exit(0)
        os.close(told)

    def _hung_up(self, running: _Running) -> None:
        if running in self._children:  # else its child ended in the same moment
            self._selector.unregister(running.watch)
            _kill_group(running.pid)

    def _child_ended(self, running: _Running) -> None:
        """Before its process id is given free the whole group is ended, so that nothing it started outlives it."""
        _kill_group(running.pid)
        _, status, usage = os.wait4(running.pid, 0)
        self._children.remove(running)
        self._selector.unregister(running.ended)
        os.close(running.ended)
        if running.watch in self._selector.get_map():
            self._selector.unregister(running.watch)
        cpu_s = usage.ru_utime + usage.ru_stime
        _tell(running.watch, f"{os.waitstatus_to_exitcode(status)} {cpu_s:.3f} {usage.ru_maxrss}")
        running.watch.close()


def _end_with(parent_pid: int) -> None:
    """This process is killed when its parent ends, however that ends; see prctl(2)."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it ended before
        os._exit(0)


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


def _tell(watch: socket.socket, what: str) -> None:
    with suppress(OSError):  # who asked may be gone; then the watch is hung up
        watch.send(what.encode("ascii"))


def main() -> None:
    """Serve whoever started this."""
    importlib.import_module(sys.argv[1]).prepare()
    gc.freeze()  # so that children share the memory of what is loaded
    with socket.socket(fileno=0) as control:
        ForkServer(control).serve()


if __name__ == "__main__":
    main()
