"""The link of a process to its fork server (``scanning.intake.fork_server``), which is started at the first file.

Any thread may ask. A process that is forked from this one forgets the server and starts one of its own.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_S, _END_S = 60.0, 10.0
_STATUS_BYTES = 128
_KB = 1024


class ServerLostError(Exception):
    """The server ended, or could not start a child."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: exit status, or minus the signal; processor time; the most memory it had resident."""

    status: int
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A child that runs, seen from the parent: where its parcels come from, and where its end is told."""

    line: socket.socket
    watch: socket.socket

    def ending(self) -> Ending:
        """How the child ended; one that does not end by itself is ended.

        Raises:
            ServerLostError: nobody can tell.
        """
        self.watch.settimeout(_END_S)
        try:
            told = self.watch.recv(_STATUS_BYTES)
        except TimeoutError:
            told = b""
            self.end()
        try:
            status, cpu_s, peak_kb = (told or self.watch.recv(_STATUS_BYTES)).split()
        except (OSError, ValueError) as error:
            raise ServerLostError("the process that reads files was lost") from error
        return Ending(int(status), float(cpu_s), int(peak_kb) * _KB)

    def end(self) -> None:
        """Let the server end the child; `ending` tells when it has."""
        with suppress(OSError):
            self.watch.shutdown(socket.SHUT_WR)


@dataclass(frozen=True, slots=True, eq=False)
class _Server:
    process: subprocess.Popen[bytes]
    control: socket.socket

    def close(self) -> None:
        """The server ends when nobody can ask any more; it is waited for, so that no zombie is left."""
        self.control.close()
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class ServerLink:
    """Runs children through the server of this process; starts it when there is none."""

    def __init__(self) -> None:
        """A link without a server yet."""
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._ours: set[socket.socket] = set()

    @contextmanager
    def job(self, module: str) -> Iterator[Job]:
        """A child that waits for its task, which is in ``module``. It has ended, or is ended, after this.

        Raises:
            ServerLostError: the server cannot be reached.
        """
        line, watch = self._sent(module.encode("ascii"))
        try:
            yield Job(line, watch)
        finally:
            with self._lock:
                self._ours -= {line, watch}
                line.close()
                watch.close()

    def close(self) -> None:
        """End the server. The next file starts another one."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.close()

    def before_fork(self) -> None:
        """No process may be forked while an end of a socket is here that is on its way to the server."""
        self._lock.acquire()

    def after_fork_in_parent(self) -> None:
        """The other half of `before_fork`."""
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """The server belongs to the process that was forked from; only our copies of the sockets are closed."""
        for one in self._ours:
            one.close()
        self._ours.clear()
        if self._server is not None:
            self._server.control.close()
            self._server.process.returncode = 0  # it is no child of this process, so it cannot be waited for
            self._server = None
        self._lock.release()

    def _sent(self, module: bytes) -> tuple[socket.socket, socket.socket]:
        """Our ends of line and watch of a new child; a server that has died is replaced."""
        with self._lock:
            if self._server is not None and self._server.process.poll() is not None:
                self._server.close()
                self._server = None
            server = self._server = self._server or _started()
            line, line_there = socket.socketpair()
            watch, watch_there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with line_there, watch_there:
                try:
                    socket.send_fds(server.control, [module], [line_there.fileno(), watch_there.fileno()])
                except OSError as error:
                    line.close()
                    watch.close()
                    raise ServerLostError("the process that reads files was lost") from error
            self._ours |= {line, watch}
        return line, watch


def _started() -> _Server:
    """A server; it loads what it needs while the first job waits in the socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_START_S)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "scanning.intake.fork_server"],
            cwd="/",
            env=_environment(),
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    return _Server(process, ours)


def _environment() -> dict[str, str]:
    """Nothing of ours is handed on: no settings, no secrets."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONHASHSEED": "0",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",  # each thread would reserve address space, and no thread may run where we fork
        "OMP_NUM_THREADS": "1",
    }


LINK = ServerLink()
os.register_at_fork(
    before=LINK.before_fork, after_in_parent=LINK.after_fork_in_parent, after_in_child=LINK.after_fork_in_child
)
atexit.register(LINK.close)
