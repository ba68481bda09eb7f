"""The link of a process to its fork server (``docgen.readymade.fork_server``), which is started at the first look.

Any thread may ask. A process that is forked from this one forgets the server and starts one of its own. The server ends
when the last end of the link that is not its own is closed, so it never outlives its owner.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.readymade.limits import ChildLimits

_START_S = 60.0  # a server starts in a second, a child in milliseconds
_END_S = 10.0
_NUMBER_BYTES = 32


class LookLostError(Exception):
    """The server ended during a look, or could not start a child."""


class _NotBegunError(LookLostError):
    """The server ended before a look began."""


@dataclass(frozen=True, slots=True, eq=False)
class _Server:
    """A server that runs, and our end of its control socket."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def end(self) -> None:
        """The server ends when nobody can ask any more; it is waited for, so that no zombie is left."""
        self.control.close()
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it if it does not answer."""
        self.control.close()
        self.process.kill()
        self.process.wait()


class ServerLink:
    """Runs children through the server of this process; starts it when there is none."""

    def __init__(self) -> None:
        """A link without a server yet."""
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._lines: set[socket.socket] = set()

    def run(self, folder: Path, limits: ChildLimits) -> int | None:
        """The exit status of a child that does the request in ``folder``; None when it took too long.

        When this returns or raises, the child and all that it started have ended.

        Raises:
            LookLostError: the server was lost; once, if that was before the look began, another one is tried.
        """
        job = json.dumps([str(folder), *astuple(limits)]).encode("ascii")
        try:
            return self._run(job, limits.wall_s)
        except _NotBegunError:
            return self._run(job, limits.wall_s)

    def close(self) -> None:
        """End the server. The next look starts another one."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.end()

    def before_fork(self) -> None:
        """No process may be forked while an end of a line is here that is on its way to the server."""
        self._lock.acquire()

    def after_fork_in_parent(self) -> None:
        """The other half of `before_fork`."""
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """The server belongs to the process that was forked from; only our copies of the sockets are closed."""
        for line in self._lines:
            line.close()
        self._lines.clear()
        if self._server is not None:
            self._server.control.close()
            self._server.process.returncode = 0  # it is no child of this process, so it cannot be waited for
            self._server = None
        self._lock.release()

    def _run(self, job: bytes, wall_s: float) -> int | None:
        with self._line(job) as (server, line):
            pid = self._begun(server, line)
            try:
                return _status(line, wall_s)
            except (EOFError, TimeoutError) as error:
                self._lose(server)
                _end_orphans(pid)
                raise LookLostError("the fork server ended") from error

    @contextmanager
    def _line(self, job: bytes) -> Iterator[tuple[_Server, socket.socket]]:
        """Send a job; the line is hung up and the child has ended after this."""
        with self._lock:
            server = self._server = self._server or _started()
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._lines.add(ours)
            # Without a server nobody holds the other end, which is noticed on ours.
            with theirs, suppress(OSError):
                socket.send_fds(server.control, [job], [theirs.fileno()])
        try:
            yield server, ours
        finally:
            _hang_up(ours)
            with self._lock:
                self._lines.discard(ours)
                ours.close()

    def _begun(self, server: _Server, line: socket.socket) -> int:
        """The process id of the child, which has begun."""
        try:
            pid = _told(line, _START_S)
        except EOFError as error:
            self._lose(server)
            raise _NotBegunError("the fork server ended") from error
        except TimeoutError as error:
            self._lose(server)
            with suppress(EOFError):
                _end_orphans(_told(line, _END_S))
            raise LookLostError("the fork server did not answer") from error
        if pid == 0:
            raise LookLostError("no process could be started")
        return pid

    def _lose(self, server: _Server) -> None:
        """Another thread may have noticed before, and started another server."""
        with self._lock:
            server.kill()
            if self._server is server:
                self._server = None


def _started() -> _Server:
    """A server; it loads what it needs while the first job waits in the socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_START_S)
    with theirs, ExitStack() as failed:
        failed.callback(ours.close)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "docgen.readymade.fork_server"],
            cwd="/",
            env=_environment(),
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        failed.pop_all()
    return _Server(process, ours)


def _environment() -> dict[str, str]:
    """Nothing of ours is handed on: no settings, no secrets. A child adds its own folder."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONHASHSEED": "0",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",  # each thread would reserve address space, and no thread may run where we fork
    }


def _told(line: socket.socket, seconds: float) -> int:
    """The next number that the server tells. Raises EOFError when it ended, TimeoutError when it tells nothing."""
    line.settimeout(seconds)
    number = line.recv(_NUMBER_BYTES)
    if not number:
        raise EOFError
    return int(number)


def _status(line: socket.socket, wall_s: float) -> int | None:
    try:
        return _told(line, wall_s)
    except TimeoutError:
        line.shutdown(socket.SHUT_WR)
        _told(line, _END_S)
        return None


def _hang_up(line: socket.socket) -> None:
    """The server ends what still runs, and closes its end after that."""
    line.settimeout(_END_S)
    with suppress(OSError):
        line.shutdown(socket.SHUT_WR)
        while line.recv(_NUMBER_BYTES):
            pass


def _end_orphans(pid: int) -> None:
    """End a child whose server is gone, with its group, and wait until it has."""
    with suppress(ProcessLookupError):
        ended = os.pidfd_open(pid)
        try:
            os.kill(pid, signal.SIGKILL)  # it may have made no group yet
            os.killpg(pid, signal.SIGKILL)
        finally:
            waiting = select.poll()
            waiting.register(ended, select.POLLIN)
            waiting.poll(_END_S * 1000)
            os.close(ended)


LINK = ServerLink()
os.register_at_fork(
    before=LINK.before_fork, after_in_parent=LINK.after_fork_in_parent, after_in_child=LINK.after_fork_in_child
)
atexit.register(LINK.close)
