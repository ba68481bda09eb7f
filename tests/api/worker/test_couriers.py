"""Couriers: what waits for others holds a thread of its own, and neither letters nor other receivers."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from api.bootstrap import make_deps, migrate, open_service, start_embedded
from api.ports import DeliveryState, Event, Mode, Organisation, PageRequest, Retryable, WorkState
from api.settings import Settings
from api.usecases.webhooks import endpoints, replaying
from api.usecases.webhooks.endpoints import WebhookWish
from api.worker.couriers import Couriers
from api.worker.runner import Runner
from tests.api.adapters.receivers import answers, receiving
from tests.api.builders import ORG, two_organisations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock
    from api.ports import Handler, WorkContext

LIMIT_S = 10.0


@pytest.fixture
def db(sqlite_database: SqlDatabase) -> SqlDatabase:
    two_organisations(sqlite_database)
    return sqlite_database


@pytest.fixture
def couriers_of(db: SqlDatabase, clock: FakeClock) -> Iterator[Callable[..., Couriers]]:
    """Makes couriers with one handler, and stops them at the end."""
    made: list[Couriers] = []

    def runner(handlers: Mapping[str, Handler]) -> Runner:
        return Runner(db, clock, handlers)

    def make(handler: Handler, threads: int = 3, look_s: float = 0.05) -> Couriers:
        made.append(Couriers({"send": handler}, runner, "worker-1", threads, look_s))
        made[-1].start()
        return made[-1]

    yield make
    for couriers in made:
        couriers.stop(LIMIT_S)


def ask(db: SqlDatabase, *subjects: str) -> None:
    with db.write() as uow:
        for subject in subjects:
            uow.outbox.enqueue(ORG, "send", subject)


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def states(db: SqlDatabase, *subjects: str) -> list[WorkState | None]:
    with db.read() as uow:
        items = [uow.work.find(ORG, "send", subject) for subject in subjects]
    return [None if item is None else item.state for item in items]


def test_one_that_waits_keeps_nobody_else(db: SqlDatabase, couriers_of: Callable[..., Couriers]) -> None:
    slow_began, go_on = threading.Event(), threading.Event()

    def handler(work: WorkContext) -> None:
        if work.item.subject_id == "slow":
            slow_began.set()
            go_on.wait(LIMIT_S)

    ask(db, "slow", "a", "b", "c")
    couriers_of(handler)
    wait_until(lambda: states(db, "a", "b", "c") == [WorkState.DONE] * 3)
    assert slow_began.is_set()
    assert states(db, "slow") == [WorkState.RUNNING]
    go_on.set()
    wait_until(lambda: states(db, "slow") == [WorkState.DONE])


def test_a_wake_up_is_heard_at_once(db: SqlDatabase, couriers_of: Callable[..., Couriers]) -> None:
    couriers = couriers_of(lambda _work: None, look_s=LIMIT_S)
    ask(db, "a")
    couriers.wake()
    wait_until(lambda: states(db, "a") == [WorkState.DONE])


def test_a_bug_ends_its_work_and_no_more(
    db: SqlDatabase, couriers_of: Callable[..., Couriers], monkeypatch: pytest.MonkeyPatch
) -> None:
    surfaced: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda about: surfaced.append(about.exc_type))

    def handler(work: WorkContext) -> None:
        if work.item.subject_id == "broken":
            raise ZeroDivisionError

    couriers_of(handler, threads=1)
    ask(db, "broken")
    wait_until(lambda: states(db, "broken") == [WorkState.FAILED])
    ask(db, "next")
    wait_until(lambda: states(db, "next") == [WorkState.DONE])
    assert surfaced == [ZeroDivisionError]


def test_a_database_that_is_away_is_looked_for_again(
    db: SqlDatabase, couriers_of: Callable[..., Couriers], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, missed = db.write, threading.Event()

    def away() -> object:
        if missed.is_set():
            return real()
        missed.set()
        raise Retryable("database-unavailable", "away")

    ask(db, "a")
    monkeypatch.setattr(db, "write", away)
    couriers_of(lambda _work: None)
    wait_until(lambda: states(db, "a") == [WorkState.DONE])
    assert missed.is_set()


def test_stopping_waits_a_little_and_no_longer(db: SqlDatabase, couriers_of: Callable[..., Couriers]) -> None:
    began, go_on = threading.Event(), threading.Event()

    def handler(_work: WorkContext) -> None:
        began.set()
        go_on.wait(LIMIT_S)

    ask(db, "a", "b")
    couriers = couriers_of(handler, threads=1)
    assert began.wait(LIMIT_S)
    begun = time.monotonic()
    couriers.stop(0.05)
    assert time.monotonic() - begun < 2
    go_on.set()
    couriers.stop(LIMIT_S)
    assert states(db, "a", "b") == [WorkState.DONE, WorkState.QUEUED]


@pytest.mark.slow
def test_the_product_sends_while_a_receiver_sleeps(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, concurrency=1, sweep_s=0.2, webhook_private="on", log_level="error")
    migrate(settings)
    service = open_service(settings)
    deps = make_deps(service)
    with deps.database.write() as uow:
        uow.organisations.add(Organisation(ORG, "One", deps.clock.now()))
    supervisor, go_on = start_embedded(service), threading.Event()
    try:
        with receiving(lambda _: go_on.wait(20) and None) as slow, receiving(answers("204 No Content")) as quick:
            hooks = [
                endpoints.add_webhook(deps, ORG, Mode.LIVE, WebhookWish(receiver.url(), types=["thing.*"])).webhook
                for receiver in (slow, quick)
            ]
            with deps.database.write() as uow:
                uow.events.append(Event(ORG, "thg_1", "thing-done", deps.clock.now()))

            def delivered() -> bool:
                found = replaying.list_deliveries(deps, ORG, hooks[1].id, PageRequest()).items
                return [each.state for each in found] == [DeliveryState.DELIVERED]

            end = time.monotonic() + 60
            while not (delivered() and slow.heard):
                assert time.monotonic() < end
                time.sleep(0.05)
            (waiting,) = replaying.list_deliveries(deps, ORG, hooks[0].id, PageRequest()).items
            assert waiting.state is DeliveryState.PENDING
            assert len(quick.heard) == 1
            assert b"thing.done" in quick.heard[0]
    finally:
        go_on.set()
        supervisor.stop()
        service.close()
