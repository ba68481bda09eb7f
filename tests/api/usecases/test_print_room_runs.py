"""Random runs of the print room: in whatever order things happen, no letter is lost, doubled or with another's.

After every step: each accepted letter is in exactly one envelope or stopped with a reason, no two people share one,
the sheets of all batches together are those that were printed, and nothing has changed its order.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import IN_PRINT_ROOM, BatchState, FileRole, JobState, Loop, PieceState, ReprintState
from api.usecases.mail_runs import hand_over, open_mail_run
from api.usecases.print_room import account, complete_batch, mark_printed, note_fetched, reopen_batch
from api.usecases.releasing import approve_batch
from api.usecases.reprinting import ask_reprint
from api.usecases.results import accept_the_rest, apply_results_file, enter_results
from api.usecases.stopping import resume_piece, stop_piece
from docgen.findings import Refusal
from docgen.postal.results import Outcome
from tests.api.usecases.room import MACHINE, OPERATOR, TOGETHER, as_file, by_rules, codes, sums, to_one_person
from tests.api.usecases.world import ORG, World, record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from api.ports import Batch, Piece, PieceResult

QUICK, MANY = range(2), range(2, 24)
STEPS = 45
LONG = "woord " * 1500
GONE = {PieceState.HANDED_OVER, PieceState.PULLED, PieceState.STOPPED}
# what may be refused to somebody who acts at random; every other code is a fault
EXPECTED = {
    "batch-completed",
    "batch-not-completed",
    "batch-not-printed",
    "batch-not-released",
    "pieces-not-set",
    "pieces-to-reprint",
    "reprint-nothing",
    "results-refused",
    "state-conflict",
}


class Room:
    """A job, everything that was decided about it at random, and what must hold all the time."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        chance = self.chance
        by_rules(
            world,
            household=chance.choice(["", TOGETHER, TOGETHER]),
            mark_profile=chance.choice(["none", "datamatrix"]),
            four_eyes=chance.random() < 0.5,
        )
        self.job = world.submit(self._records(), created_by="key_submitter")
        self.files: list[tuple[str, bytes]] = []
        self.order: list[str] = []
        self.done: Counter[str] = Counter()

    def _records(self) -> list[dict[str, Any]]:
        chance = self.chance
        records: list[dict[str, Any]] = []
        for number in range(chance.randint(3, 7)):
            letters = to_one_person(number, chance.choice([1, 1, 2, 3]))
            if chance.random() < 0.2:
                letters = [letter | {"words": LONG} for letter in letters]
            records += letters
        neighbour = record(0)
        neighbour["recipient"]["name"] = "Meneer 0"
        return [*records, neighbour | {"record_id": "R0b-0"}]

    # what there is

    def pieces(self) -> Sequence[Piece]:
        return self.world.pieces(self.job.id)

    def batches(self) -> list[Batch]:
        return list(self.world.batches(self.job.id))

    def in_room(self) -> list[Batch]:
        return [batch for batch in self.batches() if batch.state in IN_PRINT_ROOM]

    def ledger(self) -> dict[str, dict[int, PieceResult]]:
        """The last that was said of each print of each piece."""
        found: dict[str, dict[int, PieceResult]] = defaultdict(dict)
        with self.world.deps.database.read() as uow:
            for piece in self.pieces():
                for said in uow.results.of_piece(ORG, piece.id):
                    found[piece.id][said.print_number] = said
        return found

    # what may happen

    def until_released(self) -> None:
        """Work goes on in small steps; now and then a piece is stopped or resumed."""
        while self.world.job(self.job.id).state is not JobState.RELEASED:
            if self.chance.random() < 0.4 and self.pieces():
                self.stop_or_resume()
            elif not self.world.run_one():
                for batch in self.batches():
                    if batch.state is BatchState.READY:
                        approve_batch(self.world.deps, ORG, batch.id, "key_colleague")
            self.look()

    def stop_or_resume(self) -> None:
        piece = self.chance.choice(self.pieces())
        act = resume_piece if piece.state is PieceState.STOPPED else stop_piece
        self.may(lambda: act(self.world.deps, ORG, piece.id, "because"))

    def step(self) -> None:
        acts = [
            self.stop_or_resume,
            self.upload,
            self.upload,
            self.upload_again,
            self.enter,
            self.enter,
            self.rest,
            self.reprint,
            self.reprint,
            self.work,
            self.work,
            self.fetch,
            self.finish,
            self.reopen,
        ]
        self.chance.choice(acts)()
        self.look()

    def some_batch(self) -> Batch:
        return self.chance.choice(self.in_room())

    def may(self, act: Callable[[], object]) -> bool:
        """True when it was done; a refusal changes nothing."""
        before = self._state()
        try:
            act()
        except Refusal as refusal:
            if refusal.code not in EXPECTED:
                raise
            assert self._state() == before
            return False
        return True

    def upload(self) -> None:
        batch = self.some_batch()
        marks = codes(self.world, batch)
        with self.world.deps.database.read() as uow:
            pieces = list(uow.pieces.of_batch(ORG, batch.id))
        named = self.chance.sample(pieces, self.chance.randint(1, len(pieces))) if pieces else []
        rows = []
        for piece in named:
            key = self.chance.choice([piece.id, marks[piece.id]])
            print_number = str(piece.prints) if self.chance.random() < 0.5 and piece.prints else ""
            rows.append((key, self.chance.choice(["OK", "OK", "Reprint", "Pull"]), print_number))
        data = as_file(rows, head="piece_id,result,print")
        if self.may(lambda: apply_results_file(self.world.deps, ORG, batch.id, data, MACHINE)):
            self.done["uploaded"] += 1
            self.files.append((batch.id, data))
            before = self._state()
            apply_results_file(self.world.deps, ORG, batch.id, data, MACHINE)
            assert self._state() == before

    def upload_again(self) -> None:
        """Long after, too, a file that was applied changes nothing."""
        if not self.files:
            return
        batch_id, data = self.chance.choice(self.files)
        before = self._state()
        self.may(lambda: apply_results_file(self.world.deps, ORG, batch_id, data, MACHINE))
        assert self._state() == before

    def enter(self) -> None:
        batch = self.some_batch()
        first = self.chance.randint(1, max(1, batch.envelopes))
        ranges = f"{first}-{self.chance.randint(first, max(first, batch.envelopes))}"
        outcome = self.chance.choice([Outcome.OK, Outcome.REPRINT, Outcome.REPRINT, Outcome.PULL])
        self.done["entered"] += self.may(
            lambda: enter_results(self.world.deps, ORG, batch.id, ranges, outcome, (OPERATOR, "seen"))
        )

    def rest(self) -> None:
        batch = self.some_batch()
        self.may(lambda: accept_the_rest(self.world.deps, ORG, batch.id, OPERATOR))

    def reprint(self) -> None:
        batch, loop = self.some_batch(), self.chance.choice(list(Loop))
        self.done[loop] += self.may(lambda: ask_reprint(self.world.deps, ORG, batch.id, loop, OPERATOR))

    def work(self) -> None:
        self.world.run_one()

    def fetch(self) -> None:
        for batch in self.in_room():
            with self.world.deps.database.read() as uow:
                reprints = uow.reprints.of_batch(ORG, batch.id)
            for file in [file for reprint in reprints for file in reprint.files]:
                note_fetched(self.world.deps, batch, file, OPERATOR)

    def finish(self) -> None:
        batch = self.some_batch()
        mark_printed(self.world.deps, ORG, batch.id, OPERATOR)
        sheets = account(self.world.deps, ORG, batch.id).sheets_printed
        self.done["completed"] += self.may(
            lambda: complete_batch(self.world.deps, ORG, batch.id, OPERATOR, (sheets, ""))
        )

    def reopen(self) -> None:
        batch = self.some_batch()
        self.may(lambda: reopen_batch(self.world.deps, ORG, batch.id, OPERATOR, "once more"))

    def to_the_end(self) -> None:
        """What is still damaged is printed again, all of it inserted, and everything goes to the post."""
        while True:
            self.world.run()
            self.fetch()
            unfinished = [batch for batch in self.in_room() if batch.state is not BatchState.COMPLETED]
            if not unfinished:
                break
            for batch in unfinished:
                self.may(lambda batch=batch: ask_reprint(self.world.deps, ORG, batch.id, Loop.CLOSED, OPERATOR))
                self.world.run()
                self.fetch()
                accept_the_rest(self.world.deps, ORG, batch.id, OPERATOR)
                mark_printed(self.world.deps, ORG, batch.id, OPERATOR)
                sheets = account(self.world.deps, ORG, batch.id).sheets_printed
                complete_batch(self.world.deps, ORG, batch.id, OPERATOR, (sheets, ""))
            self.look()
        run = open_mail_run(self.world.deps, ORG, "Tonight", [batch.id for batch in self.in_room()], OPERATOR)
        hand_over(self.world.deps, ORG, run.id, OPERATOR)
        self.look()

    # what must hold

    def _state(self) -> object:
        rows = [(p.id, p.state, p.batch_id, p.batch_position, p.envelope, p.prints) for p in self.pieces()]
        return rows, [(batch.id, batch.state) for batch in self.batches()], self.ledger()

    def look(self) -> None:
        pieces = self.pieces()
        self._each_is_in_one_place(pieces)
        self._nobody_shares_with_another(pieces)
        self._order_is_kept(pieces)
        self._sheets_add_up(pieces)

    def _each_is_in_one_place(self, pieces: Sequence[Piece]) -> None:
        placed = [(p.batch_id, p.batch_position) for p in pieces if p.batch_id is not None]
        assert len(set(placed)) == len(placed)
        by_batch = Counter(p.batch_id for p in pieces)
        for batch in self.batches():
            found = account(self.world.deps, ORG, batch.id)
            assert by_batch[batch.id] + found.moved == batch.pieces
        assert all((p.state is PieceState.STOPPED) == bool(p.stop_reason) for p in pieces)

    def _nobody_shares_with_another(self, pieces: Sequence[Piece]) -> None:
        people: dict[tuple[str | None, int | None], set[str]] = defaultdict(set)
        for piece in pieces:
            if piece.batch_id is not None:
                people[piece.batch_id, piece.envelope].add(piece.record_id.partition("-")[0])
        assert all(len(inside) == 1 for inside in people.values())

    def _order_is_kept(self, pieces: Sequence[Piece]) -> None:
        """A batch never changes its order, and one of a reprint has that of the batch it came from."""
        if not self.order and all(piece.batch_id for piece in pieces) and pieces:
            numbers = {batch.id: batch.number for batch in self.batches()}
            self.order = [
                p.id for p in sorted(pieces, key=lambda p: (numbers[p.batch_id or ""], p.batch_position or 0))
            ]
            leaders = [p for p in pieces if p.set_id == p.id]
            leaders.sort(key=lambda p: (numbers[p.batch_id or ""], p.envelope or 0))
            assert leaders == sorted(leaders, key=lambda p: (numbers[p.batch_id or ""], p.sort_key, p.sequence))
        place = {piece_id: place for place, piece_id in enumerate(self.order)}
        by_batch: dict[str, list[Piece]] = defaultdict(list)
        for piece in pieces:
            if piece.batch_id is not None and self.order:
                by_batch[piece.batch_id].append(piece)
        for inside in by_batch.values():
            inside.sort(key=lambda p: p.batch_position or 0)
            places = [place[p.id] for p in inside]
            assert places == sorted(places)

    def _sheets_add_up(self, pieces: Sequence[Piece]) -> None:
        """Printed is inserted, spoiled, pulled or not set, and it is what the files have pages for."""
        accounts = [sums(self.world, batch) for batch in self.in_room()]
        printed = sum(found.sheets_printed for found in accounts)
        assert printed == sum(piece.prints * piece.sheets for piece in pieces)
        files = [file for batch in self.in_room() for file in batch.files if file.role is FileRole.PRINT]
        with self.world.deps.database.read() as uow:
            for batch in self.in_room():
                for reprint in uow.reprints.of_batch(ORG, batch.id):
                    assert (reprint.state is ReprintState.RELEASED) or not reprint.files
                    files += reprint.files
        assert 2 * printed == sum(file.pages for file in files)
        inserted = {PieceState.INSERTED, PieceState.HANDED_OVER}
        assert sum(found.sheets_inserted for found in accounts) == sum(p.sheets for p in pieces if p.state in inserted)

    def at_the_end(self) -> None:
        ledger = self.ledger()
        for piece in self.pieces():
            assert piece.state in GONE
            said = [ledger[piece.id][number].outcome for number in sorted(ledger[piece.id])]
            last = {PieceState.HANDED_OVER: [Outcome.OK], PieceState.PULLED: [Outcome.PULL]}.get(piece.state, [])
            assert said == [Outcome.REPRINT] * (piece.prints - 1) + last
            assert len(said) == piece.prints


def run_of(world: World, seed: int) -> Room:
    room = Room(world, seed)
    room.until_released()
    for _ in range(STEPS):
        room.step()
    room.to_the_end()
    room.at_the_end()
    return room


@pytest.mark.parametrize("seed", QUICK)
def test_nothing_is_lost_doubled_or_mixed_whatever_happens(world: World, seed: int) -> None:
    assert run_of(world, seed).done.total()


@pytest.mark.long
@pytest.mark.parametrize("seed", MANY)
def test_nothing_is_lost_doubled_or_mixed_in_many_runs(world: World, seed: int) -> None:
    assert run_of(world, seed).done.total()
