"""Stop a piece until its cut-off, and let it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import WRITTEN, BatchState, ChunkState, PieceState
from api.usecases.jobs import check_cut_off, hold_job
from api.usecases.kinds import SOON, WorkKind
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.ports import Batch, Piece, UnitOfWork
    from api.usecases.deps import Deps

MAX_REASON_CHARACTERS: Final = 200
_COMPOSING: Final = frozenset({BatchState.PLANNED, BatchState.COMPOSING})
_MAY_BE_STOPPED: Final = frozenset({PieceState.ACCEPTED, PieceState.COMPOSED})


def stop_piece(deps: Deps, organisation_id: str, piece_id: str, reason: str, by: str = "") -> Piece:
    """Keep one piece out of the print files; it stays in the manifest with the reason. Again changes nothing.

    Files that are written and not released are written again without it. ``by`` is the key or person, for the event.
    Raises Refusal: ``piece-not-found``, ``reason-invalid``, ``cut-off-passed``, and ``state-conflict`` when its
    batch has been released.
    """
    reason = checked_reason(reason)
    with deps.database.write() as uow:
        piece = _held(uow, organisation_id, piece_id)
        if piece.state is PieceState.STOPPED:
            return piece
        if piece.state in _MAY_BE_STOPPED:
            check_cut_off(deps, uow.jobs.get(organisation_id, piece.job_id))
        stopped = uow.pieces.stop(organisation_id, piece_id, reason, deps.clock.now(), by)
        _write_again(deps, uow, piece)
    return stopped


def resume_piece(deps: Deps, organisation_id: str, piece_id: str, reason: str, by: str = "") -> Piece:
    """Let a stopped piece go after all, until the cut-off; of a piece that is not stopped nothing changes.

    ``by`` is as for `stop_piece`.
    Raises Refusal: ``piece-not-found``, ``reason-invalid``, ``cut-off-passed``, and ``state-conflict`` when its
    batch has been released.
    """
    reason = checked_reason(reason)
    with deps.database.write() as uow:
        piece = _held(uow, organisation_id, piece_id)
        if piece.state is not PieceState.STOPPED:
            return piece
        check_cut_off(deps, uow.jobs.get(organisation_id, piece.job_id))
        composed = _is_composed(uow, piece)
        _write_again(deps, uow, piece)
        state = PieceState.COMPOSED if composed else PieceState.ACCEPTED
        return uow.pieces.resume(organisation_id, piece_id, state, (reason, by), deps.clock.now())


def checked_reason(reason: str) -> str:
    """The reason without spaces around it. Raises Refusal: ``reason-invalid``."""
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON_CHARACTERS or not reason.isprintable():
        raise Refusal("reason-invalid", f"Give a reason of 1 to {MAX_REASON_CHARACTERS} printable characters.")
    return reason


def _held(uow: UnitOfWork, organisation_id: str, piece_id: str) -> Piece:
    """The piece, with the row of its job kept, so that nothing of it is released meanwhile."""
    hold_job(uow, organisation_id, uow.pieces.get(organisation_id, piece_id).job_id)
    return uow.pieces.get(organisation_id, piece_id)


def _is_composed(uow: UnitOfWork, piece: Piece) -> bool:
    if piece.batch_id is None or piece.batch_position is None:
        return False
    if uow.batches.get(piece.organisation_id, piece.batch_id).state not in _COMPOSING:
        return True
    for chunk in uow.chunks.of_batch(piece.organisation_id, piece.batch_id):
        if chunk.first <= piece.batch_position < chunk.first + chunk.count:
            return chunk.state is ChunkState.COMPOSED
    return False


def _write_again(deps: Deps, uow: UnitOfWork, piece: Piece) -> None:
    """Have the files of its batch made anew when they are there already and not released.

    Raises Refusal: ``state-conflict`` when they are released.
    """
    if piece.batch_id is None:
        return
    batch: Batch = uow.batches.get(piece.organisation_id, piece.batch_id)
    if batch.state in WRITTEN:
        uow.batches.set_state(piece.organisation_id, batch.id, BatchState.WRITING, deps.clock.now())
        if not uow.outbox.again(piece.organisation_id, WorkKind.WRITE_BATCH, batch.id):
            uow.outbox.enqueue(piece.organisation_id, WorkKind.WRITE_BATCH, batch.id, SOON)
    elif batch.state not in {BatchState.PLANNED, BatchState.COMPOSING, BatchState.WRITING}:
        raise Refusal("state-conflict", f"{batch.id} is {batch.state}; its pieces can no longer be stopped or resumed.")
