"""How a writer moves: slant, roundness, haste and steadiness, applied to curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scanning.simulation.hands_strokes import Floats, Skeleton, Stroke, Strokes, curve, softened

if TYPE_CHECKING:
    from numpy.random import Generator

_MIDDLE = np.array([0.3, 0.5])


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """A writer's way of moving. Lengths are in heights of the digit.

    ``slant`` is the shear to the right, ``width`` the writer's own width over the usual one, ``turn`` the rotation in
    radians. ``roundness`` is the radius by which corners are rounded, in points of a curve; ``shake`` a tremor;
    ``jitter`` how far points move from one time to the next; ``bend`` a slow distortion of the plane, float (2, 2, 3).
    ``overrun`` is how far strokes end after (or before) where they should, ``hook`` the length of what is left of
    joining strokes, ``lifting`` the chance that the pen is lifted between strokes. ``push`` is how much pressure
    changes, ``taper`` how light strokes begin and end.
    """

    slant: float
    slant_spread: float
    width: float
    turn: float
    roundness: float
    shake: float
    jitter: float
    bend: Floats
    overrun: float
    overrun_spread: float
    hook: float
    lifting: float
    push: float
    taper: float


def draw_motion(rng: Generator, *, european: bool, old: bool = False) -> Motion:
    """Draw a writer's way of moving; European hands of older people lean more, those of ``old`` registers most."""
    lean = rng.normal(0.22, 0.26) if european else rng.normal(0.12, 0.22)
    if old:
        lean += 0.2
    return Motion(
        slant=float(np.clip(lean, -0.45, 1.0)),
        slant_spread=float(rng.uniform(0.01, 0.07)),
        width=float(np.exp(rng.normal(-0.12 if old else -0.02, 0.2))),
        turn=float(rng.normal(0, 0.04)),
        roundness=float(rng.choice([0.3, rng.uniform(0.5, 3.0)])),
        shake=float(rng.choice([0.0, rng.uniform(0, 0.006), rng.uniform(0, 0.016)], p=[0.5, 0.35, 0.15])),
        jitter=float(rng.uniform(0.004, 0.028)),
        bend=rng.normal(0, 0.02, (2, 2, 3)).astype(np.float32),
        overrun=float(rng.normal(0.0, 0.035)),
        overrun_spread=float(rng.uniform(0.01, 0.05)),
        hook=float(rng.choice([0.0, rng.uniform(0.03, 0.13)], p=[0.75, 0.25])),
        lifting=float(rng.choice([1.0, 0.8, 0.2], p=[0.6, 0.25, 0.15])),
        push=float(rng.uniform(0.02, 0.3)),
        taper=float(rng.choice([0.0, rng.uniform(0.2, 0.8)])),
    )


def trace(strokes: tuple[Skeleton, ...], motion: Motion, rng: Generator) -> list[Floats]:
    """Draw the curves of a form once, with what differs from one time to the next."""
    shaken = [
        Skeleton((part.points + rng.normal(0, motion.jitter, part.points.shape)).astype(np.float32), part.corners)
        for part in strokes
    ]
    curves = [_ended(softened(curve(part), motion.roundness), motion, rng) for part in _unlifted(shaken, motion, rng)]
    return [_tremble(points, motion.shake, rng) for points in curves]


def moved(curves: list[Floats], motion: Motion, rng: Generator, *, width: float, balance: float) -> list[Floats]:
    """Apply width, balance of halves, distortion, slant and rotation."""
    slant = motion.slant + motion.slant_spread * rng.normal()
    turn = motion.turn + 0.02 * rng.normal()
    bend = motion.bend + rng.normal(0, 0.006, motion.bend.shape).astype(np.float32)
    narrow = motion.width * width * float(np.exp(rng.normal(0, 0.03)))
    shear = np.array([[narrow, 0.0], [-slant * narrow**0.5, 1.0]])
    rotate = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return [_bent(_balanced(points, balance), bend) @ (shear @ rotate).astype(np.float32) for points in curves]


def pressed(curves: list[Floats], motion: Motion, rng: Generator) -> Strokes:
    """Give each point its pressure: a slow change, and lighter ends."""
    return tuple(Stroke(points, _pressure(len(points), motion, rng)) for points in curves)


def _pressure(count: int, motion: Motion, rng: Generator) -> Floats:
    t = np.linspace(0, 1, count)
    waves = sum(
        rng.normal(0, motion.push / (k + 1)) * np.sin(np.pi * (k + 1) * t + rng.uniform(0, 6)) for k in range(3)
    )
    edge = np.minimum(t, 1 - t) * count / 6
    ends = 1 - motion.taper * np.clip(1 - edge, 0, 1)
    return np.clip((1 + waves) * ends, 0.15, 1.8).astype(np.float32)


def _unlifted(strokes: list[Skeleton], motion: Motion, rng: Generator) -> list[Skeleton]:
    """Join strokes where the pen was not lifted between them."""
    result = strokes[:1]
    for part in strokes[1:]:
        if rng.random() < motion.lifting or len(part.points) > 2:  # noqa: PLR2004 - lines and bars alone are drawn on to
            result.append(part)
            continue
        last = result[-1]
        corners = np.concatenate([last.corners[:-1], [True, True], part.corners[1:]])
        result[-1] = Skeleton(np.concatenate([last.points, part.points]), corners)
    return result


def _ended(points: Floats, motion: Motion, rng: Generator) -> Floats:
    """Begin and end a stroke early or late, and leave hooks where the pen came or went."""
    for _end in range(2):
        over = motion.overrun + motion.overrun_spread * rng.normal()
        points = _lengthened(points, over) if over > 0 else _shortened(points, -over)
        if motion.hook and rng.random() < 0.5:  # noqa: PLR2004 - half of all ends show it
            points = _hooked(points, motion.hook * rng.uniform(0.4, 1.2), rng.choice([-1, 1]) * rng.uniform(0.8, 2.4))
        points = points[::-1]
    return points


def _lengthened(points: Floats, length: float) -> Floats:
    back = min(4, len(points) - 1)
    direction = points[-1] - points[-1 - back]
    reach = points[-1] + direction / max(float(np.hypot(*direction)), 1e-3) * length
    return np.concatenate([points, reach[None].astype(np.float32)])


def _shortened(points: Floats, length: float) -> Floats:
    steps = np.hypot(*np.diff(points, axis=0).T)
    keep = int(np.searchsorted(np.cumsum(steps[::-1]), min(length, 0.2 * float(steps.sum()))))
    return points[: len(points) - keep] if keep else points


def _hooked(points: Floats, length: float, angle: float) -> Floats:
    back = min(4, len(points) - 1)
    direction = points[-1] - points[-1 - back]
    direction = direction / max(float(np.hypot(*direction)), 1e-3)
    turn = np.linspace(angle / 3, angle, 3)
    steps = np.stack(
        [
            np.cos(turn) * direction[0] - np.sin(turn) * direction[1],
            np.sin(turn) * direction[0] + np.cos(turn) * direction[1],
        ],
        axis=1,
    )
    return np.concatenate([points, points[-1] + np.cumsum(steps, axis=0) * length / 3]).astype(np.float32)


def _tremble(points: Floats, shake: float, rng: Generator) -> Floats:
    if not shake or len(points) < 4:  # noqa: PLR2004 - nothing to shake
        return points
    noise = rng.normal(0, shake * 2, (len(points), 2))
    noise[1:-1] = (noise[:-2] + noise[1:-1] + noise[2:]) / 3
    return (points + noise).astype(np.float32)


def _balanced(points: Floats, balance: float) -> Floats:
    """Move the middle up or down, and leave top and bottom where they are."""
    y = points[:, 1]
    inside = np.clip(y, 0, 1)
    return np.stack([points[:, 0], y + inside**balance - inside], axis=1)


def _bent(points: Floats, bend: Floats) -> Floats:
    """Distort the plane by slow waves; float32 (n, 2)."""
    x, y = (points - _MIDDLE).T * np.pi
    basis = np.stack([np.sin(x), np.cos(1.3 * x + y), np.sin(y)])
    second = np.stack([np.cos(2 * y), np.sin(2 * y), np.sin(x - y)])
    shift = bend[:, 0] @ basis + bend[:, 1] @ second
    result: Floats = (points + shift.T - _MIDDLE).astype(np.float32)
    return result
