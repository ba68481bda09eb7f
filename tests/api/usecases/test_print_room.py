"""Fetching, printing, completing and opening again: nothing is complete while a piece or a sheet is unaccounted for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from api.ports import BatchState, FileRole, JobState, Loop, PieceState, ReadBackPolicy
from api.usecases import writing
from api.usecases.print_room import (
    MAX_NOTE_CHARACTERS,
    account,
    complete_batch,
    mark_printed,
    note_fetched,
    reopen_batch,
)
from api.usecases.reprinting import ask_reprint
from api.usecases.stopping import resume_piece, stop_piece
from docgen.findings import Refusal
from docgen.postal.results import Outcome
from tests.api.usecases.room import (
    OPERATOR,
    again,
    by_rules,
    complete,
    completed,
    enter,
    in_order,
    manifest,
    one_batch,
    piece_states,
    reload,
    rest,
    sums,
)
from tests.api.usecases.world import ALL, ORG, OTHER, record

if TYPE_CHECKING:
    from api.ports import Batch, Event
    from tests.api.usecases.world import World


def events(world: World, batch: Batch, name: str) -> list[Event]:
    with world.deps.database.read() as uow:
        return [event for event in uow.events.of_subject(ORG, batch.id, ALL).items if event.name == name]


def finish(world: World, batch: Batch, sheets: int | None, note: str = "") -> Batch:
    return complete_batch(world.deps, ORG, batch.id, OPERATOR, (sheets, note))


def test_the_first_download_of_a_print_file_tells_that_the_room_has_it(world: World) -> None:
    _, batch = one_batch(world, 2)
    ticket = next(file for file in batch.files if file.role is FileRole.JOB_TICKET)
    note_fetched(world.deps, batch, ticket, OPERATOR)
    assert reload(world, batch).state is BatchState.RELEASED
    for first_byte in (0, 0, 512):
        note_fetched(world.deps, batch, batch.files[0], OPERATOR, first_byte)
    assert reload(world, batch).state is BatchState.FETCHED
    fetched = events(world, batch, "file-fetched")
    assert [event.data["from_byte"] for event in fetched] == [0, 0, 0, 512]
    content = world.files(batch)[batch.files[0].name]
    assert fetched[-1].data["sha256"] == hashlib.sha256(content).hexdigest()
    assert len(events(world, batch, "batch-fetched")) == 1


def test_printing_is_said_once_and_brings_fetching_with_it(world: World) -> None:
    _, batch = one_batch(world, 1)
    assert mark_printed(world.deps, ORG, batch.id, OPERATOR).state is BatchState.PRINTED
    assert mark_printed(world.deps, ORG, batch.id, "usr_other").state is BatchState.PRINTED
    assert [event.data["by"] for event in events(world, batch, "printed-by")] == [OPERATOR]
    note_fetched(world.deps, batch, batch.files[0], OPERATOR)
    assert reload(world, batch).state is BatchState.PRINTED


def test_a_batch_is_complete_when_each_piece_is_somewhere_and_the_sheets_agree(world: World) -> None:
    _, batch = one_batch(world, 4)
    with pytest.raises(Refusal, match="batch-not-printed"):
        finish(world, batch, 4)
    enter(world, batch, "1-2", Outcome.OK)
    with pytest.raises(Refusal, match="pieces-not-set") as caught:
        finish(world, batch, 4)
    assert [finding.place.record for finding in caught.value.findings] == [p.id for p in in_order(world, batch)[2:]]
    enter(world, batch, "3", Outcome.REPRINT)
    enter(world, batch, "4", Outcome.PULL)
    with pytest.raises(Refusal, match="pieces-to-reprint"):
        finish(world, batch, 4)
    ask_reprint(world.deps, ORG, batch.id, Loop.CLOSED, OPERATOR)
    with pytest.raises(Refusal, match="pieces-to-reprint"):
        finish(world, batch, 4)
    world.run()
    with pytest.raises(Refusal, match="pieces-not-set"):
        finish(world, batch, 4)
    enter(world, batch, "3", Outcome.OK)
    with pytest.raises(Refusal, match="sheets-differ"):
        finish(world, batch, 4)
    done = finish(world, batch, 5)
    assert (done.state, reload(world, batch).sheets_counted, reload(world, batch).note) == (BatchState.COMPLETED, 5, "")
    assert finish(world, batch, 99).state is BatchState.COMPLETED
    assert len(events(world, batch, "batch-accounted")) == 1


@pytest.mark.parametrize("counted", [None, 0, 2, 4])
def test_a_count_that_differs_needs_a_note(world: World, counted: int | None) -> None:
    _, batch = one_batch(world, 3)
    rest(world, batch)
    with pytest.raises(Refusal, match="sheets-differ"):
        finish(world, batch, counted, "  ")
    finish(world, batch, counted, "a blank sheet from the tray")
    found = reload(world, batch)
    assert (found.state, found.sheets_counted, found.note) == (
        BatchState.COMPLETED,
        counted,
        "a blank sheet from the tray",
    )
    (event,) = events(world, batch, "batch-accounted")
    assert (event.data["sheets_counted"], event.data["sheets_expected"]) == (counted, 3)


@pytest.mark.parametrize("note", ["x" * (MAX_NOTE_CHARACTERS + 1), "a\x00b"])
def test_a_note_is_short_and_printable(world: World, note: str) -> None:
    _, batch = completed(world, 1)
    with pytest.raises(Refusal, match="note-invalid"):
        finish(world, batch, 1, note)
    with pytest.raises(Refusal, match="note-invalid"):
        reopen_batch(world.deps, ORG, batch.id, OPERATOR, note)


def test_a_completed_batch_is_opened_again_to_correct_it(world: World) -> None:
    _, batch = completed(world, 2)
    assert reopen_batch(world.deps, ORG, batch.id, OPERATOR, "one was left in the tray").state is BatchState.PRINTED
    with pytest.raises(Refusal, match="batch-not-completed"):
        reopen_batch(world.deps, ORG, batch.id, OPERATOR, "")
    enter(world, batch, "2", Outcome.PULL)
    assert complete(world, batch).state is BatchState.COMPLETED
    assert piece_states(world, batch) == [PieceState.INSERTED, PieceState.PULLED]
    assert [event.data["note"] for event in events(world, batch, "batch-reopened")] == ["one was left in the tray"]


def test_a_batch_of_which_all_was_stopped_is_completed_without_a_sheet(world: World) -> None:
    job = world.submit([record(1)])
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    stop_piece(world.deps, ORG, world.pieces(job.id)[0].id, "betaald")
    world.run()
    (batch,) = world.batches(job.id)
    mark_printed(world.deps, ORG, batch.id, OPERATOR)
    assert finish(world, batch, 0).state is BatchState.COMPLETED
    assert (sums(world, batch).stopped, sums(world, batch).sheets_printed) == (1, 0)


def test_what_was_not_released_is_neither_printed_nor_completed(world: World) -> None:
    by_rules(world, four_eyes=True)
    job = world.submit([record(1)])
    world.run()
    (batch,) = world.batches(job.id)
    for act in (
        lambda: mark_printed(world.deps, ORG, batch.id, OPERATOR),
        lambda: finish(world, batch, 1),
        lambda: reopen_batch(world.deps, ORG, batch.id, OPERATOR, ""),
    ):
        with pytest.raises(Refusal, match="batch-not-released"):
            act()
    for act in (
        lambda: account(world.deps, OTHER, batch.id),
        lambda: mark_printed(world.deps, OTHER, batch.id, OPERATOR),
        lambda: reopen_batch(world.deps, OTHER, batch.id, OPERATOR, ""),
    ):
        with pytest.raises(Refusal, match="batch-not-found"):
            act()


def test_the_account_counts_what_was_printed_and_where_it_is(world: World) -> None:
    long = "woord " * 1500
    _, batch = one_batch(world, [record(number, words=long) for number in range(4)])
    each = in_order(world, batch)[0].sheets
    assert each > 1
    enter(world, batch, "1", Outcome.OK)
    enter(world, batch, "2", Outcome.REPRINT)
    enter(world, batch, "3", Outcome.PULL)
    reprint = again(world, batch)
    found = sums(world, batch)
    assert (found.sheets_inserted, found.sheets_spoiled, found.sheets_pulled, found.sheets_not_set) == (
        each,
        each,
        each,
        2 * each,
    )
    printed = sum(file.pages for file in (*batch.files, *reprint.files) if file.name.endswith(".pdf"))
    assert found.sheets_printed == printed // 2 == 5 * each


def test_one_piece_is_resumed_and_another_stopped_while_files_are_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = world.submit([record(number) for number in range(3)])
    world.run(until=lambda: world.job(job.id).state is JobState.BATCHING)
    first, second, _ = world.pieces(job.id)
    stop_piece(world.deps, ORG, first.id, "betaald")
    finish_writing = writing._finish

    def late(*given: object) -> None:
        monkeypatch.setattr(writing, "_finish", finish_writing)
        resume_piece(world.deps, ORG, first.id, "storno")
        stop_piece(world.deps, ORG, second.id, "verhuisd")
        finish_writing(*given)  # type: ignore[arg-type] # those of _finish

    monkeypatch.setattr(writing, "_finish", late)
    world.run()
    (batch,) = world.batches(job.id)
    assert {row["piece_id"]: row["stop_reason"] for row in manifest(world, batch) if row["stop_reason"]} == {
        second.id: "verhuisd"
    }


def test_a_stop_that_is_taken_back_before_anything_is_written_does_not_leave_the_batch_waiting(world: World) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    by_rules(world, four_eyes=True)
    job = world.submit([record(number) for number in range(3)])
    world.run()
    (batch,) = world.batches(job.id)
    assert batch.state is BatchState.READY
    piece = world.pieces(job.id)[0]
    stop_piece(world.deps, ORG, piece.id, "betaald")
    resume_piece(world.deps, ORG, piece.id, "storno")
    world.run()
    assert (reload(world, batch).state, reload(world, batch).files) == (BatchState.READY, batch.files)


def test_a_check_of_files_that_were_written_again_is_nothing_to_do(world: World) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    by_rules(world, four_eyes=True)
    job = world.submit([record(number) for number in range(3)])
    world.run(until=lambda: [batch.state for batch in world.batches(job.id)] == [BatchState.CHECKING])
    (batch,) = world.batches(job.id)
    with world.deps.database.read() as uow:
        (check,) = uow.checks.of_batch(ORG, batch.id)
    stop_piece(world.deps, ORG, world.pieces(job.id)[0].id, "betaald")
    world.run()
    # as if a worker had died at the check of the earlier file
    with world.deps.database.write() as uow:
        assert uow.outbox.again(ORG, "check_part", check.id)
    world.run()
    assert (reload(world, batch).state, world.job(job.id).state) == (BatchState.READY, JobState.BATCHING)
