"""Writers made by rule: each has forms, slant, size and steadiness of its own and keeps to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from scanning.simulation.hands_forms import FORMS
from scanning.simulation.hands_motion import Motion, draw_motion, moved, pressed, trace
from scanning.simulation.hands_parts import combined
from scanning.simulation.hands_strokes import Floats, Skeleton, Stroke, Strokes, bounds, skeletons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator
    from numpy.typing import NDArray

Style: TypeAlias = Literal["european", "us", "mixed", "old"]
BOX_ASPECT = 0.75
"""Width of a box over its height that digits are shaped for; other boxes stretch them a little."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenForm:
    """How one writer writes one digit: its points with this writer's habits in them, its width and its balance.

    ``balance`` above 1 moves the middle of the digit up, below 1 down.
    """

    strokes: tuple[Skeleton, ...]
    width: float
    balance: float


@dataclass(frozen=True, slots=True)
class Placing:
    """How a writer uses a box: height and place of a digit in shares of the box, and how much these change."""

    height: float
    height_spread: float
    centre_x: float
    centre_y: float
    centre_spread: float
    over_the_line: float
    """Chance that a digit leaves its box."""


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """One writer. ``forms`` holds the usual way of writing each digit and for some another that is used at times."""

    forms: Mapping[int, tuple[WrittenForm, ...]]
    motion: Motion
    placing: Placing

    @classmethod
    def draw(cls, rng: Generator, style: Style = "european") -> Hand:
        """Draw a writer; ``mixed`` draws European and US writers alike, ``old`` Europeans of a hundred years ago.

        Equal generators give equal writers.
        """
        european = rng.random() < {"european": 0.92, "us": 0.06, "mixed": 0.5, "old": 1.0}[style]
        motion = draw_motion(rng, european=european, old=style == "old")
        forms = {digit: _written_forms(digit, rng, european=european) for digit in range(10)}
        return cls(forms, motion, _draw_placing(rng))

    def digit(self, value: int, rng: Generator) -> Strokes:
        """Write a digit once. ``value`` is 0 to 9; strokes are in shares of a box, and a few leave it by up to 0.1."""
        known = self.forms[value]
        form = known[-1] if rng.random() < 0.2 else known[0]  # noqa: PLR2004 - a second form is used now and then
        curves = trace(form.strokes, self.motion, rng)
        curves = moved(curves, self.motion, rng, width=form.width, balance=form.balance)
        return pressed(self._placed(curves, rng), self.motion, rng)

    def mark(self, kind: str, rng: Generator) -> Strokes:
        """Draw a mark that is no digit; ``scanning.simulation.hands_marks.KINDS`` lists the kinds."""
        # marks are written by hands, so their module needs this one
        from scanning.simulation.hands_marks import mark  # noqa: PLC0415 - see the line above

        return mark(self, kind, rng)

    def _placed(self, curves: list[Floats], rng: Generator) -> list[Floats]:
        """Bring curves in heights of the digit into the box."""
        low, high = bounds(curves)
        size = np.maximum(high - low, 1e-3)
        place = self.placing
        height = np.clip(place.height + place.height_spread * rng.normal(), 0.25, 0.97)
        scale = min(height / size[1], 0.94 * BOX_ASPECT / size[0])
        extent = size * scale / np.array([BOX_ASPECT, 1.0])
        wanted = np.array([place.centre_x, place.centre_y]) + place.centre_spread * rng.normal(size=2)
        spill = 0.1 if rng.random() < place.over_the_line else -0.01
        room = np.maximum(0.5 + spill - extent / 2, 0)
        centre = np.clip(wanted, 0.5 - room, 0.5 + room)
        factor = scale / np.array([BOX_ASPECT, 1.0])
        return [((curve - (low + high) / 2) * factor + centre).astype(np.float32) for curve in curves]


def written(text: str, motion: Motion, rng: Generator, *, box: tuple[float, float, float, float]) -> Strokes:
    """Write any row of a table of forms into ``box`` (left, top, width, height in shares of the box)."""
    curves = moved(trace(skeletons(text), motion, rng), motion, rng, width=1.0, balance=1.0)
    low, high = bounds(curves)
    size = np.maximum(high - low, 1e-3)
    corner, extent = np.array(box[:2]), np.array(box[2:])
    # a straight mark has no extent across itself: it keeps its shape instead of being stretched
    scale = np.minimum(extent / size, 3 * float(np.min(extent / size)))
    fitted = [((curve - (low + high) / 2) * scale + corner + extent / 2).astype(np.float32) for curve in curves]
    return pressed(fitted, motion, rng)


def joined(*parts: Strokes) -> Strokes:
    """Put strokes of several marks in one."""
    return tuple(stroke for part in parts for stroke in part)


def squeezed(strokes: Strokes, box: tuple[float, float, float, float]) -> Strokes:
    """Bring strokes of the whole box into a part of it (left, top, width, height in shares of the box)."""
    corner, extent = np.array(box[:2], dtype=np.float32), np.array(box[2:], dtype=np.float32)
    return tuple(Stroke(stroke.points * extent + corner, stroke.pressure) for stroke in strokes)


class _KnownForms(NamedTuple):
    """All forms of a digit as points, and how usual each is in Europe and in the United States, adding up to 1."""

    points: tuple[str, ...]
    european: NDArray[np.float64]
    us: NDArray[np.float64]


_ANY = 0.05
"""Chance of a form that is drawn without regard to how usual it is: any may turn up with any writer."""


@cache
def _known_forms(digit: int) -> _KnownForms:
    table, parts = FORMS[digit], combined(digit)
    points = (*[form.points for form in table], *[form.points for form in parts])
    european = _shares([form.european for form in table], [form.european for form in parts])
    us = _shares([form.us for form in table], [form.us for form in parts])
    return _KnownForms(points, european, us)


def _shares(table: list[float], parts: list[float]) -> NDArray[np.float64]:
    """Half of all writers use forms of the table, half put them together from parts, where there are any."""
    weights = np.array(table) / sum(table)
    if parts:
        weights = np.concatenate([weights, np.array(parts) / sum(parts)]) / 2
    return np.asarray(weights * (1 - _ANY) + _ANY / len(weights), np.float64)


def _written_forms(digit: int, rng: Generator, *, european: bool) -> tuple[WrittenForm, ...]:
    known = _known_forms(digit)
    weights = known.european if european else known.us
    count = 2 if rng.random() < 0.3 else 1  # noqa: PLR2004 - three in ten writers change between two forms
    chosen = rng.choice(len(weights), size=count, replace=False, p=weights / weights.sum())
    habit = rng.uniform(0.012, 0.05)
    width = float(np.exp(rng.normal(0, 0.16)))
    return tuple(_with_habits(known.points[int(i)], habit, width, rng) for i in chosen)


def _with_habits(text: str, habit: float, width: float, rng: Generator) -> WrittenForm:
    strokes = tuple(
        Skeleton((part.points + rng.normal(0, habit, part.points.shape)).astype(np.float32), part.corners)
        for part in skeletons(text)
    )
    return WrittenForm(strokes, width, float(np.exp(rng.normal(0, 0.16))))


def _draw_placing(rng: Generator) -> Placing:
    return Placing(
        height=float(rng.uniform(0.45, 0.88)),
        height_spread=float(rng.uniform(0.01, 0.05)),
        centre_x=float(rng.normal(0.5, 0.04)),
        centre_y=float(rng.normal(0.51, 0.04)),
        centre_spread=float(rng.uniform(0.01, 0.05)),
        over_the_line=float(rng.choice([0.0, 0.0, 0.05, 0.25])),
    )
