"""Relay and sweeper: every wake-up is sent, also after the broker was away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from api.adapters.fakes import CountingWaker
from api.ports import Retryable, StoredAnswer, WorkState
from api.worker.relay import Relay
from api.worker.runner import Runner, WorkRules
from api.worker.sweeper import Sweeper
from tests.api.builders import NOW, ORG, two_organisations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock


class Broken(CountingWaker):
    """A broker that is away until it is mended."""

    broken = True

    def wake(self, count: int = 1) -> None:
        if self.broken:
            raise Retryable("broker-unavailable", "away")
        super().wake(count)


@pytest.fixture
def db(sqlite_database: SqlDatabase) -> SqlDatabase:
    two_organisations(sqlite_database)
    return sqlite_database


@pytest.fixture
def broker() -> Broken:
    return Broken()


@pytest.fixture
def relay(db: SqlDatabase, clock: FakeClock, broker: Broken) -> Iterator[Relay]:
    relay = Relay(db, broker, clock, resend_after_s=10)
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture
def sweeper(db: SqlDatabase, clock: FakeClock, relay: Relay, broker: Broken) -> Sweeper:
    runner = Runner(db, clock, {}, WorkRules(max_attempts=1))
    return Sweeper(db, clock, runner, relay, broker)


def ask(db: SqlDatabase, count: int = 1) -> None:
    with db.write() as uow:
        for number in range(count):
            uow.outbox.enqueue(ORG, "work", f"job_{number}")


def unsent(db: SqlDatabase) -> int:
    with db.read() as uow:
        return len(uow.work.unsent())


def test_a_commit_wakes_workers(db: SqlDatabase, relay: Relay, broker: Broken) -> None:
    broker.broken = False
    db.after_commit = relay.nudge
    ask(db, 3)
    end = time.monotonic() + 5
    while unsent(db) and time.monotonic() < end:
        time.sleep(0.01)
    assert broker.sent == 3


def test_nothing_is_forgotten_while_the_broker_is_away(
    db: SqlDatabase, relay: Relay, sweeper: Sweeper, broker: Broken
) -> None:
    db.after_commit = relay.nudge
    ask(db, 2)
    sweeper.sweep(10)
    assert unsent(db) == 2
    broker.broken = False
    sweeper.sweep(10)
    assert unsent(db) == 0
    # relay and sweeper may both have sent, which is harmless
    assert broker.sent >= 2


def test_a_lost_wake_up_is_sent_again(db: SqlDatabase, sweeper: Sweeper, broker: Broken, clock: FakeClock) -> None:
    broker.broken = False
    ask(db)
    sweeper.sweep(10)
    sweeper.sweep(10)
    assert broker.sent == 1
    clock.advance(10)
    sweeper.sweep(10)
    assert broker.sent == 2


def test_a_lease_that_ran_out_is_given_back_and_given_up_in_the_end(
    db: SqlDatabase, sweeper: Sweeper, broker: Broken, clock: FakeClock
) -> None:
    broker.broken = False
    ask(db)
    with db.write() as uow:
        assert uow.work.claim("w1", clock.now(), clock.now(), ("work",), 1)
    clock.advance(1)
    sweeper.sweep(10)
    with db.read() as uow:
        assert uow.work.counts()[WorkState.FAILED] == 1


def test_old_answers_go(db: SqlDatabase, sweeper: Sweeper, broker: Broken, clock: FakeClock) -> None:
    broker.broken = False
    with db.write() as uow:
        uow.answers.begin(StoredAnswer(ORG, "key", "route", "digest", NOW))
    clock.advance(48 * 3600 + 1)
    sweeper.sweep(10)
    with db.write() as uow:
        assert uow.answers.begin(StoredAnswer(ORG, "key", "route", "digest", NOW)) is None


def test_releasing_waits_for_the_lease_when_the_database_is_away(
    db: SqlDatabase, sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(db)
    with db.write() as uow:
        assert uow.work.claim("w1", NOW, NOW, ("work",), 1)

    def away() -> None:
        raise Retryable("database-unavailable", "away")

    with monkeypatch.context() as patch:
        patch.setattr(db, "write", away)
        sweeper.release("w1")
    sweeper.release("w1")
    with db.read() as uow:
        assert uow.work.counts()[WorkState.QUEUED] == 1


def test_chores_are_done_by_every_sweep_and_wait_when_the_world_is_away(
    db: SqlDatabase, clock: FakeClock, relay: Relay, broker: Broken
) -> None:
    done: list[int] = []
    runner = Runner(db, clock, {}, WorkRules(max_attempts=1))
    sweeper = Sweeper(db, clock, runner, relay, broker, [lambda: done.append(1)])
    ask(db)
    sweeper.sweep(10)
    assert done == []
    broker.broken = False
    sweeper.sweep(10)
    sweeper.sweep(10)
    assert done == [1, 1]
