"""What the print room does with a batch: fetch it, print it, complete it when every sheet is accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.ports import IN_PRINT_ROOM, BatchState, Event, FileRole, PieceState
from api.usecases.jobs import hold_job
from api.usecases.mail_runs import take_out
from docgen.findings import Finding, Place, Refusal
from docgen.postal.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Batch, BatchFile, PieceInRoom, PieceResult, UnitOfWork
    from api.usecases.deps import Deps

MAX_NOTE_CHARACTERS = 500
_SHOWN_PIECES = 20
_TO_REPRINT = frozenset({PieceState.DAMAGED, PieceState.REPRINTING})


@dataclass(frozen=True, slots=True)
class Account:
    """Sheets of a batch: all that were ``printed`` for it are inserted, spoiled, pulled, or not set yet.

    ``moved`` pieces are in batches of open reprints; what was printed of them here is spoiled.
    """

    pieces: int
    stopped: int
    not_set: int
    to_reprint: int
    inserted: int
    pulled: int
    moved: int
    sheets_printed: int
    sheets_inserted: int
    sheets_spoiled: int
    sheets_pulled: int
    sheets_not_set: int


def account(deps: Deps, organisation_id: str, batch_id: str) -> Account:
    """Where every piece and sheet of a batch is. Raises Refusal: ``batch-not-found``."""
    with deps.database.read() as uow:
        return account_of(uow, uow.batches.get(organisation_id, batch_id))


def account_of(uow: UnitOfWork, batch: Batch) -> Account:
    """As `account`, inside a transaction."""
    pieces = uow.pieces.in_room(batch.organisation_id, batch.id)
    results = uow.results.of_batch(batch.organisation_id, batch.id)
    moved = _moved_sheets(uow, batch)
    return _account(pieces, results, moved)


def note_fetched(deps: Deps, batch: Batch, file: BatchFile, by: str, first_byte: int = 0) -> None:
    """Log a download; the first of a print file tells that the print room has the batch."""
    now = deps.clock.now()
    with deps.database.write() as uow:
        data = {"file": file.name, "sha256": file.blob.sha256, "by": by, "from_byte": first_byte}
        uow.events.append(Event(batch.organisation_id, batch.id, "file-fetched", now, data))
        if file.role is FileRole.PRINT:
            hold_job(uow, batch.organisation_id, batch.job_id)
            if uow.batches.get(batch.organisation_id, batch.id).state is BatchState.RELEASED:
                uow.batches.set_state(batch.organisation_id, batch.id, BatchState.FETCHED, now)


def mark_printed(deps: Deps, organisation_id: str, batch_id: str, by: str) -> Batch:
    """All print files have been printed; again changes nothing.

    Raises Refusal: ``batch-not-found``, ``batch-not-released``.
    """
    now = deps.clock.now()
    with deps.database.write() as uow:
        batch = _held(uow, organisation_id, batch_id)
        if batch.state is BatchState.RELEASED:
            batch = uow.batches.set_state(organisation_id, batch_id, BatchState.FETCHED, now)
        if batch.state is BatchState.FETCHED:
            uow.events.append(Event(organisation_id, batch_id, "printed-by", now, {"by": by}))
            batch = uow.batches.set_state(organisation_id, batch_id, BatchState.PRINTED, now)
    return batch


def complete_batch(
    deps: Deps, organisation_id: str, batch_id: str, by: str, counted: tuple[int | None, str] = (None, "")
) -> Batch:
    """Every piece is in its envelope, pulled or reprinted elsewhere, and the sheets agree.

    ``counted`` is the inserter's count of sheets and a note, which has to explain a difference or a missing count.
    Raises Refusal: ``batch-not-found``, ``batch-not-printed``, ``pieces-not-set``, ``pieces-to-reprint``,
    ``sheets-differ``, ``note-invalid``.
    """
    sheets, note = counted[0], _checked_note(counted[1])
    now = deps.clock.now()
    with deps.database.write() as uow:
        batch = _held(uow, organisation_id, batch_id)
        if batch.state in {BatchState.COMPLETED, BatchState.HANDED_OVER}:
            return batch
        if batch.state is not BatchState.PRINTED:
            raise Refusal("batch-not-printed", f"{batch_id} is {batch.state}; say that it is printed first.")
        _check_all_set(uow, batch)
        expected = account_of(uow, batch).sheets_printed
        if sheets != expected and not note:
            said = "was not given" if sheets is None else f"is {sheets}"
            message = (
                f"The inserter should have counted {expected} sheets and its count {said}. Write a note that says why."
            )
            raise Refusal("sheets-differ", message)
        uow.batches.count(organisation_id, batch_id, sheets, note)
        data = {"by": by, "sheets_counted": sheets, "sheets_expected": expected, "note": note}
        uow.events.append(Event(organisation_id, batch_id, "batch-accounted", now, data))
        return uow.batches.set_state(organisation_id, batch_id, BatchState.COMPLETED, now)


def reopen_batch(deps: Deps, organisation_id: str, batch_id: str, by: str, note: str) -> Batch:
    """Open a completed batch again, to correct what was said of a piece; it leaves its mail run.

    Raises Refusal: ``batch-not-found``, ``batch-not-completed``, ``note-invalid``.
    """
    note = _checked_note(note)
    with deps.database.write() as uow:
        batch = _held(uow, organisation_id, batch_id)
        if batch.state is not BatchState.COMPLETED:
            raise Refusal(
                "batch-not-completed", f"{batch_id} is {batch.state}; only a completed batch is opened again."
            )
        now = deps.clock.now()
        take_out(deps, uow, batch)
        uow.events.append(Event(organisation_id, batch_id, "batch-reopened", now, {"by": by, "note": note}))
        return uow.batches.set_state(organisation_id, batch_id, BatchState.PRINTED, now)


def _held(uow: UnitOfWork, organisation_id: str, batch_id: str) -> Batch:
    hold_job(uow, organisation_id, uow.batches.get(organisation_id, batch_id).job_id)
    batch = uow.batches.get(organisation_id, batch_id)
    if batch.state not in IN_PRINT_ROOM:
        raise Refusal("batch-not-released", f"{batch_id} is {batch.state}; its files are there once it is released.")
    return batch


def _check_all_set(uow: UnitOfWork, batch: Batch) -> None:
    pieces = uow.pieces.in_room(batch.organisation_id, batch.id)
    not_set = [piece for piece in pieces if piece.state is PieceState.PRINTED_READY]
    if not_set:
        message = f"Nothing was said of {len(not_set)} pieces; say OK, Reprint or Pull of each."
        raise Refusal("pieces-not-set", message, _named(not_set, "piece-not-set", "Say what became of it."))
    damaged = [piece for piece in pieces if piece.state in _TO_REPRINT]
    if damaged:
        message = f"{len(damaged)} pieces are damaged and not printed again; reprint them or pull them."
        raise Refusal("pieces-to-reprint", message, _named(damaged, "piece-to-reprint", "Reprint it or pull it."))


def _named(pieces: Sequence[PieceInRoom], code: str, message: str) -> tuple[Finding, ...]:
    return tuple([Finding(code, message, Place(record=piece.id)) for piece in pieces[:_SHOWN_PIECES]])


def _checked_note(note: str) -> str:
    note = note.strip()
    if len(note) > MAX_NOTE_CHARACTERS or not (note.isprintable() or not note):
        raise Refusal("note-invalid", f"A note has at most {MAX_NOTE_CHARACTERS} printable characters.")
    return note


def _moved_sheets(uow: UnitOfWork, batch: Batch) -> dict[str, int]:
    """Sheets of the pieces that went to open reprints of this batch, by piece."""
    found: dict[str, int] = {}
    for reprint in uow.reprints.of_batch(batch.organisation_id, batch.id):
        if reprint.child_id is not None:
            ids = list(reprint.piece_ids)
            found |= {piece_id: uow.pieces.get(batch.organisation_id, piece_id).sheets for piece_id in ids}
    return found


def _account(pieces: Sequence[PieceInRoom], results: Sequence[PieceResult], moved: dict[str, int]) -> Account:
    states = {piece.id: piece for piece in pieces}
    sheets = {piece.id: piece.sheets for piece in pieces} | moved
    # the last that was said of each print that this batch made
    last = {(result.piece_id, result.print_number): result.outcome for result in results}
    by_outcome = dict.fromkeys(Outcome, 0)
    for (piece_id, _), outcome in last.items():
        by_outcome[outcome] += sheets[piece_id]
    not_set = [piece for piece in pieces if piece.state is PieceState.PRINTED_READY]
    sheets_not_set = sum(piece.sheets for piece in not_set)

    def count(*wanted: PieceState) -> int:
        return sum(1 for piece in states.values() if piece.state in wanted)

    return Account(
        pieces=len(pieces) + len(moved),
        stopped=count(PieceState.STOPPED),
        not_set=len(not_set),
        to_reprint=count(*_TO_REPRINT),
        inserted=count(PieceState.INSERTED, PieceState.HANDED_OVER),
        pulled=count(PieceState.PULLED),
        moved=len(moved),
        sheets_printed=sum(by_outcome.values()) + sheets_not_set,
        sheets_inserted=by_outcome[Outcome.OK],
        sheets_spoiled=by_outcome[Outcome.REPRINT],
        sheets_pulled=by_outcome[Outcome.PULL],
        sheets_not_set=sheets_not_set,
    )
