"""What is remembered is what would be made, and there is never too much of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docgen.remembered import Remembered


@given(st.lists(st.integers(0, 9)))
def test_a_memory_gives_what_making_gives(keys: list[int]) -> None:
    memory = Remembered(lambda key: key * key)
    assert [memory[key] for key in keys] == [key * key for key in keys]


def test_what_came_twice_is_not_made_again() -> None:
    made: list[str] = []
    memory = Remembered(lambda key: made.append(key) or key.upper())
    assert [memory["a"] for _ in range(5)] == ["A"] * 5
    assert made == ["a"]


def test_what_came_twice_stays_whatever_comes_once() -> None:
    made: list[int] = []
    memory = Remembered(lambda key: made.append(key) or -key)
    for key in (1, 1, *range(2, 2000), 1):
        assert memory[key] == -key
    assert made.count(1) == 1
    assert len(memory) == 1


def test_memory_stays_flat() -> None:
    memory = Remembered(lambda key: -key)
    most = 0
    for key in range(20_000):
        assert (memory[key], memory[key]) == (-key, -key)
        most = max(most, len(memory))
    assert most < 5_000
