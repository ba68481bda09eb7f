"""Plan: the pieces of a job into batches in postal order, and each batch into chunks of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import Batch, Chunk, JobState, Placement, derived_id
from api.usecases.composers import composer_of
from api.usecases.kinds import IN_TURN, WorkKind
from api.usecases.leases import nothing_to_do
from api.usecases.pieces import mail_piece
from docgen.postal import batch as postal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.ports import PrintJob, WorkContext
    from api.usecases.deps import Deps

_MAY_BE_PLANNED: Final = frozenset({JobState.ACCEPTED, JobState.COMPOSING})


def plan_job(deps: Deps, context: WorkContext) -> None:
    """Handler of ``plan``: every piece of an accepted job gets its batch and position; the same each time."""
    organisation_id, job_id = context.item.organisation_id, context.item.subject_id
    with deps.database.read() as uow:
        job = uow.jobs.get(organisation_id, job_id)
    if job.state not in _MAY_BE_PLANNED or job.validate_only:
        nothing_to_do(deps, context)
        return
    composer = composer_of(deps, job)
    with deps.database.read() as uow:
        pieces = [mail_piece(piece, composer) for piece in uow.pieces.of_job(organisation_id, job_id)]
    _write(deps, context, job, postal.plan_batches(pieces))


def batch_id_of(job_id: str, number: int) -> str:
    """The id of batch ``number`` (from 1) of a job; the same each time."""
    return derived_id("bat", job_id, number)


def _write(deps: Deps, context: WorkContext, job: PrintJob, plan: Sequence[postal.Batch]) -> None:
    organisation_id = job.organisation_id
    with deps.database.write() as uow:
        context.complete(uow)
        if uow.jobs.get(organisation_id, job.id).state not in _MAY_BE_PLANNED:
            return
        uow.batches.add_many(organisation_id, [_batch(deps, job, batch) for batch in plan])
        uow.pieces.place_many(organisation_id, _placements(job, plan))
        chunks = [chunk for batch in plan for chunk in _chunks(job, batch, deps.limits.chunk_pieces)]
        uow.chunks.add_many(organisation_id, chunks)
        for chunk in chunks:
            uow.outbox.enqueue(organisation_id, WorkKind.COMPOSE_CHUNK, chunk.id, IN_TURN)
        uow.jobs.set_state(organisation_id, job.id, JobState.COMPOSING, deps.clock.now())


def _batch(deps: Deps, job: PrintJob, batch: postal.Batch) -> Batch:
    key = batch.key
    return Batch(
        id=batch_id_of(job.id, batch.number),
        organisation_id=job.organisation_id,
        job_id=job.id,
        number=batch.number,
        group={
            "key": key.slug,
            "destination": "abroad" if key.abroad else "nl",
            "envelope": key.envelope,
            "stock": key.stock,
            "sides": "duplex" if key.duplex else "simplex",
            "max_sheets": str(key.max_sheets or "more"),
        },
        pieces=len(batch.pieces),
        pages=sum(piece.pages for piece in batch.pieces),
        sheets=sum(piece.sheets for piece in batch.pieces),
        weight_mg=sum(piece.weight_mg for piece in batch.pieces),
        created_at=deps.clock.now(),
        mode=job.mode,
    )


def _placements(job: PrintJob, plan: Sequence[postal.Batch]) -> Iterator[Placement]:
    for batch in plan:
        batch_id = batch_id_of(job.id, batch.number)
        for position, piece in enumerate(batch.pieces):
            yield Placement(piece.piece_id, batch_id, position)


def _chunks(job: PrintJob, batch: postal.Batch, size: int) -> Iterator[Chunk]:
    batch_id, count = batch_id_of(job.id, batch.number), len(batch.pieces)
    for number, first in enumerate(range(0, count, size)):
        chunk_id = derived_id("chk", batch_id, number)
        yield Chunk(chunk_id, job.organisation_id, job.id, batch_id, number, first, min(size, count - first))
