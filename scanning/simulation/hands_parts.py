"""Digits that writers put together from parts: how one begins, how its middle runs and how it ends, in any mixture.

Two, three, five, six, seven and nine differ most between schools and ages: bases flat, waved or looped, swan necks,
flat tops, long tails, stems hooked or straight, bars. Parts are points as in ``scanning.simulation.hands_forms``, with
how usual they are in Europe and in the United States.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import NamedTuple

from scanning.simulation.hands_forms import Form


class Part(NamedTuple):
    """A piece of a digit's path, and how usual it is in Europe and in the United States."""

    points: str
    european: float
    us: float


Digit = tuple[tuple[Part, ...], ...]

_TWO: Digit = (
    (  # the head
        Part("6,20 16,5 33,0 51,11", 5, 6),
        Part("16,24 8,28 6,16 16,4 34,0 51,12", 3, 1),
        Part("14,14 20,24 10,27 5,14 20,2 36,0 52,12", 2, 0.5),
        Part("-2,42 8,16 26,1 46,8", 2, 1),
        Part("4,8 30,1 50,9", 2, 2),
        Part("18,14 30,0 46,9", 2, 2),
        Part("22,10 32,0 43,9", 1, 1),
    ),
    (  # the neck
        Part("54,28 40,54", 4, 5),
        Part("53,30 43,48 22,72", 3, 2),
        Part("48,30 40,58 26,86", 2, 2),
        Part("56,20 52,40 28,62", 2, 1),
    ),
    (  # the base
        Part("4,98! 60,97", 5, 5),
        Part("4,96! 20,88 42,99 64,90", 4, 2),
        Part("10,92 2,92 6,82 18,86 40,98 62,90", 3, 4),
        Part("8,96 -6,90 0,77 16,80 36,96 60,96 70,86", 2, 2),
        Part("6,96! 24,92 60,84", 2, 1),
        Part("4,90! 22,88 44,98 66,106", 2, 0.5),
        Part("8,90 10,98 30,99 62,94", 2, 2),
        Part("6,97! 32,98", 1, 1),
        Part("2,96! 18,87 34,97 52,98 64,84", 3, 0.5),
    ),
)
_THREE: Digit = (
    (  # the head
        Part("6,14 20,1 42,3 52,18 44,36", 5, 7),
        Part("14,22 6,14 18,1 40,2 52,16 44,36", 3, 1),
        Part("4,4 52,2! 40,20", 3, 0.5),
        Part("4,14 6,3! 54,2! 40,20", 2, 0.2),
        Part("2,12 14,2 32,8 54,1! 38,22", 2, 0.1),
        Part("14,12 26,1 40,6 42,20 35,34", 2, 2),
        Part("-2,26 8,6 28,0 48,8 48,26 40,38", 2, 1),
    ),
    (  # the waist
        Part("24,44!", 5, 5),
        Part("31,42 25,46 33,48", 2, 3),
        Part("27,47 17,45 23,38 36,46", 3, 2),
        Part("32,40!", 2, 2),
        Part("38,45", 1, 1),
    ),
    (  # the belly and the tail
        Part("46,52 58,72 46,94 22,99 2,88", 5, 7),
        Part("46,50 60,68 50,90 24,102 -2,98 -14,88", 3, 0.5),
        Part("46,52 58,72 44,95 20,99 4,90 8,80 14,85", 2, 0.5),
        Part("46,54 50,68 38,86 14,100 -6,104", 3, 0.5),
        Part("41,53 49,70 36,92 16,98 6,92", 2, 2),
        Part("50,49 66,66 58,88 34,100 8,98", 2, 2),
        Part("48,54 56,74 40,96 0,98", 2, 1),
    ),
)
_FIVE: Digit = (
    (  # back and belly
        Part("12,4 8,44! 28,38 52,50 56,74 42,96 18,99 0,88", 5, 5),
        Part("18,8 14,42! 38,40 52,58 46,86 22,99 0,94", 4, 3),
        Part("22,6 10,44 30,42 46,58 40,86 16,100 -6,94", 3, 2),
        Part("16,8 14,50! 34,50 44,66 34,90 8,98", 2, 2),
        Part("26,6 16,36! 40,40 52,60 40,88 10,100 -12,96", 2, 0.5),
    ),
    (  # the flag
        Part("| 13,4 56,2", 4, 5),
        Part("| 18,3 62,-4", 4, 2),
        Part("| 20,6 36,0 50,6 66,-4", 4, 0.3),
        Part("| 25,0 60,-6", 2, 1),
        Part("| 12,6 74,-4", 1, 0.5),
        Part("| 15,2 50,9", 1, 1),
    ),
)
_SIX: Digit = (
    (  # the ascender
        Part("50,2 26,16 8,48", 5, 5),
        Part("54,12 46,1 26,12 10,44", 3, 0.5),
        Part("34,0 14,30 6,56", 3, 4),
        Part("26,-2 16,30 8,60", 2, 3),
        Part("60,0 40,8 18,34 6,60", 2, 1),
        Part("44,9 38,0 22,22 8,54", 1, 0.5),
    ),
    (  # the bowl
        Part("6,78 20,97 42,96 54,78 46,58 28,54 8,72", 5, 5),
        Part("8,82 18,98 34,98 43,86 36,74 22,72 10,84", 3, 3),
        Part("2,72 16,98 44,98 62,76 50,52 24,52 6,72", 2, 2),
        Part("6,80 22,98 44,94 50,76 40,62 26,64", 2, 2),
        Part("6,80 20,99 40,96 48,78 34,66 14,74 0,84", 2, 2),
        Part("6,80 22,99 46,92 50,72 34,62 20,74 27,86", 1, 1),
    ),
)
_SEVEN: Digit = (
    (  # the top
        Part("4,4 56,2!", 5, 7),
        Part("4,17 6,3! 56,3!", 4, 3),
        Part("4,14 12,3 34,8 56,0!", 3, 0.5),
        Part("0,24 8,5 30,10 58,0!", 2, 0.3),
        Part("8,8 54,4", 1, 3),
    ),
    (  # the stem
        Part("26,100", 4, 6),
        Part("35,44 24,100", 3, 3),
        Part("40,36 28,72 8,100", 2, 1),
        Part("37,48 31,80 34,100", 2, 1),
        Part("48,34 44,100", 1, 2),
    ),
    (  # the bar
        Part("", 2, 10),
        Part("| 14,48 56,46", 4, 0.5),
        Part("| 12,54 52,40", 2, 0.2),
        Part("| 20,50 60,52", 2, 0.2),
        Part("| 24,46 48,47", 1, 0.1),
    ),
)
_NINE: Digit = (
    (  # the bowl
        Part("50,14 34,2 12,8 4,28 14,48 34,48 48,34", 5, 6),
        Part("46,10 28,2 8,12 4,32 16,48 34,46 48,30", 3, 3),
        Part("40,4 10,6 5,36 27,48 46,28", 2, 1),
        Part("46,16 34,4 18,10 16,28 30,36 44,26", 2, 2),
        Part("56,16 36,0 8,6 0,24 18,40 42,36 54,22", 2, 2),
        Part("50,18 32,1 8,12 4,40 20,58 42,50 50,28", 2, 1),
        Part("38,22 44,8 28,1 8,14 6,36 24,48 42,38", 2, 0.5),
    ),
    (  # the stem
        Part("51,10! 48,100", 4, 8),
        Part("51,10! 30,100", 2, 5),
        Part("52,12 52,50 44,84 26,99 6,92", 5, 2),
        Part("52,14 53,56 42,90 18,102 -8,92 -10,80", 3, 0.5),
        Part("52,12 48,46 36,76 12,100", 3, 2),
        Part("52,10! 44,84 50,98 62,92", 1, 1),
        Part("52,14 53,60 40,94 18,102 8,88 24,80 56,74", 0.7, 0.2),
        Part("52,10! 49,76", 1, 1),
        Part("55,2! 48,100", 2, 2),
        Part("54,4! 50,62 36,94 10,100", 3, 0.5),
    ),
)
_PARTS = {2: _TWO, 3: _THREE, 5: _FIVE, 6: _SIX, 7: _SEVEN, 9: _NINE}


def combined(digit: int) -> tuple[Form, ...]:
    """Every combination of a digit's parts; none for digits that have no parts."""
    choices = product(*_PARTS[digit]) if digit in _PARTS else ()
    return tuple([_form(parts) for parts in choices])


def _form(parts: tuple[Part, ...]) -> Form:
    points = " ".join([part.points for part in parts if part.points])
    return Form(points, prod([part.european for part in parts]), prod([part.us for part in parts]))
