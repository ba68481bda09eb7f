"""One contract for every broker: a wake-up arrives."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from api.ports import Retryable
from api.worker.broker import QUEUE, CeleryWaker, FileWaker, make_broker
from tests.servers import free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from celery import Celery

NAME = f"{os.getpid()}-a"


def messages(app: Celery) -> int:
    """How many messages are waiting; they are read."""
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(QUEUE)
        found = 0
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                queue.get(timeout=1).ack()
            except queue.Empty:
                break
            found += 1
        queue.close()
    return found


def test_wake_ups_arrive(tmp_path: Path, broker_url: str | None) -> None:
    app = make_broker(broker_url, tmp_path, NAME)
    waker = CeleryWaker(app) if broker_url else FileWaker(CeleryWaker(app), tmp_path, NAME)
    waker.wake()
    waker.wake(2)
    assert waker.ready()
    assert messages(app) == 3
    app.close()


def test_no_more_wake_ups_than_are_of_use(tmp_path: Path) -> None:
    app = make_broker(None, tmp_path, NAME)
    FileWaker(CeleryWaker(app), tmp_path, NAME).wake(100_000)
    assert len(list((tmp_path / "in").iterdir())) == 64
    app.close()


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_is_worth_another_try(tmp_path: Path, scheme: str) -> None:
    app = make_broker(f"{scheme}://127.0.0.1:{free_ports(1)[0]}//".replace("//0", "/0"), tmp_path, NAME)
    waker = CeleryWaker(app)
    assert not waker.ready()
    with pytest.raises(Retryable, match="broker-unavailable"):
        waker.wake()
    app.close()


def test_readers_never_see_half_a_message(tmp_path: Path) -> None:
    app = make_broker(None, tmp_path, NAME)
    waker = FileWaker(CeleryWaker(app), tmp_path, NAME)
    waker.wake()
    assert list((tmp_path / f"out-{NAME}").iterdir()) == []
    app.close()


def test_messages_that_were_read_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_broker(None, tmp_path, NAME)
    waker = FileWaker(CeleryWaker(app), tmp_path, NAME)
    waker.wake()
    assert messages(app) == 1
    assert len(list((tmp_path / "read").iterdir())) == 1
    now = time.time()
    monkeypatch.setattr("api.worker.broker.time.time", lambda: now + 60)
    waker.wake()
    assert list((tmp_path / "read").iterdir()) == []
    app.close()


def test_what_a_killed_process_left_is_forgotten(tmp_path: Path) -> None:
    app = make_broker(None, tmp_path, NAME)
    for pid in ("4194999", "1"):
        (tmp_path / f"out-{pid}-x").mkdir()
    FileWaker(CeleryWaker(app), tmp_path, NAME).forget_dead()
    assert sorted(path.name for path in tmp_path.glob("out-*")) == sorted([f"out-{NAME}", "out-1-x"])
    app.close()
