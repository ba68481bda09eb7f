"""Batches: what goes together, in which order, and in which files."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.postal.batch import (
    Batch,
    BatchKey,
    BatchLimits,
    MailPiece,
    batch_key,
    batch_key_of_set,
    plan_batches,
    split_files,
)
from tests.docgen.postal.making import make_piece, sets_of

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = BatchKey(abroad=False, envelope="e", stock="s", duplex=True, max_sheets=1)


@st.composite
def pieces(draw: st.DrawFn) -> list[MailPiece]:
    def one(number: int) -> MailPiece:
        sheets = draw(st.integers(1, 9))
        country = draw(st.sampled_from(["NL", "NL", "BE"]))
        digits, number_in_street = draw(st.integers(1000, 1002)), draw(st.integers(1, 3))
        return MailPiece(
            piece_id=f"pce_{number}",
            record_id=str(number),
            sequence=number,
            pages=sheets * 2 - draw(st.integers(0, 1)),
            sheets=sheets,
            weight_mg=sheets * 4990,
            sort_key=f"{int(country != 'NL')}{country}{digits}AB{number_in_street:05d}",
            envelope=draw(st.sampled_from(["dl", "c4"])),
            stock="a4-80",
            duplex=draw(st.booleans()),
            template="t",
            template_version="1",
            brand="b",
            language="nl",
            country=country,
        )

    return [one(number) for number in range(1, draw(st.integers(0, 25)) + 1)]


@given(pieces(), st.integers(1, 7), st.randoms())
def test_each_piece_is_in_one_batch_whatever_the_order(
    given_pieces: list[MailPiece], limit: int, rng: random.Random
) -> None:
    limits = BatchLimits(max_pieces=limit)
    plan = plan_batches(given_pieces, limits)
    ids = [piece.piece_id for batch in plan for piece in batch.pieces]
    assert sorted(ids) == sorted(piece.piece_id for piece in given_pieces)
    shuffled = list(given_pieces)
    rng.shuffle(shuffled)
    assert plan_batches(shuffled, limits) == plan
    for number, batch in enumerate(plan, 1):
        assert batch.number == number
        assert 1 <= len(batch.pieces) <= limit
        assert {(p.envelope, p.stock, p.duplex, p.country != "NL") for p in batch.pieces} == {
            (batch.key.envelope, batch.key.stock, batch.key.duplex, batch.key.abroad)
        }
        order = [(p.sort_key, p.sequence) for p in batch.pieces]
        assert order == sorted(order)
        assert all(p.sheets <= batch.key.max_sheets or batch.key.max_sheets == 0 for p in batch.pieces)


@given(pieces(), st.integers(1, 30), st.integers(1, 9), st.sets(st.integers(1, 25)))
def test_files_hold_every_printed_piece_once_and_keep_the_limits(
    given_pieces: list[MailPiece], max_pages: int, max_pieces: int, stopped_numbers: set[int]
) -> None:
    stopped = {f"pce_{number}" for number in stopped_numbers}
    batch = Batch(1, KEY, tuple(given_pieces))
    ranges = split_files(batch, max_pages, max_pieces, stopped)
    printed = [i for i, piece in enumerate(given_pieces) if piece.piece_id not in stopped]
    assert [i for r in ranges for i in r if i in printed] == printed
    for r in ranges:
        live = [given_pieces[i] for i in r if i in printed]
        assert 1 <= len(live) <= max_pieces
        assert len(live) == 1 or sum(piece.file_pages for piece in live) <= max_pages


@st.composite
def envelopes(draw: st.DrawFn) -> list[MailPiece]:
    sizes = draw(st.lists(st.integers(1, 4), max_size=12))
    pieces = sets_of(sizes, draw(st.integers(1, 3)), country=draw(st.sampled_from(["NL", "BE"])))
    return draw(st.permutations(pieces))


@given(envelopes(), st.integers(1, 7), st.integers(1, 12), st.integers(1, 9), st.sets(st.integers(1, 40)))
def test_an_envelope_is_never_cut(
    given_pieces: list[MailPiece], limit: int, max_pages: int, max_pieces: int, stopped_numbers: set[int]
) -> None:
    plan = plan_batches(given_pieces, BatchLimits(max_pieces=limit))
    assert sorted(p.piece_id for batch in plan for p in batch.pieces) == sorted(p.piece_id for p in given_pieces)
    sizes = Counter(piece.set_id for piece in given_pieces)
    stopped = {f"pce_{number}" for number in stopped_numbers}
    for batch in plan:
        assert Counter(piece.set_id for piece in batch.pieces) == {p.set_id: sizes[p.set_id] for p in batch.pieces}
        assert len({piece.set_id for piece in batch.pieces}) <= limit
        for r in split_files(batch, max_pages, max_pieces, stopped):
            inside = {p.set_id for p in batch.pieces[r.start : r.stop]}
            assert all((p.set_id in inside) == (place in r) for place, p in enumerate(batch.pieces))
            live = [p for p in batch.pieces[r.start : r.stop] if p.piece_id not in stopped]
            one = len({p.set_id for p in live}) == 1
            assert one or (len(live) <= max_pieces and sum(p.file_pages for p in live) <= max_pages)


def test_the_sheets_of_an_envelope_count_together() -> None:
    plan = plan_batches(sets_of([1, 2, 4], sheets=2), BatchLimits(sheet_classes=(1, 3, 6)))
    assert [(b.key.max_sheets, len(b.pieces)) for b in plan] == [(3, 1), (6, 2), (0, 4)]


def test_a_batch_counts_envelopes() -> None:
    plan = plan_batches(sets_of([3, 3, 3]), BatchLimits(max_pieces=2))
    assert [len(batch.pieces) for batch in plan] == [6, 3]


@pytest.mark.parametrize("change", [{"country": "BE"}, {"envelope": "c4"}, {"duplex": False}, {"household_key": "x"}])
def test_strangers_in_one_envelope_are_a_bug(change: dict[str, Any]) -> None:
    letters = [make_piece(1), make_piece(2, set_id="pce_1", **change)]
    with pytest.raises(ValueError, match="pce_1 cannot be in one envelope"):
        batch_key_of_set(letters)


def test_sheet_classes_go_apart(piece: Callable[..., MailPiece]) -> None:
    plan = plan_batches([piece(n, sheets=n) for n in range(1, 10)], BatchLimits(sheet_classes=(1, 3, 6)))
    assert [(b.key.max_sheets, len(b.pieces)) for b in plan] == [(1, 1), (3, 2), (6, 3), (0, 3)]


def test_a_key_is_one_word(piece: Callable[..., MailPiece]) -> None:
    assert batch_key(piece(1, sheets=2)).slug == "nl.nl-dl-right.a4-80.duplex.3"
    abroad = batch_key(piece(1, sheets=20, country="BE", duplex=False))
    assert abroad.slug == "abroad.nl-dl-right.a4-80.simplex.more"


def test_the_netherlands_come_before_abroad(piece: Callable[..., MailPiece]) -> None:
    plan = plan_batches([piece(1, country="BE"), piece(2), piece(3, country="DE"), piece(4, country="BE")])
    assert [[p.sequence for p in b.pieces] for b in plan] == [[2], [1, 4, 3]]


def test_a_batch_is_cut_in_postal_order(piece: Callable[..., MailPiece]) -> None:
    given_pieces = [piece(n, postcode=f"{5000 - n} AB") for n in range(1, 6)]
    plan = plan_batches(given_pieces, BatchLimits(max_pieces=2))
    assert [[p.sequence for p in b.pieces] for b in plan] == [[5, 4], [3, 2], [1]]


def test_the_same_piece_twice_is_a_bug(piece: Callable[..., MailPiece]) -> None:
    with pytest.raises(ValueError, match="pce_1"):
        plan_batches([piece(1), piece(1)])


@pytest.mark.parametrize(
    ("changes", "file_pages"),
    [
        ({"pages": 3, "sheets": 2, "duplex": True}, 4),
        ({"pages": 4, "sheets": 2, "duplex": True}, 4),
        ({"pages": 3, "sheets": 3, "duplex": False}, 3),
    ],
)
def test_a_piece_starts_on_a_front(piece: Callable[..., MailPiece], changes: dict[str, Any], file_pages: int) -> None:
    assert piece(1, **changes).file_pages == file_pages


def test_a_long_piece_has_a_file_of_its_own(piece: Callable[..., MailPiece]) -> None:
    batch = Batch(1, KEY, (piece(1), piece(2, pages=50, sheets=25), piece(3)))
    assert split_files(batch, max_pages=10, max_pieces=100) == (range(1), range(1, 2), range(2, 3))


def test_a_batch_that_is_stopped_whole_has_no_files(piece: Callable[..., MailPiece]) -> None:
    assert split_files(Batch(1, KEY, (piece(1),)), 10, 10, {"pce_1"}) == ()


def test_planning_twenty_thousand_pieces_takes_a_moment(piece: Callable[..., MailPiece]) -> None:
    rng = random.Random(1)  # noqa: S311 - test data, not a secret
    given_pieces = [piece(n, postcode=f"{rng.randrange(1000, 9999)} AB", sheets=n % 5 + 1) for n in range(1, 20_001)]
    started = time.process_time()
    plan_batches(given_pieces)
    assert time.process_time() - started < 2.0
