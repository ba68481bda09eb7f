"""Letters drawn while they were validated make the very chunks that composing makes, and go when none is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import BatchState, BlobRef, JobState, Permanent, Policy
from api.usecases import checking, composing, gathering, sharding
from api.usecases.jobs import cancel_job, retry_job
from api.usecases.stopping import stop_piece
from api.usecases.trash import KEPT, empty_trash
from docgen.drawing.chunks import chunk_of, pack_letter, shelf_of
from docgen.drawing.pages import drawn_letter
from tests.api.usecases.world import ORG, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.fakes import FakeClock, MemoryBlobs
    from api.ports import PrintJob, Shard
    from tests.api.usecases.world import World

LONG = {"words": "woord " * 1500}
FAULTY = {"amount": "x"}


def records(count: int = 11, **changes: object) -> list[object]:
    """Not in postal order, and one of them longer."""
    return [record(number, **(LONG if number == 3 else {}) | changes) for number in range(count)]


def planned(world: World, body: Sequence[object] | None = None, **wish: Any) -> PrintJob:  # noqa: ANN401 - fields of a submission
    """A job in shards of 4 whose chunks of 3 are to be composed."""
    world.limit(shard_records=4, chunk_pieces=3)
    job = world.submit(records() if body is None else body, **wish)
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    return world.job(job.id)


def shards(world: World, job: PrintJob) -> Sequence[Shard]:
    with world.deps.database.read() as uow:
        return uow.shards.of_job(ORG, job.id)


def shelves(world: World, job: PrintJob) -> list[BlobRef]:
    return [shard.drawn for shard in shards(world, job) if shard.drawn is not None]


def left(world: World, job: PrintJob) -> list[bool]:
    """Which shelves are in the store."""
    return [world.deps.blobs.exists(ORG, shelf) for shelf in shelves(world, job)]


def results(world: World, job: PrintJob) -> list[BlobRef | None]:
    """The chunks of a job once they are composed, by content."""
    world.run(until=lambda: world.job(job.id).state is JobState.BATCHING)
    assert world.job(job.id).state is JobState.BATCHING
    with world.deps.database.read() as uow:
        return [chunk.result for batch in world.batches(job.id) for chunk in uow.chunks.of_batch(ORG, batch.id)]


def composed(world: World, job: PrintJob) -> list[BlobRef | None]:
    """What composing gives for a job whose chunks were gathered."""
    with world.deps.database.read() as uow:
        chunks = [chunk for batch in world.batches(job.id) for chunk in uow.chunks.of_batch(ORG, batch.id)]
        pieces = [uow.pieces.to_compose(ORG, chunk.batch_id, chunk.first, chunk.count) for chunk in chunks]
    made: list[BlobRef | None] = []
    for some in pieces:
        letters = composing._composed(world.deps, job, some)
        made.append(world.deps.blobs.put(ORG, chunk_of(letters)))
    return made


def never(*_: object) -> None:
    raise AssertionError("this letter is composed")


def test_gathered_chunks_are_byte_for_byte_what_composing_gives(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = planned(world)
    assert len(shelves(world, job)) == 3
    with monkeypatch.context() as patch:
        patch.setattr(composing, "read_letter", never)
        gathered = results(world, job)
    assert len(gathered) >= 4
    assert gathered == composed(world, job)


def test_stopped_pieces_are_in_gathered_chunks_because_they_may_be_resumed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = planned(world)
    for piece in world.pieces(job.id)[::4]:
        stop_piece(world.deps, ORG, piece.id, "verhuisd")
    with monkeypatch.context() as patch:
        patch.setattr(composing, "read_letter", never)
        gathered = results(world, job)
    assert gathered == composed(world, job)


def test_what_is_on_no_shelf_is_composed_between_what_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_DRAWN_BYTES", 1)
    monkeypatch.setattr(checking, "_TOGETHER", 1)
    job = planned(world)
    real, reads = composing.read_letter, list[bytes]()

    def reading(data: bytes) -> object:
        reads.append(data)
        return real(data)

    monkeypatch.setattr(composing, "read_letter", reading)
    gathered = results(world, job)
    assert len(reads) == 11 - 3
    assert gathered == composed(world, job)


@pytest.mark.parametrize("gone", [slice(1, 2), slice(None)])
def test_a_shelf_that_was_removed_is_done_without(world: World, gone: slice) -> None:
    job = planned(world)
    for shelf in shelves(world, job)[gone]:
        world.deps.blobs.delete(ORG, shelf)
    assert results(world, job) == composed(world, job)


def test_a_job_validated_before_there_were_shelves_is_composed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharding, "shelve", lambda *_: None)
    job = planned(world)
    assert shelves(world, job) == []
    assert results(world, job) == composed(world, job)


def test_shelves_of_before_an_upgrade_are_done_without(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(gathering, "shelf_of", lambda _: [b"SHELF-1\n", bytes(12)])
        job = planned(world)
    assert shelves(world, job)
    assert results(world, job) == composed(world, job)


def test_only_so_much_of_a_chunk_is_gathered_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = planned(world)
    monkeypatch.setattr(gathering, "_MOST_BYTES", 1)
    assert results(world, job) == composed(world, job)


@pytest.mark.parametrize("before", [False, True])
def test_a_store_far_away_keeps_no_shelves_and_is_not_asked_for_places_of_those_moved_there(
    world: World, memory_blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    memory_blobs.cheap_at_places = before
    job = planned(world)
    assert bool(shelves(world, job)) is before
    memory_blobs.cheap_at_places = False
    monkeypatch.setattr(gathering, "take_from_shelf", never)
    assert results(world, job) == composed(world, job)


def test_a_store_that_does_not_answer_is_not_taken_for_a_missing_shelf(
    world: World, memory_blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = planned(world)

    def refusing(*_: object) -> None:
        raise Permanent("blobs-refused", "no")

    monkeypatch.setattr(memory_blobs, "open", refusing)
    world.run_one()
    assert world.job(job.id).error_code == "blobs-refused"


def test_a_letter_of_another_piece_is_a_bug(world: World) -> None:
    job = planned(world)
    other = world.deps.blobs.put(ORG, shelf_of([pack_letter("pce_other", drawn_letter([b"x"], frozenset()))] * 4))
    with world.deps.database.read() as uow:
        pieces = uow.pieces.to_compose(ORG, world.batches(job.id)[0].id, 0, 3)
    broken = [replace(shard, drawn=other) for shard in shards(world, job)]
    with pytest.raises(RuntimeError, match="as it was validated"):
        gathering.gather(world.deps, broken, pieces)


@pytest.mark.parametrize("wish", [{"validate_only": True}, {"policy": Policy.ALL_OR_NOTHING}])
def test_letters_that_will_not_be_printed_are_not_drawn(
    world: World, wish: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "pack_letter", never)
    body = records()
    if "policy" in wish:
        body[::4] = [record(number, **FAULTY) for number in range(0, 11, 4)]
    world.limit(shard_records=4)
    job = world.submit(body, **wish)
    world.run()
    assert world.job(job.id).state in {JobState.ACCEPTED, JobState.REJECTED}
    assert shelves(world, job) == []


def test_places_of_faulty_records_stay_empty(world: World) -> None:
    body = records()
    body[1] = body[5] = body[6] = body[8] = body[9] = body[10] = "no record"
    job = planned(world, body, policy=Policy.VALID_ONLY)
    assert [shard.drawn is None for shard in shards(world, job)] == [False, False, True]
    assert results(world, job) == composed(world, job)


def test_shelves_go_when_the_last_chunk_is_composed_and_not_before(world: World, clock: FakeClock) -> None:
    job = planned(world)
    world.run_one()
    clock.advance(KEPT.total_seconds())
    empty_trash(world.deps)
    assert left(world, job) == [True] * 3
    results(world, job)
    assert left(world, job) == [True] * 3
    clock.advance(KEPT.total_seconds())
    empty_trash(world.deps)
    assert left(world, job) == [False] * 3
    world.run()
    assert {batch.state for batch in world.batches(job.id)} == {BatchState.RELEASED}


def test_shelves_of_a_rejected_job_go(world: World, clock: FakeClock) -> None:
    world.limit(shard_records=4)
    job = world.submit([*records(10), record(10, **FAULTY)], policy=Policy.ALL_OR_NOTHING)
    world.run()
    assert world.job(job.id).state is JobState.REJECTED
    assert left(world, job) == [True, True]
    clock.advance(KEPT.total_seconds())
    empty_trash(world.deps)
    assert left(world, job) == [False, False]


@pytest.mark.parametrize("state", [JobState.VALIDATING, JobState.COMPOSING])
def test_shelves_of_a_cancelled_job_go(world: World, clock: FakeClock, state: JobState) -> None:
    world.limit(shard_records=4, chunk_pieces=3)
    job = world.submit(records())
    world.run(until=lambda: bool(shelves(world, job)) and world.job(job.id).state is state)
    cancel_job(world.deps, ORG, job.id)
    assert all(left(world, job))
    clock.advance(KEPT.total_seconds())
    empty_trash(world.deps)
    assert not any(left(world, job))


def test_a_shelf_whose_shard_never_ended_goes(
    world: World, clock: FakeClock, memory_blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.limit(shard_records=4)
    job = world.submit(records())
    world.run_one()
    stored = dying_with_a_shelf(world, monkeypatch)
    cancel_job(world.deps, ORG, job.id)
    world.run()
    clock.advance(KEPT.total_seconds())
    empty_trash(world.deps)
    assert shelves(world, job) == []
    assert not any(memory_blobs.exists(ORG, shelf) for shelf in stored)


def test_a_shard_that_is_done_again_keeps_the_same_shelf(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.limit(shard_records=4, chunk_pieces=3)
    job = world.submit(records())
    world.run_one()
    stored = dying_with_a_shelf(world, monkeypatch)
    retry_job(world.deps, ORG, job.id)
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    assert stored == shelves(world, job)[:1]
    clock.advance(KEPT.total_seconds())
    empty_trash(world.deps)
    assert left(world, job) == [True] * 3
    assert results(world, job) == composed(world, job)


def dying_with_a_shelf(world: World, monkeypatch: pytest.MonkeyPatch) -> list[BlobRef]:
    """The power fails after a shelf was stored; returns which it was."""
    stored: list[BlobRef] = []

    def dying(*given: Any) -> None:  # noqa: ANN401 - those of _finish
        stored.append(given[-1])
        raise OSError("power")

    with monkeypatch.context() as patch:
        patch.setattr(sharding, "_finish", dying)
        with pytest.raises(OSError, match="power"):
            world.run_one()
    assert len(stored) == 1
    assert world.deps.blobs.exists(ORG, stored[0])
    return stored
