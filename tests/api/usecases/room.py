"""What tests of the print room share: released batches, results files, and the account of sheets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import FileRole, Loop, PieceState, Rules
from api.usecases.print_room import Account, account, complete_batch, mark_printed, note_fetched
from api.usecases.reprinting import ask_reprint
from api.usecases.results import Applied, accept_the_rest, apply_results_file, enter_results
from docgen.findings import Refusal, Severity
from tests.api.usecases.world import ORG, World, record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import Batch, Piece, PrintJob, Reprint
    from docgen.postal.results import Outcome

OPERATOR = "usr_operator"
MACHINE = "key_inserter"
TOGETHER = '[[rule]]\ntogether = "recipient"\n'


def by_rules(world: World, **rules: Any) -> None:  # noqa: ANN401 - fields of the rules
    with world.deps.database.write() as uow:
        uow.rules.put(Rules(ORG, **rules), world.deps.clock.now())


def one_batch(world: World, records: int | Sequence[object] = 5, **wish: Any) -> tuple[PrintJob, Batch]:  # noqa: ANN401 - fields of a submission
    """A job that was released in one batch."""
    wanted = [record(number) for number in range(records)] if isinstance(records, int) else records
    job = world.released(wanted, **wish)
    (batch,) = world.batches(job.id)
    return job, batch


def to_one_person(number: int, letters: int) -> list[dict[str, Any]]:
    """Letters to one person at one address."""
    base = record(number)
    return [base | {"record_id": f"R{number}-{letter}"} for letter in range(letters)]


def manifest(world: World, batch: Batch) -> list[dict[str, Any]]:
    name = next(file.name for file in batch.files if file.role is FileRole.MANIFEST_JSON)
    rows: list[dict[str, Any]] = json.loads(world.files(batch)[name])["rows"]
    return rows


def codes(world: World, batch: Batch) -> dict[str, str]:
    """The control code of each piece."""
    return {row["piece_id"]: row["control_code"] for row in manifest(world, batch)}


def in_order(world: World, batch: Batch) -> list[Piece]:
    """The pieces of a batch as it is now, by position."""
    with world.deps.database.read() as uow:
        return list(uow.pieces.of_batch(ORG, batch.id))


def reload(world: World, batch: Batch) -> Batch:
    with world.deps.database.read() as uow:
        return uow.batches.get(ORG, batch.id)


def piece_states(world: World, batch: Batch) -> list[PieceState]:
    return [piece.state for piece in in_order(world, batch)]


def as_file(said: Mapping[str, str] | Sequence[tuple[str, ...]], head: str = "piece_id,result") -> bytes:
    rows = said.items() if hasattr(said, "items") else said
    return "\n".join([head, *(",".join(row) for row in rows)]).encode()


def upload(world: World, batch: Batch, said: Mapping[str, str] | Sequence[tuple[str, ...]], **head: str) -> Applied:
    return apply_results_file(world.deps, ORG, batch.id, as_file(said, **head), MACHINE)


def refused(world: World, batch: Batch, said: Mapping[str, str] | Sequence[tuple[str, ...]], **head: str) -> list[str]:
    """The codes of what is wrong with a results file that is refused."""
    with pytest.raises(Refusal, match="results-refused") as caught:
        upload(world, batch, said, **head)
    assert all(finding.severity is Severity.ERROR for finding in caught.value.findings)
    return [finding.code for finding in caught.value.findings]


def enter(world: World, batch: Batch, ranges: str, outcome: Outcome, reason: str = "") -> Applied:
    return enter_results(world.deps, ORG, batch.id, ranges, outcome, (OPERATOR, reason))


def rest(world: World, batch: Batch) -> Applied:
    return accept_the_rest(world.deps, ORG, batch.id, OPERATOR)


def again(world: World, batch: Batch, loop: Loop = Loop.CLOSED, *, fetched: bool = True) -> Reprint:
    """Ask for a reprint, have it made, and fetch it."""
    asked = ask_reprint(world.deps, ORG, batch.id, loop, OPERATOR)
    world.run()
    with world.deps.database.read() as uow:
        made = uow.reprints.get(ORG, asked.id)
    for file in made.files if fetched else ():
        note_fetched(world.deps, batch, file, OPERATOR)
    return made


def complete(world: World, batch: Batch, note: str = "") -> Batch:
    """Print it if need be, and complete it with the count that is expected."""
    mark_printed(world.deps, ORG, batch.id, OPERATOR)
    sheets = sums(world, batch).sheets_printed
    return complete_batch(world.deps, ORG, batch.id, OPERATOR, (sheets, note))


def completed(world: World, records: int | Sequence[object] = 3, **wish: Any) -> tuple[PrintJob, Batch]:  # noqa: ANN401 - fields of a submission
    job, batch = one_batch(world, records, **wish)
    rest(world, batch)
    return job, complete(world, batch)


def sums(world: World, batch: Batch) -> Account:
    """The account of a batch, after a look that it adds up."""
    found = account(world.deps, ORG, batch.id)
    parts = (found.sheets_inserted, found.sheets_spoiled, found.sheets_pulled, found.sheets_not_set)
    assert found.sheets_printed == sum(parts)
    counted = (found.stopped, found.not_set, found.to_reprint, found.inserted, found.pulled, found.moved)
    assert found.pieces == sum(counted)
    return found
