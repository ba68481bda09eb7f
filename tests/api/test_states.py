"""State machines: no dead ends but the ends, and the database never leaves the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.ports import BATCH_STATES, JOB_STATES, PACKAGE_STATES, PIECE_STATES, JobState, PageRequest
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, job, two_organisations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from api.adapters.database import SqlDatabase

MACHINES = [JOB_STATES, PIECE_STATES, BATCH_STATES, PACKAGE_STATES]


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_is_in_its_machine_and_can_be_reached(machine: Mapping[StrEnum, frozenset[StrEnum]]) -> None:
    states = list(type(next(iter(machine))))
    assert set(machine) == set(states)
    reached, todo = set(), [states[0]]
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo += machine[state]
    assert reached == set(states)


def test_an_ended_job_stays_ended() -> None:
    ends = {state for state, nexts in JOB_STATES.items() if not nexts}
    assert ends == {JobState.REJECTED, JobState.RELEASED, JobState.CANCELLED}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=st.lists(st.sampled_from(JobState), max_size=12))
def test_a_job_follows_its_machine_whatever_is_asked(sqlite_database: SqlDatabase, wishes: list[JobState]) -> None:
    database = sqlite_database
    with database.read() as uow:
        known = len(uow.jobs.list(ORG, PageRequest(1000)).items) if uow.organisations.list(PageRequest()).items else 0
    if not known:
        two_organisations(database)
    job_id = f"job_x{known}"
    states = [JobState.RECEIVED]
    with database.write() as uow:
        uow.jobs.add(job(job_id))
        for wish in wishes:
            allowed = wish in JOB_STATES[states[-1]] or wish is states[-1]
            if allowed:
                uow.jobs.set_state(ORG, job_id, wish, NOW)
                if wish is not states[-1]:
                    states.append(wish)
            else:
                with pytest.raises(Refusal, match="state-conflict"):
                    uow.jobs.set_state(ORG, job_id, wish, NOW)
            assert uow.jobs.get(ORG, job_id).state is states[-1]
        events = uow.events.of_subject(ORG, job_id, PageRequest()).items
    assert [event.name for event in events] == [f"job-{state}" for state in states]
