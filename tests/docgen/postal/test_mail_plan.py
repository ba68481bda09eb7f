"""The plan of a whole job: each letter in one envelope, batch, bundle and tray, and the same whatever the order."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.postal.batch import BatchKey, BatchLimits
from docgen.postal.enrichment import Enriched
from docgen.postal.envelopes import Envelope
from docgen.postal.mail_plan import PlannedBatch, Terms, ToPlan, plan_mail
from docgen.postal.sort_plans import builtin_plans, read_plans
from docgen.postal.sorting import Numbered, as_numbered

if TYPE_CHECKING:
    import random

EMPTY_MG = 4500
MAX_SHEETS = 8
TOY = read_plans("""
[plan.p]
title = "P"
max_bundle_pieces = 3
max_bundle_g = 60
max_tray_pieces = 6
max_tray_g = 200
[[plan.p.area]]
country = "NL"
bundle_by = 2
tray_by = 1
min_pieces = 2
rest = "Overig"
[[plan.p.area]]
country = "*"
bundle_by = 0
""")["p"]
TERMS = Terms(EMPTY_MG, BatchLimits(max_pieces=7, sheet_classes=(1, 3)), TOY)


class Row(NamedTuple):
    number: int
    place: str
    household_key: str
    sheets: int
    duplex: bool = True


def look(row: Row) -> ToPlan:
    abroad = row.place == "BE"
    postcode = "2000" if abroad else row.place
    order = (f"1BE{postcode}" if abroad else f"0NL{postcode.replace(' ', '')}00012", row.number, f"pce_{row.number}")
    weight_mg = row.sheets * 4990 + EMPTY_MG
    return ToPlan(order, "BE" if abroad else "NL", postcode, row.household_key, row.sheets, weight_mg, MAX_SHEETS)


def grouped(rows: list[Row]) -> dict[BatchKey, list[Row]]:
    groups: dict[BatchKey, list[Row]] = {}
    for row in rows:
        key = BatchKey(row.place == "BE", "dl", "a4-80", row.duplex, 0).for_sheets(row.sheets, TERMS.limits)
        groups.setdefault(key, []).append(row)
    return groups


@st.composite
def letters(draw: st.DrawFn) -> list[Row]:
    # one recipient lives at one place
    places = {"": "1234 AB", "a": "1234 AB", "b": "1299 ZZ", "c": "2500 GG", "d": "BE", "e": "BE"}
    one = st.tuples(st.sampled_from(list(places)), st.integers(1, 9), st.booleans())
    return [
        Row(n, places[key], key, sheets, duplex)
        for n, (key, sheets, duplex) in enumerate(draw(st.lists(one, max_size=40)))
    ]


def envelopes_of(batch: PlannedBatch[Row]) -> list[list[Row]]:
    found: dict[int, list[Row]] = {}
    for letter in batch.letters:
        found.setdefault(letter.envelope, []).append(letter.piece)
    assert list(found) == list(range(1, batch.envelopes + 1))
    return list(found.values())


def check_batch(batch: PlannedBatch[Row], terms: Terms) -> None:
    inside = envelopes_of(batch)
    assert 1 <= batch.envelopes <= terms.limits.max_pieces
    assert {letter.set_id for letter in batch.letters} == {f"pce_{rows[0].number}" for rows in inside}
    for rows in inside:
        assert len({(row.household_key, row.place, row.duplex) for row in rows}) == 1
        sheets = sum(row.sheets for row in rows)
        assert len(rows) == 1 or (rows[0].household_key and sheets <= MAX_SHEETS)
        assert sheets <= batch.key.max_sheets or batch.key.max_sheets == 0
    assert batch.sheets == sum(row.sheets for rows in inside for row in rows)
    assert batch.weight_mg == batch.sheets * 4990 + batch.envelopes * EMPTY_MG


@given(letters(), st.randoms())
def test_each_letter_is_planned_once_whatever_the_order(rows: list[Row], rng: random.Random) -> None:
    plan = plan_mail(grouped(rows), look, TERMS)
    assert sorted(letter.piece for batch in plan for letter in batch.letters) == sorted(rows)
    for batch in plan:
        check_batch(batch, TERMS)
        numbers = Counter((letter.bundle, letter.tray) for letter in batch.letters)
        assert min(bundle for bundle, _ in numbers) == min(tray for _, tray in numbers) == 1
        assert len({bundle for bundle, _ in numbers}) == len(numbers)
    shuffled = list(rows)
    rng.shuffle(shuffled)
    assert plan_mail(grouped(shuffled), look, TERMS) == plan


@given(letters())
def test_without_a_sort_plan_the_postal_order_stays(rows: list[Row]) -> None:
    for batch in plan_mail(grouped(rows), look, replace(TERMS, sort_plan=None)):
        firsts = [look(inside[0]).order for inside in envelopes_of(batch)]
        assert firsts == sorted(firsts)
        assert {(letter.bundle, letter.tray) for letter in batch.letters} == {(0, 0)}


@given(letters(), st.randoms())
def test_the_carriers_order_is_kept(rows: list[Row], rng: random.Random) -> None:
    sets = [letter.set_id for batch in plan_mail(grouped(rows), look, TERMS) for letter in batch.letters]
    own_ids = list(dict.fromkeys(sets))
    rng.shuffle(own_ids)
    carrier = {own_id: Enriched(own_id, n, f"B{n // 2}", "", b"") for n, own_id in enumerate(own_ids)}
    terms = replace(TERMS, carrier=carrier)
    plan = plan_mail(grouped(rows), look, terms)
    assert sorted(letter.piece for batch in plan for letter in batch.letters) == sorted(rows)
    for batch in plan:
        check_batch(batch, terms)
        order = [carrier[letter.set_id].order for letter in batch.letters]
        assert order == sorted(order)
        bundles = [carrier[letter.set_id].bundle for letter in batch.letters]
        assert len(set(bundles)) == len({letter.bundle for letter in batch.letters})


def test_what_the_carrier_does_not_know_is_sorted_by_the_plan() -> None:
    rows = [Row(1, "2500 GG", "", 1), Row(2, "1234 AB", "", 1)]
    carrier = {"pce_1": Enriched("pce_1", 1, "B1", "", b"")}
    (batch,) = plan_mail(grouped(rows), look, replace(TERMS, carrier=carrier))
    assert [letter.piece.number for letter in batch.letters] == [2, 1]


def test_nothing_to_plan_and_a_letter_twice() -> None:
    assert plan_mail({}, look, TERMS) == ()
    row = Row(1, "1234 AB", "", 1)
    with pytest.raises(ValueError, match="same piece id"):
        plan_mail(grouped([row, row]), look, TERMS)


def test_bundles_and_trays_are_known_again_when_it_is_written() -> None:
    rows = [Row(number, place, "", 1) for number, place in enumerate(["1234 AB", "1299 ZZ", "2500 GG"])]
    (batch,) = plan_mail(grouped(rows), look, TERMS)
    envelopes = [Envelope(*look(p.piece).order, "NL", p.piece.place, 1, 1, 9490) for p in batch.letters]
    numbered = [Numbered(e, p.bundle, p.tray) for e, p in zip(envelopes, batch.letters, strict=True)]
    assert [bundle.name for bundle in as_numbered(numbered, TOY).bundles] == ["1200-1299", "2500-2599"]


@pytest.mark.long
def test_planning_eighty_thousand_letters_takes_seconds() -> None:
    rows = [
        Row(n, f"{1000 + n * 7919 % 8999} AB", f"key-{n % 60_000}", n % 3 + 1) if n % 20 else Row(n, "BE", "", 1)
        for n in range(80_000)
    ]
    terms = Terms(EMPTY_MG, sort_plan=builtin_plans()["nl-4"])
    groups = grouped(rows)
    started = time.process_time()
    plan = plan_mail(groups, look, terms)
    assert time.process_time() - started < 20.0
    assert sum(len(batch.letters) for batch in plan) == 80_000
