"""Households in the service: who shares an envelope, and that nobody else ever does, from records to the post."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from api.ports import BatchState, JobState, PieceState, ReadBackPolicy
from api.usecases import planning
from api.usecases.mail_runs import hand_over, open_mail_run
from api.usecases.stopping import resume_piece, stop_piece
from docgen.postal.results import Outcome
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
)
from tests.api.usecases.world import ORG, World, record

if TYPE_CHECKING:
    from api.ports import Batch, PrintJob

HOUSEHOLD = '[[rule]]\ntogether = "household"\nmax_sheets = 3\n'


def at(number: int, name: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a recipient
    base = record(number)
    return base | {"record_id": f"{name}-{number}", "recipient": base["recipient"] | {"name": name} | changes}


def envelopes(world: World, job: PrintJob) -> list[set[str]]:
    """The records in each envelope."""
    sets: dict[str, set[str]] = {}
    for piece in world.pieces(job.id):
        sets.setdefault(piece.set_id, set()).add(piece.record_id)
    return sorted(sets.values(), key=sorted)


def stopped_before_release(world: World, *records: str) -> tuple[PrintJob, Batch]:
    """Two sets, of three and two letters, of which some were stopped."""
    by_rules(world, household=TOGETHER)
    job = world.submit([*to_one_person(1, 3), *to_one_person(2, 2)])
    world.run(until=lambda: world.job(job.id).state is JobState.BATCHING)
    for piece in world.pieces(job.id):
        if piece.record_id in records:
            stop_piece(world.deps, ORG, piece.id, "betaald")
    world.run()
    (batch,) = world.batches(job.id)
    return job, batch


def test_letters_to_one_person_are_in_one_envelope_and_to_another_are_not(world: World) -> None:
    by_rules(world, household=TOGETHER)
    records = [
        at(1, "A. Jansen"),
        at(1, "a jansen", street="DORPSSTRAAT") | {"record_id": "again"},
        at(1, "B. Jansen"),
        at(1, "A. Jansen", house_number="3") | {"record_id": "elsewhere"},
        at(1, "A. Jansen", addition="A") | {"record_id": "upstairs"},
    ]
    job = world.released(records)
    assert envelopes(world, job) == [{"A. Jansen-1", "again"}, {"B. Jansen-1"}, {"elsewhere"}, {"upstairs"}]


def test_a_household_shares_up_to_as_many_sheets_as_the_rule_allows(world: World) -> None:
    by_rules(world, household=HOUSEHOLD)
    job = world.released([at(1, name) for name in ("Anna", "Bert", "Cees", "Daan")])
    assert [len(each) for each in envelopes(world, job)] == [3, 1]


def test_without_a_rule_each_letter_is_alone(world: World) -> None:
    job = world.released(to_one_person(1, 3))
    assert [len(each) for each in envelopes(world, job)] == [1, 1, 1]


def test_a_set_is_together_in_file_manifest_and_weight(world: World) -> None:
    by_rules(world, household=TOGETHER)
    _, batch = one_batch(world, [*to_one_person(1, 3), *to_one_person(2, 2)])
    rows = manifest(world, batch)
    reader = pypdf.PdfReader(io.BytesIO(world.files(batch)[batch.files[0].name]))
    people = [row["record_id"][:2] for row in rows]
    assert people in (["R1"] * 3 + ["R2"] * 2, ["R2"] * 2 + ["R1"] * 3)
    for row in rows:
        assert f"Mevrouw {row['record_id'][1]}" in reader.pages[row["first_page"] - 1].extract_text()
    of_one = [row for row in rows if row["record_id"].startswith("R1")]
    assert [(row["set_position"], row["set_size"]) for row in of_one] == [(1, 3), (2, 3), (3, 3)]
    assert len({row["control_code"] for row in of_one}) == len({row["set_id"] for row in of_one}) == 1
    # only the first brings the envelope
    assert of_one[0]["weight_mg"] > of_one[1]["weight_mg"] == of_one[2]["weight_mg"]
    assert sum(row["weight_mg"] for row in rows) == batch.weight_mg
    assert (batch.envelopes, batch.pieces) == (2, 5)


@pytest.mark.parametrize("gone", ["R1-0", "R1-1"])
def test_when_one_of_a_set_is_stopped_the_others_go(world: World, gone: str) -> None:
    _, batch = stopped_before_release(world, gone)
    rows = [row for row in manifest(world, batch) if row["record_id"].startswith("R1")]
    left = [row for row in rows if row["record_id"] != gone]
    (stopped,) = [row for row in rows if row["record_id"] == gone]
    assert (stopped["stop_reason"], stopped["file"], stopped["set_position"]) == ("betaald", "", 0)
    assert [(row["set_position"], row["set_size"]) for row in left] == [(1, 2), (2, 2)]
    assert {row["set_id"] for row in left} == {left[0]["piece_id"]}
    reader = pypdf.PdfReader(io.BytesIO(world.files(batch)[batch.files[0].name]))
    assert len(reader.pages) == 4 * 2
    assert sums(world, batch).sheets_printed == 4


def test_when_all_of_a_set_are_stopped_its_number_is_left_out(world: World) -> None:
    _, batch = stopped_before_release(world, "R1-0", "R1-1", "R1-2")
    going = {row["control_code"] for row in manifest(world, batch) if not row["stop_reason"]}
    numbers = {int(code[-6:]) for code in codes(world, batch).values()}
    assert numbers == {1, 2}
    assert len(going) == 1
    rest(world, batch)
    assert complete(world, batch).state is BatchState.COMPLETED
    assert sums(world, batch).inserted == 2


def test_one_of_a_set_that_is_resumed_is_back_in_its_envelope(world: World) -> None:
    by_rules(world, household=TOGETHER, four_eyes=True, mark_profile="datamatrix")
    world.limit(read_back=ReadBackPolicy.FULL)
    job = world.submit([*to_one_person(1, 3), *to_one_person(2, 2)])
    world.run()
    before = world.batches(job.id)[0].files
    leader = next(piece for piece in world.pieces(job.id) if piece.record_id == "R1-0")
    stop_piece(world.deps, ORG, leader.id, "betaald")
    world.run()
    assert world.batches(job.id)[0].files != before
    resume_piece(world.deps, ORG, leader.id, "storno")
    world.run()
    assert (world.batches(job.id)[0].state, world.batches(job.id)[0].files) == (BatchState.READY, before)


def test_a_set_goes_through_the_print_room_as_one(world: World) -> None:
    _, batch = stopped_before_release(world, "R1-0")
    (number,) = {p.envelope for p in in_order(world, batch) if p.record_id == "R1-1"}
    enter(world, batch, str(number), Outcome.REPRINT, "torn")
    again(world, batch)
    rest(world, batch)
    found = sums(world, batch)
    assert (found.stopped, found.inserted, found.sheets_printed, found.sheets_spoiled) == (1, 4, 6, 2)
    run = open_mail_run(world.deps, ORG, "Tonight", [complete(world, batch).id], OPERATOR)
    hand_over(world.deps, ORG, run.id, OPERATOR)
    assert sorted(piece_states(world, batch)) == [PieceState.HANDED_OVER] * 4 + [PieceState.STOPPED]


def test_a_plan_that_puts_two_people_in_one_envelope_is_never_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_rules(world, household=TOGETHER)
    placements = planning._placements

    def mixed(*given: Any) -> Any:  # noqa: ANN401 - those of _placements
        from dataclasses import replace  # noqa: PLC0415 - only here

        placed = list(placements(*given))
        return [replace(each, set_id=placed[0].set_id, envelope=1) for each in placed]

    monkeypatch.setattr(planning, "_placements", mixed)
    job = world.submit([record(1), record(2)])
    world.run()
    assert (world.job(job.id).state, world.job(job.id).error_code) == (JobState.FAILED, "set-mixes-recipients")
    assert reload(world, world.batches(job.id)[0]).files == ()
