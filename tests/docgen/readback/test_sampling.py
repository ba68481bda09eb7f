"""A sample is the same each time, of the size that was asked, and has the ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docgen.readback import sample

_IDS = st.lists(st.text("abcdef0123456789", min_size=1, max_size=6), unique=True, max_size=40)


@given(_IDS, st.integers(0, 50))
def test_a_sample_has_both_ends_and_as_many_as_asked(piece_ids: list[str], most: int) -> None:
    chosen = sample(piece_ids, most)
    assert chosen <= set(piece_ids)
    assert {*piece_ids[:1], *piece_ids[-1:]} <= chosen
    assert len(chosen) == min(len(piece_ids), max(most, len({*piece_ids[:1], *piece_ids[-1:]})))


@given(_IDS, st.integers(0, 50))
def test_a_larger_sample_holds_the_smaller_one(piece_ids: list[str], most: int) -> None:
    assert sample(piece_ids, most) <= sample(piece_ids, most + 1)


def test_a_sample_is_the_same_each_time_whatever_the_order_between_the_ends() -> None:
    piece_ids = [f"pce_{number}" for number in range(1000)]
    chosen = sample(piece_ids, 20)
    assert chosen == sample([piece_ids[0], *reversed(piece_ids[1:-1]), piece_ids[-1]], 20)
    assert chosen == sample(piece_ids, 20)
    assert sorted(chosen)[:4] == ["pce_0", "pce_104", "pce_116", "pce_267"]
