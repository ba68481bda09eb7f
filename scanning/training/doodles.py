"""What is no digit and is never trained on: it shows what the network does with what it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanning.simulation.hands import written

if TYPE_CHECKING:
    from numpy.random import Generator

    from scanning.simulation.hands import Hand
    from scanning.simulation.hands_strokes import Strokes

DOODLES: dict[str, str] = {
    "star": "20,98 50,0! 80,98! 2,36! 98,36! 20,98",
    "house": "10,98 10,40! 50,2! 90,40! 90,98! 10,98! | 38,98 38,68! 62,68! 62,98",
    "face": "50,2 12,20 4,60 30,96 70,96 96,60 88,20 50,2 | 34,34 36,44 | 66,34 64,44 | 28,64 50,80 72,64",
    "heart": "50,30 36,6 10,10 6,40 50,98! 94,40 90,10 64,6 50,30",
    "arrow": "2,50 96,50! 66,22 | 96,50 66,78",
    "spiral": "50,50 58,46 60,58 44,64 34,48 46,30 70,34 78,58 60,82 30,78 16,52 26,20 60,6 94,24",
    "hash": "34,2 26,98 | 70,2 62,98 | 6,34 96,30 | 4,68 94,64",
    "percent": "90,4 10,96 | 22,4 8,18 20,34 34,20 22,4 | 80,64 66,80 78,96 94,82 80,64",
    "euro": "88,16 60,2 26,20 18,50 26,80 60,98 88,86 | 2,40 62,38 | 2,60 58,58",
    "lightning": "60,0 20,54! 56,50! 24,100! | 24,100 46,92",
    "wave": "2,60 16,30 30,60 44,30 58,60 72,30 86,60 98,34",
    "asterisk": "50,4 50,96 | 10,26 90,74 | 90,26 10,74",
}
"""Kinds, in hundredths of the box."""


def doodle(hand: Hand, rng: Generator) -> Strokes:
    """Draw any of them somewhere in the box."""
    points = list(DOODLES.values())[int(rng.integers(len(DOODLES)))]
    width, height = rng.uniform(0.5, 0.95, 2).tolist()
    left, top = rng.uniform(0.02, 0.98 - width), rng.uniform(0.02, 0.98 - height)
    return written(points, hand.motion, rng, box=(left, top, width, height))
