"""Stopping and resuming pieces: until the cut-off, with a reason, and never half."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import BatchState, FileRole, JobState, PieceState, Rules
from api.usecases.stopping import resume_piece, stop_piece
from docgen.findings import Refusal
from tests.api.usecases.world import ORG, World, record

if TYPE_CHECKING:
    from api.adapters.fakes import FakeClock
    from api.ports import Batch, PrintJob


def waiting(world: World, count: int = 3) -> PrintJob:
    """A job whose files are written and wait for approval."""
    with world.deps.database.write() as uow:
        uow.rules.put(Rules(ORG, four_eyes=True), world.deps.clock.now())
    job = world.submit([record(number) for number in range(count)])
    world.run()
    assert [batch.state for batch in world.batches(job.id)] == [BatchState.READY]
    return job


def rows(world: World, batch: Batch) -> list[dict[str, Any]]:
    manifest = next(file for file in batch.files if file.role is FileRole.MANIFEST_JSON)
    found: list[dict[str, Any]] = json.loads(world.files(batch)[manifest.name])["rows"]
    return found


def test_a_piece_stopped_after_writing_has_the_files_written_without_it(world: World) -> None:
    job = waiting(world)
    before = world.batches(job.id)[0]
    stopped = world.pieces(job.id)[1]
    stop_piece(world.deps, ORG, stopped.id, "betaald")
    assert world.batches(job.id)[0].state is BatchState.WRITING
    world.run()
    (batch,) = world.batches(job.id)
    assert batch.state is BatchState.READY
    assert {row["piece_id"]: row["stop_reason"] for row in rows(world, batch)}[stopped.id] == "betaald"
    assert batch.files[0].blob != before.files[0].blob
    assert batch.files[0].pages == before.files[0].pages - 2


def test_a_resumed_piece_is_printed_as_if_it_had_never_been_stopped(world: World) -> None:
    job = waiting(world)
    before = world.batches(job.id)[0].files
    piece = world.pieces(job.id)[1]
    stop_piece(world.deps, ORG, piece.id, "betaald")
    world.run()
    assert resume_piece(world.deps, ORG, piece.id, "storno").state is PieceState.COMPOSED
    world.run()
    (batch,) = world.batches(job.id)
    assert (batch.state, batch.files) == (BatchState.READY, before)


def test_a_piece_can_be_stopped_and_resumed_before_it_is_composed(world: World, clock: FakeClock) -> None:
    job = world.submit([record(1), record(2)], cut_off_at=clock.now() + timedelta(hours=1))
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    piece = world.pieces(job.id)[0]
    stop_piece(world.deps, ORG, piece.id, "verhuisd")
    assert resume_piece(world.deps, ORG, piece.id, "toch niet").state is PieceState.ACCEPTED
    assert resume_piece(world.deps, ORG, piece.id, "toch niet").state is PieceState.ACCEPTED
    world.run()
    clock.advance(3600)
    world.run()
    assert {each.state for each in world.pieces(job.id)} == {PieceState.PRINTED_READY}


def test_after_the_cut_off_nothing_is_stopped_or_resumed(world: World, clock: FakeClock) -> None:
    job = world.submit([record(1), record(2)], cut_off_at=clock.now() + timedelta(hours=1))
    world.run()
    first, second = world.pieces(job.id)
    stop_piece(world.deps, ORG, first.id, "verhuisd")
    clock.advance(3600)
    with pytest.raises(Refusal, match="cut-off-passed"):
        stop_piece(world.deps, ORG, second.id, "verhuisd")
    with pytest.raises(Refusal, match="cut-off-passed"):
        resume_piece(world.deps, ORG, first.id, "toch niet")


def test_after_release_nothing_is_stopped_or_resumed(world: World) -> None:
    job = world.submit([record(1), record(2)])
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    first, second = world.pieces(job.id)
    stop_piece(world.deps, ORG, first.id, "verhuisd")
    world.run()
    for act in (
        lambda: stop_piece(world.deps, ORG, second.id, "x"),
        lambda: resume_piece(world.deps, ORG, first.id, "x"),
    ):
        with pytest.raises(Refusal, match="state-conflict"):
            act()
    names = [event.name for event in _events(world, first.id)]
    assert names == ["piece-stopped"]


def _events(world: World, subject_id: str) -> Any:  # noqa: ANN401 - a page's items
    from tests.api.usecases.world import ALL  # noqa: PLC0415 - only here

    with world.deps.database.read() as uow:
        return uow.events.of_subject(ORG, subject_id, ALL).items
