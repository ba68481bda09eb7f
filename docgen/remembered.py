"""A memory of what was made before, for values that cost more to make than to find."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K")
V = TypeVar("V")
_REMEMBERED = 4_000
_MET_ONCE = 256


class Remembered(dict[K, V]):
    """Values by what they are made from. Only what comes a second time is remembered for long.

    Amounts and numbers of one letter would crowd out the words of all. What is forgotten is made anew, so that memory
    stays flat.
    """

    def __init__(self, make: Callable[[K], V], met_once: int = _MET_ONCE) -> None:
        """``make`` makes what is not remembered, and always the same from the same.

        ``met_once`` is how many are waited for to come again: more for what comes back seldom.
        """
        super().__init__()
        self._make = make
        self._most_once = met_once
        self._met_once: dict[K, V] = {}

    def __missing__(self, key: K) -> V:
        """Make a value, or remember one that was met before."""
        once = self._met_once
        if key in once:
            if len(self) >= _REMEMBERED:
                self.clear()
            value = self[key] = once.pop(key)
            return value
        if len(once) >= self._most_once:
            once.clear()
        value = once[key] = self._make(key)
        return value
