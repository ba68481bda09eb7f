"""Results: what the inserter's file or an operator says of pieces becomes their state, whole or not at all."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.ports import (
    MAX_PAGE_ITEMS,
    BatchState,
    Event,
    Loop,
    PageRequest,
    PieceResult,
    PieceState,
    ReprintState,
    ResultSource,
)
from api.usecases.jobs import hold_job
from api.usecases.weighing import STATE_OF, Said, Speaker, Weigher
from docgen.findings import Finding, Place, Refusal, Severity
from docgen.postal.results import MOST_REASON_CHARACTERS, MOST_RESULTS, Outcome, read_ranges, read_results

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from api.ports import Batch, PieceInRoom, UnitOfWork
    from api.usecases.deps import Deps

_MOST_FINDINGS: Final = 200
_PRINTED: Final = frozenset({BatchState.RELEASED, BatchState.FETCHED, BatchState.PRINTED})


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of results: pieces that changed by outcome, those that were so already, and rows left aside."""

    changed: dict[Outcome, int]
    unchanged: int
    not_set: int
    left_aside: tuple[Finding, ...] = ()


def apply_results_file(deps: Deps, organisation_id: str, batch_id: str, data: bytes, by: str) -> Applied:
    """Apply a results file of the inserter; the same file again changes nothing.

    Raises Refusal: ``batch-not-found``, ``batch-not-released``, ``batch-completed``, ``results-refused`` with a finding
    for every row that cannot be applied, and then none is.
    """
    read = read_results(data)
    if read.findings:
        raise _refused(read.findings)
    said = [Said(each.key, each.outcome, each.print_number, each.reason, each.row) for each in read.results]
    with deps.database.write() as uow:
        batch = _held(uow, organisation_id, batch_id)
        if not uow.results.remember_file(organisation_id, batch_id, hashlib.sha256(data).hexdigest(), deps.clock.now()):
            return _nothing(uow, batch, len(said))
        return _apply(uow, batch, said, Speaker(ResultSource.INSERTER, by, deps.clock.now()))


def enter_results(
    deps: Deps, organisation_id: str, batch_id: str, ranges: str, outcome: Outcome, said_by: tuple[str, str]
) -> Applied:
    """Apply what an operator enters: envelope numbers as ``12-15, 20``, or ids and control codes.

    ``said_by`` is who, and why. Raises Refusal: as `apply_results_file`, and ``reason-invalid``.
    """
    by, reason = said_by[0], said_by[1].strip()
    if len(reason) > MOST_REASON_CHARACTERS or not (reason.isprintable() or not reason):
        raise Refusal("reason-invalid", f"Give a reason of at most {MOST_REASON_CHARACTERS} printable characters.")
    parts, findings = read_ranges(ranges)
    if findings:
        raise _refused(findings)
    with deps.database.write() as uow:
        batch = _held(uow, organisation_id, batch_id)
        _check_length(parts, batch)
        said = [each for part in parts for each in _entered(part, batch, outcome, reason)]
        return _apply(uow, batch, said, Speaker(ResultSource.OPERATOR, by, deps.clock.now()))


def accept_the_rest(deps: Deps, organisation_id: str, batch_id: str, by: str) -> Applied:
    """Say OK of every piece that nothing was said of: what an operator does whose inserter writes no file.

    A piece whose reprint nobody has fetched is on no paper yet and stays as it is.
    Raises Refusal: as `apply_results_file`.
    """
    with deps.database.write() as uow:
        batch = _held(uow, organisation_id, batch_id)
        pieces = uow.pieces.in_room(organisation_id, batch_id)
        left = [piece.id for piece in pieces if piece.state is PieceState.PRINTED_READY]
        unprinted = _unprinted(uow, batch)
        said = [Said(piece_id, Outcome.OK) for piece_id in left if piece_id not in unprinted]
        aside = [_not_fetched(piece_id) for piece_id in left if piece_id in unprinted]
        return _apply(uow, batch, said, Speaker(ResultSource.OPERATOR, by, deps.clock.now()), aside)


def _check_length(parts: Sequence[str | range], batch: Batch) -> None:
    """Ranges that lie over each other again and again would take all memory."""
    if sum(1 if isinstance(part, str) else min(len(part), batch.envelopes + 1) for part in parts) > MOST_RESULTS:
        message = f"The ranges name more than {MOST_RESULTS:,} envelopes; name each once."
        raise _refused([Finding("results-too-many", message)])


def _entered(part: str | range, batch: Batch, outcome: Outcome, reason: str) -> Iterator[Said]:
    if isinstance(part, str):
        yield Said(part, outcome, reason=reason)
        return
    # one more than there are: it is refused, and a range to a million takes no time
    for number in part[: batch.envelopes + 1]:
        yield Said(number, outcome, reason=reason, in_range=len(part) > 1)


def _unprinted(uow: UnitOfWork, batch: Batch) -> set[str]:
    """Pieces of closed reprints of which no file was fetched."""
    released = [
        reprint
        for reprint in uow.reprints.of_batch(batch.organisation_id, batch.id)
        if reprint.loop is Loop.CLOSED and reprint.state is ReprintState.RELEASED
    ]
    fetched = _fetched(uow, batch) if released else set()
    return {
        piece_id
        for reprint in released
        if fetched.isdisjoint(file.name for file in reprint.files)
        for piece_id in reprint.piece_ids
    }


def _fetched(uow: UnitOfWork, batch: Batch) -> set[object]:
    names: set[object] = set()
    after: str | None = None
    while True:
        page = uow.events.of_subject(batch.organisation_id, batch.id, PageRequest(MAX_PAGE_ITEMS, after))
        names |= {event.data["file"] for event in page.items if event.name == "file-fetched"}
        after = page.next_after
        if after is None:
            return names


def _not_fetched(piece_id: str) -> Finding:
    message = f"The reprint of {piece_id} was not fetched; print it, or say by its id what became of it."
    return Finding("result-left-aside", message, Place(record=piece_id), Severity.NOTE)


def _apply(
    uow: UnitOfWork, batch: Batch, said: Sequence[Said], speaker: Speaker, aside: Sequence[Finding] = ()
) -> Applied:
    organisation_id = batch.organisation_id
    pieces = uow.pieces.in_room(organisation_id, batch.id)
    made = Weigher(uow, batch, pieces, speaker).weigh(said)
    made.notes += aside
    if made.errors:
        raise _refused(made.errors)
    _to_printed(uow, batch, speaker.at)
    for outcome, moves in made.moves.items():
        moved = uow.pieces.move_many(organisation_id, [piece.id for piece, _ in moves], STATE_OF[outcome])
        if moved != len(moves):
            raise RuntimeError(f"{len(moves) - moved} pieces of {batch.id} did not become {outcome}")
        uow.results.add_many(organisation_id, _ledger(batch, outcome, moves, speaker))
        for event in _events(batch, outcome, moves, speaker):
            uow.events.append(event)
    changed = {outcome: len(moves) for outcome, moves in made.moves.items()}
    not_set = sum(
        1 for piece in uow.pieces.in_room(organisation_id, batch.id) if piece.state is PieceState.PRINTED_READY
    )
    return Applied(changed, made.unchanged, not_set, tuple(made.notes[:_MOST_FINDINGS]))


def _held(uow: UnitOfWork, organisation_id: str, batch_id: str) -> Batch:
    """The batch, with the row of its job kept. Raises Refusal when nothing may be said of its pieces."""
    hold_job(uow, organisation_id, uow.batches.get(organisation_id, batch_id).job_id)
    batch = uow.batches.get(organisation_id, batch_id)
    if batch.state in {BatchState.COMPLETED, BatchState.HANDED_OVER}:
        raise Refusal(
            "batch-completed", f"{batch_id} is {batch.state}; open it again to say something else of a piece."
        )
    if batch.state not in _PRINTED:
        raise Refusal("batch-not-released", f"{batch_id} is {batch.state}; its files are there once it is released.")
    return batch


def _to_printed(uow: UnitOfWork, batch: Batch, at: datetime) -> None:
    """Whoever says what became of pieces has printed them."""
    steps = {BatchState.RELEASED: (BatchState.FETCHED, BatchState.PRINTED), BatchState.FETCHED: (BatchState.PRINTED,)}
    for state in steps.get(batch.state, ()):
        uow.batches.set_state(batch.organisation_id, batch.id, state, at)


def _ledger(
    batch: Batch, outcome: Outcome, moves: Sequence[tuple[PieceInRoom, str]], speaker: Speaker
) -> Iterator[PieceResult]:
    for piece, reason in moves:
        yield PieceResult(
            batch.organisation_id,
            batch.id,
            piece.id,
            piece.prints,
            outcome,
            speaker.source,
            speaker.by,
            speaker.at,
            reason,
        )


def _events(
    batch: Batch, outcome: Outcome, moves: Sequence[tuple[PieceInRoom, str]], speaker: Speaker
) -> Iterator[Event]:
    """One for the batch, and one for each piece that did not simply go through."""
    state = STATE_OF[outcome]
    about = {"count": len(moves), "source": speaker.source, "by": speaker.by}
    yield Event(batch.organisation_id, batch.id, f"pieces-{state}", speaker.at, about)
    if outcome is not Outcome.OK:
        for piece, reason in moves:
            data = {"reason": reason, "print": piece.prints, "source": speaker.source, "by": speaker.by}
            yield Event(batch.organisation_id, piece.id, f"piece-{state}", speaker.at, data)


def _nothing(uow: UnitOfWork, batch: Batch, rows: int) -> Applied:
    states = Counter(piece.state for piece in uow.pieces.in_room(batch.organisation_id, batch.id))
    return Applied({}, rows, states[PieceState.PRINTED_READY])


def _refused(findings: Sequence[Finding]) -> Refusal:
    return Refusal(
        "results-refused",
        "Nothing was applied; correct what is named and send it again.",
        tuple(findings[:_MOST_FINDINGS]),
    )
