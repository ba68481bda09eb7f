"""One wake-up: everything that is due is run, and trouble never stops the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Retryable, WorkState
from api.worker import child
from api.worker.runner import Runner
from tests.api.builders import ORG, two_organisations

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import CountingWaker, FakeClock
    from api.ports import WorkContext

    Handler = Callable[[WorkContext], None]
    Task = Callable[[Handler], Callable[[], None]]


@pytest.fixture
def db(sqlite_database: SqlDatabase) -> SqlDatabase:
    two_organisations(sqlite_database)
    with sqlite_database.write() as uow:
        for number in range(3):
            uow.outbox.enqueue(ORG, "work", f"item_{number}")
    return sqlite_database


@pytest.fixture
def wake_up(db: SqlDatabase, clock: FakeClock, waker: CountingWaker) -> Task:
    return lambda handler: child._drain_task(Runner(db, clock, {"work": handler}), waker, "w1")


def done(db: SqlDatabase) -> int:
    with db.read() as uow:
        return uow.work.counts()[WorkState.DONE]


def test_one_wake_up_runs_everything(wake_up: Task, db: SqlDatabase, waker: CountingWaker) -> None:
    wake_up(lambda _context: None)()
    assert done(db) == 3
    assert waker.sent == 0


def test_a_long_queue_is_passed_on(
    wake_up: Task, db: SqlDatabase, waker: CountingWaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "DRAIN_S", 0.0)
    wake_up(lambda _context: None)()
    assert done(db) == 0
    assert waker.sent == 1


def test_a_bug_surfaces_and_somebody_goes_on(wake_up: Task, db: SqlDatabase, waker: CountingWaker) -> None:
    with pytest.raises(ZeroDivisionError):
        wake_up(lambda _context: 1 // 0)()
    assert done(db) == 0
    assert waker.sent == 1


def test_a_database_that_is_away_is_left_to_the_sweeper(
    wake_up: Task, db: SqlDatabase, waker: CountingWaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise Retryable("database-unavailable", "away")

    monkeypatch.setattr(db, "write", away)
    wake_up(lambda _context: None)()
    assert waker.sent == 0


def test_a_broker_that_is_away_is_left_to_the_sweeper(wake_up: Task, waker: CountingWaker) -> None:
    def away(_count: int = 1) -> None:
        raise Retryable("broker-unavailable", "away")

    waker.wake = away  # type: ignore[method-assign] # the broker goes away
    with pytest.raises(ZeroDivisionError):
        wake_up(lambda _context: 1 // 0)()
