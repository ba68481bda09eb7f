"""Ready-made letters on the service as it runs, with workers in processes of their own, one of which is killed."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.adapters.fakes import FakeClock, SeededIds
from api.bootstrap import make_deps, make_handlers, make_runner, migrate, open_service, start_embedded
from api.ports import JobState, Organisation, Policy
from api.usecases.intake import store_body
from api.usecases.ready_made.intake import ReadySubmission, submit_ready_made
from tests.api.pipeline.runs import outcome, settings_of, state_of
from tests.api.usecases.ready import BY_TWO, many
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = 12
LIMIT_S = 120.0


def prepare(folder: Path) -> str:
    """The organisation and its submitted job, always the same; returns the job's id."""
    settings = settings_of(folder)
    migrate(settings)
    service = open_service(settings)
    try:
        deps = replace(make_deps(service), clock=FakeClock(), ids=SeededIds())
        with deps.database.write() as uow:
            uow.organisations.add(Organisation(ORG, "Stichting Een", deps.clock.now()))
        body = store_body(deps, ORG, [many(LETTERS)])
        return submit_ready_made(deps, ORG, ReadySubmission(BY_TWO, policy=Policy.VALID_ONLY), body).id
    finally:
        service.close()


@pytest.mark.slow
@pytest.mark.long
def test_workers_that_are_killed_change_no_byte_of_ready_made_letters(tmp_path: Path) -> None:
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    job_id = prepare(calm)
    service = open_service(settings_of(calm))
    make_runner(service, make_handlers(service)).drain("calm")
    expected = outcome(service, job_id, LETTERS)
    service.close()

    assert prepare(killed) == job_id
    service = open_service(settings_of(killed))
    supervisor = start_embedded(service)
    try:
        time.sleep(3)
        for pid in supervisor.pids():
            os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + LIMIT_S
        while state_of(service, job_id) is not JobState.RELEASED:
            assert time.monotonic() < end, state_of(service, job_id)
            time.sleep(0.2)
        assert outcome(service, job_id, LETTERS) == expected
    finally:
        supervisor.stop()
        service.close()
