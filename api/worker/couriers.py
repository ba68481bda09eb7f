"""Threads for work that waits for others most of the time, beside the one slot of a worker that computes.

A receiver that takes its time keeps one thread, and neither letters nor other receivers.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

import structlog

from api.ports import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.ports import Handler, WorkContext
    from api.worker.runner import Runner

log = structlog.get_logger(__name__)

THREADS: Final = 8
LOOK_S: Final = 2.0
GRACE_S: Final = 3.0


class Couriers:
    """One looks every two seconds, as wake-ups may lie with a worker that computes; who finds work wakes the others."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        make_runner: Callable[[Mapping[str, Handler]], Runner],
        owner: str,
        threads: int = THREADS,
        look_s: float = LOOK_S,
    ) -> None:
        """``handlers`` are of the kinds that are done here, ``owner`` is the worker's name, as for all its work."""
        self._runner = make_runner({kind: self._waking(handler) for kind, handler in handlers.items()})
        self._owner = owner
        self._look_s = look_s
        self._bells = [threading.Event() for _ in range(threads)]
        self._threads: dict[int, threading.Thread] = {}
        self._stopped = threading.Event()

    def start(self) -> None:
        """Start the threads; they end with the process."""
        for number in range(len(self._bells)):
            self._begin(number)

    def wake(self) -> None:
        """Look now."""
        for bell in self._bells:
            bell.set()

    def stop(self, grace_s: float = GRACE_S) -> None:
        """Begin nothing more and wait a little; what is under way then is given back, and sent again by another."""
        self._stopped.set()
        self.wake()
        end = time.monotonic() + grace_s
        for thread in list(self._threads.values()):
            thread.join(max(0.0, end - time.monotonic()))

    def _waking(self, handler: Handler) -> Handler:
        def run(work: WorkContext) -> None:
            # where there is one there may be more
            self.wake()
            handler(work)

        return run

    def _begin(self, number: int) -> None:
        thread = threading.Thread(target=self._run, args=(number,), name=f"courier-{number}", daemon=True)
        self._threads[number] = thread
        thread.start()

    def _run(self, number: int) -> None:
        try:
            while not self._stopped.is_set():
                self._bells[number].wait(None if number else self._look_s)
                self._bells[number].clear()
                self._drain()
        finally:
            # a bug ends this thread and surfaces; the work goes on in another
            if not self._stopped.is_set():
                self._begin(number)

    def _drain(self) -> None:
        try:
            self._runner.drain(self._owner, self._stopped.is_set)
        except Fault as fault:
            # the world around is in trouble: look again later
            log.warning("drain-stopped", code=fault.code, detail=fault.detail)
