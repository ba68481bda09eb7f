"""Write: a composed batch becomes print files, manifest, job ticket and contact sheet, and is then read back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from api.ports import BatchState, JobKind, Mode, Permanent, PieceState, ReadBackPolicy
from api.usecases.composers import ONE_AT_A_TIME, composer_of
from api.usecases.composing import goes_on
from api.usecases.jobs import hold_job
from api.usecases.leases import nothing_to_do
from api.usecases.marking import Marking, given_to_print
from api.usecases.papers import SHOWN_LETTERS, Facts, papers_of, sheet_of
from api.usecases.pieces import mail_piece
from api.usecases.planning import key_of
from api.usecases.printing import Feed, Press, drawn_letters
from api.usecases.products import product_of
from api.usecases.reading_back import ask_for_checks
from api.usecases.ready_made.pressing import ReadyPress
from api.usecases.releasing import checked
from api.usecases.trash import let_go
from docgen.postal import batch as postal
from docgen.postal.household import Member, check_set
from docgen.postal.manifest import Checked, Control
from docgen.postal.marks.control import control_code
from docgen.readback import sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.ports import Batch, BatchFile, Chunk, Piece, PrintJob, UnitOfWork, WorkContext
    from api.usecases.deps import Deps
    from api.usecases.printing import Printed
    from api.usecases.products import Product
    from docgen.drawing.print_file import DrawnLetter
    from docgen.postal.enrichment import Enriched


def write_batch(deps: Deps, context: WorkContext) -> None:
    """Handler of ``write_batch``; a piece that is stopped meanwhile has the files written again without it."""
    while True:
        work = _load(deps, context)
        if work is None:
            nothing_to_do(deps, context)
            return
        files = _write(deps, context, work)
        try:
            _finish(deps, context, work, *files)
        except _PieceStoppedError:
            continue
        return


_CHECKED: Final = {
    ReadBackPolicy.FULL: Checked.FULL,
    ReadBackPolicy.SAMPLE: Checked.SAMPLE,
    ReadBackPolicy.OFF: Checked.NONE,
}


class _PieceStoppedError(Exception):
    """Somebody stopped or resumed a piece while the files were written."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A batch as it was when writing began. ``stops``: reason by piece id. ``given``: what its carrier has printed."""

    organisation: str
    job: PrintJob
    batch: Batch
    chunks: Sequence[Chunk]
    pieces: Sequence[Piece]
    given: Mapping[str, Enriched]

    @property
    def stops(self) -> dict[str, str]:
        return _reasons(self.pieces)

    @property
    def name(self) -> str:
        """Begins the names of the files; those of a test say so."""
        return f"TEST-{self.batch.id}" if self.job.mode is Mode.TEST else self.batch.id


def _reasons(pieces: Iterable[Piece]) -> dict[str, str]:
    return {piece.id: piece.stop_reason or "stopped" for piece in pieces if piece.state is PieceState.STOPPED}


def _stops(uow: UnitOfWork, batch: Batch) -> dict[str, str]:
    """Which pieces are stopped now, and why: one may be resumed while another is stopped."""
    room = uow.pieces.in_room(batch.organisation_id, batch.id)
    return _reasons(
        [uow.pieces.get(batch.organisation_id, piece.id) for piece in room if piece.state is PieceState.STOPPED]
    )


def _load(deps: Deps, context: WorkContext) -> _Work | None:
    """None when there is nothing to write: cancelled, failed or written."""
    organisation_id, batch_id = context.item.organisation_id, context.item.subject_id
    with deps.database.read() as uow:
        batch = uow.batches.get(organisation_id, batch_id)
        job = uow.jobs.get(organisation_id, batch.job_id)
        if batch.state is not BatchState.WRITING or not goes_on(job, batch):
            return None
        organisation = uow.organisations.get(organisation_id).name
        chunks = uow.chunks.of_batch(organisation_id, batch_id)
        pieces = uow.pieces.of_batch(organisation_id, batch_id)
        return _Work(organisation, job, batch, chunks, pieces, given_to_print(uow, job, pieces))


def _write(deps: Deps, context: WorkContext, work: _Work) -> tuple[list[Printed], list[BatchFile]]:
    """Everything into the store: print files and papers. The same batch gives the same bytes, however often."""
    product = product_of(deps, work.job)
    plan = _plan(work, product, {})
    _check_sets(work, product)
    marking = Marking(work.job, work.batch, product, plan.pieces, work.pieces, work.given)
    if work.job.kind is JobKind.READY_MADE:
        return _write_ready_made(deps, context, work, plan, marking)
    return _write_letters(deps, context, work, plan, marking)


def _write_letters(
    deps: Deps, context: WorkContext, work: _Work, plan: postal.Batch, marking: Marking
) -> tuple[list[Printed], list[BatchFile]]:
    composer = composer_of(deps, work.job)
    press = Press(deps, work.job, work.batch, composer, work.name, marking)
    shown: list[tuple[str, DrawnLetter]] = []
    places = {piece.id: place for place, piece in enumerate(work.pieces)}
    letters = drawn_letters(deps, work.chunks, places, work.stops)
    with ONE_AT_A_TIME:
        press.print_all(plan, Feed(_watched(context, letters, work, shown), plan.pieces), work.stops)
        facts = _facts(deps, work, press)
        return press.files, papers_of(deps, facts, sheet_of(facts, shown, composer.resources))


def _write_ready_made(
    deps: Deps, context: WorkContext, work: _Work, plan: postal.Batch, marking: Marking
) -> tuple[list[Printed], list[BatchFile]]:
    product = product_of(deps, work.job)
    stopped = frozenset(work.stops)
    values = _values(deps, work, [piece.id for piece in work.pieces if piece.id not in stopped])
    press = ReadyPress(deps, work.job, work.batch, product, work.name, marking, check=context.check)
    press.print_all(plan, values, stopped)
    return press.files, papers_of(deps, _facts(deps, work, press), press.sheet)


def _values(deps: Deps, work: _Work, piece_ids: Sequence[str]) -> Mapping[str, bytes]:
    with deps.database.read() as uow:
        values = uow.pieces.values(work.job.organisation_id, piece_ids)
    if missing := set(piece_ids) - set(values):
        raise Permanent("piece-values-deleted", f"What {min(missing)} says was deleted before it was printed.")
    return values


def _facts(deps: Deps, work: _Work, press: Press | ReadyPress) -> Facts:
    product = product_of(deps, work.job)
    return Facts(
        work.organisation,
        work.job,
        work.batch,
        _plan(work, product, press.digests),
        work.stops,
        press.files,
        product,
        work.name,
        _controls(deps, work),
        press.page_numbers,
    )


def _check_sets(work: _Work, product: Product) -> None:
    """Never two people in one envelope, whatever planning did. Raises `Permanent` with the finding's code."""
    for _, inside in groupby(work.pieces, key=lambda piece: piece.set_id):
        letters = [Member(piece.id, piece.organisation_id, piece.household, piece.sheets) for piece in inside]
        for finding in check_set(letters, product.envelope.max_sheets):
            raise Permanent(finding.code, finding.message)


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


def _plan(work: _Work, product: Product, digests: Mapping[int, tuple[str, ...]]) -> postal.Batch:
    """The batch as the manifest needs it; ``digests`` are of the pages of the pieces that were printed."""
    given = work.given
    pieces = [
        mail_piece(piece, product, digests.get(place, ()), given.get(piece.set_id))
        for place, piece in enumerate(work.pieces)
    ]
    return postal.Batch(work.batch.number, key_of(work.batch.group), tuple(pieces))


def _code(batch: Batch, piece: Piece) -> str:
    """What names its envelope; batches of before there were codes have none."""
    return control_code(batch.code, piece.envelope) if batch.code and piece.envelope else ""


def _controls(deps: Deps, work: _Work) -> dict[str, Control]:
    """What the marks of each piece say, and whether it will be read back."""
    going = [piece.id for piece in work.pieces if piece.state is not PieceState.STOPPED]
    policy, most = deps.limits.read_back, deps.limits.read_back_sample
    kind = _CHECKED[policy if len(going) > most or policy is not ReadBackPolicy.SAMPLE else ReadBackPolicy.FULL]
    read = set(going) if kind is not Checked.SAMPLE else sample(going, most)
    return {
        piece.id: Control(_code(work.batch, piece), kind if piece.id in read else Checked.NONE) for piece in work.pieces
    }


def _finish(
    deps: Deps, context: WorkContext, work: _Work, printed: Sequence[Printed], papers: Sequence[BatchFile]
) -> None:
    """Keep the files, and have them read back; without reading back they are as good as checked."""
    job, batch = work.job, work.batch
    organisation_id = job.organisation_id
    with deps.database.write() as uow:
        context.complete(uow)
        hold_job(uow, organisation_id, job.id)
        job = uow.jobs.get(organisation_id, job.id)
        if not goes_on(job, batch) or uow.batches.get(organisation_id, batch.id).state is not BatchState.WRITING:
            return
        if _stops(uow, batch) != work.stops:
            raise _PieceStoppedError
        files = [*(each.file for each in printed), *papers]
        uow.batches.set_files(organisation_id, batch.id, files)
        # what was written before a piece was stopped or resumed
        earlier = {file.blob for file in batch.files} - {file.blob for file in files}
        let_go(deps, uow, organisation_id, earlier, shared=True)
        if not ask_for_checks(deps, uow, batch, [(each.file, each.pieces.pieces) for each in printed]):
            checked(deps, uow, job, batch.id)
