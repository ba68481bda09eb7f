"""Marks that are no digits: ticks, crosses, scribbles, what is struck through, signatures, letters, stray strokes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scanning.simulation.hands import Hand, joined, squeezed, written
from scanning.simulation.hands_forms import LETTERS, MARKS
from scanning.simulation.hands_motion import pressed
from scanning.simulation.hands_strokes import Skeleton, curve

if TYPE_CHECKING:
    from numpy.random import Generator

    from scanning.simulation.hands_strokes import Floats, Strokes

KINDS: tuple[str, ...] = (*MARKS, "scribble", "fill", "strike", "signature", "letter", "dot", "loops", "two-digits")
"""What ``Hand.mark`` draws."""


def mark(hand: Hand, kind: str, rng: Generator) -> Strokes:
    """Draw a mark of a kind; raises KeyError for a kind that is not in ``KINDS``."""
    if kind in MARKS:
        return _simple(hand, kind, rng)
    return _DRAWN[kind](hand, rng)


def letter(hand: Hand, character: str, rng: Generator) -> Strokes:
    """Write a block capital, A to Z, into the middle of the box."""
    width, height = rng.uniform(0.5, 0.8), rng.uniform(0.5, 0.85)
    corner = 0.5 - width / 2 + rng.normal(0, 0.03), 0.5 - height / 2 + rng.normal(0, 0.03)
    return written(LETTERS[character], hand.motion, rng, box=(*corner, width, height))


def struck(strokes: Strokes, hand: Hand, rng: Generator) -> Strokes:
    """Strike through what is written: one to four lines from side to side of it."""
    every = np.concatenate([stroke.points for stroke in strokes])
    low, high = every.min(axis=0), every.max(axis=0)
    angle = rng.normal(0, 0.25) if rng.random() < 0.6 else rng.uniform(-1.2, 1.2)  # noqa: PLR2004 - most are level
    lines = [_strike_line(low, high, angle + rng.normal(0, 0.1), rng) for _ in range(rng.choice([1, 2, 2, 3, 4]))]
    if len(lines) > 1 and rng.random() < 0.5:  # noqa: PLR2004 - half go to and fro without lifting
        lines = [np.concatenate([line if i % 2 else line[::-1] for i, line in enumerate(lines)])]
    return joined(strokes, pressed(lines, hand.motion, rng))


def _strike_line(low: Floats, high: Floats, angle: float, rng: Generator) -> Floats:
    centre = (low + high) / 2 + (high - low) * rng.uniform(-0.22, 0.22, 2)
    reach = max(0.55 * float((high - low).max()), 0.3) * rng.uniform(0.85, 1.25)
    t = np.linspace(-1, 1, 12)[:, None]
    direction = np.array([np.cos(angle), np.sin(angle)])
    bow = np.array([-direction[1], direction[0]]) * rng.normal(0, 0.04) * (1 - t**2)
    return (centre + direction * reach * t + bow + rng.normal(0, 0.006, (12, 2))).astype(np.float32)


def _simple(hand: Hand, kind: str, rng: Generator) -> Strokes:
    width, height = rng.uniform(0.5, 0.95, 2)
    if kind == "comma":
        width, height = rng.uniform(0.08, 0.2), rng.uniform(0.12, 0.3)
    text = MARKS[kind][rng.integers(len(MARKS[kind]))]
    left, top = rng.uniform(0.02, 1 - width), rng.uniform(0.02, 1 - height)
    return written(text, hand.motion, rng, box=(left, top, float(width), float(height)))


def _scribble(hand: Hand, rng: Generator) -> Strokes:
    """Go to and fro over the box."""
    turns = int(rng.integers(4, 14))
    low, high = rng.uniform(0.05, 0.3), rng.uniform(0.7, 0.95)
    across = np.where(np.arange(turns) % 2, low, high) + rng.normal(0, 0.07, turns)
    along = np.linspace(rng.uniform(0.05, 0.3), rng.uniform(0.7, 0.95), turns) + rng.normal(0, 0.06, turns)
    return _through(np.stack([across, along] if rng.random() < 0.5 else [along, across], axis=1), hand, rng)  # noqa: PLR2004 - either way


def _fill(hand: Hand, rng: Generator) -> Strokes:
    """Fill the box, as whoever cancels it does."""
    turns = int(rng.integers(14, 30))
    across = np.where(np.arange(turns) % 2, 0.06, 0.94) + rng.normal(0, 0.03, turns)
    along = np.linspace(0.05, 0.95, turns) + rng.normal(0, 0.015, turns)
    return _through(np.stack([across, along], axis=1), hand, rng)


def _loops(hand: Hand, rng: Generator) -> Strokes:
    """Write round and round."""
    turns = rng.uniform(1.6, 5)
    t = np.linspace(0, turns * 2 * np.pi, int(turns * 14))
    radius = rng.uniform(0.12, 0.42) * (1 + 0.25 * np.sin(t * rng.uniform(0.2, 0.6) + rng.uniform(0, 6)))
    drift = np.linspace(-0.5, 0.5, len(t)) * rng.uniform(0, 0.9)
    return _through(np.stack([0.5 + drift + radius * np.cos(t), 0.5 + radius * np.sin(t)], axis=1), hand, rng)


def _signature(hand: Hand, rng: Generator) -> Strokes:
    """Write as people sign: waves that grow flat, with loops, and sometimes a line under them."""
    count = int(rng.integers(8, 22))
    along = np.cumsum(rng.normal(0.8, 0.7, count))
    along = (along - along.min()) / max(float(np.ptp(along)), 1e-3) * 0.9 + 0.05
    fade = np.linspace(1, rng.uniform(0.2, 0.8), count)
    up = np.where(np.arange(count) % 2, -1, 1) * rng.uniform(0.05, 0.45, count) * fade
    name = _through(np.stack([along, np.clip(0.5 + up, 0.02, 0.98)], axis=1), hand, rng)
    if rng.random() < 0.4:  # noqa: PLR2004 - two in five draw a line under it
        name = joined(name, written("0,60 60,50 100,56", hand.motion, rng, box=(0.1, 0.75, 0.8, 0.1)))
    return name


def _through(points: Floats, hand: Hand, rng: Generator) -> Strokes:
    """Draw a smooth curve through points, none of it outside the box."""
    inside = np.clip(points, 0.02, 0.98).astype(np.float32)
    path = curve(Skeleton(inside, np.zeros(len(inside), dtype=np.bool_)))
    return pressed([np.clip(path, 0.0, 1.0)], hand.motion, rng)


def _strike(hand: Hand, rng: Generator) -> Strokes:
    return struck(hand.digit(int(rng.integers(10)), rng), hand, rng)


def _letter(hand: Hand, rng: Generator) -> Strokes:
    return letter(hand, str(rng.choice(list(LETTERS))), rng)


def _dot(hand: Hand, rng: Generator) -> Strokes:
    x, y = rng.uniform(0.1, 0.9, 2)
    size = rng.uniform(0.005, 0.05)
    return _through(np.array([[x, y], [x + size, y + size / 2]]), hand, rng)


def _two_digits(hand: Hand, rng: Generator) -> Strokes:
    left, right = (hand.digit(int(value), rng) for value in rng.integers(10, size=2))
    split = rng.uniform(0.4, 0.6)
    return joined(squeezed(left, (0, 0, split, 1)), squeezed(right, (split, 0, 1 - split, 1)))


_DRAWN = {
    "scribble": _scribble,
    "fill": _fill,
    "strike": _strike,
    "signature": _signature,
    "letter": _letter,
    "dot": _dot,
    "loops": _loops,
    "two-digits": _two_digits,
}
