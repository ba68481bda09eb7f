"""What people leave in a box instead of a digit, drawn in its place by the hand and pen that write beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanning.simulation.hands import joined, squeezed, written
from scanning.simulation.hands_marks import letter
from scanning.training.junk import over_one_another, plain_mark, struck_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    from scanning.simulation.filled import Box
    from scanning.simulation.hands_strokes import Strokes
    from scanning.training.sources import Writer

    Image = NDArray[np.uint8]

_KINDS = ("tick", "cross", "dash", "plus", "equals", "question", "scribble", "fill", "signature", "loops")
_LETTERS = "AEFHKMNPRTVWX"
_WORDS = ("NT", "KW", "MT", "EN", "HEE", "NEE", "KWH", "AX", "VAN", "HM")
_CORNERS = 5
"""Shapes of fewer points without a dent have nothing but corners."""
_DENTED, _LEAST_WIDE, _LEAST_AREA = 0.8, 0.6, 900.0
_NO_ONE = (0, 2, 3, 4, 5, 6, 7, 8, 9)


def box_junk(writer: Writer, box: Box, rng: Generator) -> Image:
    """How dark each pixel of a box with its margin is, 0 for untouched paper, when it holds what is no digit.

    ``writer`` writes in boxes of this size.
    """
    strokes = _drawn(writer, rng)
    if strokes is None:
        return _smudge(box, rng)
    size = box.height, box.width
    return writer.pen.ink(strokes, size, box.dpi, rng, margin_px=box.margin)


def hard_junk(writer: Writer, rng: Generator) -> Image:
    """What is taken for a digit most easily, as ``Writer.ink`` draws digits."""
    makers, weights = zip(*_HARD, strict=True)
    maker = makers[int(rng.choice(len(makers), p=np.array(weights) / sum(weights)))]
    return writer.ink_of(maker(writer, rng), rng)


def _drawn(writer: Writer, rng: Generator) -> Strokes | None:
    makers, weights = zip(*_MAKERS, strict=True)
    maker = makers[int(rng.choice(len(makers), p=np.array(weights) / sum(weights)))]
    return None if maker is None else maker(writer, rng)


def _mark(writer: Writer, rng: Generator) -> Strokes:
    return plain_mark(writer.hand, str(rng.choice(_KINDS)), rng)


def _letter(writer: Writer, rng: Generator) -> Strokes:
    return letter(writer.hand, str(rng.choice(list(_LETTERS))), rng)


def _word(writer: Writer, rng: Generator) -> Strokes:
    word = str(rng.choice(_WORDS))
    share = 1 / len(word)
    letters = [letter(writer.hand, sign, rng) for sign in word]
    low = rng.uniform(0.1, 0.4)
    boxes = [(place * share, low, share, 0.55) for place in range(len(word))]
    return joined(*[squeezed(one, box) for one, box in zip(letters, boxes, strict=True)])


def _two(writer: Writer, rng: Generator) -> Strokes:
    """Two digits beside one another; no 1, which looks like a piece of a line."""
    left, right = (writer.hand.digit(int(value), rng) for value in rng.choice(_NO_ONE, size=2))
    split = rng.uniform(0.4, 0.6)
    return joined(squeezed(left, (0, 0, split, 1)), squeezed(right, (split, 0, 1 - split, 1)))


def _three(writer: Writer, rng: Generator) -> Strokes:
    """A whole number in one box."""
    thirds = [(place / 3, rng.uniform(0.1, 0.3), 1 / 3, 0.6) for place in range(3)]
    return joined(*[squeezed(writer.hand.digit(int(rng.integers(10)), rng), third) for third in thirds])


def _beside(writer: Writer, rng: Generator) -> Strokes:
    """The edge of a digit that was meant for the next box, and a line that ran into this one."""
    side = float(rng.choice([-1, 1])) * rng.uniform(0.7, 0.9)
    digit = squeezed(writer.hand.digit(int(rng.choice(_NO_ONE)), rng), (side, 0, 1, 1))
    return joined(digit, plain_mark(writer.hand, "dash", rng))


def _outline(writer: Writer, rng: Generator) -> Strokes:
    """A closed shape with dents or corners, with strokes in it at times; a round one would be a zero."""
    points, corners = _corners(rng)
    text = [f"{x:.0f},{y:.0f}{'!' * int(sharp)}" for (x, y), sharp in zip(points, corners, strict=True)]
    inside = [_path(writer, rng, 2) for _ in range(int(rng.choice([0, 0, 1, 2])))]
    return joined(_anywhere(" ".join([*text, text[0]]), writer, rng), *inside)


def _corners(rng: Generator) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Points around a middle, and which of them are sharp."""
    while True:
        count = int(rng.integers(3, 8))
        turn, far = np.sort(rng.uniform(0, 2 * np.pi, count)), rng.uniform(10, 50, count)
        points = 50 + far[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        shape = points.astype(np.float32)
        hull = cv2.contourArea(cv2.convexHull(shape))
        wide, high = np.ptp(points, axis=0).tolist()
        few = count < _CORNERS
        dented = cv2.contourArea(shape) < _DENTED * hull
        if (few or dented) and wide > _LEAST_WIDE * high and hull > _LEAST_AREA:
            return points, np.full(count, fill_value=True) if few and not dented else rng.random(count) < rng.random()


def _wandering(writer: Writer, rng: Generator) -> Strokes:
    """One stroke that goes nowhere, with so many turns that it is no digit."""
    return _path(writer, rng, int(rng.integers(7, 12)))


def _path(writer: Writer, rng: Generator, count: int) -> Strokes:
    places = rng.uniform(0, 100, (count, 2))
    return _anywhere(" ".join([f"{x:.0f},{y:.0f}{'!' * int(rng.integers(2))}" for x, y in places]), writer, rng)


def _anywhere(text: str, writer: Writer, rng: Generator) -> Strokes:
    width, height = rng.uniform(0.45, 0.9, 2).tolist()
    left, top = rng.uniform(0.03, 0.97 - width), rng.uniform(0.03, 0.97 - height)
    return written(text, writer.hand.motion, rng, box=(left, top, width, height))


def _smudge(box: Box, rng: Generator) -> Image:
    """Wiped ink, or the ring of a cup."""
    height, width = box.height + 2 * box.margin, box.width + 2 * box.margin
    out = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 5))):
        centre = int(width * rng.uniform(0.2, 0.8)), int(height * rng.uniform(0.25, 0.75))
        axes = int(box.width * rng.uniform(0.1, 0.4)), int(box.width * rng.uniform(0.08, 0.25))
        thick = -1 if rng.random() < 0.7 else max(1, box.width // 20)  # noqa: PLR2004 - most are wiped
        level = float(rng.uniform(60, 220))
        cv2.ellipse(out, centre, axes, float(rng.uniform(-30, 30)), 0, 360, level, thick)
    soft = cv2.GaussianBlur(out, (0, 0), box.width * float(rng.uniform(0.02, 0.08)))
    grain = rng.normal(1, 0.2, soft.shape)
    result: Image = np.clip(soft * grain, 0, 255).astype(np.uint8)
    return result


_MAKERS: tuple[tuple[Callable[[Writer, Generator], Strokes] | None, float], ...] = (
    (_mark, 22),
    (_letter, 10),
    (_word, 4),
    (struck_out, 24),
    (over_one_another, 18),
    (_two, 10),
    (_three, 4),
    (_beside, 4),
    (_outline, 10),
    (_wandering, 6),
    (None, 4),
)
_HARD: tuple[tuple[Callable[[Writer, Generator], Strokes], float], ...] = (
    (_outline, 7),
    (_wandering, 5),
    (struck_out, 4),
    (over_one_another, 4),
    (_beside, 1),
    (_letter, 1),
)
