"""Workers killed at any moment lose nothing and do nothing twice, whatever the broker."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.bootstrap import make_runner, make_supervisor, migrate, open_service
from api.ports import Organisation, PageRequest, WorkState
from api.settings import Settings, as_environment
from tests.api.worker import killable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Service
    from api.worker.supervisor import Supervisor

COMMAND = (sys.executable, killable.__file__ or "")
ORG = "org_one"
LIMIT_S = 240.0


@pytest.fixture
def service(tmp_path: Path, broker_url: str | None) -> Iterator[Service]:
    settings = Settings(
        data_folder=tmp_path,
        broker_url=broker_url,
        lease_s=2,
        sweep_s=0.3,
        resend_after_s=1,
        max_attempts=1000,
        concurrency=2,
        log_level="error",
    )
    migrate(settings)
    service = open_service(settings)
    with service.database.write() as uow:
        uow.organisations.add(Organisation(ORG, "One", service.clock.now()))
    yield service
    service.close()


@contextmanager
def supervised(service: Service) -> Iterator[Supervisor]:
    supervisor = make_supervisor(service, make_runner(service, {}), COMMAND)
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()


def done(service: Service) -> int:
    with service.database.read() as uow:
        return uow.work.counts()[WorkState.DONE]


def ask(service: Service, count: int) -> None:
    for number in range(count):
        with service.database.write() as uow:
            uow.outbox.enqueue(ORG, killable.KIND, f"item_{number}")


def effects(service: Service) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        with service.database.read() as uow:
            page = uow.events.list(ORG, PageRequest(500, after))
        found += [event.subject_id for event in page.items if event.name == "slept"]
        if page.next_after is None:
            return found
        after = page.next_after


def kill_at_random(supervisor: Supervisor, chance: random.Random) -> bool:
    pids = supervisor.pids()
    if not pids:
        return False
    with suppress(ProcessLookupError):
        os.kill(chance.choice(pids), signal.SIGKILL)
    return True


def until_done(service: Service, count: int) -> None:
    end = time.monotonic() + LIMIT_S
    while done(service) < count:
        assert time.monotonic() < end, f"{done(service)} of {count} done after {LIMIT_S} s"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_workers_lose_nothing_and_do_nothing_twice(service: Service) -> None:
    # a real broker needs the network to be up again after each kill, files only the process
    count, kills = (80, 6) if service.settings.broker_url is None else (50, 4)
    chance = random.Random(7)  # noqa: S311 - moments of killing, repeatable as far as they go
    ask(service, count)
    with supervised(service) as supervisor:
        killed = 0
        end = time.monotonic() + LIMIT_S
        while killed < kills and done(service) < count and time.monotonic() < end:
            before = done(service)
            while done(service) == before and time.monotonic() < end:
                time.sleep(0.02)
            time.sleep(chance.random() * 0.1)
            killed += kill_at_random(supervisor, chance)
        until_done(service, count)
    assert killed >= kills // 2
    assert sorted(effects(service)) == sorted(f"item_{number}" for number in range(count))


@pytest.mark.slow
def test_workers_end_when_the_process_that_started_them_is_killed(service: Service, tmp_path: Path) -> None:
    script = (
        "import sys, time; from api.bootstrap import *; from tests.api.worker import killable\n"
        "settings = load_settings(); configure_logging(settings); service = open_service(settings)\n"
        "supervisor = make_supervisor(service, make_runner(service, {}), (sys.executable, killable.__file__))\n"
        "supervisor.start()\n"
        "while len(supervisor.pids()) < 2: time.sleep(0.05)\n"
        "print(*supervisor.pids(), flush=True); time.sleep(600)\n"
    )
    environment = dict(os.environ) | as_environment(service.settings)
    with subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE) as parent:  # noqa: S603 - this program
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    end = time.monotonic() + 60
    while any(Path(f"/proc/{pid}/cmdline").exists() and running(pid) for pid in pids):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert tmp_path.exists()


def running(pid: int) -> bool:
    """False for a process that has ended and that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_an_item_starts_within_a_second_and_a_stop_finishes_what_runs(service: Service) -> None:
    with supervised(service) as supervisor:
        ask(service, 1)
        until_done(service, 1)
        assert supervisor.healthy()
        started = time.monotonic()
        with service.database.write() as uow:
            uow.outbox.enqueue(ORG, killable.KIND, "second")
        until_done(service, 2)
        assert time.monotonic() - started < 2
        with service.database.write() as uow:
            for number in range(2000):
                uow.outbox.enqueue(ORG, killable.KIND, f"later_{number}")
        until_done(service, 5)
        started = time.monotonic()
    assert time.monotonic() - started < 15
    assert supervisor.pids() == ()
    with service.database.read() as uow:
        counts = uow.work.counts()
    assert counts[WorkState.RUNNING] == 0
    assert counts[WorkState.QUEUED] > 0
