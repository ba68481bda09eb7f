"""Weighing: what each thing that is said means for the pieces of a batch. Nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from api.ports import PIECE_STATES, Loop, PieceState, ResultSource
from docgen.findings import Finding, Place, Severity
from docgen.postal.marks.control import read_control_code
from docgen.postal.results import Outcome
from docgen.qr.token import is_piece_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from api.ports import Batch, PieceInRoom, PieceResult, UnitOfWork

# of more than are shown nobody reads in which batch they are
_MOST_LOOKED_UP: Final = 200
STATE_OF: Final = {
    Outcome.OK: PieceState.INSERTED,
    Outcome.REPRINT: PieceState.DAMAGED,
    Outcome.PULL: PieceState.PULLED,
}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said: of the envelope of a piece id or control code, or of one by its number.

    In a range may be envelopes that are not there any more.
    """

    key: str | int
    outcome: Outcome
    print_number: int | None = None
    reason: str = ""
    row: int | None = None
    in_range: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it."""

    source: ResultSource
    by: str
    at: datetime


@dataclass(slots=True)
class Weighed:
    """What is to be written: pieces by their new state with the reason, and what is wrong or left aside."""

    moves: dict[Outcome, list[tuple[PieceInRoom, str]]] = field(default_factory=lambda: defaultdict(list))
    unchanged: int = 0
    errors: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Keep it with those that stop all, or those that only tell."""
        (self.notes if finding.severity is Severity.NOTE else self.errors).append(finding)


class Weigher:
    """Looks what each thing that is said means for the pieces of a batch; nothing is written."""

    def __init__(self, uow: UnitOfWork, batch: Batch, pieces: Sequence[PieceInRoom], speaker: Speaker) -> None:
        """``pieces`` are all of the batch as they are now."""
        self._uow, self._batch, self._speaker = uow, batch, speaker
        self._by_id = {piece.id: piece for piece in pieces}
        self._envelopes: dict[int, list[PieceInRoom]] = defaultdict(list)
        for piece in pieces:
            if piece.envelope is not None:
                self._envelopes[piece.envelope].append(piece)
        results = uow.results.of_batch(batch.organisation_id, batch.id)
        self._last: dict[tuple[str, int], PieceResult] = {
            (result.piece_id, result.print_number): result for result in results
        }
        self._heard = {
            (result.piece_id, result.print_number, result.outcome)
            for result in results
            if result.source is ResultSource.INSERTER
        }
        reprints = uow.reprints.of_batch(batch.organisation_id, batch.id)
        opened = [reprint for reprint in reprints if reprint.loop is Loop.OPEN]
        self._moved = {piece_id for reprint in opened for piece_id in reprint.piece_ids}
        self._children = " or ".join(reprint.child_id for reprint in opened if reprint.child_id)
        self._heard_before = dict(_heard_before(uow, batch))
        self._by_code: dict[str, Batch | None] = {}

    def weigh(self, said: Sequence[Said]) -> Weighed:
        """All of it."""
        made = Weighed()
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

    def _pieces(self, each: Said, made: Weighed) -> list[PieceInRoom]:
        """The pieces that are in the envelope, without stopped ones."""
        number = self._envelope_number(each.key)
        inside = self._envelopes.get(number, []) if number is not None else []
        printed = [piece for piece in inside if piece.state is not PieceState.STOPPED]
        named = self._by_id.get(each.key) if isinstance(each.key, str) else None
        if named is not None and named.state is PieceState.STOPPED:
            printed = []
        if not printed:
            self._weigh_absent(each, made, number, stopped=bool(inside))
        return printed

    def _envelope_number(self, key: str | int) -> int | None:
        if isinstance(key, int):
            return key
        if key in self._by_id:
            return self._by_id[key].envelope
        code = None if is_piece_id(key) else read_control_code(key)
        return code.sequence if code is not None and code.batch_code == self._batch.code else None

    def _weigh_absent(self, each: Said, made: Weighed, number: int | None, *, stopped: bool) -> None:
        """What is said of an envelope that is not printed, or not here any more."""
        place = _place(each, str(each.key))
        severity = Severity.NOTE if each.in_range else Severity.ERROR
        moved = self._was_here(each, number)
        if stopped:
            message = f"{each.key} was stopped and is in no print file; take it out of the results."
            made.add(Finding("result-of-stopped-piece", message, place, severity))
        elif moved and each.outcome is Outcome.REPRINT and self._speaker.source is ResultSource.INSERTER:
            # what went to an open reprint was damaged, and its file says so again
            made.unchanged += 1
        elif other := self._other_batch(each.key, number) if len(made.errors) < _MOST_LOOKED_UP else "":
            message = f"{each.key} belongs to batch {other}; say there what became of it."
            made.add(Finding("result-of-other-batch", message, place, severity if moved else Severity.ERROR))
        else:
            message = f"{each.key} is not in this batch, and in no other; compare it with the manifest."
            if isinstance(each.key, int):
                message = f"{each.key} is not in this batch; its envelopes are 1 to {self._batch.envelopes}."
            made.add(Finding("result-piece-unknown", message, place, severity if moved else Severity.ERROR))

    def _was_here(self, each: Said, number: int | None) -> bool:
        """True of what went to an open reprint, unless what is said is of a print that was made there."""
        if number is not None:
            return 1 <= number <= self._batch.envelopes
        return each.key in self._moved and (each.print_number is None or (each.key, each.print_number) in self._last)

    def _other_batch(self, key: str | int, number: int | None) -> str:
        """The id of the batch that something is in; empty when it is in none."""
        if number is not None:
            return self._children if 1 <= number <= self._batch.envelopes else ""
        organisation_id, text = self._batch.organisation_id, str(key)
        if is_piece_id(text):
            found = self._uow.pieces.find(organisation_id, text, 1)
            return (found[0].batch_id or "") if found and found[0].id == text else ""
        code = read_control_code(text)
        if code is None:
            return ""
        if code.batch_code not in self._by_code:
            self._by_code[code.batch_code] = self._uow.batches.by_code(organisation_id, code.batch_code)
        batch = self._by_code[code.batch_code]
        return batch.id if batch is not None and 1 <= code.sequence <= batch.envelopes else ""

    def _weigh_piece(self, each: Said, piece: PieceInRoom, made: Weighed) -> None:
        print_number = each.print_number or piece.prints
        said_before = self._last.get((piece.id, print_number))
        if said_before is not None and said_before.outcome is each.outcome:
            made.unchanged += 1
        elif print_number != piece.prints:
            message = f"{piece.id} was printed {piece.prints} times; nothing else can be said of print {print_number}."
            made.errors.append(Finding("result-of-other-print", message, _place(each, piece.id)))
        elif STATE_OF[each.outcome] is piece.state:
            made.unchanged += 1
        elif problem := self._problem(each, piece, said_before):
            made.add(problem)
        else:
            made.moves[each.outcome].append((piece, each.reason))

    def _problem(self, each: Said, piece: PieceInRoom, said_before: PieceResult | None) -> Finding | None:
        place = _place(each, piece.id)
        by_machine = self._speaker.source is ResultSource.INSERTER
        if by_machine and each.print_number is None and (unclear := self._unclear(each, piece, place)):
            return unclear
        if by_machine and said_before is not None and said_before.source is ResultSource.OPERATOR:
            message = f"An operator said {said_before.outcome} of {piece.id}; that stands."
            return Finding("result-left-aside", message, place, Severity.NOTE)
        if STATE_OF[each.outcome] not in PIECE_STATES[piece.state]:
            message = f"{piece.id} is {piece.state} and cannot become {STATE_OF[each.outcome]}."
            return Finding("result-too-late", message, place)
        return None

    def _unclear(self, each: Said, piece: PieceInRoom, place: Place) -> Finding | None:
        """An inserter's file that says all of its job again may mean an earlier print."""
        if each.key == piece.id and (elsewhere := self._heard_before.get((piece.id, each.outcome))):
            message = (
                f"The inserter said so of {piece.id} in batch {elsewhere} already. If this is no file of that batch, "
                "name envelopes by the control codes of this one, or say the print in a column 'print'."
            )
            return Finding("result-print-missing", message, place)
        earlier = [number for number in range(1, piece.prints) if (piece.id, number) in self._last]
        which = f"{piece.id} was printed {piece.prints} times; say in a column 'print' which one is meant."
        if any((piece.id, number, each.outcome) in self._heard for number in earlier):
            message = f"The inserter said so of an earlier print already. {which}"
            return Finding("result-left-aside", message, place, Severity.NOTE)
        return Finding("result-print-missing", which, place) if earlier and each.outcome is Outcome.REPRINT else None


def _heard_before(uow: UnitOfWork, batch: Batch) -> Iterator[tuple[tuple[str, Outcome], str]]:
    """What the inserter said of pieces in the batches that they were in before this one, with those batches."""
    while batch.parent_id is not None:
        batch = uow.batches.get(batch.organisation_id, batch.parent_id)
        for result in uow.results.of_batch(batch.organisation_id, batch.id):
            if result.source is ResultSource.INSERTER:
                yield (result.piece_id, result.outcome), batch.id


def _place(each: Said, record: str) -> Place:
    return Place(record=record, row=each.row)
