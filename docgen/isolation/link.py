"""The link of a process to a fork server (``docgen.isolation.fork_server``), which is started at the first job.

Any thread may ask. A process that is forked from this one forgets the server and starts one of its own. The server ends
when the last end of the link that is not its own is closed, so it never outlives its owner.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_START_S = 60.0  # a server starts in a second, a child in milliseconds
_END_S = 10.0
_TOLD_BYTES = 128
_KB = 1024


class ServerLostError(Exception):
    """The server ended during a job, or could not start a child."""


class _NotBegunError(ServerLostError):
    """The server ended before a job began."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: exit status, or minus the signal; processor time; the most memory it had resident."""

    status: int
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A child that runs, seen from the parent, which talks with it over ``line``."""

    line: socket.socket
    watch: socket.socket
    pid: int
    lose: Callable[[], None]

    def ending(self, wait_s: float = _END_S) -> Ending:
        """How the child ended; one that does not end by itself in this time is ended.

        Raises:
            ServerLostError: nobody can tell; the child has ended all the same.
        """
        try:
            try:
                return self._told(wait_s)
            except TimeoutError:
                self.end()
                return self._told(_END_S)
        except (EOFError, TimeoutError) as error:
            self.lose()
            _end_orphans(self.pid)
            raise ServerLostError("the fork server ended") from error

    def end(self) -> None:
        """Let the server end the child; `ending` tells when it has."""
        with suppress(OSError):
            self.watch.shutdown(socket.SHUT_WR)

    def hang_up(self) -> None:
        """The server ends what still runs, and closes its end of the watch after that."""
        self.end()
        self.watch.settimeout(_END_S)
        with suppress(OSError):
            while self.watch.recv(_TOLD_BYTES):
                pass

    def _told(self, seconds: float) -> Ending:
        status, cpu_s, peak_kb = _told(self.watch, seconds).split()
        return Ending(int(status), float(cpu_s), int(peak_kb) * _KB)


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

    def __init__(self, prepare: str) -> None:
        """A link without a server yet, which loads the module ``prepare`` and calls ``prepare()`` of it first."""
        self._prepare = prepare
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._ours: set[socket.socket] = set()

    @contextmanager
    def job(self, *modules: str) -> Iterator[Job]:
        """A child in which ``do_and_exit(line)`` of the first module runs, with all modules loaded.

        After this the child and all that it started have ended.

        Raises:
            ServerLostError: the server was lost; once, if that was before the job began, another one is tried.
        """
        try:
            job = self._begun(modules)
        except _NotBegunError:
            job = self._begun(modules)
        try:
            yield job
        finally:
            job.hang_up()
            self._close(job.line, job.watch)

    def close(self) -> None:
        """End the server. The next job starts another one."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.end()

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

    def _begun(self, modules: tuple[str, ...]) -> Job:
        server, line, watch = self._asked(" ".join(modules).encode("ascii"))
        try:
            return Job(line, watch, self._pid(server, watch), partial(self._lose, server))
        except ServerLostError:
            self._close(line, watch)
            raise

    def _asked(self, job: bytes) -> tuple[_Server, socket.socket, socket.socket]:
        """Send a job; with our ends of its line and watch."""
        with self._lock:
            server = self._server = self._server or _started(self._prepare)
            line, line_there = socket.socketpair()
            watch, watch_there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._ours |= {line, watch}
            # Without a server nobody holds the other ends, which is noticed on ours.
            with line_there, watch_there, suppress(OSError):
                socket.send_fds(server.control, [job], [line_there.fileno(), watch_there.fileno()])
        return server, line, watch

    def _pid(self, server: _Server, watch: socket.socket) -> int:
        """The process id of the child, which has begun."""
        try:
            pid = int(_told(watch, _START_S))
        except EOFError as error:
            self._lose(server)
            raise _NotBegunError("the fork server ended") from error
        except TimeoutError as error:
            self._lose(server)
            with suppress(EOFError):
                _end_orphans(int(_told(watch, _END_S)))
            raise ServerLostError("the fork server did not answer") from error
        if pid == 0:
            raise ServerLostError("no process could be started")
        return pid

    def _close(self, *sockets: socket.socket) -> None:
        with self._lock:
            self._ours.difference_update(sockets)
            for one in sockets:
                one.close()

    def _lose(self, server: _Server) -> None:
        """Another thread may have noticed before, and started another server."""
        with self._lock:
            server.kill()
            if self._server is server:
                self._server = None


def shared_link(prepare: str) -> ServerLink:
    """A link that a whole process uses, whatever is forked from it; it is closed at its end."""
    link = ServerLink(prepare)
    os.register_at_fork(
        before=link.before_fork, after_in_parent=link.after_fork_in_parent, after_in_child=link.after_fork_in_child
    )
    atexit.register(link.close)
    return link


def _started(prepare: str) -> _Server:
    """A server; it loads what it needs while the first job waits in the socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_START_S)
    with theirs, ExitStack() as failed:
        failed.callback(ours.close)
        process = subprocess.Popen(  # noqa: S603 (a module of ours)
            [sys.executable, "-P", "-m", "docgen.isolation.fork_server", prepare],
            cwd="/",
            env=_environment(),
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        failed.pop_all()
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


def _told(watch: socket.socket, seconds: float) -> bytes:
    """What the server tells next. Raises EOFError when it ended, TimeoutError when it tells nothing."""
    watch.settimeout(seconds)
    try:
        told = watch.recv(_TOLD_BYTES)
    except ConnectionError:
        told = b""
    if not told:
        raise EOFError
    return told


def _end_orphans(pid: int) -> None:
    """End a child whose server is gone, with its group, and wait until it has."""
    with suppress(ProcessLookupError):
        ended = os.pidfd_open(pid)
        try:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)  # it may have made no group yet
            os.killpg(pid, signal.SIGKILL)
        finally:
            waiting = select.poll()
            waiting.register(ended, select.POLLIN)
            waiting.poll(_END_S * 1000)
            os.close(ended)
