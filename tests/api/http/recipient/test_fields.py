"""How a form becomes a page: what stands where, and what its drawing shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.http.recipient.drawing import drawing_of
from api.http.recipient.fields import Filled, blocks_of, choices_made
from api.http.recipient.words import languages
from api.usecases.answering.pages import what_to_ask
from docgen.reply_form import ReplyField, ReplyForm, ReplyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.api.http.recipient.scene import Letters

METER = ReplyField("m", ReplyKind.METER_READING, {"nl": "Meter"}, length=5)


def order(letters: Letters, fields: Sequence[ReplyField] | None = None) -> list[tuple[str, ...]]:
    asked = what_to_ask(letters.world.deps, letters.entry(1))
    if fields is not None:
        asked = replace(asked, form=ReplyForm("f", {"nl": "Vragen"}, tuple(fields)))
    return [tuple(view.name for view in block.fields) for block in blocks_of(asked, languages()["nl"], Filled())]


def test_ticks_stand_under_the_last_field_that_they_are_about_and_a_signature_nowhere(letters: Letters) -> None:
    assert order(letters) == [
        *(("reading",), ("day",), ("phone",), ("upkeep",), ("email",), ("emergency",)),
        *(("place",), ("words",)),
    ]


def test_ticks_about_no_field_stay_together_where_they_are(letters: Letters) -> None:
    def tick(name: str, *about: str) -> ReplyField:
        return ReplyField(name, ReplyKind.TICK, {"nl": name}, purpose_of=about)

    assert order(letters, [tick("a"), tick("b"), METER, tick("c"), tick("d", "m"), tick("e", "m")]) == [
        *(("a", "b"), ("m",), ("d", "e"), ("c",))
    ]


@pytest.mark.parametrize(
    ("length", "decimals", "black", "red", "asked"),
    [(5, 0, 5, 3, [True, False]), (8, 3, 5, 3, [True]), (3, 0, 3, 3, [True, False]), (9, 1, 8, 1, [True])],
)
def test_a_meter_is_drawn_with_the_digits_that_it_has(
    length: int, decimals: int, black: int, red: int, asked: list[bool]
) -> None:
    drawn = drawing_of(replace(METER, length=length, decimals=decimals))
    assert [sum(not one.red for one in drawn.wheels), sum(one.red for one in drawn.wheels)] == [black, red]
    assert [one.asked for one in drawn.brackets] == asked
    assert all(one.left < one.middle < one.right < drawn.width for one in drawn.brackets)
    assert {one.digit for one in drawn.wheels} <= set("0123456789")


def test_a_choice_counts_only_for_the_answer_that_it_was_made_for() -> None:
    sent = {"sure-a": "yes", "asked-a": "1", "sure-b": "candidate:9", "asked-b": "2", "sure-c": "yes", "asked-c": "0"}
    answers, insists = choices_made({"a": "1", "b": "2", "c": "3", "d": "4"}, lambda name: sent.get(name, ""))
    assert (answers, insists) == ({"a": "1", "b": "9", "c": "3", "d": "4"}, {"a"})
