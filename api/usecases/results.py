"""Results: what the inserter's file or an operator says of pieces becomes their state, whole or not at all."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from api.ports import PIECE_STATES, BatchState, Event, PieceResult, PieceState, ResultSource
from api.usecases.jobs import hold_job
from docgen.findings import Finding, Place, Refusal, Severity
from docgen.postal.marks.control import read_control_code
from docgen.postal.results import MOST_REASON_CHARACTERS, Outcome, read_ranges, read_results
from docgen.qr.token import is_piece_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from api.ports import Batch, PieceInRoom, UnitOfWork
    from api.usecases.deps import Deps

STATE_OF: Final = {
    Outcome.OK: PieceState.INSERTED,
    Outcome.REPRINT: PieceState.DAMAGED,
    Outcome.PULL: PieceState.PULLED,
}
_MOST_FINDINGS: Final = 200
_PRINTED: Final = frozenset({BatchState.RELEASED, BatchState.FETCHED, BatchState.PRINTED})


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of results: pieces that changed by outcome, those that were so already, and rows left aside."""

    changed: dict[Outcome, int]
    unchanged: int
    not_set: int
    left_aside: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """One thing that is said: of the envelope of a piece id or control code, or of one by its number."""

    key: str | int
    outcome: Outcome
    print_number: int | None
    reason: str
    row: int | None


def apply_results_file(deps: Deps, organisation_id: str, batch_id: str, data: bytes, by: str) -> Applied:
    """Apply a results file of the inserter; the same file again changes nothing.

    Raises Refusal: ``batch-not-found``, ``batch-not-released``, ``batch-completed``, ``results-refused`` with a finding
    for every row that cannot be applied, and then none is.
    """
    read = read_results(data)
    if read.findings:
        raise _refused(read.findings)
    said = [_Said(each.key, each.outcome, each.print_number, each.reason, each.row) for each in read.results]
    with deps.database.write() as uow:
        batch = _held(uow, organisation_id, batch_id)
        if not uow.results.remember_file(organisation_id, batch_id, hashlib.sha256(data).hexdigest(), deps.clock.now()):
            return _nothing(uow, batch, len(said))
        return _apply(uow, batch, said, _Speaker(ResultSource.INSERTER, by, deps.clock.now()))


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
        keys = [key for part in parts for key in ([part] if isinstance(part, str) else part[: batch.envelopes + 1])]
        said = [_Said(key, outcome, None, reason, None) for key in dict.fromkeys(keys)]
        return _apply(uow, batch, said, _Speaker(ResultSource.OPERATOR, by, deps.clock.now()))


def accept_the_rest(deps: Deps, organisation_id: str, batch_id: str, by: str) -> Applied:
    """Say OK of every piece that nothing was said of: what an operator does whose inserter writes no file.

    Raises Refusal: as `apply_results_file`.
    """
    with deps.database.write() as uow:
        batch = _held(uow, organisation_id, batch_id)
        pieces = uow.pieces.in_room(organisation_id, batch_id)
        left = [piece.id for piece in pieces if piece.state is PieceState.PRINTED_READY]
        said = [_Said(piece_id, Outcome.OK, None, "", None) for piece_id in left]
        return _apply(uow, batch, said, _Speaker(ResultSource.OPERATOR, by, deps.clock.now()))


@dataclass(frozen=True, slots=True)
class _Speaker:
    source: ResultSource
    by: str
    at: datetime


@dataclass(slots=True)
class _Outcome:
    """What is to be written: pieces by their new state with the reason, and what is wrong or left aside."""

    moves: dict[Outcome, list[tuple[PieceInRoom, str]]] = field(default_factory=lambda: defaultdict(list))
    unchanged: int = 0
    errors: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)


def _apply(uow: UnitOfWork, batch: Batch, said: Sequence[_Said], speaker: _Speaker) -> Applied:
    organisation_id = batch.organisation_id
    pieces = uow.pieces.in_room(organisation_id, batch.id)
    made = _Weigher(uow, batch, pieces, speaker).weigh(said)
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


class _Weigher:
    """Looks what each thing that is said means for the pieces of a batch; nothing is written."""

    def __init__(self, uow: UnitOfWork, batch: Batch, pieces: Sequence[PieceInRoom], speaker: _Speaker) -> None:
        self._uow, self._batch, self._speaker = uow, batch, speaker
        self._by_id = {piece.id: piece for piece in pieces}
        self._envelopes: dict[int, list[PieceInRoom]] = defaultdict(list)
        for piece in pieces:
            if piece.envelope is not None:
                self._envelopes[piece.envelope].append(piece)
        self._last: dict[tuple[str, int], PieceResult] = {
            (result.piece_id, result.print_number): result
            for result in uow.results.of_batch(batch.organisation_id, batch.id)
        }

    def weigh(self, said: Sequence[_Said]) -> _Outcome:
        """All of it."""
        made = _Outcome()
        decided: dict[tuple[str, int], Outcome] = {}
        for each in said:
            for piece in self._pieces(each, made):
                key = (piece.id, each.print_number or piece.prints)
                if key not in decided:
                    decided[key] = each.outcome
                    self._weigh_piece(each, piece, made)
                elif decided[key] is not each.outcome:
                    message = f"{piece.id} is said to be {decided[key]} too, by itself or by what shares its envelope."
                    made.errors.append(Finding("result-contradicts", message, _place(each, piece.id)))
        return made

    def _pieces(self, each: _Said, made: _Outcome) -> list[PieceInRoom]:
        """The pieces that are in the envelope, without stopped ones."""
        number = self._envelope_number(each.key)
        inside = self._envelopes.get(number, []) if number is not None else []
        printed = [piece for piece in inside if piece.state is not PieceState.STOPPED]
        if not printed:
            made.errors.append(self._unknown(each, stopped=bool(inside)))
        return printed

    def _envelope_number(self, key: str | int) -> int | None:
        if isinstance(key, int):
            return key
        if key in self._by_id:
            return self._by_id[key].envelope
        code = None if is_piece_id(key) else read_control_code(key)
        return code.sequence if code is not None and code.batch_code == self._batch.code else None

    def _unknown(self, each: _Said, *, stopped: bool) -> Finding:
        if stopped:
            message = f"{each.key} was stopped and is in no print file; take it out of the results."
            return Finding("result-of-stopped-piece", message, _place(each, str(each.key)))
        message = f"{each.key} is not in this batch; a piece of an open reprint belongs to the batch of the reprint."
        return Finding("result-piece-unknown", message, _place(each, str(each.key)))

    def _weigh_piece(self, each: _Said, piece: PieceInRoom, made: _Outcome) -> None:
        print_number = each.print_number or piece.prints
        said_before = self._last.get((piece.id, print_number))
        if said_before is not None and said_before.outcome is each.outcome and print_number < piece.prints:
            made.unchanged += 1
        elif print_number != piece.prints:
            message = f"{piece.id} was printed {piece.prints} times; nothing else can be said of print {print_number}."
            made.errors.append(Finding("result-of-other-print", message, _place(each, piece.id)))
        elif STATE_OF[each.outcome] is piece.state:
            made.unchanged += 1
        elif problem := self._problem(each, piece, said_before):
            (made.notes if problem.severity is Severity.NOTE else made.errors).append(problem)
        else:
            made.moves[each.outcome].append((piece, each.reason))

    def _problem(self, each: _Said, piece: PieceInRoom, said_before: PieceResult | None) -> Finding | None:
        place = _place(each, piece.id)
        by_machine = self._speaker.source is ResultSource.INSERTER
        if by_machine and each.outcome is Outcome.REPRINT and piece.prints > 1 and each.print_number is None:
            message = f"{piece.id} was printed {piece.prints} times; say in a column 'print' which one is damaged."
            return Finding("result-print-missing", message, place)
        if by_machine and said_before is not None and said_before.source is ResultSource.OPERATOR:
            message = f"An operator said {said_before.outcome} of {piece.id}; that stands."
            return Finding("result-left-aside", message, place, Severity.NOTE)
        if STATE_OF[each.outcome] not in PIECE_STATES[piece.state]:
            message = f"{piece.id} is {piece.state} and cannot become {STATE_OF[each.outcome]}."
            return Finding("result-too-late", message, place)
        return None


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
    batch: Batch, outcome: Outcome, moves: Sequence[tuple[PieceInRoom, str]], speaker: _Speaker
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
    batch: Batch, outcome: Outcome, moves: Sequence[tuple[PieceInRoom, str]], speaker: _Speaker
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


def _place(each: _Said, record: str) -> Place:
    return Place(record=record, row=each.row)


def _refused(findings: Sequence[Finding]) -> Refusal:
    return Refusal(
        "results-refused",
        "Nothing was applied; correct what is named and send it again.",
        tuple(findings[:_MOST_FINDINGS]),
    )
