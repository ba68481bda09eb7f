"""Envelopes: where each letter is, what is left when one is stopped, and sums that agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from docgen.postal.batch import envelope_ranges
from docgen.postal.envelopes import (
    InEnvelope,
    envelope_of,
    envelopes_of,
    places_in_envelopes,
    without_stopped,
)
from tests.docgen.postal.making import EMPTY_MG, make_piece, sets_of

if TYPE_CHECKING:
    from docgen.postal.batch import MailPiece

SETS = sets_of([1, 3, 2], sheets=2)


def test_letters_of_an_envelope_stand_together() -> None:
    assert list(envelope_ranges(SETS)) == [range(1), range(1, 4), range(4, 6)]
    assert list(envelope_ranges([])) == []


def test_a_letter_alone_is_its_own_envelope() -> None:
    piece = make_piece(1, sheets=2, weight_mg=14_480)
    assert piece.set_id == "pce_1"
    assert places_in_envelopes([piece]) == (InEnvelope("pce_1", 1, 1, 1, 2, 14_480, 14_480),)


def test_the_first_letter_brings_the_envelope() -> None:
    places = places_in_envelopes(SETS[1:4])
    assert [(place.set_id, place.position, place.size, place.first_sheet) for place in places] == [
        ("pce_2", 1, 3, 1),
        ("pce_2", 2, 3, 3),
        ("pce_2", 3, 3, 5),
    ]
    assert [place.own_mg for place in places] == [9980 + EMPTY_MG, 9980, 9980]
    assert {(place.sheets, place.weight_mg) for place in places} == {(6, 3 * 9980 + EMPTY_MG)}


def test_when_the_first_is_stopped_the_next_one_leads() -> None:
    left = without_stopped(SETS[1:4], {"pce_2"})
    assert [(piece.piece_id, piece.set_id) for piece in left] == [("pce_3", "pce_3"), ("pce_4", "pce_3")]
    stopped, first, second = places_in_envelopes(SETS[1:4], {"pce_2"})
    assert (stopped.set_id, stopped.position, stopped.size) == ("pce_3", 0, 2)
    assert (first.position, first.first_sheet, first.own_mg) == (1, 1, 9980 + EMPTY_MG)
    assert (second.position, second.first_sheet, second.own_mg) == (2, 3, 9980)


def test_when_another_is_stopped_the_first_still_leads() -> None:
    assert [piece.set_id for piece in without_stopped(SETS[1:4], {"pce_3"})] == ["pce_2", "pce_2"]
    assert [place.position for place in places_in_envelopes(SETS[1:4], {"pce_3"})] == [1, 0, 2]


def test_an_envelope_that_is_stopped_whole_is_gone() -> None:
    stopped = {"pce_2", "pce_3", "pce_4"}
    assert without_stopped(SETS[1:4], stopped) == ()
    assert [place.size for place in places_in_envelopes(SETS[1:4], stopped)] == [0, 0, 0]
    assert list(envelopes_of(SETS, stopped)) == ["pce_1", "pce_5"]
    assert envelopes_of(SETS, {"pce_2"})["pce_2"].set_id == "pce_3"


def test_an_envelope_is_sorted_by_its_first_letter() -> None:
    envelope = envelope_of(SETS[1:4])
    assert envelope[:3] == (SETS[1].sort_key, 2, "pce_2")
    assert (envelope.letters, envelope.sheets, envelope.weight_mg) == (3, 6, 3 * 9980 + EMPTY_MG)


@given(st.lists(st.integers(1, 5), max_size=8), st.sets(st.integers(1, 40)))
def test_sheets_and_weights_add_up_whatever_is_stopped(sizes: list[int], stopped_numbers: set[int]) -> None:
    pieces = sets_of(sizes)
    stopped = {f"pce_{number}" for number in stopped_numbers}
    places = places_in_envelopes(pieces, stopped)
    live = [(piece, place) for piece, place in zip(pieces, places, strict=True) if piece.piece_id not in stopped]
    envelopes = envelopes_of(pieces, stopped).values()
    assert all(
        (place.position == 0) == (piece.piece_id in stopped) for piece, place in zip(pieces, places, strict=True)
    )
    assert sum(place.own_mg for _, place in live) == sum(envelope.weight_mg for envelope in envelopes)
    assert sum(piece.sheets for piece, _ in live) == sum(envelope.sheets for envelope in envelopes)
    assert sum(envelope.letters for envelope in envelopes) == len(live)
    _follow_each_other(live)


def _follow_each_other(live: list[tuple[MailPiece, InEnvelope]]) -> None:
    expected = 1
    for number, (piece, place) in enumerate(live):
        if place.position == 1:
            expected = 1
            assert place.set_id == piece.piece_id
        else:
            assert place.set_id == live[number - 1][1].set_id
        assert place.first_sheet == expected
        expected += piece.sheets
        if place.position == place.size:
            assert expected == place.sheets + 1
