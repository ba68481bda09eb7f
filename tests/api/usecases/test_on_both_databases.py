"""A whole job on SQLite and on PostgreSQL, by workers that get in each other's way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from api.ports import BatchState, JobState, PieceState, WorkState
from api.usecases.jobs import cancel_job
from api.usecases.stopping import stop_piece
from tests.api.usecases.world import ORG, World, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds

LONG = "woord " * 1500


@pytest.fixture
def both(
    database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds, quick_files: None
) -> World:
    del quick_files
    return World(database, memory_blobs, clock, ids)


def together(*tasks: Callable[[], object]) -> None:
    """Run at the same time; a fault in one is a fault of the test."""
    faults: list[BaseException] = []

    def guarded(task: Callable[[], object]) -> None:
        try:
            task()
        except BaseException as fault:  # noqa: BLE001 - raised again below, in the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def work_until(world: World, job_id: str, owner: str) -> None:
    ended = {JobState.RELEASED, JobState.CANCELLED, JobState.REJECTED, JobState.FAILED}
    while world.job(job_id).state not in ended:
        world.runner().drain(owner)


def test_two_workers_release_every_piece_once(both: World) -> None:
    both.limit(chunk_pieces=2, shard_records=3)
    job = both.submit([record(i, **({"words": LONG} if i % 5 == 0 else {})) for i in range(30)])
    together(*(lambda name=name: work_until(both, job.id, name) for name in ("one", "two")))
    ended = both.job(job.id)
    assert (ended.state, ended.counts.composed) == (JobState.RELEASED, 30)
    assert {batch.state for batch in both.batches(job.id)} == {BatchState.RELEASED}
    assert {piece.state for piece in both.pieces(job.id)} == {PieceState.PRINTED_READY}
    with both.deps.database.read() as uow:
        counts = uow.work.counts()
    assert (counts[WorkState.QUEUED], counts[WorkState.FAILED]) == (0, 0)


def test_a_job_can_be_cancelled_while_others_work_on_it(both: World) -> None:
    both.limit(chunk_pieces=1)
    job = both.submit([record(i) for i in range(20)])
    both.run(until=lambda: both.job(job.id).state is JobState.COMPOSING)
    tasks = [lambda name=name: work_until(both, job.id, name) for name in ("one", "two")]
    together(*tasks, lambda: cancel_job(both.deps, ORG, job.id))
    both.run()
    assert both.job(job.id).state is JobState.CANCELLED
    assert {batch.state for batch in both.batches(job.id)} == {BatchState.CANCELLED}


def test_pieces_can_be_stopped_while_others_work_on_them(both: World) -> None:
    both.limit(chunk_pieces=1)
    job = both.submit([record(i) for i in range(12)])
    both.run(until=lambda: both.job(job.id).state is JobState.COMPOSING)
    stopped = [piece.id for piece in both.pieces(job.id)[::4]]

    def stop_all() -> None:
        for piece_id in stopped:
            stop_piece(both.deps, ORG, piece_id, "verhuisd")

    together(lambda: work_until(both, job.id, "one"), stop_all)
    (batch,) = both.batches(job.id)
    manifest = next(data for name, data in both.files(batch).items() if name.endswith(".csv")).decode()
    assert manifest.count("verhuisd") == 3
    states = [piece.state for piece in both.pieces(job.id)]
    assert (states.count(PieceState.STOPPED), states.count(PieceState.PRINTED_READY)) == (3, 9)
