"""Killed at any moment, the pipeline ends with the very bytes of an undisturbed run: no piece lost, none twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.bootstrap import make_handlers, make_runner, open_service, start_embedded
from api.ports import JobState
from tests.api.pipeline import nursery, runs, service
from tests.api.pipeline.runs import FEW, MANY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.bootstrap import Service

ROOT = Path(__file__).parents[3]
LIMIT_S = 280.0
FEWEST_DEATHS = 5


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return calm_run(tmp_path_factory.mktemp("undisturbed"), FEW)


@pytest.fixture(scope="module")
def many_undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return calm_run(tmp_path_factory.mktemp("undisturbed"), MANY)


def calm_run(folder: Path, letters: int) -> dict[str, bytes]:
    """What comes out when nothing is killed."""
    job_id = runs.prepare(folder, letters)
    calm = open_service(runs.settings_of(folder))
    try:
        make_runner(calm, make_handlers(calm)).drain("calm")
        return runs.outcome(calm, job_id, letters)
    finally:
        calm.close()


@contextmanager
def program(module: object, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    path = str(getattr(module, "__file__", ""))
    process = subprocess.Popen(  # noqa: S603 - programs of this test
        [sys.executable, path, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


def ask(process: subprocess.Popen[str], lasts_ms: int) -> tuple[str, int]:
    """One life of a worker: the state of the job after it, and how many items it was at work on."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{lasts_ms}\n")
    process.stdin.flush()
    state, given_back = process.stdout.readline().split()
    return state, int(given_back)


def outcome(folder: Path, job_id: str, letters: int) -> dict[str, bytes]:
    after = open_service(runs.settings_of(folder))
    try:
        return runs.outcome(after, job_id, letters)
    finally:
        after.close()


def killed_often(folder: Path, seed: int, letters: int) -> tuple[Counter[str], dict[str, bytes]]:
    """A whole job by workers that are all killed; their lives grow, so that it ends."""
    job_id = runs.prepare(folder, letters)
    chance = random.Random(seed)  # noqa: S311 - moments of killing
    deaths: Counter[str] = Counter()
    state, longest_ms = "received", 200.0
    with program(nursery, str(folder), job_id) as process:
        end = time.monotonic() + LIMIT_S
        while state != JobState.RELEASED:
            assert time.monotonic() < end, f"{state} after {deaths}"
            state, given_back = ask(process, int(chance.uniform(0, longest_ms)))
            deaths[state] += given_back
            longest_ms *= 1.1
    return deaths, outcome(folder, job_id, letters)


@pytest.mark.slow
@pytest.mark.long
def test_workers_killed_at_random_points_change_no_byte(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    deaths, files = killed_often(tmp_path, 1, FEW)
    assert deaths.total() >= FEWEST_DEATHS
    assert files == undisturbed


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_workers_killed_many_times_change_no_byte(
    tmp_path: Path, many_undisturbed: dict[str, bytes], seed: int
) -> None:
    deaths, files = killed_often(tmp_path, seed, MANY)
    assert deaths["validating"]
    assert deaths["composing"]
    assert files == many_undisturbed


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_workers_under_the_supervisor_can_be_killed(
    tmp_path: Path, many_undisturbed: dict[str, bytes], seed: int
) -> None:
    job_id = runs.prepare(tmp_path, MANY)
    chance = random.Random(seed)  # noqa: S311 - moments of killing
    running = open_service(runs.settings_of(tmp_path))
    supervisor = start_embedded(running)
    try:
        for _ in range(10):
            wait_until(lambda: runs.at_work(running) or released(running, job_id))
            time.sleep(chance.uniform(0, 0.5))
            with suppress(ProcessLookupError, IndexError):
                os.kill(chance.choice(supervisor.pids()), signal.SIGKILL)
        wait_until(lambda: released(running, job_id))
    finally:
        supervisor.stop()
        running.close()
    assert outcome(tmp_path, job_id, MANY) == many_undisturbed


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def kill_everything(process: subprocess.Popen[str]) -> None:
    """The service and its workers, at once, as when a machine loses power."""
    pids = [process.pid, *children_of(process.pid)]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def restarted_until_done(folder: Path, seed: int, kills: int, letters: int) -> dict[str, bytes]:
    job_id = runs.prepare(folder, letters)
    chance = random.Random(seed)  # noqa: S311 - moments of killing
    looking = open_service(runs.settings_of(folder))
    try:
        for life in range(kills + 1):
            with program(service, str(folder)) as process:
                wait_until(lambda: runs.at_work(looking) or released(looking, job_id))
                if life == kills:
                    wait_until(lambda: released(looking, job_id))
                time.sleep(chance.uniform(0, 1.5))
                kill_everything(process)
        return runs.outcome(looking, job_id, letters)
    finally:
        looking.close()


def released(looking: Service, job_id: str) -> bool:
    return runs.state_of(looking, job_id) is JobState.RELEASED


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.slow
def test_everything_killed_and_started_again_changes_no_byte(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    assert restarted_until_done(tmp_path, 1, 2, FEW) == undisturbed


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [2, 3])
def test_everything_killed_many_times_changes_no_byte(
    tmp_path: Path, many_undisturbed: dict[str, bytes], seed: int
) -> None:
    assert restarted_until_done(tmp_path, seed, 8, MANY) == many_undisturbed
