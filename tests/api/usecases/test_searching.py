"""Searching: by what a scanner types, by the submitter's key, and by part of a name however it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.ports import BatchState, Loop
from api.usecases.mail_runs import hand_over, open_mail_run
from api.usecases.searching import MOST_FOUND, search
from docgen.postal.marks.control import Payload, write_payload
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
    one_batch,
    rest,
    to_one_person,
)
from tests.api.usecases.world import ORG, OTHER, record

if TYPE_CHECKING:
    from tests.api.usecases.world import World


def named(number: int, name: str) -> dict[str, Any]:
    base = record(number)
    return base | {"recipient": base["recipient"] | {"name": name}}


def found(world: World, text: str) -> list[str]:
    return [each.piece.record_id for each in search(world.deps, ORG, text)]


def test_a_piece_is_found_by_what_is_on_paper_and_by_the_submitters_key(world: World) -> None:
    by_rules(world, mark_profile="datamatrix")
    _, batch = one_batch(world, 4)
    piece = in_order(world, batch)[2]
    code = codes(world, batch)[piece.id]
    mark = write_payload(Payload(batch.code, 3, 1, 1, insert=True, running=2))
    shouted = f"\t{piece.id.upper()} \r\n"
    for text in (
        piece.id,
        f" {piece.id}\n",
        piece.id.upper(),
        shouted,
        piece.record_id,
        code,
        code.lower(),
        f"{code[:6]}-{code[6:]}",
        mark,
    ):
        assert found(world, text) == [piece.record_id]
    (hit,) = search(world.deps, ORG, code)
    assert hit.name == f"Mevrouw {piece.record_id[1:]}"


def test_a_mark_with_a_wrong_character_finds_nothing(world: World) -> None:
    _, batch = one_batch(world, 2)
    mark = write_payload(Payload(batch.code, 1, 1, 1, insert=True))
    wrong = mark[:-1] + ("A" if mark[-1] != "A" else "B")
    assert found(world, wrong) == found(world, f"{batch.code}000003") == found(world, "") == []


def test_a_code_finds_all_letters_of_the_envelope(world: World) -> None:
    by_rules(world, household=TOGETHER)
    _, batch = one_batch(world, [*to_one_person(1, 3), *to_one_person(2, 2)])
    last = next(piece for piece in in_order(world, batch) if piece.record_id == "R1-2")
    assert found(world, codes(world, batch)[last.id]) == ["R1-0", "R1-1", "R1-2"]


@pytest.mark.parametrize(
    "text", ["özgür", "OZGUR", "ozgur", "O\u0308zgu\u0308r", "gür-Ja", "janssen", "  Jan  ", "JANSSEN", "Özgür-Janssen"]
)
def test_a_name_is_found_by_a_part_whatever_its_case_and_accents(world: World, text: str) -> None:
    one_batch(world, [named(1, "Özgür-Janssen"), named(2, "Groß"), named(3, "De Vries")])
    assert found(world, text) == ["R1"]
    assert found(world, "gross") == found(world, "GROSS") == ["R2"]


def test_a_name_needs_three_characters_and_is_looked_for_in_what_has_not_gone(world: World) -> None:
    _, batch = one_batch(world, [named(1, "Janssen")])
    assert found(world, "ja") == []
    rest(world, batch)
    run = open_mail_run(world.deps, ORG, "Tonight", [complete(world, batch).id], OPERATOR)
    assert found(world, "jan") == ["R1"]
    hand_over(world.deps, ORG, run.id, OPERATOR)
    assert found(world, "jan") == []
    assert found(world, "R1") == ["R1"]
    gone = search(world.deps, ORG, "janssen", frozenset(BatchState))
    assert [each.name for each in gone] == ["Janssen"]


def test_a_name_of_which_there_are_many_gives_the_first(world: World) -> None:
    one_batch(world, [named(number, "De Vries") for number in range(MOST_FOUND + 2)])
    assert len(found(world, "vries")) == MOST_FOUND


def test_nothing_of_another_organisation_is_found(world: World) -> None:
    _, batch = one_batch(world, [named(1, "Janssen")])
    (piece,) = in_order(world, batch)
    for text in (piece.id, piece.record_id, codes(world, batch)[piece.id], "janssen"):
        assert search(world.deps, OTHER, text) == []


def test_a_piece_whose_values_were_deleted_is_found_without_a_name(world: World) -> None:
    job, batch = one_batch(world, 1)
    (piece,) = in_order(world, batch)
    with world.deps.database.write() as uow:
        uow.pieces.delete_values(ORG, job.id)
    assert [(hit.piece.id, hit.name) for hit in search(world.deps, ORG, piece.id)] == [(piece.id, "")]
    assert found(world, "mevrouw") == []


def test_the_code_of_a_torn_letter_finds_it_in_the_batch_of_its_reprint(world: World) -> None:
    by_rules(world, household=TOGETHER)
    _, batch = one_batch(world, [*to_one_person(1, 2), *to_one_person(2, 2), *to_one_person(3, 2)])
    before = codes(world, batch)
    torn = in_order(world, batch)[2]
    upload_code = before[torn.id]
    enter(world, batch, "1-2", Outcome.REPRINT)
    child_id = again(world, batch, Loop.OPEN).child_id
    hits = search(world.deps, ORG, upload_code)
    assert [hit.piece.batch_id for hit in hits] == [child_id, child_id]
    assert {hit.piece.set_id for hit in hits} == {torn.set_id}
