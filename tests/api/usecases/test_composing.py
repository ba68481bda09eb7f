from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.ports import BatchState, ChunkState, JobState, PieceState
from api.usecases import composing
from api.usecases.kinds import WorkKind
from api.usecases.stopping import stop_piece
from docgen.drawing.chunks import read_chunk
from tests.api.usecases.world import ORG, record

if TYPE_CHECKING:
    from api.ports import Chunk, PrintJob
    from tests.api.usecases.world import World


def planned(world: World, count: int = 10, **wish: object) -> PrintJob:
    job = world.submit([record(i) for i in range(count)], **wish)
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    return world.job(job.id)


def chunks(world: World, job: PrintJob) -> list[Chunk]:
    with world.deps.database.read() as uow:
        return [chunk for batch in world.batches(job.id) for chunk in uow.chunks.of_batch(ORG, batch.id)]


def letters(world: World, chunk: Chunk) -> list[str]:
    assert chunk.result is not None
    with world.deps.blobs.open(ORG, chunk.result) as stream:
        return [piece_id for piece_id, _ in read_chunk(stream)]


def test_a_chunk_holds_its_pieces_in_order(world: World) -> None:
    job = planned(world)
    world.run_one()
    first = chunks(world, job)[0]
    with world.deps.database.read() as uow:
        pieces = uow.pieces.of_batch(ORG, first.batch_id)
    assert letters(world, first) == [piece.id for piece in pieces[:4]]
    assert [piece.state for piece in pieces] == [PieceState.COMPOSED] * 4 + [PieceState.ACCEPTED] * 6
    assert world.job(job.id).counts.composed == 4
    assert world.batches(job.id)[0].state is BatchState.COMPOSING


def test_the_last_chunk_asks_for_the_files(world: World) -> None:
    job = planned(world)
    for _ in range(3):
        world.run_one()
    (batch,) = world.batches(job.id)
    assert batch.state is BatchState.WRITING
    assert (world.job(job.id).state, world.job(job.id).counts.composed) == (JobState.BATCHING, 10)
    with world.deps.database.read() as uow:
        assert uow.work.find(ORG, WorkKind.WRITE_BATCH, batch.id) is not None


def test_composing_a_chunk_twice_counts_once(world: World) -> None:
    job = planned(world)
    world.run_one()
    before = chunks(world, job)[0]
    with world.deps.database.write() as uow:
        uow.outbox.again(ORG, WorkKind.COMPOSE_CHUNK, before.id)
    world.run_one()
    assert chunks(world, job)[0] == before
    assert world.job(job.id).counts.composed == 4


def test_two_workers_that_compose_the_same_chunk_count_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = planned(world, 3)
    chunk = chunks(world, job)[0]
    real = composing._finish

    def late(deps: Any, context: Any, given: Any, mine: Chunk, result: Any) -> None:  # noqa: ANN401 - those of _finish
        with world.deps.database.write() as uow:
            uow.chunks.finish(ORG, mine.id, result)
        real(deps, context, given, mine, result)

    monkeypatch.setattr(composing, "_finish", late)
    world.run_one()
    assert chunks(world, job)[0].id == chunk.id
    assert world.job(job.id).counts.composed == 0


def test_a_stopped_piece_is_composed_because_it_may_be_resumed(world: World) -> None:
    job = planned(world, 3)
    with world.deps.database.read() as uow:
        pieces = uow.pieces.of_batch(ORG, world.batches(job.id)[0].id)
    stop_piece(world.deps, ORG, pieces[1].id, "verhuisd")
    world.run_one()
    assert letters(world, chunks(world, job)[0]) == [piece.id for piece in pieces]
    assert world.pieces(job.id)[pieces[1].sequence].state is PieceState.STOPPED


@pytest.mark.parametrize("state", [JobState.CANCELLED, JobState.FAILED])
def test_a_job_that_has_stopped_is_not_composed(world: World, state: JobState) -> None:
    job = planned(world, 3)
    with world.deps.database.write() as uow:
        uow.jobs.set_state(ORG, job.id, state, world.deps.clock.now())
    world.run()
    assert [chunk.state for chunk in chunks(world, job)] == [ChunkState.PLANNED]


def test_a_job_cancelled_while_it_is_composed_keeps_no_result(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = planned(world, 3)
    real = composing.read_letter

    def cancelling(*given: Any) -> Any:  # noqa: ANN401 - those of read_letter
        with world.deps.database.write() as uow:
            uow.jobs.set_state(ORG, job.id, JobState.CANCELLED, world.deps.clock.now())
        return real(*given)

    monkeypatch.setattr(composing, "read_letter", cancelling)
    world.run()
    assert [chunk.state for chunk in chunks(world, job)] == [ChunkState.PLANNED]


def test_values_deleted_too_early_fail_the_job(world: World) -> None:
    job = planned(world, 3)
    with world.deps.database.write() as uow:
        uow.pieces.delete_values(ORG, job.id)
    world.run()
    failed = world.job(job.id)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "piece-values-deleted")


def test_a_letter_that_is_no_longer_as_validated_is_a_bug(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = planned(world, 3)
    real = composing.read_letter

    def longer(data: bytes) -> object:
        letter = real(data)
        return type(letter)(letter.record_id, letter.language, letter.address, {**letter.values, "words": "x " * 4000})

    monkeypatch.setattr(composing, "read_letter", longer)
    with pytest.raises(RuntimeError, match="was validated with 1"):
        world.run()
    assert world.job(job.id).error_code == "internal-error"
