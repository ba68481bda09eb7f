"""Write: a composed batch becomes print files, manifest, job ticket and contact sheet, and is released with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.ports import BatchState, JobState, Mode, PieceState
from api.usecases.composers import ONE_AT_A_TIME, composer_of
from api.usecases.composing import IN_PROGRESS
from api.usecases.jobs import batches_of, hold_job
from api.usecases.leases import nothing_to_do
from api.usecases.papers import SHOWN_LETTERS, Facts, papers_of
from api.usecases.pieces import mail_piece
from api.usecases.printing import Feed, Press, drawn_letters
from api.usecases.trash import let_go
from docgen.postal import batch as postal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from api.ports import Batch, BatchFile, Chunk, Piece, PrintJob, UnitOfWork, WorkContext
    from api.usecases.deps import Deps
    from docgen.compose import Composer
    from docgen.drawing.print_file import DrawnLetter


def write_batch(deps: Deps, context: WorkContext) -> None:
    """Handler of ``write_batch``; a piece that is stopped meanwhile has the files written again without it."""
    while True:
        work = _load(deps, context)
        if work is None:
            nothing_to_do(deps, context)
            return
        files = _write(deps, context, work)
        try:
            _release(deps, context, work, files)
        except _PieceStoppedError:
            continue
        return


class _PieceStoppedError(Exception):
    """Somebody stopped a piece between writing and releasing."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A batch as it was when writing began. ``stops``: reason by piece id."""

    organisation: str
    job: PrintJob
    batch: Batch
    chunks: Sequence[Chunk]
    pieces: Sequence[Piece]

    @property
    def stops(self) -> dict[str, str]:
        return {p.id: p.stop_reason or "stopped" for p in self.pieces if p.state is PieceState.STOPPED}

    @property
    def name(self) -> str:
        """Begins the names of the files; those of a test say so."""
        return f"TEST-{self.batch.id}" if self.job.mode is Mode.TEST else self.batch.id


def _load(deps: Deps, context: WorkContext) -> _Work | None:
    """None when there is nothing to write: cancelled, failed or released."""
    organisation_id, batch_id = context.item.organisation_id, context.item.subject_id
    with deps.database.read() as uow:
        batch = uow.batches.get(organisation_id, batch_id)
        job = uow.jobs.get(organisation_id, batch.job_id)
        if batch.state is not BatchState.WRITING or job.state not in IN_PROGRESS:
            return None
        organisation = uow.organisations.get(organisation_id).name
        chunks = uow.chunks.of_batch(organisation_id, batch_id)
        return _Work(organisation, job, batch, chunks, uow.pieces.of_batch(organisation_id, batch_id))


def _write(deps: Deps, context: WorkContext, work: _Work) -> list[BatchFile]:
    """Everything into the store; the same batch gives the same bytes, so writing it twice leaves one of each."""
    composer = composer_of(deps, work.job)
    plan = _plan(work, composer, {})
    stops = work.stops
    press = Press(deps, work.job, work.batch, composer, work.name)
    shown: list[tuple[str, DrawnLetter]] = []
    places = {piece.id: place for place, piece in enumerate(work.pieces)}
    letters = drawn_letters(deps, work.chunks, places, stops)
    with ONE_AT_A_TIME:
        press.print_all(plan, Feed(_watched(context, letters, work, shown)), stops)
        plan = _plan(work, composer, press.digests)
        facts = Facts(work.organisation, work.job, work.batch, plan, stops, press.files, composer, work.name)
        return [*(printed.file for printed in press.files), *papers_of(deps, facts, shown)]


def _watched(
    context: WorkContext,
    letters: Iterator[tuple[int, DrawnLetter]],
    work: _Work,
    shown: list[tuple[str, DrawnLetter]],
) -> Iterator[tuple[int, DrawnLetter]]:
    """The letters as they pass: the first are kept for the contact sheet, and a lost lease ends the writing."""
    for place, letter in letters:
        context.check()
        if len(shown) < SHOWN_LETTERS:
            shown.append((work.pieces[place].id, letter))
        yield place, letter


def _plan(work: _Work, composer: Composer, digests: Mapping[int, tuple[str, ...]]) -> postal.Batch:
    """The batch as the manifest needs it; ``digests`` are of the pages of the pieces that were printed."""
    pieces = [mail_piece(piece, composer, digests.get(place, ())) for place, piece in enumerate(work.pieces)]
    return postal.Batch(work.batch.number, postal.batch_key(pieces[0]), tuple(pieces))


def _release(deps: Deps, context: WorkContext, work: _Work, files: Sequence[BatchFile]) -> None:
    """Files, pieces, batch and perhaps the job, in one transaction with the end of the work item."""
    job, batch_id, now = work.job, work.batch.id, deps.clock.now()
    organisation_id = job.organisation_id
    with deps.database.write() as uow:
        context.complete(uow)
        hold_job(uow, organisation_id, job.id)
        if uow.jobs.get(organisation_id, job.id).state not in IN_PROGRESS:
            return
        printed = uow.pieces.advance_batch(organisation_id, batch_id, PieceState.PRINTED_READY, now)
        if printed != len(work.pieces) - len(work.stops):
            raise _PieceStoppedError
        uow.batches.set_files(organisation_id, batch_id, files)
        uow.batches.set_state(organisation_id, batch_id, BatchState.RELEASED, now)
        let_go(deps, uow, organisation_id, [chunk.result for chunk in work.chunks if chunk.result is not None])
        _release_job(deps, uow, job)


def _release_job(deps: Deps, uow: UnitOfWork, job: PrintJob) -> None:
    if all(batch.state is BatchState.RELEASED for batch in batches_of(uow, job.organisation_id, job.id)):
        uow.jobs.set_state(job.organisation_id, job.id, JobState.RELEASED, deps.clock.now())
