"""Alarms: what waits too long rings once, until it moves on or somebody has seen to it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from api.ports import BatchState, JobState, Mode, ReadBackPolicy
from api.usecases import reading_back
from api.usecases.alarms import PATIENCE, open_alarms, watch
from api.usecases.jobs import cancel_job, retry_job
from api.usecases.mail_runs import hand_over, open_mail_run
from api.usecases.print_room import mark_printed, note_fetched
from api.usecases.reading_back import write_again
from docgen.findings import Finding
from docgen.readback import ReadBack
from tests.api.usecases.room import OPERATOR, by_rules, complete, one_batch, rest
from tests.api.usecases.world import ALL, ORG, OTHER, record

if TYPE_CHECKING:
    import pytest

    from api.adapters.fakes import FakeClock
    from tests.api.usecases.world import World


def ringing(world: World) -> list[tuple[str, str]]:
    return [(alarm.subject_id, alarm.state) for alarm in open_alarms(world.deps, ORG)]


def wait(clock: FakeClock, state: BatchState, less_s: float = 0) -> None:
    clock.advance(PATIENCE[state].total_seconds() - less_s)


def test_every_state_that_is_not_an_end_has_a_patience() -> None:
    named = set(map(str, PATIENCE))
    assert set(map(str, BatchState)) - named == {BatchState.HANDED_OVER, BatchState.CANCELLED}
    # batches tell of jobs that have them
    assert {JobState.RECEIVED, JobState.VALIDATING, JobState.ACCEPTED, JobState.FAILED} <= set(PATIENCE)


def test_a_batch_that_nobody_fetches_rings_once_and_is_silent_when_it_is_fetched(
    world: World, clock: FakeClock
) -> None:
    _, batch = one_batch(world, 1)
    wait(clock, BatchState.RELEASED, less_s=1)
    assert watch(world.deps) == 0
    clock.advance(1)
    assert watch(world.deps) == 1
    assert watch(world.deps) == 0
    assert ringing(world) == [(batch.id, "released")]
    assert open_alarms(world.deps, OTHER) == []
    note_fetched(world.deps, batch, batch.files[0], OPERATOR)
    assert watch(world.deps) == 0
    assert ringing(world) == []
    with world.deps.database.read() as uow:
        names = [event.name for event in uow.events.of_subject(ORG, batch.id, ALL).items]
    assert (names.count("alarm-raised"), names.count("alarm-cleared")) == (1, 1)


def test_a_batch_is_waited_for_until_the_post_has_it(world: World, clock: FakeClock) -> None:
    _, batch = one_batch(world, 1)
    for state, go_on in (
        (BatchState.RELEASED, lambda: note_fetched(world.deps, batch, batch.files[0], OPERATOR)),
        (BatchState.FETCHED, lambda: mark_printed(world.deps, ORG, batch.id, OPERATOR)),
        (BatchState.PRINTED, lambda: (rest(world, batch), complete(world, batch))),
        (BatchState.COMPLETED, lambda: None),
    ):
        wait(clock, state)
        assert watch(world.deps) == 1
        assert ringing(world) == [(batch.id, state)]
        go_on()
    run = open_mail_run(world.deps, ORG, "Tonight", [batch.id], OPERATOR)
    hand_over(world.deps, ORG, run.id, OPERATOR)
    clock.advance(1e7)
    assert watch(world.deps) == 0
    assert ringing(world) == []


def test_a_test_rings_no_bell_once_its_files_are_there(world: World, clock: FakeClock) -> None:
    one_batch(world, 1, mode=Mode.TEST)
    clock.advance(1e7)
    assert watch(world.deps) == 0


def test_files_that_wait_for_the_cut_off_are_not_late(world: World, clock: FakeClock) -> None:
    job = world.submit([record(1)], cut_off_at=clock.now() + timedelta(days=3))
    world.run()
    (batch,) = world.batches(job.id)
    assert batch.state is BatchState.WRITING
    clock.advance(timedelta(days=3).total_seconds())
    assert watch(world.deps) == 0
    wait(clock, BatchState.WRITING)
    assert watch(world.deps) == 1
    assert ringing(world) == [(batch.id, "writing")]
    world.run()
    watch(world.deps)
    assert ringing(world) == []


def test_a_blocked_batch_rings_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    found = Finding("readback-differs", "The code says something else.")
    with monkeypatch.context() as patch:
        patch.setattr(reading_back, "read_file", lambda *_: ReadBack(1, (found,)))
        job = world.submit([record(1)])
        world.run()
    assert watch(world.deps) == 1
    (batch,) = world.batches(job.id)
    assert ringing(world) == [(batch.id, "blocked")]
    write_again(world.deps, ORG, batch.id)
    watch(world.deps)
    assert ringing(world) == []


def test_a_batch_that_comes_back_into_a_state_may_ring_again(world: World, clock: FakeClock) -> None:
    from api.usecases.print_room import reopen_batch  # noqa: PLC0415 - only here

    _, batch = one_batch(world, 1)
    rest(world, batch)
    for _ in range(2):
        complete(world, batch)
        wait(clock, BatchState.COMPLETED)
        assert watch(world.deps) == 1
        reopen_batch(world.deps, ORG, batch.id, OPERATOR, "")
        watch(world.deps)
        assert ringing(world) == []


def test_four_eyes_that_do_not_look_ring(world: World, clock: FakeClock) -> None:
    by_rules(world, four_eyes=True)
    job = world.submit([record(1)])
    world.run()
    wait(clock, BatchState.READY)
    assert watch(world.deps) == 1
    cancel_job(world.deps, ORG, job.id)
    watch(world.deps)
    assert ringing(world) == []


def test_a_job_that_never_comes_to_its_batches_rings(world: World, clock: FakeClock) -> None:
    waiting = world.submit([record(1)])
    clock.advance(timedelta(hours=1).total_seconds())
    assert watch(world.deps) == 1
    assert ringing(world) == [(waiting.id, "received")]
    world.run()
    watch(world.deps)
    assert ringing(world) == []


def test_a_job_that_is_only_validated_is_at_its_end_and_a_test_rings_nothing(world: World, clock: FakeClock) -> None:
    world.submit([record(1)], validate_only=True)
    world.run()
    world.submit([record(1)], mode=Mode.TEST)
    clock.advance(1e7)
    assert watch(world.deps) == 0


def test_a_failed_job_rings_until_it_is_tried_again(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.ports import Permanent  # noqa: PLC0415 - only here
    from api.usecases import planning  # noqa: PLC0415 - only here

    def broken(*_: object) -> object:
        raise Permanent("blob-missing", "gone")

    with monkeypatch.context() as patch:
        patch.setattr(planning, "plan_mail", broken)
        job = world.submit([record(1)])
        world.run()
    assert world.job(job.id).state is JobState.FAILED
    assert watch(world.deps) == 1
    assert ringing(world) == [(job.id, "failed")]
    clock.advance(60)
    assert watch(world.deps) == 0
    retry_job(world.deps, ORG, job.id)
    world.run()
    watch(world.deps)
    assert ringing(world) == []
