"""One contract for the queue in every database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import LeaseLost, PageRequest, WorkState
from tests.api.builders import NOW, ORG, OTHER, two_organisations

if TYPE_CHECKING:
    from datetime import datetime

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock
    from api.ports import UnitOfWork, WorkItem

KINDS = ("compose_chunk", "validate_job")


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    return database


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def claim(uow: UnitOfWork, owner: str = "w1", now: float = 0, attempts: int = 3) -> WorkItem | None:
    return uow.work.claim(owner, at(now), at(now + 30), KINDS, attempts)


def claimed(uow: UnitOfWork, owner: str = "w1", now: float = 0) -> WorkItem:
    item = claim(uow, owner, now)
    assert item is not None
    return item


def test_asking_twice_is_asking_once(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert uow.outbox.enqueue(ORG, "validate_job", "job_1")
        assert not uow.outbox.enqueue(ORG, "validate_job", "job_1")
        assert uow.outbox.enqueue(ORG, "plan_job", "job_1")
        assert len(uow.work.unsent()) == 2
        assert uow.work.counts() == {
            WorkState.QUEUED: 2,
            WorkState.RUNNING: 0,
            WorkState.DONE: 0,
            WorkState.FAILED: 0,
        }


def test_workers_are_woken_after_the_commit_only(db: SqlDatabase) -> None:
    woken: list[bool] = []

    def after_commit() -> None:
        with db.read() as uow:
            woken.append(uow.work.find(ORG, "validate_job", "job_1") is not None)

    db.after_commit = after_commit
    with db.write() as uow:
        uow.outbox.enqueue(ORG, "validate_job", "job_1")
        assert woken == []
    assert woken == [True]
    with db.write() as uow:
        uow.outbox.enqueue(ORG, "validate_job", "job_1")
    assert woken == [True]


def test_items_are_claimed_by_priority_then_age_and_by_one_worker(db: SqlDatabase) -> None:
    with db.write() as uow:
        for subject, priority in (("a", 5), ("b", 5), ("c", 1)):
            uow.outbox.enqueue(ORG, "compose_chunk", subject, priority)
        uow.outbox.enqueue(ORG, "unknown_kind", "d", 0)
        taken = [claimed(uow) for _ in range(3)]
        assert [item.subject_id for item in taken] == ["c", "a", "b"]
        assert claim(uow) is None
        assert taken[0].attempts == 1
        assert taken[0].owner == "w1"
        assert taken[0].lease_until == at(30)
        assert uow.work.find(ORG, "compose_chunk", "c") == taken[0]
        assert uow.work.find(OTHER, "compose_chunk", "c") is None


def test_work_for_later_waits_and_the_sweeper_wakes_somebody(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.outbox.enqueue(ORG, "validate_job", "job_1", not_before=at(60))
        assert uow.work.unsent() == []
        assert claim(uow, now=59) is None
        assert uow.work.starved(at(59), 10) == 0
        assert uow.work.starved(at(60), 10) == 1
        assert claimed(uow, now=60).subject_id == "job_1"


def test_done_is_done(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.outbox.enqueue(ORG, "validate_job", "job_1")
        item = claimed(uow)
        uow.work.complete(item)
        assert claim(uow) is None
        assert not uow.outbox.enqueue(ORG, "validate_job", "job_1")
        with pytest.raises(LeaseLost):
            uow.work.complete(item)


def test_an_item_that_was_taken_over_is_not_ours_any_more(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.outbox.enqueue(ORG, "validate_job", "job_1")
        mine = claimed(uow)
        assert uow.work.expire_leases(at(30)) == 0
        assert uow.work.extend(mine, at(60))
        assert uow.work.expire_leases(at(31)) == 0
        assert uow.work.expire_leases(at(61)) == 1
        assert not uow.work.extend(mine, at(99))
        theirs = claimed(uow, "w1", 61)
        assert theirs.attempts == 2
        for change in (
            lambda: uow.work.extend(mine, at(99)),
            lambda: uow.work.retry(mine, "x", at(99)),
            lambda: uow.work.fail(mine, "x", at(99)),
        ):
            assert not change()
        with pytest.raises(LeaseLost):
            uow.work.complete(mine)
        uow.work.complete(theirs)


def test_what_a_dead_worker_did_is_free_at_once(db: SqlDatabase) -> None:
    with db.write() as uow:
        for subject in ("a", "b"):
            uow.outbox.enqueue(ORG, "compose_chunk", subject)
        claimed(uow, "dead")
        claimed(uow, "alive")
        uow.work.sent(uow.work.unsent(), at(10))
        assert uow.work.release("dead") == 1
        assert uow.work.starved(at(0), 10) == 1
        again = claimed(uow, "alive")
        assert (again.subject_id, again.attempts) == ("a", 2)


def test_attempts_run_out(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.outbox.enqueue(ORG, "validate_job", "job_1")
        for _ in range(3):
            claimed(uow)
            uow.work.release("w1")
        assert claim(uow) is None
        (item,) = uow.work.exhausted(3)
        assert uow.work.fail(item, "worker-lost", NOW)
        assert not uow.work.fail(item, "worker-lost", NOW)
        assert uow.work.exhausted(3) == []
        event = uow.events.of_subject(ORG, "job_1", PageRequest()).items[-1]
        assert event.name == "work-failed"
        assert event.data == {"kind": "validate_job", "code": "worker-lost", "attempts": 3}


def test_a_failed_item_can_be_started_again(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.outbox.enqueue(ORG, "validate_job", "job_1")
        assert not uow.outbox.again(ORG, "validate_job", "job_1")
        uow.work.fail(claimed(uow), "blob-missing", NOW)
        uow.work.sent(uow.work.unsent(), at(10))
        assert not uow.outbox.again(OTHER, "validate_job", "job_1")
        assert uow.outbox.again(ORG, "validate_job", "job_1")
        assert len(uow.work.unsent()) == 1
        item = claimed(uow)
        assert (item.attempts, item.error_code) == (1, None)


def test_what_nobody_has_claimed_can_be_cancelled(db: SqlDatabase) -> None:
    with db.write() as uow:
        for subject in ("a", "b", "c"):
            uow.outbox.enqueue(ORG, "compose_chunk", subject)
        claimed(uow)
        assert uow.outbox.cancel(OTHER, "compose_chunk", ["b"]) == 0
        assert uow.outbox.cancel(ORG, "compose_chunk", ["a", "b", "c", "d"]) == 2
        assert claim(uow) is None
        assert len(uow.work.unsent()) == 1


def test_lost_wake_ups_are_repeated_ever_more_slowly(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.outbox.enqueue(ORG, "validate_job", "job_1")
        assert uow.work.starved(at(1000), 10) == 0
        uow.work.sent(uow.work.unsent(), at(10))
        assert uow.work.unsent() == []
        found = [second for second in range(200) if uow.work.starved(at(second), 10)]
        assert found == [10, 20, 40, 80, 160]


def test_a_retry_waits(db: SqlDatabase, clock: FakeClock) -> None:
    with db.write() as uow:
        uow.outbox.enqueue(ORG, "validate_job", "job_1")
        uow.work.sent(uow.work.unsent(), at(10))
        assert uow.work.retry(claimed(uow), "blobs-unavailable", at(5))
        assert claim(uow, now=4) is None
        assert uow.work.starved(at(4), 10) == 0
        assert uow.work.starved(at(5), 10) == 1
        item = claimed(uow, now=5)
        assert item.error_code == "blobs-unavailable"
    assert clock.now() == NOW
