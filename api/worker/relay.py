"""Sends the wake-ups that transactions asked for, right after they have been committed."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from api.ports import Fault

if TYPE_CHECKING:
    from api.ports import Clock, Database, Waker

log = structlog.get_logger(__name__)


class Relay:
    """Reads the outbox and sends. Whatever goes wrong here, the sweeper repairs later."""

    def __init__(self, database: Database, waker: Waker, clock: Clock, resend_after_s: float) -> None:
        """Work not started ``resend_after_s`` after its wake-up counts as starved."""
        self._database = database
        self._waker = waker
        self._clock = clock
        self._resend_after_s = resend_after_s
        self._asked = threading.Event()
        self._called = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def flush(self) -> int:
        """Send for every note in the outbox; returns how many. Raises `Retryable` when the broker does not answer."""
        with self._database.read() as uow:
            notes = uow.work.unsent()
        if notes:
            # sent first and removed after: a crash in between sends twice, which is harmless
            self._waker.wake(len(notes))
            with self._database.write() as uow:
                uow.work.sent(notes, self._clock.now() + timedelta(seconds=self._resend_after_s))
        return len(notes)

    def nudge(self) -> None:
        """Flush soon, in a thread: the caller has just committed and must not wait for a broker."""
        self._asked.set()
        self._called.set()

    def start(self) -> None:
        """Start the thread that answers nudges."""
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Flush what was asked and end the thread."""
        self._stopped.set()
        self._called.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._called.wait()
            self._called.clear()
            if self._asked.is_set():
                self._asked.clear()
                self._try_to_flush()

    def _try_to_flush(self) -> None:
        try:
            self.flush()
        except Fault as fault:
            log.warning("relay-failed", code=fault.code, detail=fault.detail)
