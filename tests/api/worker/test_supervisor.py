"""The supervisor keeps children alive and ends them in order."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from api.worker.supervisor import Supervisor, SupervisorRules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIVES = "import sys; sys.stdin.read()"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"


class Sweeps:
    """Stands for the sweeper: counts."""

    def __init__(self) -> None:
        self.sweeps = 0
        self.released: list[str] = []

    def sweep(self, _resend_after_s: float) -> None:
        self.sweeps += 1

    def release(self, owner: str) -> None:
        self.released.append(owner)


@pytest.fixture
def sweeps() -> Sweeps:
    return Sweeps()


@pytest.fixture
def start(sweeps: Sweeps) -> Iterator[Callable[..., Supervisor]]:
    started: list[Supervisor] = []

    def make(script: str, concurrency: int = 2, grace_s: float = 5) -> Supervisor:
        rules = SupervisorRules(concurrency, sweep_s=0.1, resend_after_s=1, grace_s=grace_s)
        supervisor = Supervisor((sys.executable, "-c", script), {}, sweeps, rules)  # type: ignore[arg-type] # a stand-in
        supervisor.start()
        started.append(supervisor)
        return supervisor

    yield make
    for supervisor in started:
        supervisor.stop()


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_children_are_started_and_ended(start: Callable[..., Supervisor], sweeps: Sweeps) -> None:
    supervisor = start(LIVES)
    wait_for(lambda: len(supervisor.pids()) == 2)
    assert supervisor.healthy()
    wait_for(lambda: sweeps.sweeps > 1)
    supervisor.stop()
    assert supervisor.pids() == ()
    assert not supervisor.healthy()
    assert len(set(sweeps.released)) == 2


def test_what_a_dead_child_did_is_released_and_another_takes_its_place(
    start: Callable[..., Supervisor], sweeps: Sweeps
) -> None:

    supervisor = start(LIVES, 1)
    wait_for(supervisor.pids)
    (before,) = supervisor.pids()
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: supervisor.pids() not in ((), (before,)))
    assert len(sweeps.released) == 1


def test_a_program_that_cannot_start_is_tried_ever_more_slowly(
    start: Callable[..., Supervisor], sweeps: Sweeps
) -> None:
    start("raise SystemExit(3)", 1)
    wait_for(lambda: len(sweeps.released) >= 3)
    time.sleep(1)
    assert len(sweeps.released) <= 6


def test_a_child_that_does_not_listen_is_killed(start: Callable[..., Supervisor]) -> None:
    supervisor = start(STUBBORN, 1, grace_s=0.5)
    wait_for(supervisor.pids)
    time.sleep(0.5)
    begun = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - begun < 10
    assert supervisor.pids() == ()
