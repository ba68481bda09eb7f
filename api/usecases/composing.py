"""Compose: the letters of a chunk as page streams in one blob; the last chunk of a batch asks for its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import BatchState, ChunkState, JobState, Permanent, PieceState
from api.usecases.composers import ONE_AT_A_TIME, as_piece, composer_of
from api.usecases.gathering import gather, let_go_of_shelves
from api.usecases.jobs import batches_of, hold_job
from api.usecases.kinds import SOON, WorkKind
from api.usecases.leases import nothing_to_do
from api.usecases.trash import let_go
from docgen.drawing.chunks import chunk_of, pack_letter
from docgen.records.letter_json import read_letter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from api.ports import Batch, BlobRef, Chunk, Piece, PieceToCompose, PrintJob, UnitOfWork, WorkContext
    from api.usecases.deps import Deps
    from docgen.compose import Composer
    from docgen.drawing.print_file import DrawnLetter
    from docgen.letters import Letter

IN_PROGRESS: Final = frozenset({JobState.COMPOSING, JobState.BATCHING})


def compose_chunk(deps: Deps, context: WorkContext) -> None:
    """Handler of ``compose_chunk``: the blob has all pieces in postal order; one that is stopped may yet be resumed.

    Letters that were drawn when they were validated are taken from there.
    """
    organisation_id = context.item.organisation_id
    with deps.database.read() as uow:
        chunk = uow.chunks.get(organisation_id, context.item.subject_id)
        job = uow.jobs.get(organisation_id, chunk.job_id)
        batch = uow.batches.get(organisation_id, chunk.batch_id)
        pieces = uow.pieces.to_compose(organisation_id, chunk.batch_id, chunk.first, chunk.count)
        shards = uow.shards.of_job(organisation_id, job.id)
    if not goes_on(job, batch) or chunk.state is ChunkState.COMPOSED:
        nothing_to_do(deps, context)
        return
    gathered = gather(deps, shards, pieces)
    composed = _composed(deps, job, [piece for piece in pieces if piece.id not in gathered])
    packed = _packed(context, pieces, gathered, composed)
    _finish(deps, context, batch, chunk, deps.blobs.put(organisation_id, chunk_of(packed)))


def goes_on(job: PrintJob, batch: Batch) -> bool:
    """Whether work on a batch still has a purpose; a reprint has one after its job was released."""
    return job.state in IN_PROGRESS or (job.state is JobState.RELEASED and batch.parent_id is not None)


def compose_piece(deps: Deps, composer: Composer, piece: Piece, values: bytes) -> DrawnLetter:
    """The pages of one piece, as they were validated."""
    letter = as_piece(read_letter(values), composer, deps.secret, piece.id)
    with ONE_AT_A_TIME:
        drawn = composer.compose(letter).drawn
    _check(piece, drawn)
    return drawn


def _packed(
    context: WorkContext,
    pieces: Sequence[PieceToCompose],
    gathered: Mapping[str, bytes],
    composed: Iterator[bytes],
) -> Iterator[bytes]:
    for piece in pieces:
        context.check()
        yield gathered.get(piece.id) or next(composed)


def _composed(deps: Deps, job: PrintJob, pieces: Sequence[PieceToCompose]) -> Iterator[bytes]:
    """The packed letters of pieces, from what they say."""
    composer, letters = composer_of(deps, job), []
    with deps.database.read() as uow:
        values = uow.pieces.values(job.organisation_id, [piece.id for piece in pieces])
    for piece in pieces:
        if piece.id not in values:
            raise Permanent("piece-values-deleted", f"What {piece.id} says was deleted before it was composed.")
        letters.append(as_piece(read_letter(values[piece.id]), composer, deps.secret, piece.id))
    return _drawn(composer, pieces, letters)


def _drawn(composer: Composer, pieces: Sequence[PieceToCompose], letters: Sequence[Letter]) -> Iterator[bytes]:
    composed = composer.compose_all(letters)
    for piece in pieces:
        with ONE_AT_A_TIME:
            drawn = next(composed).drawn
        _check(piece, drawn)
        yield pack_letter(piece.id, drawn)


def _check(piece: Piece | PieceToCompose, drawn: DrawnLetter) -> None:
    if len(drawn.pages) != piece.pages:
        raise RuntimeError(f"{piece.id} has {len(drawn.pages)} pages and was validated with {piece.pages}")


def _finish(deps: Deps, context: WorkContext, batch: Batch, chunk: Chunk, result: BlobRef) -> None:
    organisation_id, now = batch.organisation_id, deps.clock.now()
    with deps.database.write() as uow:
        context.complete(uow)
        hold_job(uow, organisation_id, batch.job_id)
        job = uow.jobs.get(organisation_id, batch.job_id)
        if not goes_on(job, batch):
            # a failed job may be started again and makes this very blob again
            let_go(deps, uow, organisation_id, [result] if job.state is JobState.CANCELLED else [])
            return
        if not uow.chunks.finish(organisation_id, chunk.id, result):
            return
        if batch.parent_id is None:
            uow.jobs.add_counts(organisation_id, job.id, composed=chunk.count)
        uow.pieces.advance_batch(organisation_id, chunk.batch_id, PieceState.COMPOSED, now, chunk.first, chunk.count)
        uow.batches.set_state(organisation_id, chunk.batch_id, BatchState.COMPOSING, now)
        if uow.chunks.unfinished(organisation_id, chunk.batch_id) == 0:
            batch_composed(deps, uow, job, chunk.batch_id)


def batch_composed(deps: Deps, uow: UnitOfWork, job: PrintJob, batch_id: str) -> None:
    """Ask for the files, at the cut-off when there is one: until then pieces can be stopped."""
    organisation_id, now = job.organisation_id, deps.clock.now()
    uow.batches.set_state(organisation_id, batch_id, BatchState.WRITING, now)
    uow.outbox.enqueue(organisation_id, WorkKind.WRITE_BATCH, batch_id, SOON, not_before=job.cut_off_at)
    composing = {BatchState.PLANNED, BatchState.COMPOSING}
    own = [batch for batch in batches_of(uow, organisation_id, job.id) if batch.parent_id is None]
    if job.state is JobState.COMPOSING and not any(batch.state in composing for batch in own):
        uow.jobs.set_state(organisation_id, job.id, JobState.BATCHING, now)
        let_go_of_shelves(deps, uow, job)
