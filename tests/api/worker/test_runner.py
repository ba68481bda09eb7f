"""The runner: what becomes of an item, however its handler ends."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from api.ports import LeaseLost, PageRequest, Permanent, Retryable, WorkState
from api.worker.runner import Runner, WorkRules
from docgen.findings import Refusal
from tests.api.builders import ORG, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock
    from api.ports import UnitOfWork, WorkContext, WorkItem


@pytest.fixture
def db(sqlite_database: SqlDatabase) -> SqlDatabase:
    two_organisations(sqlite_database)
    with sqlite_database.write() as uow:
        uow.outbox.enqueue(ORG, "work", "job_1")
    return sqlite_database


def found(db: SqlDatabase) -> WorkItem:
    with db.read() as uow:
        item = uow.work.find(ORG, "work", "job_1")
    assert item is not None
    return item


def raising(error: Exception) -> object:
    def handler(_context: WorkContext) -> None:
        raise error

    return handler


def runner_with(db: SqlDatabase, clock: FakeClock, handler: object, **rules: float) -> Runner:
    return Runner(db, clock, {"work": handler}, WorkRules(max_attempts=3, **rules))  # type: ignore[dict-item, arg-type] # a test's handler


def test_a_handler_that_returns_is_completed(db: SqlDatabase, clock: FakeClock) -> None:
    seen: list[WorkItem] = []
    runner = runner_with(db, clock, lambda context: seen.append(context.item))
    assert runner.drain("w1") == 1
    assert [item.subject_id for item in seen] == ["job_1"]
    assert found(db).state is WorkState.DONE
    assert not runner.run_next("w1")


def test_a_handler_may_complete_in_its_own_transaction(db: SqlDatabase, clock: FakeClock) -> None:
    def handler(context: WorkContext) -> None:
        with db.write() as uow:
            uow.jobs.set_counts(ORG, "job_1", valid=1)
            context.complete(uow)
        context.check()

    runner_with(db, clock, handler).run_next("w1")
    assert found(db).state is WorkState.DONE


def test_an_effect_without_the_lease_does_not_happen(db: SqlDatabase, clock: FakeClock) -> None:
    def handler(context: WorkContext) -> None:
        with db.write() as uow:
            uow.work.release("w1")
        with db.write() as uow:
            uow.jobs.set_counts(ORG, "job_1", valid=99)
            context.complete(uow)

    runner_with(db, clock, handler).run_next("w1")
    with db.read() as uow:
        assert uow.jobs.get(ORG, "job_1").counts.valid == 0
    assert found(db).state is WorkState.QUEUED


def test_a_retryable_fault_is_tried_again_with_growing_pauses(db: SqlDatabase, clock: FakeClock) -> None:
    runner = runner_with(db, clock, raising(Retryable("blobs-unavailable", "away")))
    for pause_s in (1, 2):
        assert runner.run_next("w1")
        assert not runner.run_next("w1")
        clock.advance(pause_s - 0.5)
        assert not runner.run_next("w1")
        clock.advance(0.5)
    assert found(db).error_code == "blobs-unavailable"
    assert runner.run_next("w1")
    assert found(db).state is WorkState.FAILED


@pytest.mark.parametrize("error", [Permanent("blob-missing", "gone"), Refusal("blob-missing", "gone")])
def test_what_can_never_work_fails_at_once_and_is_told(db: SqlDatabase, clock: FakeClock, error: Exception) -> None:
    told: list[str] = []

    def on_failed(uow: UnitOfWork, item: WorkItem) -> None:
        failed = uow.work.find(ORG, item.kind, item.subject_id)
        assert failed is not None
        told.append(f"{failed.state} {failed.error_code}")

    Runner(db, clock, {"work": raising(error)}, on_failed=on_failed).run_next("w1")  # type: ignore[dict-item] # a test's handler
    assert told == ["failed blob-missing"]
    with db.read() as uow:
        event = uow.events.of_subject(ORG, "job_1", PageRequest()).items[-1]
    assert (event.name, event.data["code"]) == ("work-failed", "blob-missing")


def test_a_bug_is_noted_and_surfaces(db: SqlDatabase, clock: FakeClock) -> None:
    with pytest.raises(ZeroDivisionError):
        runner_with(db, clock, lambda _context: 1 // 0).run_next("w1")
    assert (found(db).state, found(db).error_code) == (WorkState.FAILED, "internal-error")


def test_a_worker_told_to_end_leaves_its_item_to_others(db: SqlDatabase, clock: FakeClock) -> None:
    def handler(_context: WorkContext) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner_with(db, clock, handler).run_next("w1")
    assert found(db).state is WorkState.RUNNING


def test_the_heartbeat_keeps_the_lease(db: SqlDatabase, clock: FakeClock) -> None:
    def handler(context: WorkContext) -> None:
        assert context.item.lease_until is not None
        clock.advance(5)
        end = time.monotonic() + 5
        while time.monotonic() < end and found(db).lease_until == context.item.lease_until:
            time.sleep(0.01)
        context.check()

    runner_with(db, clock, handler, lease_s=0.09).run_next("w1")
    assert found(db).state is WorkState.DONE


def test_the_heartbeat_tells_when_the_lease_is_lost(db: SqlDatabase, clock: FakeClock) -> None:
    def handler(context: WorkContext) -> None:
        with db.write() as uow:
            uow.work.release("w1")
        end = time.monotonic() + 5
        while time.monotonic() < end:
            context.check()
            time.sleep(0.01)
        pytest.fail("the loss was not told")

    runner_with(db, clock, handler, lease_s=0.09).run_next("w1")
    assert found(db).state is WorkState.QUEUED
    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat"]


def test_a_missed_heartbeat_is_not_the_end(db: SqlDatabase, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    missed = threading.Event()
    write = db.write

    def away() -> object:
        if threading.current_thread().name == "heartbeat" and not missed.is_set():
            missed.set()
            raise Retryable("database-unavailable", "away")
        return write()

    monkeypatch.setattr(db, "write", away)

    def handler(context: WorkContext) -> None:
        assert missed.wait(5)
        time.sleep(0.1)
        context.check()

    runner_with(db, clock, handler, lease_s=0.09).run_next("w1")
    assert found(db).state is WorkState.DONE


def test_what_kills_its_worker_every_time_is_given_up(db: SqlDatabase, clock: FakeClock) -> None:
    runner = runner_with(db, clock, lambda _context: None)
    for _ in range(3):
        with db.write() as uow:
            assert uow.work.claim("w1", clock.now(), clock.now(), ("work",), 3)
            uow.work.release("w1")
    assert not runner.run_next("w1")
    assert runner.give_up_exhausted() == 1
    assert (found(db).state, found(db).error_code) == (WorkState.FAILED, "worker-lost")


def test_draining_stops_when_told(db: SqlDatabase, clock: FakeClock) -> None:
    runner = runner_with(db, clock, lambda _context: None)
    assert runner.drain("w1", lambda: True) == 0


def test_losing_a_lease_is_a_fault_with_a_code() -> None:
    assert str(LeaseLost("lease-lost", "taken over")) == "lease-lost: taken over"
