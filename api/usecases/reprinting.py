"""Reprint damaged pieces: within their batch with the same marks, or in a child batch with new ones, never both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.ports import (
    IN_PRINT_ROOM,
    Batch,
    BatchState,
    FileRole,
    JobKind,
    Loop,
    Mode,
    Permanent,
    PieceState,
    Placement,
    Reprint,
    ReprintState,
    derived_id,
)
from api.usecases.composers import ONE_AT_A_TIME, composer_of
from api.usecases.composing import compose_piece
from api.usecases.jobs import REPRINT_FAILED, ask_batch_again, hold_job
from api.usecases.kinds import FIRST, WorkKind
from api.usecases.leases import nothing_to_do
from api.usecases.manifests import rows_of
from api.usecases.marking import Marking, given_to_print
from api.usecases.pieces import mail_piece
from api.usecases.planning import ask_for_pages, code_of, key_of
from api.usecases.printing import Feed, Press
from api.usecases.products import product_of
from api.usecases.reading_back import Printed, Reading, read_file
from api.usecases.ready_made.pressing import ReadyPress
from docgen.findings import Refusal
from docgen.postal import batch as postal
from docgen.postal.marks.control import read_control_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from api.ports import BatchFile, Piece, PieceInRoom, PrintJob, UnitOfWork, WorkContext
    from api.usecases.deps import Deps
    from docgen.compose import Composer
    from docgen.drawing.print_file import DrawnLetter
    from docgen.postal.enrichment import Enriched

_OVER = frozenset({BatchState.COMPLETED, BatchState.HANDED_OVER})


def ask_reprint(deps: Deps, organisation_id: str, batch_id: str, loop: Loop, by: str) -> Reprint:
    """Have every damaged piece of a batch printed again, in whole envelopes.

    A closed loop adds a print file to the batch; an open one moves the pieces to a child batch, which is then printed,
    counted and handed over like any other.
    Raises Refusal: ``batch-not-found``, ``batch-not-released``, ``batch-completed``, ``reprint-nothing``.
    """
    with deps.database.write() as uow:
        batch = _held(uow, organisation_id, batch_id)
        pieces = uow.pieces.in_room(organisation_id, batch_id)
        damaged = [piece for piece in pieces if piece.state is PieceState.DAMAGED]
        if not damaged:
            raise Refusal("reprint-nothing", "No piece of this batch is damaged; enter the damaged ones first.")
        number = len(uow.reprints.of_batch(organisation_id, batch_id)) + 1
        reprint_id = derived_id("rpr", batch_id, number)
        child = _child(deps, uow, batch, reprint_id, damaged) if loop is Loop.OPEN else None
        reprint = Reprint(
            id=reprint_id,
            organisation_id=organisation_id,
            batch_id=batch_id,
            number=number,
            loop=loop,
            piece_ids=tuple([piece.id for piece in damaged]),
            by=by,
            created_at=deps.clock.now(),
            child_id=child.id if child else None,
        )
        uow.reprints.add(reprint)
        moved = uow.pieces.move_many(organisation_id, reprint.piece_ids, PieceState.REPRINTING)
        if moved != len(damaged):
            raise RuntimeError(f"{len(damaged) - moved} damaged pieces of {batch_id} cannot be printed again")
        if child is None:
            uow.outbox.enqueue(organisation_id, WorkKind.REPRINT, reprint_id, FIRST)
        else:
            _plan_child(deps, uow, child, damaged)
    return reprint


def retry_reprint(deps: Deps, organisation_id: str, reprint_id: str) -> Reprint:
    """Start the work of a reprint again where it was given up; of one that is released nothing changes.

    Raises Refusal: ``reprint-not-found``.
    """
    with deps.database.write() as uow:
        reprint = uow.reprints.get(organisation_id, reprint_id)
        if reprint.state is ReprintState.ASKED:
            uow.outbox.again(organisation_id, WorkKind.REPRINT, reprint_id)
            if reprint.child_id is not None:
                ask_batch_again(uow, uow.batches.get(organisation_id, reprint.child_id))
            _silence(deps, uow, reprint)
    return reprint


def _silence(deps: Deps, uow: UnitOfWork, reprint: Reprint) -> None:
    about = {reprint.batch_id, reprint.child_id}
    rings = [alarm for alarm in uow.alarms.open(reprint.organisation_id) if alarm.state == REPRINT_FAILED]
    uow.alarms.close([alarm for alarm in rings if alarm.subject_id in about], deps.clock.now())


def print_again(deps: Deps, context: WorkContext) -> None:
    """Handler of ``reprint``: a print file of the pieces of a closed loop, read back before anybody gets it."""
    organisation_id = context.item.organisation_id
    with deps.database.read() as uow:
        reprint = uow.reprints.get(organisation_id, context.item.subject_id)
        batch = uow.batches.get(organisation_id, reprint.batch_id)
        job = uow.jobs.get(organisation_id, batch.job_id)
        pieces = uow.pieces.of_batch(organisation_id, batch.id)
        if len(pieces) < batch.pieces:
            pieces = _as_printed(deps, uow, batch, pieces)
        values = uow.pieces.values(organisation_id, reprint.piece_ids)
        given = given_to_print(uow, job, pieces)
    if reprint.state is ReprintState.RELEASED:
        nothing_to_do(deps, context)
        return
    if missing := set(reprint.piece_ids) - set(values):
        raise Permanent("piece-values-deleted", f"What {min(missing)} says was deleted before it was printed again.")
    files = _write(deps, job, batch, reprint, (pieces, values, given))
    _release(deps, context, reprint, files)


def _as_printed(deps: Deps, uow: UnitOfWork, batch: Batch, left: Sequence[Piece]) -> list[Piece]:
    """The pieces of a batch where they were when it was released; some have gone to open reprints since.

    Marks count what was before them, so without those the marks of the others would differ from the first print.
    """
    here = {piece.id: piece for piece in left}
    return [here.get(row["piece_id"]) or _as_in_manifest(uow, batch, row) for row in rows_of(deps, batch)]


def _as_in_manifest(uow: UnitOfWork, batch: Batch, row: Mapping[str, Any]) -> Piece:
    code = read_control_code(row["control_code"])
    return replace(
        uow.pieces.get(batch.organisation_id, row["piece_id"]),
        batch_id=batch.id,
        batch_position=row["sequence"] - 1,
        envelope=code.sequence if code else None,
        bundle=row["bundle"] or None,
        tray=row["tray"] or None,
    )


def _held(uow: UnitOfWork, organisation_id: str, batch_id: str) -> Batch:
    hold_job(uow, organisation_id, uow.batches.get(organisation_id, batch_id).job_id)
    batch = uow.batches.get(organisation_id, batch_id)
    if batch.state not in IN_PRINT_ROOM:
        raise Refusal("batch-not-released", f"{batch_id} is {batch.state}; its files are there once it is released.")
    if batch.state in _OVER:
        raise Refusal("batch-completed", f"{batch_id} is {batch.state}; open it again to reprint pieces of it.")
    return batch


def _child(deps: Deps, uow: UnitOfWork, parent: Batch, reprint_id: str, pieces: Sequence[PieceInRoom]) -> Batch:
    """The batch of an open loop: the same kind of mail, its own number, code and marks."""
    batch_id = derived_id("bat", reprint_id)
    printed = [uow.pieces.get(parent.organisation_id, piece.id) for piece in pieces]
    envelopes = len({piece.set_id for piece in pieces})
    # each letter weighs as if it were alone
    envelope_mg = product_of(deps, uow.jobs.get(parent.organisation_id, parent.job_id)).envelope.weight_mg
    child = Batch(
        id=batch_id,
        organisation_id=parent.organisation_id,
        job_id=parent.job_id,
        number=uow.batches.next_number(parent.organisation_id, parent.job_id),
        group=parent.group,
        pieces=len(pieces),
        pages=sum(piece.pages for piece in printed),
        sheets=sum(piece.sheets for piece in printed),
        weight_mg=sum(piece.weight_mg for piece in printed) - envelope_mg * (len(pieces) - envelopes),
        created_at=deps.clock.now(),
        mode=parent.mode,
        code=code_of(uow, parent.organisation_id, batch_id),
        envelopes=envelopes,
        parent_id=parent.id,
    )
    uow.batches.add_many(parent.organisation_id, [child])
    return child


def _plan_child(deps: Deps, uow: UnitOfWork, child: Batch, pieces: Sequence[PieceInRoom]) -> None:
    envelopes = {set_id: number for number, set_id in enumerate(dict.fromkeys(piece.set_id for piece in pieces), 1)}
    placements = [
        Placement(piece.id, child.id, position, piece.set_id, envelopes[piece.set_id])
        for position, piece in enumerate(pieces)
    ]
    uow.pieces.place_many(child.organisation_id, placements)
    ask_for_pages(deps, uow, uow.jobs.get(child.organisation_id, child.job_id), child, FIRST)


def _write(
    deps: Deps,
    job: PrintJob,
    batch: Batch,
    reprint: Reprint,
    said: tuple[Sequence[Piece], Mapping[str, bytes], Mapping[str, Enriched]],
) -> list[BatchFile]:
    """The print files of a closed loop, with the marks of the first print. Raises `Permanent` when they differ."""
    pieces, values, given = said
    product = product_of(deps, job)
    plan = postal.Batch(batch.number, key_of(batch.group), tuple([mail_piece(piece, product) for piece in pieces]))
    test = "TEST-" if job.mode is Mode.TEST else ""
    name = f"{test}{batch.id}-reprint-{reprint.number:02}"
    marking = Marking(job, batch, product, plan.pieces, pieces, given)
    others = frozenset([piece.id for piece in pieces]) - set(reprint.piece_ids)
    press: Press | ReadyPress
    if job.kind is JobKind.READY_MADE:
        press = ReadyPress(deps, job, batch, product, name, marking, FileRole.REPRINT)
        press.print_all(plan, values, others)
    else:
        composer = composer_of(deps, job)
        press = Press(deps, job, batch, composer, name, marking, FileRole.REPRINT)
        with ONE_AT_A_TIME:
            press.print_all(plan, Feed(_letters(deps, composer, pieces, values), plan.pieces), others)
    for printed in press.files:
        inside = {
            pieces[place].id: Printed(min(press.page_numbers[place]), press.digests[place])
            for place in printed.pieces.pieces
            if place in press.digests
        }
        read = read_file(deps, Reading(job, batch, printed.file, pieces), inside)
        if read.findings:
            code = read.findings[0].code
            raise Permanent("reprint-differs", f"Reprint {reprint.id} was read back with differences: {code}.")
    return [printed.file for printed in press.files]


def _letters(
    deps: Deps, composer: Composer, pieces: Sequence[Piece], values: Mapping[str, bytes]
) -> Iterator[tuple[int, DrawnLetter]]:
    for place, piece in enumerate(pieces):
        if piece.id in values:
            yield place, compose_piece(deps, composer, piece, values[piece.id])


def _release(deps: Deps, context: WorkContext, reprint: Reprint, files: Sequence[BatchFile]) -> None:
    organisation_id, now = reprint.organisation_id, deps.clock.now()
    with deps.database.write() as uow:
        context.complete(uow)
        batch = uow.batches.get(organisation_id, reprint.batch_id)
        hold_job(uow, organisation_id, batch.job_id)
        if uow.reprints.release(organisation_id, reprint.id, now, files):
            moved = uow.pieces.move_many(organisation_id, reprint.piece_ids, PieceState.PRINTED_READY)
            if moved != len(reprint.piece_ids):
                raise RuntimeError(f"{len(reprint.piece_ids) - moved} pieces of {reprint.id} were not waiting for it")
