"""Penalty of masked symbols (ISO/IEC 18004:2015, 7.8.3), of many symbols at once.

Lines of modules are 64-bit words, module 0 the least bit, so that one operation moves or compares whole lines.
Arrays are uint64 of shape (symbols, 2, size, words): first the rows, then the columns, each ``words`` words long.
"""

from __future__ import annotations

from functools import lru_cache
from threading import local
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Lines: TypeAlias = NDArray[np.uint64]

WORD = 64
_ROOMS, _MOST_KEPT = 6, 8
_FINDER_MODULES = 11
_FINDER_PENALTY, _BLOCK_PENALTY, _STEP_PENALTY = 40, 3, 10


def words_of(size: int) -> int:
    """64-bit words that hold a line of ``size`` modules."""
    return -(-size // WORD)


def penalties(lines: Lines, size: int) -> NDArray[np.int64]:
    """int64, (symbols,): runs, blocks, finder-like patterns and the share of dark modules of each symbol."""
    a, b, c, *_ = room = _KEPT.of(lines.shape)
    same = _right(lines, 1, out=a)
    same ^= lines
    np.invert(same, out=same)
    same &= _places(size, 1)
    total = _BLOCK_PENALTY * _count(_blocks(lines[:, 0], same[:, 0], b[:, 0, :-1], c[:, 0, :-1]))
    pairs = np.bitwise_and(same, _right(same, 1, out=b), out=b)
    fives = np.bitwise_and(pairs, _right(pairs, 2, out=c), out=c)
    # A run of length L >= 5 costs L - 2: its L - 4 ones here, and 2 for its last.
    total += _count(fives)
    np.invert(_right(fives, 1, out=a), out=a)
    fives &= a
    total += 2 * _count(fives)
    total += _FINDER_PENALTY * _count(_finder_like(lines, _places(size, _FINDER_MODULES - 1), room))
    steps: NDArray[np.int64] = _dark_steps(size)[_count(lines[:, 0])]
    return total + steps


def _blocks(rows: Lines, same: Lines, out: Lines, spare: Lines) -> Lines:
    """Where two by two modules are alike, by their top-left one."""
    np.bitwise_xor(rows[:, :-1], rows[:, 1:], out=out)
    np.invert(out, out=out)
    out &= np.bitwise_and(same[:, :-1], same[:, 1:], out=spare)
    return out


def _finder_like(x: Lines, places: Lines, room: list[Lines]) -> Lines:
    """Where 1011101 stands beside four light modules."""
    found, all_near, any_near, all_far, any_far, spare = room
    np.bitwise_and(_right(x, 2, out=all_near), _right(x, 3, out=any_near), out=spare)
    any_near |= all_near
    any_near |= x
    np.bitwise_and(spare, x, out=all_near)
    np.bitwise_and(_right(x, 7, out=all_far), _right(x, 8, out=any_far), out=spare)
    any_far |= all_far
    any_far |= _right(x, 10, out=all_far)
    all_far &= spare
    # Light before and dark behind, or the other way round.
    all_near &= np.invert(any_far, out=any_far)
    all_far &= np.invert(any_near, out=any_near)
    all_near |= all_far
    for dark in (4, 6):
        all_near &= _right(x, dark, out=found)
    for light in (1, 5, 9):
        all_near &= np.invert(_right(x, light, out=found), out=found)
    all_near &= places
    return all_near


def _right(x: Lines, count: int, out: Lines) -> Lines:
    """Each module replaced by the one ``count`` places on in its line; light behind the end."""
    np.right_shift(x, np.uint64(count), out=out)
    if x.shape[-1] > 1:
        out[..., :-1] |= x[..., 1:] << np.uint64(WORD - count)
    return out


def _count(lines: Lines) -> NDArray[np.int64]:
    """Ones in each symbol."""
    ones: NDArray[np.uint8] = np.bitwise_count(lines)
    total: NDArray[np.int64] = ones.reshape(len(ones), -1).sum(axis=1, dtype=np.int64)
    return total


class _Rooms(local):
    """Arrays to work in, kept per thread: fresh ones would cost more than the work itself."""

    def __init__(self) -> None:
        self.of = lru_cache(maxsize=_MOST_KEPT)(self._new)

    @staticmethod
    def _new(shape: tuple[int, ...]) -> list[Lines]:
        return [np.empty(shape, np.uint64) for _ in range(_ROOMS)]


_KEPT = _Rooms()


@lru_cache(maxsize=128)
def _places(size: int, fewer: int) -> Lines:
    """(words,): ones at the first ``size - fewer`` places of a line."""
    line = (1 << (size - fewer)) - 1
    return np.frombuffer(line.to_bytes(8 * words_of(size), "little"), np.uint64)


@lru_cache(maxsize=40)
def _dark_steps(size: int) -> NDArray[np.int64]:
    """Penalty by number of dark modules, computed as the reference encoder does."""
    cells = size * size
    steps = [_STEP_PENALTY * int(abs(dark / cells * 100 - 50) / 5) for dark in range(cells + 1)]
    return np.array(steps, np.int64)
