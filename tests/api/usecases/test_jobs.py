from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import BatchState, JobState, PageRequest, PieceState, Retryable, WorkItem, WorkState
from api.usecases import composing, jobs, planning, sharding, stopping, validation, writing
from api.usecases.kinds import WorkKind
from docgen.findings import Refusal
from tests.api.usecases.world import ALL, ORG, OTHER, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.fakes import FakeClock
    from api.ports import PrintJob
    from tests.api.usecases.world import World

LONG = "woord " * 1500
STATES = [JobState.RECEIVED, JobState.ACCEPTED, JobState.COMPOSING, JobState.BATCHING]


def job_in(world: World, state: JobState, *records: object, **wish: Any) -> PrintJob:  # noqa: ANN401 - fields of a submission
    job = world.submit(list(records) or [record(i) for i in range(6)], **wish)
    world.run(until=lambda: world.job(job.id).state is state)
    assert world.job(job.id).state is state
    return world.job(job.id)


def refusal(call: Callable[..., object], *given: object) -> str:
    with pytest.raises(Refusal) as refused:
        call(*given)
    return refused.value.code


@pytest.mark.parametrize("state", STATES)
def test_a_job_can_be_cancelled_until_something_is_released(world: World, state: JobState) -> None:
    job = job_in(world, state)
    assert jobs.cancel_job(world.deps, ORG, job.id).state is JobState.CANCELLED
    world.run()
    assert world.job(job.id).state is JobState.CANCELLED
    assert all(batch.state is BatchState.CANCELLED and not batch.files for batch in world.batches(job.id))
    with world.deps.database.read() as uow:
        assert uow.work.counts()[WorkState.QUEUED] == 0


def test_cancelling_again_changes_nothing(world: World) -> None:
    job = job_in(world, JobState.COMPOSING)
    first = jobs.cancel_job(world.deps, ORG, job.id)
    assert jobs.cancel_job(world.deps, ORG, job.id) == first
    names = [event.name for event in jobs.list_events(world.deps, ORG, job.id, ALL).items]
    assert names.count("job-cancelled") == 1


def test_a_released_job_cannot_be_cancelled(world: World) -> None:
    job = world.released([record(1)])
    assert refusal(jobs.cancel_job, world.deps, ORG, job.id) == "job-released"


def test_a_job_with_a_released_batch_cannot_be_cancelled(world: World) -> None:
    job = job_in(world, JobState.BATCHING, record(1), record(2, words=LONG))
    assert world.batches(job.id)[0].state is BatchState.RELEASED
    assert refusal(jobs.cancel_job, world.deps, ORG, job.id) == "job-released"


def test_a_rejected_job_cannot_be_cancelled(world: World) -> None:
    job = job_in(world, JobState.REJECTED, record(1, amount="x"))
    assert refusal(jobs.cancel_job, world.deps, ORG, job.id) == "state-conflict"


def test_nothing_can_be_stopped_after_the_cut_off(world: World, clock: FakeClock) -> None:
    job = job_in(world, JobState.BATCHING, cut_off_at=clock.now() + timedelta(seconds=60))
    piece = world.pieces(job.id)[0]
    clock.advance(60)
    assert refusal(jobs.cancel_job, world.deps, ORG, job.id) == "cut-off-passed"
    assert refusal(stopping.stop_piece, world.deps, ORG, piece.id, "verhuisd") == "cut-off-passed"


def test_a_piece_can_be_stopped_until_its_batch_is_written(world: World) -> None:
    job = job_in(world, JobState.BATCHING)
    first, second = world.pieces(job.id)[:2]
    stopped = stopping.stop_piece(world.deps, ORG, first.id, "  verhuisd ")
    assert (stopped.state, stopped.stop_reason) == (PieceState.STOPPED, "verhuisd")
    assert stopping.stop_piece(world.deps, ORG, first.id, "iets anders") == stopped
    world.run()
    assert refusal(stopping.stop_piece, world.deps, ORG, second.id, "verhuisd") == "state-conflict"
    assert jobs.get_piece(world.deps, ORG, first.id).state is PieceState.STOPPED


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\x00b"])
def test_a_reason_is_needed(world: World, reason: str) -> None:
    job = job_in(world, JobState.ACCEPTED)
    piece = world.pieces(job.id)[0]
    assert refusal(stopping.stop_piece, world.deps, ORG, piece.id, reason) == "reason-invalid"


def test_another_organisation_sees_and_stops_nothing(world: World) -> None:
    job = job_in(world, JobState.ACCEPTED)
    piece = world.pieces(job.id)[0]
    for call in (jobs.get_job, jobs.cancel_job, jobs.retry_job, jobs.count_findings):
        assert refusal(call, world.deps, OTHER, job.id) == "job-not-found"
    for listing in (jobs.list_findings, jobs.list_pieces):
        assert refusal(listing, world.deps, OTHER, job.id, ALL) == "job-not-found"
    assert refusal(jobs.piece_of_record, world.deps, OTHER, job.id, "R1") == "job-not-found"
    assert refusal(jobs.get_piece, world.deps, OTHER, piece.id) == "piece-not-found"
    assert refusal(stopping.stop_piece, world.deps, OTHER, piece.id, "x") == "piece-not-found"
    assert jobs.list_jobs(world.deps, OTHER, ALL).items == ()
    assert jobs.list_events(world.deps, OTHER, job.id, ALL).items == ()


def test_jobs_pieces_and_findings_are_listed(world: World) -> None:
    older, newer = job_in(world, JobState.ACCEPTED), job_in(world, JobState.REJECTED, record(9, amount="x"))
    deps = world.deps
    assert [job.id for job in jobs.list_jobs(deps, ORG, ALL).items] == [newer.id, older.id]
    assert [job.id for job in jobs.list_jobs(deps, ORG, ALL, JobState.REJECTED).items] == [newer.id]
    page = jobs.list_pieces(deps, ORG, older.id, PageRequest(4))
    assert [piece.record_id for piece in page.items] == ["R0", "R1", "R2", "R3"]
    assert len(jobs.list_pieces(deps, ORG, older.id, PageRequest(4, page.next_after)).items) == 2
    assert jobs.piece_of_record(deps, ORG, older.id, "R3") == page.items[3]
    assert jobs.count_findings(deps, ORG, newer.id) == {"amount-invalid": 1}
    assert len(jobs.list_findings(deps, ORG, newer.id, ALL, 0).items) == 1
    assert jobs.list_findings(deps, ORG, newer.id, ALL, 1).items == ()


def breaks(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(module, name, broken)


@pytest.mark.parametrize(
    ("module", "name", "resumed"),
    [
        (validation, "_read", JobState.VALIDATING),
        (validation, "composer_of", JobState.VALIDATING),
        (sharding, "composer_of", JobState.VALIDATING),
        (planning, "plan_mail", JobState.COMPOSING),
        (composing, "composer_of", JobState.COMPOSING),
        (writing, "composer_of", JobState.BATCHING),
    ],
)
def test_a_job_whose_work_keeps_failing_has_failed_and_can_be_started_again(
    world: World, monkeypatch: pytest.MonkeyPatch, module: object, name: str, resumed: JobState
) -> None:
    world.limit(shard_records=4, chunk_pieces=4)
    job = world.submit([record(i) for i in range(6)])
    breaks(monkeypatch, module, name)
    with pytest.raises(RuntimeError, match="a bug"):
        world.run()
    # what is still queued finds the job failed, and leaves it so
    world.run()
    failed = world.job(job.id)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "internal-error")
    events = jobs.list_events(world.deps, ORG, job.id, ALL).items
    assert [event.data for event in events if event.name == "job-failed"] == [{"code": "internal-error"}]
    monkeypatch.undo()
    assert jobs.retry_job(world.deps, ORG, job.id).state is resumed
    world.run()
    ended = world.job(job.id)
    assert (ended.state, ended.error_code, ended.counts.composed) == (JobState.RELEASED, None, 6)


def test_a_fault_that_stays_fails_the_job_with_its_code(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_in(world, JobState.COMPOSING)

    def away(*_: object) -> None:
        raise Retryable("blobs-unavailable", "away")

    monkeypatch.setattr(composing, "read_letter", away)
    for _ in range(4):
        world.runner(max_attempts=3).drain("worker-1")
        clock.advance(600)
    failed = world.job(job.id)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "blobs-unavailable")


def test_only_a_failed_job_can_be_started_again(world: World) -> None:
    assert refusal(jobs.retry_job, world.deps, ORG, job_in(world, JobState.ACCEPTED).id) == "job-not-failed"


def test_a_failed_job_can_be_cancelled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_in(world, JobState.COMPOSING)
    breaks(monkeypatch, composing, "composer_of")
    with pytest.raises(RuntimeError, match="a bug"):
        world.run()
    assert jobs.cancel_job(world.deps, ORG, job.id).state is JobState.CANCELLED


def test_a_cancelled_job_does_not_fail_any_more(world: World) -> None:
    job = job_in(world, JobState.COMPOSING)
    with world.deps.database.read() as uow:
        (chunk, *_) = uow.chunks.of_batch(ORG, world.batches(job.id)[0].id)
        item = uow.work.find(ORG, WorkKind.COMPOSE_CHUNK, chunk.id)
    assert item is not None
    jobs.cancel_job(world.deps, ORG, job.id)
    with world.deps.database.write() as uow:
        jobs.job_failed(world.deps, uow, item)
    assert world.job(job.id).state is JobState.CANCELLED


def test_other_peoples_work_fails_no_job(world: World) -> None:
    now = world.deps.clock.now()
    with world.deps.database.write() as uow:
        jobs.job_failed(world.deps, uow, WorkItem(1, ORG, "something-else", "x", now, now))
    assert jobs.list_jobs(world.deps, ORG, ALL).items == ()
