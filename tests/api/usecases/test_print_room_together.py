"""Two people do the same at the same moment, on SQLite and on PostgreSQL: it happens once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from api.ports import BatchState, Loop, PieceState
from api.usecases.alarms import watch
from api.usecases.mail_runs import hand_over, list_mail_runs, open_mail_run
from api.usecases.print_room import complete_batch, mark_printed, note_fetched, reopen_batch
from api.usecases.reprinting import ask_reprint
from api.usecases.results import apply_results_file
from docgen.findings import Refusal
from docgen.postal.results import Outcome
from tests.api.usecases.room import (
    MACHINE,
    OPERATOR,
    as_file,
    completed,
    enter,
    in_order,
    one_batch,
    reload,
    rest,
    sums,
)
from tests.api.usecases.test_on_both_databases import together
from tests.api.usecases.world import ALL, ORG, World, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def both(
    database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds, quick_files: None
) -> World:
    del quick_files
    return World(database, memory_blobs, clock, ids)


def refusals(*acts: Callable[[], object]) -> list[str]:
    """Do them at once; the codes of those that are refused."""
    codes: list[str] = []

    def guarded(act: Callable[[], object]) -> None:
        try:
            act()
        except Refusal as refusal:
            codes.append(refusal.code)

    together(*(lambda act=act: guarded(act) for act in acts))
    return codes


def names(world: World, subject_id: str) -> Counter[str]:
    with world.deps.database.read() as uow:
        return Counter(event.name for event in uow.events.of_subject(ORG, subject_id, ALL).items)


def test_the_same_results_at_once_are_applied_once(both: World) -> None:
    _, batch = one_batch(both, 6)
    ids = [piece.id for piece in in_order(both, batch)]
    data = as_file(dict.fromkeys(ids[:3], "OK") | {ids[3]: "Reprint"})

    def apply() -> object:
        return apply_results_file(both.deps, ORG, batch.id, data, MACHINE)

    assert refusals(apply, apply, apply, lambda: rest(both, batch)) == []
    with both.deps.database.read() as uow:
        said = Counter(result.piece_id for result in uow.results.of_batch(ORG, batch.id))
    rest(both, batch)
    assert max(said.values()) <= 2
    assert sums(both, batch).sheets_printed == 6


def test_a_reprint_that_is_asked_twice_at_once_is_one(both: World) -> None:
    _, batch = one_batch(both, 4)
    enter(both, batch, "2-3", Outcome.REPRINT)
    asked = refusals(
        *(lambda loop=loop: ask_reprint(both.deps, ORG, batch.id, loop, OPERATOR) for loop in [*Loop, *Loop])
    )
    assert asked == ["reprint-nothing"] * 3
    both.run()
    with both.deps.database.read() as uow:
        (reprint,) = uow.reprints.of_batch(ORG, batch.id)
    assert {piece.prints for piece in both.pieces(batch.job_id)} == {1, 2}
    assert len(reprint.piece_ids) == 2


def test_a_batch_is_in_one_mail_run_and_handed_over_once_whoever_asks_at_once(both: World) -> None:
    (_, one), (_, other) = completed(both, 2), completed(both, [record(8)])
    orders = [[one.id, other.id], [other.id, one.id], [one.id]]
    opened = refusals(
        *(lambda order=order: open_mail_run(both.deps, ORG, "Tonight", order, OPERATOR) for order in orders)
    )
    assert opened == ["mail-run-batches-refused"] * 2
    (run,) = list_mail_runs(both.deps, ORG, ALL).items
    assert refusals(*([lambda: hand_over(both.deps, ORG, run.id, OPERATOR)] * 3)) == []
    assert names(both, run.id) == Counter({"mail-run-open": 1, "mail-run-handed_over": 1})
    assert names(both, one.id)["pieces-handed_over"] == 1


def test_handing_over_and_opening_again_at_once_is_one_of_both(both: World) -> None:
    _, batch = completed(both, 2)
    run = open_mail_run(both.deps, ORG, "Tonight", [batch.id], OPERATOR)
    refused = refusals(
        lambda: hand_over(both.deps, ORG, run.id, OPERATOR),
        lambda: reopen_batch(both.deps, ORG, batch.id, OPERATOR, "wait"),
    )
    state = reload(both, batch).state
    pieces = {piece.state for piece in in_order(both, batch)}
    assert (refused, state, pieces) in (
        (["batch-not-completed"], BatchState.HANDED_OVER, {PieceState.HANDED_OVER}),
        (["mail-run-empty"], BatchState.PRINTED, {PieceState.INSERTED}),
    )


def test_downloads_printing_and_completing_at_once_happen_once(both: World) -> None:
    _, batch = one_batch(both, 3)
    together(*([lambda: note_fetched(both.deps, batch, batch.files[0], OPERATOR)] * 3))
    assert (names(both, batch.id)["file-fetched"], names(both, batch.id)["batch-fetched"]) == (3, 1)
    together(*([lambda: mark_printed(both.deps, ORG, batch.id, OPERATOR)] * 3))
    rest(both, batch)
    together(*([lambda: complete_batch(both.deps, ORG, batch.id, OPERATOR, (3, ""))] * 3))
    found = names(both, batch.id)
    assert (found["batch-printed"], found["batch-completed"], found["batch-accounted"]) == (1, 1, 1)


def test_two_sweepers_ring_once(both: World, clock: FakeClock) -> None:
    _, batch = one_batch(both, 1)
    clock.advance(1e6)
    together(lambda: watch(both.deps), lambda: watch(both.deps))
    mark_printed(both.deps, ORG, batch.id, OPERATOR)
    together(lambda: watch(both.deps), lambda: watch(both.deps))
    found = names(both, batch.id)
    assert (found["alarm-raised"], found["alarm-cleared"]) == (1, 1)
