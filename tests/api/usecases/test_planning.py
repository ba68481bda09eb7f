from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import BatchState, ChunkState, JobState, Mode, WorkState
from api.usecases.jobs import cancel_job
from api.usecases.kinds import WorkKind
from api.usecases.pieces import mail_piece
from api.usecases.products import product_of
from api.usecases.stopping import stop_piece
from docgen.postal.batch import plan_batches
from tests.api.usecases.world import ORG, record

if TYPE_CHECKING:
    from api.ports import Chunk, PrintJob
    from tests.api.usecases.world import World

LONG = "woord " * 1500


def planned(world: World, *records: object, **wish: object) -> PrintJob:
    job = world.submit(list(records), **wish)
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    return world.job(job.id)


def chunks(world: World, batch_id: str) -> list[Chunk]:
    with world.deps.database.read() as uow:
        return list(uow.chunks.of_batch(ORG, batch_id))


def test_every_piece_gets_one_place_in_postal_order(world: World) -> None:
    job = planned(world, *(record(i) for i in range(11)))
    (batch,) = world.batches(job.id)
    with world.deps.database.read() as uow:
        pieces = uow.pieces.of_batch(ORG, batch.id)
    assert [piece.batch_position for piece in pieces] == list(range(11))
    assert [piece.sort_key for piece in pieces] == sorted(piece.sort_key for piece in pieces)
    assert {piece.id for piece in pieces} == {piece.id for piece in world.pieces(job.id)}
    assert (batch.pieces, batch.pages, batch.sheets, batch.weight_mg) == (11, 11, 11, 11 * 9490)
    assert batch.state is BatchState.PLANNED


def test_pieces_that_insert_differently_are_in_different_batches(world: World) -> None:
    abroad = {"name": "A", "street": "Kerkstraat 1", "postcode": "1000", "town": "Brussel", "country": "BE"}
    job = planned(world, record(1, words=LONG), record(2), record(3, recipient=abroad), record(4))
    batches = world.batches(job.id)
    assert [(batch.number, batch.pieces, batch.group["destination"]) for batch in batches] == [
        (1, 2, "nl"),
        (2, 1, "nl"),
        (3, 1, "abroad"),
    ]
    for batch in batches:
        with world.deps.database.read() as uow:
            assert {piece.group_key for piece in uow.pieces.of_batch(ORG, batch.id)} == {batch.group["key"]}


def test_the_plan_is_that_of_docgen(world: World) -> None:
    abroad = {"name": "A", "street": "Kerkstraat 1", "postcode": "1000", "town": "Brussel", "country": "BE"}
    changes: dict[int, dict[str, object]] = {3: {"words": LONG}, 5: {"recipient": abroad}, 7: {"recipient": abroad}}
    together = {"recipient": record(1)["recipient"]}
    job = planned(world, *(record(i, **changes.get(i, together if i % 3 else {})) for i in range(12)))
    product = product_of(world.deps, job)
    wanted = plan_batches(mail_piece(piece, product) for piece in world.pieces(job.id))
    for batch, expected in zip(world.batches(job.id), wanted, strict=True):
        with world.deps.database.read() as uow:
            placed = [piece.id for piece in uow.pieces.of_batch(ORG, batch.id)]
        assert placed == [piece.piece_id for piece in expected.pieces]
        assert (batch.number, batch.group["key"]) == (expected.number, expected.key.slug)


def test_a_batch_is_cut_in_chunks_and_each_is_asked_for(world: World) -> None:
    job = planned(world, *(record(i) for i in range(11)))
    found = chunks(world, world.batches(job.id)[0].id)
    assert [(chunk.number, chunk.first, chunk.count) for chunk in found] == [(0, 0, 4), (1, 4, 4), (2, 8, 3)]
    for chunk in found:
        assert chunk.state is ChunkState.PLANNED
        with world.deps.database.read() as uow:
            item = uow.work.find(ORG, WorkKind.COMPOSE_CHUNK, chunk.id)
        assert item is not None
        assert item.state is WorkState.QUEUED


def test_planning_again_changes_nothing(world: World) -> None:
    job = planned(world, *(record(i) for i in range(6)))
    before = (world.batches(job.id), world.pieces(job.id))
    with world.deps.database.write() as uow:
        assert uow.outbox.again(ORG, WorkKind.PLAN, job.id)
    world.run_one()
    assert (world.batches(job.id), world.pieces(job.id)) == before


def test_batches_of_a_test_say_so(world: World) -> None:
    (batch,) = world.batches(planned(world, record(1), mode=Mode.TEST).id)
    assert batch.mode is Mode.TEST


def test_a_piece_stopped_before_planning_keeps_its_place(world: World) -> None:
    job = world.submit([record(i) for i in range(3)])
    world.run_one()
    stop_piece(world.deps, ORG, world.pieces(job.id)[0].id, "verhuisd")
    world.run_one()
    assert world.batches(job.id)[0].pieces == 3


def test_a_cancelled_job_is_not_planned(world: World) -> None:
    job = world.submit([record(1)])
    world.run_one()
    with world.deps.database.write() as uow:
        uow.jobs.set_state(ORG, job.id, JobState.CANCELLED, world.deps.clock.now())
    assert world.run_one()
    assert world.batches(job.id) == []
    assert cancel_job(world.deps, ORG, job.id).state is JobState.CANCELLED
