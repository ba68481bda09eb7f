"""A printed slip filled in by one hand with one pen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from docgen.reply_form import ReplyKind
from scanning.simulation.hands import Hand
from scanning.simulation.pens import Pen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator
    from numpy.typing import NDArray

    from docgen.layouts.geometry import Rect
    from docgen.layouts.slip_geometry import SlipField, SlipGeometry
    from scanning.page import GreyImage
    from scanning.simulation.hands import Style

_SPILL_MM = 1.5
CANCELLED: Final = "#"
"""In an answer: this box is filled to cancel it, or holds what is no digit."""


class Writer(Protocol):
    """Who writes digits and marks into boxes."""

    def digit(self, value: int, box: Box, rng: Generator) -> NDArray[np.uint8]:
        """How dark each pixel of a box with its margin is, 0 for untouched paper."""
        ...

    def mark(self, kind: str, box: Box, rng: Generator) -> NDArray[np.uint8]:
        """The same for a mark of ``scanning.simulation.hands_marks.KINDS``."""
        ...


@dataclass(frozen=True, slots=True)
class Box:
    """A box in pixels: its height and width, the resolution and how much around it may be inked."""

    height: int
    width: int
    dpi: float
    margin: int


@dataclass(frozen=True, slots=True)
class HandWriter:
    """A hand made by rule, with its pen."""

    hand: Hand
    pen: Pen

    @classmethod
    def draw(cls, rng: Generator, style: Style = "european") -> HandWriter:
        """A writer for one slip."""
        return cls(Hand.draw(rng, style), Pen.draw(rng))

    def digit(self, value: int, box: Box, rng: Generator) -> NDArray[np.uint8]:
        """A digit as this hand writes it."""
        strokes = self.hand.digit(value, rng)
        return self.pen.ink(strokes, (box.height, box.width), box.dpi, rng, margin_px=box.margin)

    def mark(self, kind: str, box: Box, rng: Generator) -> NDArray[np.uint8]:
        """A mark as this hand draws it."""
        strokes = self.hand.mark(kind, rng)
        return self.pen.ink(strokes, (box.height, box.width), box.dpi, rng, margin_px=box.margin)


def fill_in(
    slip: GreyImage, dpi: float, geometry: SlipGeometry, answers: Mapping[str, str], writer: Writer, rng: Generator
) -> None:
    """Write answers into a slip, in place.

    Digits stand at the right of their boxes, a blank for an empty box; a date has eight digits, day first. A choice is
    answered by its values, with ``#`` before those that were cancelled; a tick, text or signature by any word.
    """
    for field in geometry.fields:
        answer = answers.get(field.name, "")
        if answer:
            for box, what in _marks(field, answer):
                _write(slip, dpi, box, what, writer, rng)


def _marks(field: SlipField, answer: str) -> list[tuple[Rect, str]]:
    """What is written in which box: a digit, or the kind of a mark."""
    match field.kind:
        case ReplyKind.CHOICE:
            words = answer.split()
            return [
                (box, "fill" if CANCELLED + choice in words else "tick")
                for box, choice in zip(field.boxes, field.choices, strict=True)
                if choice in words or CANCELLED + choice in words
            ]
        case ReplyKind.TICK:
            return [(field.boxes[0], "fill" if answer == CANCELLED else "tick")]
        case ReplyKind.TEXT | ReplyKind.SIGNATURE | ReplyKind.EMAIL:
            return [(field.boxes[0], "signature")]
        case _:
            signs = answer.rjust(len(field.boxes))
            return [(box, sign) for box, sign in zip(field.boxes, signs, strict=True) if sign != " "]


def _write(slip: GreyImage, dpi: float, rect: Rect, what: str, writer: Writer, rng: Generator) -> None:
    scale = dpi / 25.4
    margin = round(_SPILL_MM * scale)
    box = Box(round(rect.height_mm * scale), round(rect.width_mm * scale), dpi, margin)
    if what.isdigit():
        dark = writer.digit(int(what), box, rng)
    else:
        kinds = {"tick": _TICKS, CANCELLED: _NO_DIGITS}.get(what, (what,))
        kind = kinds[int(rng.integers(len(kinds)))]
        dark = writer.mark(kind, box, rng)
    top, left = round(rect.top_mm * scale) - margin, round(rect.left_mm * scale) - margin
    _ink(slip, dark, top, left)


_TICKS: Final = ("tick", "cross", "tick", "cross", "tick")
# a scribble of one stroke is a five to anybody, so it is none of these
_NO_DIGITS: Final = ("fill", "cross", "two-digits", "equals", "fill")


def _ink(slip: GreyImage, dark: NDArray[np.uint8], top: int, left: int) -> None:
    """Darken the paper; what lies outside of it is lost."""
    up, before = max(0, -top), max(0, -left)
    part = slip[max(0, top) : top + dark.shape[0], max(0, left) : left + dark.shape[1]]
    dark = dark[up : up + part.shape[0], before : before + part.shape[1]]
    np.minimum(part, 255 - dark, out=part)
