"""Pools of inputs for training and measuring, each input made as the reader makes it."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanning.digits.normalise import SIDE, normalise
from scanning.training.box_junk import hard_junk
from scanning.training.degrade import scanned, warped, with_neighbours, with_rim
from scanning.training.junk import Digits, junk_ink
from scanning.training.slips import cut_from_slip, full_slip
from scanning.training.sources import Writer, real_ink

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

JUNK = 10
"""The label of what is no digit."""
_CHUNK = 2000
_TRIES = 3
_ALIKE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """``images`` uint8 (n, 28, 28) as ``normalise`` makes them, ``labels`` uint8 (n,), 10 for junk."""

    images: Image
    labels: NDArray[np.uint8]

    def __add__(self, other: Pool) -> Pool:
        """Put two pools together."""
        return Pool(np.concatenate([self.images, other.images]), np.concatenate([self.labels, other.labels]))


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What to make: ``kind`` is european, us, real, junk, hard, slips or doodles; ``digits`` are real ones to use."""

    kind: str
    count: int
    seed: int
    digits: Digits


def make_pool(order: Order, processes: int) -> Pool:
    """Make a pool. The number of processes does not change what comes out."""
    starts = range(0, order.count, _CHUNK)
    parts = [
        Order(order.kind, min(_CHUNK, order.count - s), order.seed * 1000 + i, order.digits)
        for i, s in enumerate(starts)
    ]
    if processes == 1:
        pools = [_chunk(part) for part in parts]
    else:
        with ProcessPoolExecutor(processes) as executor:
            pools = list(executor.map(_chunk, parts))
    return Pool(np.concatenate([p.images for p in pools]), np.concatenate([p.labels for p in pools]))


def _chunk(order: Order) -> Pool:
    cv2.setNumThreads(1)
    rng = np.random.default_rng(order.seed)
    if order.kind in ("slips", "doodles"):
        return _from_slips(order, rng)
    images = np.empty((order.count, SIDE, SIDE), dtype=np.uint8)
    labels = np.empty(order.count, dtype=np.uint8)
    make = _KINDS[order.kind]
    writer = None
    for i in range(order.count):
        # one writer fills a few boxes, as on a slip
        if writer is None or i % 5 == 0:
            writer = Writer.draw(rng, "us" if order.kind == "us" else "european", old=rng.random() < 0.35)  # noqa: PLR2004 - old registers
        crop, labels[i] = make(writer, order.digits, rng)
        images[i] = normalise(crop)
        if labels[i] < JUNK and not images[i].any():
            labels[i] = JUNK
    return Pool(images, labels)


def _from_slips(order: Order, rng: Generator) -> Pool:
    geometry, parts, count = full_slip(), list[Pool](), 0
    while count < order.count:
        cut = cut_from_slip(geometry, order.digits, rng, doodling=order.kind == "doodles")
        parts.append(Pool(cut.images, cut.labels))
        count += len(cut.labels)
    images, labels = np.concatenate([p.images for p in parts]), np.concatenate([p.labels for p in parts])
    return Pool(images[: order.count], labels[: order.count])


def _made(writer: Writer, _digits: Digits, rng: Generator) -> tuple[Image, int]:
    label = int(rng.integers(10))
    ink = writer.ink(label, rng)
    if rng.random() < 0.5:  # noqa: PLR2004 - half are bent as paper bends them
        ink = warped(ink, rng, 0.6)
    # some are cut from running text
    neighbour = writer.ink(int(rng.integers(10)), rng) if rng.random() < 0.15 else None  # noqa: PLR2004 - as said
    if rng.random() > 0.4:  # noqa: PLR2004 - the others are cut out as collections of digits are
        return _boxed(ink, rng, neighbour), label
    small = _cut_out(ink, ink if neighbour is None else with_neighbours(ink, neighbour, rng), rng)
    return (_boxed(small, rng) if rng.random() < 0.5 else small), label  # noqa: PLR2004 - half come clean


def _cut_out(ink: Image, around: Image, rng: Generator) -> Image:
    """Cut close round a digit and make a small square of it, often without regard to its width."""
    rows, columns = np.nonzero(ink > 60)  # noqa: PLR2004 - ink, not its edge
    if len(rows) == 0:
        return ink
    top, bottom, left, right = int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1
    margin = (rng.uniform(-0.02, 0.22, 4) * (bottom - top)).astype(int)
    cut = around[max(0, top - margin[0]) : bottom + margin[1], max(0, left - abs(margin[2])) : right + abs(margin[3])]
    side = SIDE if rng.random() < 0.75 else int(rng.integers(20, 49))  # noqa: PLR2004 - most have the usual size
    own = side * cut.shape[1] / cut.shape[0]
    wide = max(4, min(side, round(1.8 * own)))
    if rng.random() < 0.5:  # noqa: PLR2004 - half keep some of their shape
        wide = max(4, round(own + (wide - own) * rng.uniform(0, 0.6)))
    small = cv2.resize(cut, (wide, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    gain = 255 / max(float(np.sort(small, axis=None)[-max(1, small.size // 30)]), 1.0)
    result: Image = np.clip(small * min(gain, 4.0), 0, 255).astype(np.uint8)
    return result


def _real(_writer: Writer, digits: Digits, rng: Generator) -> tuple[Image, int]:
    i = int(rng.integers(len(digits.images)))
    image, label = digits.images[i], int(digits.labels[i])
    if rng.random() < 0.15:  # noqa: PLR2004 - some stay as they are
        return image, label
    ink = real_ink(image, label, rng, european=rng.random() < 0.3)  # noqa: PLR2004 - most stay American
    if rng.random() < 0.5:  # noqa: PLR2004 - half are not scanned again
        return ink, label
    return _boxed(_resized(ink, rng), rng), label


def _junk(writer: Writer, digits: Digits, rng: Generator) -> tuple[Image, int]:
    if rng.random() < 0.02:  # noqa: PLR2004 - paper with nothing on it
        return scanned(np.zeros((80, 60), dtype=np.uint8), rng), JUNK
    ink = junk_ink(writer, digits, rng)
    if rng.random() < 0.4:  # noqa: PLR2004 - fewer than half are bent
        ink = warped(ink, rng, 0.8)
    return (_boxed(ink, rng) if rng.random() < 0.7 else ink), JUNK  # noqa: PLR2004 - the rest comes clean


def _hard(writer: Writer, _digits: Digits, rng: Generator) -> tuple[Image, int]:
    ink = hard_junk(writer, rng)
    return (_boxed(ink, rng) if rng.random() < 0.7 else ink), JUNK  # noqa: PLR2004 - as junk of other kinds


def _boxed(ink: Image, rng: Generator, neighbour: Image | None = None) -> Image:
    """Scan a box, again if what is left of its ink no longer shows what it was."""
    for _ in range(_TRIES):
        inside = ink if neighbour is None else with_neighbours(ink, neighbour, rng)
        if rng.random() < 0.12:  # noqa: PLR2004 - one in eight keeps pieces of lines
            inside = with_rim(inside, rng)
        if rng.random() < 0.08:  # noqa: PLR2004 - a few are clipped
            inside = _clipped(inside, rng)
        crop = scanned(inside, rng)
        if _alike(normalise(crop), normalise(ink)):
            return crop
    return ink


def _alike(one: Image, two: Image) -> bool:
    """Whether two inputs show much the same ink, so that a label still holds."""
    first, second = (cv2.GaussianBlur(image, (0, 0), 1.5).astype(np.float32) for image in (one, two))
    both = float(np.sqrt((first * first).sum() * (second * second).sum()))
    return not two.any() or float((first * second).sum()) > _ALIKE * both > 0


def _clipped(ink: Image, rng: Generator) -> Image:
    rows, columns = np.nonzero(ink > 60)  # noqa: PLR2004 - ink, not its edge
    if len(rows) == 0:
        return ink
    cut = rng.uniform(0, 0.08, 4)
    top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
    high, wide = bottom - top, right - left
    sides = rng.random(4) < 0.4  # noqa: PLR2004 - one or two sides
    y0 = int(top + cut[0] * high) if sides[0] else 0
    y1 = int(bottom - cut[1] * high) if sides[1] else ink.shape[0]
    x0 = int(left + cut[2] * wide) if sides[2] else 0
    x1 = int(right - cut[3] * wide) if sides[3] else ink.shape[1]
    return ink[y0 : y1 + 1, x0 : x1 + 1] if y1 - y0 > 8 and x1 - x0 > 2 else ink  # noqa: PLR2004 - something must be left


def _resized(ink: Image, rng: Generator) -> Image:
    scale = rng.uniform(0.4, 1.1)
    return cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


_KINDS: dict[str, Callable[[Writer, Digits, Generator], tuple[Image, int]]] = {
    "european": _made,
    "us": _made,
    "real": _real,
    "junk": _junk,
    "hard": _hard,
}
