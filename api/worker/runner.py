"""Runs work items: claim with a lease, heartbeat, one handler, and the end of it written down."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from api.ports import Fault, LeaseLost, Permanent, Retryable
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from api.ports import Clock, Database, Handler, OnFailed, UnitOfWork, WorkItem

log = structlog.get_logger(__name__)

LOST_WORKER = "worker-lost"
BUG = "internal-error"
_LONGEST_PAUSE_S = 300.0


def _nothing_more(uow: UnitOfWork, item: WorkItem) -> None:
    """What happens after a failure when nobody asked for more."""


@dataclass(frozen=True, slots=True)
class WorkRules:
    """How long a lease lasts, how often work is tried, and the first pause before it is tried again (then doubled)."""

    lease_s: float = 30.0
    max_attempts: int = 8
    first_pause_s: float = 1.0

    def pause_s(self, attempts: int) -> float:
        """The pause after this many attempts."""
        return min(self.first_pause_s * 2.0 ** (attempts - 1), _LONGEST_PAUSE_S)


@dataclass(slots=True)
class LeasedWork:
    """`api.ports.WorkContext`: an item that this worker holds."""

    item: WorkItem
    completed: bool = False
    lost: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise `LeaseLost` when a heartbeat found the item gone."""
        if self.lost.is_set():
            raise LeaseLost("lease-lost", f"Another worker has taken over {self.item.kind} {self.item.subject_id}.")

    def complete(self, uow: UnitOfWork) -> None:
        """In the handler's own transaction."""
        uow.work.complete(self.item)
        self.completed = True


class Runner:
    """Does what the rows say with the handlers it was given."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        rules: WorkRules | None = None,
        on_failed: OnFailed = _nothing_more,
    ) -> None:
        """``on_failed`` runs in the transaction that gives an item up, to tell what it was about."""
        self._database = database
        self._clock = clock
        self._handlers = handlers
        self._rules = rules or WorkRules()
        self._on_failed = on_failed

    def run_next(self, owner: str) -> bool:
        """Run the first item that is due; False when there is none. A bug in a handler is raised after it is noted."""
        item = self._claim(owner)
        if item is None:
            return False
        work = LeasedWork(item)
        structlog.contextvars.bind_contextvars(work=item.id, kind=item.kind, subject=item.subject_id)
        try:
            with self._heartbeat(work), _Outcome(self, work):
                self._handlers[item.kind](work)
                if not work.completed:
                    with self._database.write() as uow:
                        work.complete(uow)
        finally:
            structlog.contextvars.unbind_contextvars("work", "kind", "subject")
        return True

    def drain(self, owner: str, until: Callable[[], bool] = lambda: False) -> int:
        """Run items until there is none that is due or ``until`` says to stop; returns how many ran."""
        done = 0
        while not until() and self.run_next(owner):
            done += 1
        return done

    def give_up(self, item: WorkItem, code: str) -> None:
        """Mark failed and tell what it was about, in one transaction."""
        with self._database.write() as uow:
            if uow.work.fail(item, code, self._clock.now()):
                self._on_failed(uow, item)
        log.error("work-failed", kind=item.kind, subject=item.subject_id, code=code, attempts=item.attempts)

    def give_up_exhausted(self) -> int:
        """Give up what killed its worker too often; returns how many."""
        with self._database.read() as uow:
            items = uow.work.exhausted(self._rules.max_attempts)
        for item in items:
            self.give_up(item, item.error_code or LOST_WORKER)
        return len(items)

    def put_back(self, item: WorkItem, code: str) -> None:
        """Try again later, or give up when it was tried often enough."""
        if item.attempts >= self._rules.max_attempts:
            self.give_up(item, code)
            return
        pause_s = self._rules.pause_s(item.attempts)
        with self._database.write() as uow:
            uow.work.retry(item, code, self._clock.now() + timedelta(seconds=pause_s))
        log.warning("work-put-back", kind=item.kind, subject=item.subject_id, code=code, pause_s=pause_s)

    def _claim(self, owner: str) -> WorkItem | None:
        now = self._clock.now()
        lease_until = now + timedelta(seconds=self._rules.lease_s)
        with self._database.write() as uow:
            return uow.work.claim(owner, now, lease_until, tuple(self._handlers), self._rules.max_attempts)

    @contextmanager
    def _heartbeat(self, work: LeasedWork) -> Iterator[None]:
        """Extend the lease in a thread while the handler runs."""
        thread = threading.Thread(target=self._beat, args=(work,), name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            work.ended.set()
            thread.join()

    def _beat(self, work: LeasedWork) -> None:
        pause_s = self._rules.lease_s / 3
        while not work.ended.wait(pause_s):
            lease_until = self._clock.now() + timedelta(seconds=self._rules.lease_s)
            try:
                with self._database.write() as uow:
                    kept = uow.work.extend(work.item, lease_until)
            except Retryable as fault:
                # the lease lasts for three beats: a quick second try may get through
                pause_s = self._rules.lease_s / 10
                log.warning("heartbeat-missed", code=fault.code)
                continue
            pause_s = self._rules.lease_s / 3
            if not kept and not work.completed:
                work.lost.set()
                return


class _Outcome:
    """Writes down how a handler ended; expected trouble stops here, a bug goes on to whoever watches."""

    def __init__(self, runner: Runner, work: LeasedWork) -> None:
        self._runner = runner
        self._work = work
        self._started = time.monotonic()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        item = self._work.item
        if error is None:
            log.info("work-done", seconds=round(time.monotonic() - self._started, 3), attempt=item.attempts)
        elif isinstance(error, LeaseLost):
            log.warning("work-taken-over")
        elif isinstance(error, Retryable):
            self._runner.put_back(item, error.code)
        elif isinstance(error, Permanent | Refusal):
            self._runner.give_up(item, error.code)
        elif isinstance(error, Exception):
            self._runner.give_up(item, BUG)
        return isinstance(error, Fault | Refusal)
