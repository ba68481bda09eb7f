"""Sorting: every envelope in one bundle and tray, limits kept, ends and sums right, whatever order they come in."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Refusal
from docgen.postal.envelopes import Envelope
from docgen.postal.sort_plans import DEFAULT_PLAN, SortPlan, builtin_plans, read_plans
from docgen.postal.sorting import Numbered, SortedMail, as_numbered, as_planned, sort_as_given, sort_mail
from tests.docgen.postal.making import EMPTY_MG, sets_of

if TYPE_CHECKING:
    import random

PLAN = """
[plan.p]
title = "P"
max_bundle_pieces = 3
max_bundle_g = 100
max_tray_pieces = 6
max_tray_g = 250
[[plan.p.area]]
country = "NL"
bundle_by = 2
tray_by = 1
min_pieces = 2
rest = "Overig"
[[plan.p.area]]
country = "NL"
prefixes = ["10", "15"]
bundle = "Amsterdam"
tray = "Randstad"
[[plan.p.area]]
country = "*"
bundle_by = 0
tray = "Buitenland"
min_pieces = 2
rest = "Overige landen"
"""
TOY = read_plans(PLAN)["p"]


def envelope(number: int, postcode: str = "1234 AB", country: str = "NL", weight_mg: int = 10_000) -> Envelope:
    code = postcode.replace(" ", "")
    key = f"0NL{code}00012" if country == "NL" else f"1{country}{code}"
    return Envelope(key, number, f"pce_{number}", country, postcode, 1, 1, weight_mg)


@st.composite
def envelopes(draw: st.DrawFn) -> list[Envelope]:
    places = st.one_of(
        st.tuples(
            st.builds("{} AB".format, st.sampled_from([1011, 1012, 1234, 1235, 1500, 2000, 2100])), st.just("NL")
        ),
        st.sampled_from([("2000", "BE"), ("10115", "DE"), ("", "IE"), ("SW1A 1AA", "GB")]),
    )
    one = st.tuples(places, st.integers(5, 130))
    given_ones = draw(st.lists(one, max_size=40))
    return [envelope(number, *place, grams * 1000) for number, (place, grams) in enumerate(given_ones)]


def check_whole(mail: SortedMail, given_envelopes: list[Envelope]) -> None:
    """Each envelope once, numbers from 1 without holes, containers that add up, and ends where they end."""
    assert sorted(row.envelope for row in mail.envelopes) == sorted(given_envelopes)
    for containers, numbers in (
        (mail.bundles, [row.bundle for row in mail.envelopes]),
        (mail.trays, [row.tray for row in mail.envelopes]),
    ):
        assert [number for number, _ in groupby(numbers)] == [c.number for c in containers]
        assert [c.envelopes for c in containers] == [len(list(group)) for _, group in groupby(numbers)]
        assert sum(c.weight_mg for c in containers) == sum(e.weight_mg for e in given_envelopes)
    assert [row.bundle for row in mail.envelopes if row.bundle_end] == [bundle.number for bundle in mail.bundles]
    assert [row.tray for row in mail.envelopes if row.tray_end] == [tray.number for tray in mail.trays]
    assert all(row.bundle_end for row in mail.envelopes if row.tray_end)
    assert [number for tray in mail.trays for number in tray.bundles] == [bundle.number for bundle in mail.bundles]
    assert all(bundle.number in mail.trays[bundle.tray - 1].bundles for bundle in mail.bundles)


@given(envelopes(), st.randoms())
def test_each_envelope_is_in_one_bundle_and_tray_whatever_the_order(
    given_envelopes: list[Envelope], rng: random.Random
) -> None:
    mail = sort_mail(given_envelopes, TOY)
    check_whole(mail, given_envelopes)
    assert [bundle.number for bundle in mail.bundles] == list(range(1, len(mail.bundles) + 1))
    assert [tray.number for tray in mail.trays] == list(range(1, len(mail.trays) + 1))
    shuffled = list(given_envelopes)
    rng.shuffle(shuffled)
    assert sort_mail(shuffled, TOY) == mail
    for _, rows in groupby(mail.envelopes, key=lambda row: row.bundle):
        order = [row.envelope[:3] for row in rows]
        assert order == sorted(order)


@given(envelopes())
def test_limits_are_never_passed_but_by_one_heavy_envelope(given_envelopes: list[Envelope]) -> None:
    mail = sort_mail(given_envelopes, TOY)
    for bundle in mail.bundles:
        assert bundle.envelopes <= TOY.max_bundle_pieces
        assert bundle.envelopes == 1 or bundle.weight_mg <= TOY.max_bundle_mg
    for tray in mail.trays:
        assert len(tray.bundles) == 1 or tray.envelopes <= TOY.max_tray_pieces
        assert len(tray.bundles) == 1 or tray.weight_mg <= TOY.max_tray_mg


@given(envelopes())
def test_a_bundle_has_one_destination_or_is_the_rest(given_envelopes: list[Envelope]) -> None:
    mail = sort_mail(given_envelopes, TOY)
    counts = Counter(TOY.destination(e.country, e.postcode) for e in given_envelopes)
    for row in mail.envelopes:
        to = TOY.destination(row.envelope.country, row.envelope.postcode)
        rest = counts[to] < to.min_pieces
        assert mail.bundles[row.bundle - 1].name == (to.rest if rest else to.bundle)
        assert mail.trays[row.tray - 1].name == (to.rest if rest else to.tray)


@given(envelopes(), st.sets(st.integers(0, 40)))
def test_what_is_left_after_a_stop_keeps_its_numbers(given_envelopes: list[Envelope], stopped: set[int]) -> None:
    mail = sort_mail(given_envelopes, TOY)
    rows = [Numbered(*row[:3]) for row in mail.envelopes]
    assert as_numbered(rows, TOY).envelopes == mail.envelopes
    left = [row for row in rows if row.envelope.sequence not in stopped]
    after = as_numbered(left, TOY)
    assert [Numbered(*row[:3]) for row in after.envelopes] == left
    assert sum(bundle.envelopes for bundle in after.bundles) == sum(tray.envelopes for tray in after.trays) == len(left)
    assert [row.bundle for row in after.envelopes if row.bundle_end] == [bundle.number for bundle in after.bundles]
    assert [row.tray for row in after.envelopes if row.tray_end] == [tray.number for tray in after.trays]


def test_a_batch_tells_its_bundles_without_what_was_stopped() -> None:
    pieces = [replace(piece, bundle=1 + place // 4, tray=1) for place, piece in enumerate(sets_of([1, 3, 2]))]
    mail = as_planned(pieces, {"pce_2", "pce_5", "pce_6"}, TOY)
    assert [(row.envelope.set_id, row.envelope.letters) for row in mail.envelopes] == [("pce_1", 1), ("pce_3", 2)]
    assert [(row.bundle_end, row.tray_end) for row in mail.envelopes] == [(False, False), (True, True)]
    assert [(bundle.number, bundle.envelopes, bundle.weight_mg) for bundle in mail.bundles] == [
        (1, 2, 3 * 4990 + 2 * EMPTY_MG)
    ]


def test_names_stay_after_a_stop() -> None:
    mail = sort_mail([envelope(n, code) for n, code in enumerate(["1234 AB", "1235 AB", "2000 AB", "3000 AB"])], TOY)
    after = as_numbered([Numbered(*row[:3]) for row in mail.envelopes], TOY)
    assert after == mail
    assert [bundle.name for bundle in after.bundles] == ["1200-1299", "Overig"]


def test_full_bundles_and_trays_begin_another() -> None:
    mail = sort_mail([envelope(number, "1234 AB") for number in range(8)], TOY)
    assert [(b.envelopes, b.tray, b.part, b.parts) for b in mail.bundles] == [(3, 1, 1, 3), (3, 1, 2, 3), (2, 2, 3, 3)]
    assert [(t.envelopes, t.bundles, t.part, t.parts) for t in mail.trays] == [(6, (1, 2), 1, 2), (2, (3,), 2, 2)]
    assert {t.name for t in mail.trays} == {"1000-1999"}


def test_a_bundle_ends_at_its_weight() -> None:
    mail = sort_mail([envelope(number, weight_mg=60_000) for number in range(3)], TOY)
    assert [bundle.envelopes for bundle in mail.bundles] == [1, 1, 1]
    assert [tray.weight_mg for tray in mail.trays] == [180_000]


def test_few_envelopes_go_to_the_rest_at_the_end() -> None:
    codes = ["2000 AB", "1234 AB", "3000 AB", "1235 AB", "4000 AB"]
    mail = sort_mail([envelope(number, code) for number, code in enumerate(codes)], TOY)
    assert [(b.name, b.first, b.last, b.envelopes) for b in mail.bundles] == [
        ("1200-1299", "1234 AB", "1235 AB", 2),
        ("Overig", "2000 AB", "4000 AB", 3),
    ]


def test_places_with_a_name_of_their_own() -> None:
    mail = sort_mail([envelope(number, code) for number, code in enumerate(["1012 AB", "1510 AB", "1099 AB"])], TOY)
    assert [(b.name, b.first, b.last) for b in mail.bundles] == [("Amsterdam", "1012 AB", "1510 AB")]
    assert [tray.name for tray in mail.trays] == ["Randstad"]


def test_abroad_goes_by_country() -> None:
    mail = sort_mail(
        [
            envelope(n, code, to)
            for n, (code, to) in enumerate([("2000", "BE"), ("10115", "DE"), ("9000", "BE"), ("", "IE")])
        ],
        TOY,
    )
    assert [(b.name, b.country, b.first, b.last) for b in mail.bundles] == [
        ("Belgium", "BE", "2000", "9000"),
        ("Overige landen", "", "", ""),
    ]
    assert [tray.name for tray in mail.trays] == ["Buitenland", "Overige landen"]


def test_bundles_of_a_carrier_stay_as_they_were_given() -> None:
    given_ones = [
        (envelope(n, code), text)
        for n, (code, text) in enumerate([("3000 AB", "B1"), ("1000 AB", "B1"), ("2000 AB", "B2")])
    ]
    mail = sort_as_given(given_ones, TOY)
    check_whole(mail, [e for e, _ in given_ones])
    assert [row.envelope.sequence for row in mail.envelopes] == [0, 1, 2]
    assert [(b.name, b.first, b.last) for b in mail.bundles] == [
        ("B1", "1000 AB", "3000 AB"),
        ("B2", "2000 AB", "2000 AB"),
    ]


def test_nothing_to_sort() -> None:
    assert sort_mail([], TOY) == SortedMail((), (), ()) == as_numbered([], TOY) == sort_as_given([], TOY)


@pytest.mark.parametrize(
    ("plan", "code", "country", "bundle", "tray"),
    [
        ("nl-2", "1012 AB", "NL", "1000-1099", "1000-1999"),
        ("nl-4", "1012 AB", "NL", "1012", "1000-1099"),
        ("nl-2", "2000", "BE", "Belgium", "Buitenland"),
        ("nl-2", "", "IE", "Ireland", "Buitenland"),
        ("unsorted", "1012 AB", "NL", "Nederland", "Nederland"),
    ],
)
def test_seeds(plan: str, code: str, country: str, bundle: str, tray: str) -> None:
    assert DEFAULT_PLAN in builtin_plans()
    to = builtin_plans()[plan].destination(country, code)
    assert (to.bundle, to.tray) == (bundle, tray)


def test_part_of_another_country_and_letters_of_a_postcode() -> None:
    text = PLAN + '[[plan.p.area]]\ncountry = "BE"\nbundle_by = 1\n'
    plan = read_plans(text.replace("bundle_by = 2", "bundle_by = 6"))["p"]
    assert plan.destination("BE", "2000").bundle == "BE 2"
    assert plan.destination("NL", "2000 AB").bundle == "2000 AB"


def test_sorting_eighty_thousand_takes_a_moment() -> None:
    many = [envelope(n, f"{1000 + n * 7919 % 8999} AB") for n in range(80_000)]
    started = time.process_time()
    mail = sort_mail(many, builtin_plans()["nl-4"])
    assert time.process_time() - started < 8.0
    assert len(mail.envelopes) == 80_000


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[plan.p]", "[plan.p", "wrong"),
        ("max_tray_g = 250", "", "'max_tray_g'"),
        ("max_tray_g = 250", "max_tray_g = 99", "less than a bundle"),
        ("max_tray_pieces = 6", "max_tray_pieces = 2", "less than a bundle"),
        ("max_bundle_pieces = 3", "max_bundle_pieces = 0", "from 1"),
        ("bundle_by = 2", "bundle_by = true", "bundle_by"),
        ("bundle_by = 2", "bundel_by = 2", "bundel_by"),
        ('rest = "Overig"', "", "names the rest"),
        ('rest = "Overig"', "rest = 3", "rest is a text"),
        ('country = "*"', 'country = "BE"', "no area for the country '*'"),
        ('country = "*"', 'country = "XX"', "XX is no country"),
        ('country = "*"', 'country = "*"\nprefixes = ["1"]', "has no prefixes"),
        ('prefixes = ["10", "15"]', "", "two areas"),
        ('prefixes = ["10", "15"]', "prefixes = [10]", "a prefix is a text"),
        ("[[plan.p.area]]", "[[plan.q.area]]", "'area'"),
    ],
)
def test_broken_plans_are_refused_with_the_reason(old: str, new: str, why: str) -> None:
    with pytest.raises(Refusal, match="sort-plans-invalid") as refusal:
        read_plans(PLAN.replace(old, new))
    assert why in refusal.value.detail


def test_a_plan_without_its_own_areas_does_not_exist() -> None:
    with pytest.raises(ValueError, match="no area"):
        SortPlan("p", "P", (), 1, 1, 1, 1)
