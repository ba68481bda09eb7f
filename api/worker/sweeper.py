"""Finds everything that has been in one state too long, and wakes somebody for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from api.ports import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from api.ports import Clock, Database, Waker
    from api.worker.relay import Relay
    from api.worker.runner import Runner

log = structlog.get_logger(__name__)

# a repeated request gets its first answer for two days: callers were promised at least one
ANSWERS_KEPT = timedelta(hours=48)


class Sweeper:
    """One sweep is a few short transactions. Any number of sweepers may run at the same time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        runner: Runner,
        relay: Relay,
        waker: Waker,
        chores: Iterable[Callable[[], object]] = (),
    ) -> None:
        """The runner knows when work is given up, the relay what was never sent; ``chores`` are done at the end."""
        self._database = database
        self._clock = clock
        self._runner = runner
        self._relay = relay
        self._waker = waker
        self._chores = tuple(chores)

    def sweep(self, resend_after_s: float) -> None:
        """One sweep; a fault is logged and left for the next."""
        try:
            self._sweep(resend_after_s)
        except Fault as fault:
            log.warning("sweep-failed", code=fault.code, detail=fault.detail)

    def _sweep(self, resend_after_s: float) -> None:
        now = self._clock.now()
        with self._database.write() as uow:
            expired = uow.work.expire_leases(now)
        if expired:
            log.warning("leases-expired", count=expired)
        self._runner.give_up_exhausted()
        self._relay.flush()
        with self._database.write() as uow:
            starved = uow.work.starved(now, resend_after_s)
            uow.answers.expire(now - ANSWERS_KEPT)
        if starved:
            self._waker.wake(starved)
        for chore in self._chores:
            chore()

    def release(self, owner: str) -> None:
        """Queue again what a worker that has died was doing."""
        try:
            with self._database.write() as uow:
                released = uow.work.release(owner)
        except Fault as fault:
            # its lease will run out
            log.warning("release-failed", code=fault.code, owner=owner)
            return
        if released:
            log.warning("work-released", owner=owner, count=released)
