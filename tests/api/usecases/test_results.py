"""Results: whole or not at all, once however often they come, and an operator's word over the machine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import BatchState, JobState, Loop, Mode, PieceState, ResultSource
from api.usecases.results import accept_the_rest, apply_results_file, enter_results
from api.usecases.stopping import stop_piece
from docgen.findings import Refusal
from docgen.postal.results import MOST_REASON_CHARACTERS, Outcome
from tests.api.usecases.room import (
    MACHINE,
    OPERATOR,
    TOGETHER,
    again,
    as_file,
    by_rules,
    codes,
    complete,
    enter,
    in_order,
    one_batch,
    piece_states,
    refused,
    reload,
    rest,
    sums,
    to_one_person,
    upload,
)
from tests.api.usecases.world import ALL, ORG, OTHER, record

if TYPE_CHECKING:
    from api.ports import Batch, PieceResult
    from tests.api.usecases.world import World

READY, INSERTED, DAMAGED, PULLED, STOPPED = (
    PieceState.PRINTED_READY,
    PieceState.INSERTED,
    PieceState.DAMAGED,
    PieceState.PULLED,
    PieceState.STOPPED,
)


def ledger(world: World, batch: Batch) -> list[PieceResult]:
    with world.deps.database.read() as uow:
        return list(uow.results.of_batch(ORG, batch.id))


def with_one_stopped(world: World, count: int = 3) -> tuple[Batch, str]:
    """A batch, and a piece in the middle of it that was stopped before."""
    job = world.submit([record(number) for number in range(count)])
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    stopped = next(piece for piece in world.pieces(job.id) if piece.batch_position == 1)
    stop_piece(world.deps, ORG, stopped.id, "betaald")
    world.run()
    (batch,) = world.batches(job.id)
    return batch, stopped.id


def test_a_results_file_becomes_states_and_what_it_does_not_name_is_not_set(world: World) -> None:
    _, batch = one_batch(world)
    ids = [piece.id for piece in in_order(world, batch)]
    applied = upload(world, batch, {ids[0]: "OK", ids[1]: "Reprint", ids[2]: "PULL", codes(world, batch)[ids[3]]: "ok"})
    assert applied.changed == {Outcome.OK: 2, Outcome.REPRINT: 1, Outcome.PULL: 1}
    assert (applied.unchanged, applied.not_set, applied.left_aside) == (0, 1, ())
    assert piece_states(world, batch) == [INSERTED, DAMAGED, PULLED, INSERTED, READY]
    assert reload(world, batch).state is BatchState.PRINTED
    assert {entry.source for entry in ledger(world, batch)} == {ResultSource.INSERTER}


def test_a_file_with_a_whole_mark_in_it_is_understood(world: World) -> None:
    by_rules(world, mark_profile="datamatrix")
    _, batch = one_batch(world, 2)
    from docgen.postal.marks.control import Payload, write_payload  # noqa: PLC0415 - only here

    mark = write_payload(Payload(batch.code, 2, 1, 1, insert=True, running=1))
    assert upload(world, batch, {mark: "OK"}).changed == {Outcome.OK: 1}
    assert piece_states(world, batch) == [READY, INSERTED]


def test_the_same_bytes_again_change_nothing(world: World) -> None:
    _, batch = one_batch(world, 3)
    ids = [piece.id for piece in in_order(world, batch)]
    data = as_file({ids[0]: "OK", ids[1]: "Reprint"})
    apply_results_file(world.deps, ORG, batch.id, data, MACHINE)
    before = (ledger(world, batch), piece_states(world, batch), sums(world, batch))
    enter(world, batch, ids[1], Outcome.OK)
    applied = apply_results_file(world.deps, ORG, batch.id, data, "somebody else")
    assert (applied.changed, applied.unchanged, applied.not_set) == ({}, 2, 1)
    assert len(ledger(world, batch)) == len(before[0]) + 1
    assert piece_states(world, batch) == [INSERTED, INSERTED, READY]


def test_a_file_that_says_all_of_the_job_again_adds_what_is_new(world: World) -> None:
    _, batch = one_batch(world, 3)
    ids = [piece.id for piece in in_order(world, batch)]
    upload(world, batch, {ids[0]: "OK", ids[1]: "Reprint"})
    applied = upload(world, batch, {ids[0]: "OK", ids[1]: "Reprint", ids[2]: "OK"})
    assert (applied.changed, applied.unchanged) == ({Outcome.OK: 1}, 2)
    assert len(ledger(world, batch)) == 3


def test_such_a_file_is_understood_while_a_reprint_is_made_and_after_it(world: World) -> None:
    _, batch = one_batch(world, 3)
    ids = [piece.id for piece in in_order(world, batch)]
    upload(world, batch, {ids[0]: "Reprint"})
    from api.usecases.reprinting import ask_reprint  # noqa: PLC0415 - only here

    ask_reprint(world.deps, ORG, batch.id, Loop.CLOSED, OPERATOR)
    assert upload(world, batch, {ids[0]: "Reprint", ids[1]: "OK"}).unchanged == 1
    world.run()
    applied = upload(world, batch, {ids[0]: "Reprint", ids[1]: "OK", ids[2]: "OK"})
    assert [finding.code for finding in applied.left_aside] == ["result-left-aside"]
    assert (applied.changed, applied.not_set) == ({Outcome.OK: 1}, 1)
    assert piece_states(world, batch) == [READY, INSERTED, INSERTED]
    assert upload(world, batch, {ids[0]: "OK", ids[1]: "OK", ids[2]: "OK"}).not_set == 0


def test_a_machine_that_says_ok_of_the_first_print_again_says_nothing_of_the_reprint(world: World) -> None:
    _, batch = one_batch(world, 2)
    first, second = [piece.id for piece in in_order(world, batch)]
    upload(world, batch, {first: "OK"})
    enter(world, batch, first, Outcome.REPRINT, "torn in the tray")
    again(world, batch)
    applied = upload(world, batch, {first: "OK", second: "OK"})
    assert [finding.code for finding in applied.left_aside] == ["result-left-aside"]
    assert piece_states(world, batch) == [READY, INSERTED]
    upload(world, batch, [(first, "OK", "2")], head="piece_id,result,print")
    assert piece_states(world, batch) == [INSERTED, INSERTED]


def test_after_a_reprint_a_damaged_one_needs_the_number_of_its_print(world: World) -> None:
    _, batch = one_batch(world, 1)
    (piece,) = in_order(world, batch)
    enter(world, batch, "1", Outcome.REPRINT)
    again(world, batch)
    assert refused(world, batch, {piece.id: "Reprint"}) == ["result-print-missing"]
    head = "piece_id,result,print"
    assert refused(world, batch, [(piece.id, "OK", "1")], head=head) == ["result-of-other-print"]
    assert refused(world, batch, [(piece.id, "OK", "3")], head=head) == ["result-of-other-print"]
    assert upload(world, batch, [(piece.id, "Reprint", "1")], head=head).unchanged == 1
    both = [(piece.id, "Reprint", "1"), (piece.id, "Reprint", "2")]
    assert upload(world, batch, both, head=head).changed == {Outcome.REPRINT: 1}
    assert sums(world, batch).sheets_spoiled == 2


def test_the_first_print_in_an_open_reprint_needs_no_number(world: World) -> None:
    _, batch = one_batch(world, 2)
    enter(world, batch, "1-2", Outcome.REPRINT)
    child_id = again(world, batch, Loop.OPEN).child_id
    assert child_id is not None
    with world.deps.database.read() as uow:
        child = uow.batches.get(ORG, child_id)
    first, second = [piece.id for piece in in_order(world, child)]
    assert upload(world, child, {first: "Reprint", second: "OK"}).changed == {Outcome.REPRINT: 1, Outcome.OK: 1}


def test_rows_that_contradict_each_other_refuse_the_file(world: World) -> None:
    _, batch = one_batch(world, 2)
    first = in_order(world, batch)[0].id
    assert refused(world, batch, [(first, "OK"), (first, "Reprint")]) == ["result-contradicts"]
    assert refused(world, batch, [(first, "OK"), (codes(world, batch)[first], "PULL")]) == ["result-contradicts"]
    assert piece_states(world, batch) == [READY, READY]
    assert (ledger(world, batch), reload(world, batch).state) == ([], BatchState.RELEASED)


def test_one_row_that_cannot_be_applied_keeps_all_from_it(world: World) -> None:
    _, batch = one_batch(world, 2)
    _, elsewhere = one_batch(world, [record(77)])
    ids = [piece.id for piece in in_order(world, batch)]
    (strange,) = in_order(world, elsewhere)
    wrong = [strange.id, codes(world, elsewhere)[strange.id], "pce_00000000000000000000", batch.code + "000009"]
    found = [*["result-of-other-batch"] * 2, *["result-piece-unknown"] * 2]
    assert refused(world, batch, {ids[0]: "OK"} | dict.fromkeys(wrong, "OK")) == found
    assert piece_states(world, batch) == [READY, READY]
    # and the very file can be sent again once the batch has them
    assert refused(world, batch, {ids[0]: "OK"} | dict.fromkeys(wrong, "OK")) == found


def damaged_in(world: World, by_machine: str) -> tuple[Batch, Batch, bytes]:
    """A batch, the batch of its open reprint, and the file of the inserter that only says what it damaged."""
    _, batch = one_batch(world, 4)
    ids = [piece.id for piece in in_order(world, batch)]
    rows = dict.fromkeys(ids[:2], by_machine)
    upload(world, batch, rows)
    enter(world, batch, "1-2", Outcome.REPRINT)
    child_id = again(world, batch, Loop.OPEN).child_id
    assert child_id is not None
    with world.deps.database.read() as uow:
        return batch, uow.batches.get(ORG, child_id), as_file(rows)


@pytest.mark.parametrize("by_machine", ["Reprint", "OK"])
def test_the_file_of_a_batch_is_refused_by_the_batch_of_its_reprint(world: World, by_machine: str) -> None:
    batch, child, only_damaged = damaged_in(world, by_machine)
    moved = [piece.id for piece in in_order(world, child)]
    stayed = [piece.id for piece in in_order(world, batch)]
    for whole in (only_damaged, only_damaged + as_file(dict.fromkeys(stayed, "OK"), head="")):
        with pytest.raises(Refusal, match="results-refused") as caught:
            apply_results_file(world.deps, ORG, child.id, whole, MACHINE)
        found = [(each.code, batch.id in each.message) for each in caught.value.findings]
        of_stayed = [("result-of-other-batch", True)] * 2 if whole is not only_damaged else []
        assert found == [("result-print-missing", True)] * 2 + of_stayed
    old = codes(world, batch)
    assert refused(world, child, {old[piece]: "Reprint" for piece in moved}) == ["result-of-other-batch"] * 2
    assert (piece_states(world, child), ledger(world, child)) == ([READY, READY], [])


def test_what_the_inserter_says_of_a_reprint_counts_when_it_is_clear_that_it_does(world: World) -> None:
    _, child, _ = damaged_in(world, "Reprint")
    first, second = [piece.id for piece in in_order(world, child)]
    assert upload(world, child, {codes(world, child)[first]: "Reprint"}).changed == {Outcome.REPRINT: 1}
    head = "piece_id,result,print"
    assert upload(world, child, [(second, "Reprint", "2")], head=head).changed == {Outcome.REPRINT: 1}


def test_the_file_of_a_reprint_is_refused_by_the_batch_that_it_came_from(world: World) -> None:
    batch, child, _ = damaged_in(world, "Reprint")
    first, second = [piece.id for piece in in_order(world, child)]
    marks = codes(world, child)
    for key in (first, marks[first], marks[second]):
        assert refused(world, batch, {key: "OK"}) == ["result-of-other-batch"]
    assert refused(world, batch, {marks[first]: "Reprint"}) == ["result-of-other-batch"]
    assert refused(world, batch, [(first, "Reprint", "2")], head="piece_id,result,print") == ["result-of-other-batch"]


def test_a_stopped_piece_has_no_result_but_a_range_may_pass_over_it(world: World) -> None:
    batch, stopped = with_one_stopped(world)
    for key in (stopped, codes(world, batch)[stopped]):
        assert refused(world, batch, {key: "OK"}) == ["result-of-stopped-piece"]
    with pytest.raises(Refusal, match="results-refused"):
        enter(world, batch, "2", Outcome.OK)
    applied = enter(world, batch, "1-3", Outcome.OK)
    assert [finding.code for finding in applied.left_aside] == ["result-of-stopped-piece"]
    assert piece_states(world, batch) == [INSERTED, STOPPED, INSERTED]


def test_a_stopped_piece_in_a_set_has_no_result_either(world: World) -> None:
    by_rules(world, household=TOGETHER)
    job = world.submit(to_one_person(1, 2))
    world.run(until=lambda: world.job(job.id).state is JobState.COMPOSING)
    leader, follower = world.pieces(job.id)
    stop_piece(world.deps, ORG, leader.id, "betaald")
    world.run()
    (batch,) = world.batches(job.id)
    assert refused(world, batch, {leader.id: "OK"}) == ["result-of-stopped-piece"]
    upload(world, batch, {follower.id: "OK"})
    assert piece_states(world, batch) == [STOPPED, INSERTED]


@pytest.mark.parametrize("by_code", [True, False])
def test_an_envelope_moves_whole_whichever_of_its_letters_is_named(world: World, *, by_code: bool) -> None:
    by_rules(world, household=TOGETHER)
    _, batch = one_batch(world, [*to_one_person(1, 3), *to_one_person(2, 2)])
    named = next(piece for piece in in_order(world, batch) if piece.record_id == "R1-2")
    applied = upload(world, batch, {codes(world, batch)[named.id] if by_code else named.id: "Reprint"})
    assert applied.changed == {Outcome.REPRINT: 3}
    inside = {piece.id for piece in in_order(world, batch) if piece.set_id == named.set_id}
    assert {piece.id for piece in in_order(world, batch) if piece.state is DAMAGED} == inside
    contradicting = dict.fromkeys(inside, "OK") | {named.id: "Pull"}
    assert set(refused(world, batch, contradicting)) == {"result-contradicts"}


def test_what_an_operator_said_stands_over_the_machine(world: World) -> None:
    _, batch = one_batch(world, 3)
    ids = [piece.id for piece in in_order(world, batch)]
    enter(world, batch, "1", Outcome.REPRINT, "a page of somebody else")
    enter(world, batch, ids[1], Outcome.PULL, "the family asked")
    applied = upload(world, batch, dict.fromkeys(ids, "OK"))
    assert applied.changed == {Outcome.OK: 1}
    assert {finding.place.record for finding in applied.left_aside} == set(ids[:2])
    assert piece_states(world, batch) == [DAMAGED, PULLED, INSERTED]
    enter(world, batch, "1", Outcome.OK, "it was whole after all")
    assert piece_states(world, batch)[0] is INSERTED


def test_ranges_ids_and_codes_can_be_entered_together(world: World) -> None:
    _, batch = one_batch(world, 8)
    ids = [piece.id for piece in in_order(world, batch)]
    enter(world, batch, f"2-4, 6; {ids[7]} {codes(world, batch)[ids[0]]}", Outcome.REPRINT, "water")
    damaged = [place for place, state in enumerate(piece_states(world, batch)) if state is DAMAGED]
    assert damaged == [0, 1, 2, 3, 5, 7]
    assert {entry.reason for entry in ledger(world, batch)} == {"water"}
    with world.deps.database.read() as uow:
        (event,) = uow.events.of_subject(ORG, ids[7], ALL).items
    assert (event.name, event.data["reason"], event.data["by"]) == ("piece-damaged", "water", OPERATOR)


@pytest.mark.parametrize("ranges", ["", "0", "3-2", "x-y", "1-9", "999999", "pce_none"])
def test_ranges_that_mean_nothing_are_refused(world: World, ranges: str) -> None:
    _, batch = one_batch(world, 2)
    with pytest.raises(Refusal, match="results-refused"):
        enter(world, batch, ranges, Outcome.OK)
    assert piece_states(world, batch) == [READY, READY]


def test_ranges_over_each_other_are_refused_before_they_are_counted_out(world: World) -> None:
    _, batch = one_batch(world, 2)
    with pytest.raises(Refusal, match="results-too-many"):
        enter(world, batch, "1-999999 " * 100_000, Outcome.OK)
    assert enter(world, batch, "1-2 " * 100, Outcome.OK).changed == {Outcome.OK: 2}


def test_a_reason_is_short_and_printable(world: World) -> None:
    _, batch = one_batch(world, 1)
    for reason in ("x" * (MOST_REASON_CHARACTERS + 1), "a\x07bell"):
        with pytest.raises(Refusal, match="reason-invalid"):
            enter(world, batch, "1", Outcome.PULL, reason)


def test_all_others_are_ok_but_what_was_said_and_what_was_stopped_stay(world: World) -> None:
    batch, _ = with_one_stopped(world, 5)
    enter(world, batch, "1", Outcome.REPRINT)
    enter(world, batch, "3", Outcome.PULL)
    assert rest(world, batch).changed == {Outcome.OK: 2}
    assert piece_states(world, batch) == [DAMAGED, STOPPED, PULLED, INSERTED, INSERTED]
    assert rest(world, batch).changed == {}
    assert sums(world, batch).not_set == 0


def test_all_others_leaves_a_reprint_that_nobody_fetched(world: World) -> None:
    _, batch = one_batch(world, 2)
    enter(world, batch, "1", Outcome.REPRINT)
    again(world, batch, fetched=False)
    applied = rest(world, batch)
    assert (applied.changed, applied.not_set) == ({Outcome.OK: 1}, 1)
    assert [finding.code for finding in applied.left_aside] == ["result-left-aside"]
    enter(world, batch, "1", Outcome.OK)
    assert piece_states(world, batch) == [INSERTED, INSERTED]


def test_what_went_to_an_open_reprint_is_only_heard_of_again(world: World) -> None:
    _, batch = one_batch(world, 3)
    ids, marks = [piece.id for piece in in_order(world, batch)], codes(world, batch)
    upload(world, batch, {ids[1]: "Reprint"})
    again(world, batch, Loop.OPEN)
    assert upload(world, batch, {ids[0]: "OK", ids[1]: "Reprint"}).unchanged == 1
    assert upload(world, batch, {marks[ids[0]]: "OK", marks[ids[1]]: "Reprint"}).unchanged == 2
    for key in (ids[1], marks[ids[1]]):
        assert refused(world, batch, {key: "OK"}) == ["result-of-other-batch"]
    with pytest.raises(Refusal, match="results-refused"):
        enter(world, batch, "2", Outcome.REPRINT)
    applied = enter(world, batch, "1-3", Outcome.OK)
    assert (applied.changed, len(applied.left_aside)) == ({Outcome.OK: 1}, 1)


def test_nothing_is_said_of_a_batch_before_its_release_or_after_it_is_complete(world: World) -> None:
    by_rules(world, four_eyes=True)
    job = world.submit([record(1)])
    world.run()
    (batch,) = world.batches(job.id)
    (piece,) = world.pieces(job.id)
    with pytest.raises(Refusal, match="batch-not-released"):
        upload(world, batch, {piece.id: "OK"})
    from api.usecases.releasing import approve_batch  # noqa: PLC0415 - only here

    approve_batch(world.deps, ORG, batch.id, "key_colleague")
    upload(world, batch, {piece.id: "OK"})
    complete(world, batch)
    for act in (
        lambda: upload(world, batch, {piece.id: "Reprint"}),
        lambda: enter(world, batch, "1", Outcome.PULL),
        lambda: rest(world, batch),
    ):
        with pytest.raises(Refusal, match="batch-completed"):
            act()
    assert piece_states(world, batch) == [INSERTED]


def test_another_organisation_has_no_such_batch(world: World) -> None:
    _, batch = one_batch(world, 1)
    (piece,) = in_order(world, batch)
    for act in (
        lambda: apply_results_file(world.deps, OTHER, batch.id, as_file({piece.id: "OK"}), MACHINE),
        lambda: enter_results(world.deps, OTHER, batch.id, "1", Outcome.OK, (OPERATOR, "")),
        lambda: accept_the_rest(world.deps, OTHER, batch.id, OPERATOR),
    ):
        with pytest.raises(Refusal, match="batch-not-found"):
            act()


def test_a_file_that_is_no_results_file_is_refused_with_its_rows(world: World) -> None:
    _, batch = one_batch(world, 1, mode=Mode.TEST)
    (piece,) = in_order(world, batch)
    with pytest.raises(Refusal, match="results-refused") as caught:
        upload(world, batch, [(piece.id, "OK"), (piece.id, "fine"), ("", "OK")])
    assert [(finding.code, finding.place.row) for finding in caught.value.findings] == [
        ("result-unknown", 3),
        ("result-key-invalid", 4),
    ]
