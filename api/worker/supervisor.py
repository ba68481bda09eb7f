"""Keeps worker processes alive, gives back what a dead one was doing, and sweeps."""

from __future__ import annotations

import os
import secrets
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.worker.sweeper import Sweeper

log = structlog.get_logger(__name__)

WORKER_NAME = "POSTHOORN_WORKER_NAME"
_LOOK_S = 0.1
_YOUNG_S = 5.0
_LONGEST_PAUSE_S = 10.0


@dataclass(frozen=True, slots=True)
class SupervisorRules:
    """How many children, how often to sweep, when a wake-up is sent again, how long children get to end."""

    concurrency: int = 1
    sweep_s: float = 2.0
    resend_after_s: float = 10.0
    grace_s: float = 30.0


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    owner: str
    started: float = field(default_factory=time.monotonic)


class Supervisor:
    """Runs ``command`` in child processes, each with its own name in ``POSTHOORN_WORKER_NAME``."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], sweeper: Sweeper, rules: SupervisorRules
    ) -> None:
        """``environment`` is added to that of this process."""
        self._command = list(command)
        self._environment = dict(os.environ) | dict(environment)
        self._sweeper = sweeper
        self._rules = rules
        self._children: list[_Child] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._quick_ends = 0
        self._start_at = 0.0

    def run(self) -> None:
        """Supervise until `stop` is called from elsewhere, then end the children."""
        next_sweep = 0.0
        try:
            while not self._stop.wait(_LOOK_S):
                self._look()
                if time.monotonic() >= next_sweep:
                    self._sweeper.sweep(self._rules.resend_after_s)
                    next_sweep = time.monotonic() + self._rules.sweep_s
        finally:
            self._end_children()

    def start(self) -> None:
        """Supervise in a thread."""
        self._thread = threading.Thread(target=self.run, name="supervisor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the children and wait for them; what they were doing is finished or given back."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join()

    def ask_to_stop(self) -> None:
        """Make `run` return soon; may be called from a signal handler."""
        self._stop.set()

    def pids(self) -> tuple[int, ...]:
        """Process ids of the living children."""
        return tuple(child.process.pid for child in list(self._children) if child.process.returncode is None)

    def healthy(self) -> bool:
        """True when every child that should be there is there."""
        running = self._thread is None or self._thread.is_alive()
        return running and len(self.pids()) == self._rules.concurrency

    def _look(self) -> None:
        for child in list(self._children):
            code = child.process.poll()
            if code is not None:
                self._children.remove(child)
                self._bury(child, code)
        while len(self._children) < self._rules.concurrency and time.monotonic() >= self._start_at:
            self._children.append(self._spawn())

    def _bury(self, child: _Child, code: int) -> None:
        log.warning("worker-ended", owner=child.owner, code=code)
        _close(child)
        self._sweeper.release(child.owner)
        young = time.monotonic() - child.started < _YOUNG_S
        # killed from outside is bad luck; a row of quick ends of its own is a program that cannot start
        self._quick_ends = self._quick_ends + 1 if young and code >= 0 else 0
        self._start_at = time.monotonic() + min(0.05 * 2.0**self._quick_ends, _LONGEST_PAUSE_S)

    def _spawn(self) -> _Child:
        owner = f"worker-{os.getpid()}-{secrets.token_hex(6)}"
        # a session of its own: Ctrl-C is for the supervisor, which ends its children in order
        process = subprocess.Popen(  # noqa: S603 - the command is this program
            self._command,
            stdin=subprocess.PIPE,
            env=self._environment | {WORKER_NAME: owner},
            start_new_session=True,
        )
        log.info("worker-started", owner=owner, pid=process.pid)
        return _Child(process, owner)

    def _end_children(self) -> None:
        for child in self._children:
            child.process.terminate()
        end = time.monotonic() + self._rules.grace_s
        for child in self._children:
            try:
                child.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            _close(child)
            self._sweeper.release(child.owner)
        self._children.clear()


def _close(child: _Child) -> None:
    if child.process.stdin is not None:
        child.process.stdin.close()
