"""Identifiers and clocks."""

from __future__ import annotations

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.adapters.fakes import FakeClock, SeededIds
from api.adapters.system import RandomIds, SystemClock
from api.ports import base32, derived_id


def test_ids_have_a_prefix_and_sort_by_time() -> None:
    early, late = (base32(millisecond, 10) for millisecond in (1_700_000_000_000, 1_700_000_000_001))
    assert early < late
    ids = {RandomIds().new("job") for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"job_[0-9a-hjkmnp-tv-z]{26}", each) for each in ids)


def test_secrets_are_long_and_differ() -> None:
    assert RandomIds().secret() != RandomIds().secret()
    assert len(RandomIds().secret()) == 52


def test_seeded_ids_repeat() -> None:
    first, second = SeededIds(7), SeededIds(7)
    made = [first.new("a"), first.new("b"), first.secret()]
    assert made == [second.new("a"), second.new("b"), second.secret()]
    assert SeededIds(8).new("a") != made[0]


@given(
    st.lists(st.text(st.characters(exclude_characters="\x1f")), max_size=3),
    st.lists(st.text(st.characters(exclude_characters="\x1f")), max_size=3),
)
def test_derived_ids_differ_exactly_when_their_parts_do(one: list[str], two: list[str]) -> None:
    same = "\x1f".join(one) == "\x1f".join(two)
    assert (derived_id("bat", *one) == derived_id("bat", *two)) is same


def test_clocks_are_aware() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
    clock = FakeClock()
    before = clock.now()
    clock.advance(1.5)
    assert clock.now() - before == timedelta(seconds=1.5)
