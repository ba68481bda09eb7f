"""Releasing: by itself once the files are read back, or when a colleague approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import BatchState, CheckState, JobState, Mode, PieceState, ReadBackPolicy, Rules
from api.usecases import reading_back
from api.usecases.reading_back import write_again
from api.usecases.releasing import approve_ahead, approve_batch, approve_job
from docgen.findings import Finding, Place, Refusal
from docgen.readback import ReadBack
from tests.api.usecases.world import ALL, ORG, OTHER, World, record

if TYPE_CHECKING:
    from api.ports import PrintJob


def approved_by_two(world: World) -> None:
    with world.deps.database.write() as uow:
        uow.rules.put(Rules(ORG, four_eyes=True), world.deps.clock.now())


def ready(world: World, **wish: object) -> PrintJob:
    approved_by_two(world)
    job = world.submit([record(1), record(2)], **wish)
    world.run()
    return job


def test_without_four_eyes_a_job_releases_itself(world: World) -> None:
    job = world.released([record(1)])
    assert {piece.prints for piece in world.pieces(job.id)} == {1}


def test_with_four_eyes_a_colleague_releases(world: World) -> None:
    job = ready(world, created_by="key_submitter")
    (batch,) = world.batches(job.id)
    assert (batch.state, world.job(job.id).state) == (BatchState.READY, JobState.BATCHING)
    assert {piece.state for piece in world.pieces(job.id)} == {PieceState.COMPOSED}
    with pytest.raises(Refusal, match="approval-by-submitter"):
        approve_batch(world.deps, ORG, batch.id, "key_submitter")
    with pytest.raises(Refusal, match="batch-not-found"):
        approve_batch(world.deps, OTHER, batch.id, "key_colleague")
    released = approve_batch(world.deps, ORG, batch.id, "key_colleague")
    assert (released.state, world.job(job.id).state) == (BatchState.RELEASED, JobState.RELEASED)
    assert approve_batch(world.deps, ORG, batch.id, "key_colleague").state is BatchState.RELEASED
    assert {piece.state for piece in world.pieces(job.id)} == {PieceState.PRINTED_READY}


def test_a_whole_job_is_approved_at_once(world: World) -> None:
    job = ready(world)
    assert approve_job(world.deps, ORG, job.id, "key_colleague").state is JobState.RELEASED


def test_a_test_needs_no_approval(world: World) -> None:
    job = ready(world, mode=Mode.TEST)
    assert world.job(job.id).state is JobState.RELEASED


def test_what_is_not_ready_cannot_be_approved(world: World) -> None:
    job = world.submit([record(1)])
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    with pytest.raises(Refusal, match="batch-not-ready"):
        approve_batch(world.deps, ORG, world.batches(job.id)[0].id, "key_colleague")


def test_files_are_read_back_in_parts_before_release(slow_world: World) -> None:
    slow_world.limit(read_back=ReadBackPolicy.FULL, check_pieces=2)
    job = slow_world.released([record(number) for number in range(5)])
    with slow_world.deps.database.read() as uow:
        checks = uow.checks.of_batch(ORG, slow_world.batches(job.id)[0].id)
    assert [(check.first, check.count, check.state) for check in checks] == [
        (0, 2, CheckState.CHECKED),
        (2, 2, CheckState.CHECKED),
        (4, 1, CheckState.CHECKED),
    ]
    assert all(check.symbols and not check.findings for check in checks)


def test_a_difference_blocks_the_release_until_the_files_are_written_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    found = Finding("readback-differs", "The code says something else.", Place(page=1))
    with monkeypatch.context() as patch:
        patch.setattr(reading_back, "read_file", lambda *_: ReadBack(1, (found,)))
        job = world.submit([record(1)])
        world.run()
    (batch,) = world.batches(job.id)
    assert (batch.state, world.job(job.id).state) == (BatchState.BLOCKED, JobState.BATCHING)
    with world.deps.database.read() as uow:
        (check,) = uow.checks.of_batch(ORG, batch.id)
    assert [finding.code for finding in check.findings] == ["readback-differs"]
    with pytest.raises(Refusal, match="batch-not-ready"):
        approve_batch(world.deps, ORG, batch.id, "key_colleague")
    write_again(world.deps, ORG, batch.id)
    monkeypatch.setattr(reading_back, "read_file", lambda *_: ReadBack(1, ()))
    world.run()
    assert world.batches(job.id)[0].state is BatchState.RELEASED
    with pytest.raises(Refusal, match="batch-not-blocked"):
        write_again(world.deps, ORG, batch.id)


def test_what_was_approved_ahead_is_released_as_soon_as_it_is_ready(world: World) -> None:
    approved_by_two(world)
    job = world.submit([record(1), record(2)], created_by="usr_one")
    with pytest.raises(Refusal, match="state-conflict"):
        approve_ahead(world.deps, ORG, job.id, "usr_two")
    world.run(lambda: world.job(job.id).state is not JobState.VALIDATING and bool(world.batches(job.id)))
    with pytest.raises(Refusal, match="approval-by-submitter"):
        approve_ahead(world.deps, ORG, job.id, "usr_one")
    with pytest.raises(Refusal, match="job-not-found"):
        approve_ahead(world.deps, OTHER, job.id, "usr_two")
    assert approve_ahead(world.deps, ORG, job.id, "usr_two").approved_by == "usr_two"
    assert approve_ahead(world.deps, ORG, job.id, "usr_three").approved_by == "usr_two"
    world.run()
    assert world.job(job.id).state is JobState.RELEASED
    with world.deps.database.read() as uow:
        names = [event.name for event in uow.events.of_subject(ORG, job.id, ALL).items]
    assert names.count("job-approved") == 1


def test_approving_ahead_lets_go_what_is_ready_already(world: World) -> None:
    job = ready(world, created_by="usr_one")
    assert approve_ahead(world.deps, ORG, job.id, "usr_two").state is JobState.RELEASED


def test_without_four_eyes_there_is_nothing_to_approve_ahead(world: World) -> None:
    job = world.submit([record(1)])
    world.run(lambda: world.job(job.id).state is JobState.ACCEPTED)
    with pytest.raises(Refusal, match="state-conflict"):
        approve_ahead(world.deps, ORG, job.id, "usr_two")
