"""Reprints: whole envelopes, as they were or with marks of their own, never both, and every sheet accounted for."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdf
import pytest

from api.ports import BatchState, FileRole, JobState, Loop, PieceState, ReadBackPolicy, ReprintState
from api.usecases import reprinting
from api.usecases.alarms import open_alarms
from api.usecases.jobs import REPRINT_FAILED
from api.usecases.print_room import complete_batch, mark_printed
from api.usecases.releasing import approve_batch
from api.usecases.reprinting import ask_reprint, retry_reprint
from api.usecases.stopping import stop_piece
from docgen.findings import Finding, Refusal
from docgen.postal.results import Outcome
from docgen.readback import ReadBack
from tests.api.usecases.room import (
    OPERATOR,
    TOGETHER,
    again,
    by_rules,
    codes,
    complete,
    enter,
    in_order,
    manifest,
    one_batch,
    piece_states,
    reload,
    rest,
    sums,
    to_one_person,
    upload,
)
from tests.api.usecases.world import ORG, OTHER, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Batch, BatchFile
    from tests.api.usecases.world import World

LONG = "woord " * 500
MARKED = ["none", "datamatrix", "omr-di425"]


def pages_of(world: World, file: BatchFile) -> list[bytes]:
    """What is drawn on each page, marks included."""
    with world.deps.blobs.open(ORG, file.blob) as stream:
        reader = pypdf.PdfReader(io.BytesIO(stream.read()))
    found = []
    for page in reader.pages:
        contents = page.get_contents()
        found.append(contents.get_data() if contents is not None else b"")
    assert any(found)
    return found


def first_print(world: World, batch: Batch, pieces: Sequence[str]) -> list[bytes]:
    """The pages of some pieces in the first print, in the order of the file."""
    (file,) = [file for file in batch.files if file.role is FileRole.PRINT]
    pages = pages_of(world, file)
    rows = [row for row in manifest(world, batch) if row["piece_id"] in pieces]
    spans = [(row["first_page"] - 1, 2 * row["sheets"]) for row in rows]
    return [page for first, count in spans for page in pages[first : first + count]]


def child_of(world: World, batch: Batch) -> Batch:
    """The batch of an open reprint of all that is damaged."""
    child_id = again(world, batch, Loop.OPEN).child_id
    assert child_id is not None
    with world.deps.database.read() as uow:
        return uow.batches.get(ORG, child_id)


@pytest.mark.parametrize("profile", MARKED)
def test_a_closed_reprint_has_the_damaged_envelopes_and_not_a_bit_else(world: World, profile: str) -> None:
    by_rules(world, mark_profile=profile)
    _, batch = one_batch(world, 6)
    damaged = [in_order(world, batch)[place].id for place in (1, 4)]
    upload(world, batch, {damaged[1]: "Reprint", codes(world, batch)[damaged[0]]: "Reprint"})
    reprint = again(world, batch)
    (file,) = reprint.files
    assert (reprint.state, reprint.child_id) == (ReprintState.RELEASED, None)
    assert (file.role, file.name, file.pages) == (FileRole.REPRINT, f"{batch.id}-reprint-01-01.pdf", 4)
    assert pages_of(world, file) == first_print(world, batch, damaged)
    assert reload(world, batch).files == batch.files
    assert [piece.prints for piece in in_order(world, batch)] == [1, 2, 1, 1, 2, 1]
    assert piece_states(world, batch) == [PieceState.PRINTED_READY] * 6


@pytest.mark.parametrize("profile", MARKED)
def test_a_closed_reprint_after_an_open_one_still_has_the_marks_of_the_first_print(world: World, profile: str) -> None:
    by_rules(world, mark_profile=profile)
    _, batch = one_batch(world, 7)
    enter(world, batch, "2-4", Outcome.REPRINT)
    again(world, batch, Loop.OPEN)
    enter(world, batch, "6-7", Outcome.REPRINT)
    damaged = [piece.id for piece in in_order(world, batch) if piece.state is PieceState.DAMAGED]
    (file,) = again(world, batch).files
    assert pages_of(world, file) == first_print(world, batch, damaged)


def test_a_piece_may_be_damaged_again_and_again(world: World) -> None:
    _, batch = one_batch(world, 2)
    for number in (1, 2, 3):
        enter(world, batch, "1", Outcome.REPRINT, f"time {number}")
        reprint = again(world, batch)
        assert (reprint.number, reprint.files[0].name[-9:]) == (number, f"{number:02}-01.pdf")
    found = sums(world, batch)
    assert (found.sheets_printed, found.sheets_spoiled, found.sheets_not_set) == (5, 3, 2)
    rest(world, batch)
    assert complete(world, batch).state is BatchState.COMPLETED


def test_an_open_reprint_is_a_batch_of_its_own_with_new_marks(world: World) -> None:
    by_rules(world, mark_profile="datamatrix")
    _, batch = one_batch(world, 5)
    enter(world, batch, "2, 4", Outcome.REPRINT)
    damaged = [piece.id for piece in in_order(world, batch) if piece.state is PieceState.DAMAGED]
    child = child_of(world, batch)
    assert (child.parent_id, child.number, child.state) == (batch.id, 2, BatchState.RELEASED)
    assert (child.group, child.pieces, child.envelopes, child.sheets) == (batch.group, 2, 2, 2)
    assert child.code not in {"", batch.code}
    assert codes(world, child) == {damaged[0]: f"{child.code}000001", damaged[1]: f"{child.code}000002"}
    assert first_print(world, child, damaged) != first_print(world, batch, damaged)
    assert [(piece.state, piece.prints) for piece in in_order(world, child)] == [(PieceState.PRINTED_READY, 2)] * 2
    assert len(in_order(world, batch)) == 3


def test_the_accounts_of_parent_and_child_add_up(world: World) -> None:
    _, batch = one_batch(world, 5)
    enter(world, batch, "2, 4", Outcome.REPRINT)
    child = child_of(world, batch)
    before, after = sums(world, batch), sums(world, child)
    assert (before.pieces, before.moved, before.sheets_printed, before.sheets_spoiled) == (5, 2, 5, 2)
    assert (after.pieces, after.moved, after.sheets_printed, after.sheets_not_set) == (2, 0, 2, 2)
    rest(world, batch)
    assert complete(world, batch).state is BatchState.COMPLETED
    enter(world, child, "1", Outcome.REPRINT)
    grandchild = child_of(world, child)
    assert (grandchild.number, grandchild.parent_id) == (3, child.id)
    for each in (child, grandchild):
        rest(world, each)
        assert complete(world, each).state is BatchState.COMPLETED
    accounts = [sums(world, each) for each in (batch, child, grandchild)]
    assert sum(found.sheets_inserted for found in accounts) == 5
    assert sum(found.sheets_printed for found in accounts) == 5 + 2 + 1


def test_a_child_weighs_what_its_envelopes_weigh(world: World) -> None:
    by_rules(world, household=TOGETHER)
    _, batch = one_batch(world, [*to_one_person(1, 3), *to_one_person(2, 2)])
    enter(world, batch, "1-2", Outcome.REPRINT)
    child = child_of(world, batch)
    assert (child.pieces, child.envelopes, child.weight_mg) == (5, 2, batch.weight_mg)


@pytest.mark.parametrize("first", list(Loop))
def test_a_piece_is_never_in_both_loops(world: World, first: Loop) -> None:
    _, batch = one_batch(world, 2)
    enter(world, batch, "1", Outcome.REPRINT)
    ask_reprint(world.deps, ORG, batch.id, first, OPERATOR)
    for loop in Loop:
        with pytest.raises(Refusal, match="reprint-nothing"):
            ask_reprint(world.deps, ORG, batch.id, loop, OPERATOR)
    world.run()
    with pytest.raises(Refusal, match="reprint-nothing"):
        ask_reprint(world.deps, ORG, batch.id, Loop.OPEN, OPERATOR)
    with world.deps.database.read() as uow:
        assert len(uow.reprints.of_batch(ORG, batch.id)) == 1


@pytest.mark.parametrize("loop", list(Loop))
def test_a_set_is_printed_again_whole_and_without_what_was_stopped(world: World, loop: Loop) -> None:
    by_rules(world, household=TOGETHER, mark_profile="datamatrix")
    job = world.submit([*to_one_person(1, 3), *to_one_person(2, 2)])
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    leader = next(piece for piece in world.pieces(job.id) if piece.record_id == "R1-0")
    assert leader.set_id == leader.id
    stop_piece(world.deps, ORG, leader.id, "betaald")
    world.run()
    (batch,) = world.batches(job.id)
    left = [piece.id for piece in in_order(world, batch) if piece.set_id == leader.id and piece.id != leader.id]
    upload(world, batch, {left[1]: "Reprint"})
    if loop is Loop.CLOSED:
        (file,) = again(world, batch).files
        assert pages_of(world, file) == first_print(world, batch, left)
    else:
        child = child_of(world, batch)
        rows = manifest(world, child)
        assert [(row["piece_id"], row["set_id"], row["set_position"]) for row in rows] == [
            (left[0], left[0], 1),
            (left[1], left[0], 2),
        ]
        assert (child.envelopes, child.sheets) == (1, 2)
    assert sums(world, batch).sheets_spoiled == 2


def test_a_reprint_that_is_done_twice_is_one_print(world: World) -> None:
    _, batch = one_batch(world, 2)
    enter(world, batch, "1", Outcome.REPRINT)
    reprint = again(world, batch)
    with world.deps.database.write() as uow:
        assert uow.outbox.again(ORG, "reprint", reprint.id)
    world.run()
    retry_reprint(world.deps, ORG, reprint.id)
    assert not world.run_one()
    with world.deps.database.read() as uow:
        assert uow.reprints.get(ORG, reprint.id) == reprint
    assert [piece.prints for piece in in_order(world, batch)] == [2, 1]


def test_a_reprint_that_reads_back_differently_rings_until_it_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, batch = one_batch(world, 2)
    enter(world, batch, "1", Outcome.REPRINT)
    with monkeypatch.context() as patch:
        found = Finding("readback-differs", "The code says something else.")
        patch.setattr(reprinting, "read_file", lambda *_: ReadBack(1, (found,)))
        reprint = again(world, batch, fetched=False)
    assert (reprint.state, reprint.files) == (ReprintState.ASKED, ())
    assert [(alarm.subject_id, alarm.state) for alarm in open_alarms(world.deps, ORG)] == [(batch.id, REPRINT_FAILED)]
    assert (world.batches(batch.job_id)[0].state, world.job(batch.job_id).state) == (
        BatchState.PRINTED,
        JobState.RELEASED,
    )
    mark_printed(world.deps, ORG, batch.id, OPERATOR)
    rest(world, batch)
    with pytest.raises(Refusal, match="pieces-to-reprint"):
        complete_batch(world.deps, ORG, batch.id, OPERATOR, (3, ""))
    retry_reprint(world.deps, ORG, reprint.id)
    assert open_alarms(world.deps, ORG) == []
    world.run()
    assert piece_states(world, batch) == [PieceState.PRINTED_READY, PieceState.INSERTED]


def test_an_open_reprint_that_fails_rings_and_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.ports import Permanent  # noqa: PLC0415 - only here
    from api.usecases import composing  # noqa: PLC0415 - only here

    _, batch = one_batch(world, 2)
    enter(world, batch, "1", Outcome.REPRINT)

    def broken(*_: object) -> object:
        raise Permanent("piece-values-deleted", "gone")

    with monkeypatch.context() as patch:
        patch.setattr(composing, "gather", broken)
        reprint = again(world, batch, Loop.OPEN)
    assert [(alarm.subject_id, alarm.state) for alarm in open_alarms(world.deps, ORG)] == [
        (reprint.child_id, REPRINT_FAILED)
    ]
    assert world.job(batch.job_id).state is JobState.RELEASED
    retry_reprint(world.deps, ORG, reprint.id)
    world.run()
    assert open_alarms(world.deps, ORG) == []
    assert [each.state for each in world.batches(batch.job_id)] == [BatchState.PRINTED, BatchState.RELEASED]


def test_values_that_were_deleted_cannot_be_printed_again(world: World) -> None:
    job, batch = one_batch(world, 2)
    enter(world, batch, "1", Outcome.REPRINT)
    with world.deps.database.write() as uow:
        uow.pieces.delete_values(ORG, job.id)
    assert again(world, batch).state is ReprintState.ASKED
    assert [alarm.state for alarm in open_alarms(world.deps, ORG)] == [REPRINT_FAILED]


def test_only_damaged_pieces_of_a_batch_in_the_print_room_are_printed_again(world: World) -> None:
    by_rules(world, four_eyes=True)
    job = world.submit([record(1)], created_by="key_submitter")
    world.run()
    (batch,) = world.batches(job.id)
    for organisation, code in ((ORG, "batch-not-released"), (OTHER, "batch-not-found")):
        with pytest.raises(Refusal, match=code):
            ask_reprint(world.deps, organisation, batch.id, Loop.CLOSED, OPERATOR)
    approve_batch(world.deps, ORG, batch.id, "key_colleague")
    with pytest.raises(Refusal, match="reprint-nothing"):
        ask_reprint(world.deps, ORG, batch.id, Loop.CLOSED, OPERATOR)
    enter(world, batch, "1", Outcome.PULL)
    complete(world, batch)
    with pytest.raises(Refusal, match="batch-completed"):
        ask_reprint(world.deps, ORG, batch.id, Loop.OPEN, OPERATOR)
    with pytest.raises(Refusal, match="reprint-not-found"):
        retry_reprint(world.deps, ORG, "rpr_none")


def test_a_child_needs_no_second_approval_even_while_its_job_waits_for_the_first(world: World) -> None:
    by_rules(world, four_eyes=True)
    job = world.submit([record(1), record(2, words=LONG * 3)], created_by="key_submitter")
    world.run()
    first, second = world.batches(job.id)
    approve_batch(world.deps, ORG, first.id, "key_colleague")
    enter(world, first, "1", Outcome.REPRINT)
    child = child_of(world, first)
    assert (child.state, reload(world, second).state) == (BatchState.RELEASED, BatchState.READY)
    assert world.job(job.id).state is JobState.BATCHING
    approve_batch(world.deps, ORG, second.id, "key_colleague")
    assert world.job(job.id).state is JobState.RELEASED


def test_a_child_is_read_back_too(world: World) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    by_rules(world, mark_profile="datamatrix")
    _, batch = one_batch(world, 2)
    enter(world, batch, "2", Outcome.REPRINT)
    child = child_of(world, batch)
    with world.deps.database.read() as uow:
        (check,) = uow.checks.of_batch(ORG, child.id)
    assert check.symbols
    assert replace(check, findings=()) == check
