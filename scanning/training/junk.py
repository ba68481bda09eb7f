"""What may stand in a box and is no digit. What people take for one is left out: it would teach doubt of digits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanning.simulation.hands import joined, squeezed, written
from scanning.simulation.hands_forms import MARKS
from scanning.simulation.hands_marks import letter, struck
from scanning.training.degrade import warped, with_rim
from scanning.training.sources import Writer, enlarged

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    from scanning.simulation.hands import Hand
    from scanning.simulation.hands_strokes import Strokes

    Image = NDArray[np.uint8]
    Maker = Callable[[Writer, "Digits", Generator], Image]

_LETTERS = "AEFHKMNPRTVWX"
_PRINTED = "ABEFHKMNPRTVWXdefhkmnprtuvwx?#%&=+*@"
_SLOPE = 0.35
_STICKS_OUT, _OTHER = 0.2, 0.3
"""Of a line over a digit, and of a digit over another, what must lie clear of it: less, and it looks like one digit."""
_CLEAR = 0.07
"""What is nearer to ink than this share of its height looks like a thicker stroke."""
_TRIES = 12
_ONE_WIDE = 0.6
"""What is narrower than this share of its height, alone in a box, is a one."""
_FLAT = 0.45
_LEAST_PATH = 4.5
_INK = 60
"""Darker than this is ink, as pale pens write it."""
_MARKS = (
    "tick",
    "cross",
    "dash",
    "plus",
    "equals",
    "question",
    "scribble",
    "fill",
    "signature",
    "dot",
    "loops",
)


class Digits:
    """Real digits to spoil: ``images`` uint8 (n, 28, 28) and ``labels`` (n,)."""

    def __init__(self, images: Image, labels: NDArray[np.uint8]) -> None:
        """Keep both."""
        self.images = images
        self.labels = labels

    def draw(self, rng: Generator) -> tuple[Image, int]:
        """Take any digit, enlarged to 84 x 84."""
        i = int(rng.integers(len(self.images)))
        return enlarged(self.images[i]), int(self.labels[i])


def junk_ink(writer: Writer, digits: Digits, rng: Generator) -> Image:
    """Make ink of something that is no digit: uint8 of any shape, ink 255 on 0."""
    makers, weights = zip(*_MAKERS, strict=True)
    maker: Maker = makers[int(rng.choice(len(makers), p=np.array(weights) / sum(weights)))]
    return maker(writer, digits, rng)


def _mark(writer: Writer, _digits: Digits, rng: Generator) -> Image:
    return writer.ink_of(plain_mark(writer.hand, str(rng.choice(_MARKS)), rng), rng)


def plain_mark(hand: Hand, kind: str, rng: Generator) -> Strokes:
    """Draw a mark of a kind that nobody reads as a digit.

    A dash that stands up is a one, a short scribble a five, rounds on one another a zero; two joined dashes are a two.
    """
    careful = replace(hand, motion=replace(hand.motion, lifting=1.0)) if kind in MARKS else hand
    for _ in range(_TRIES):
        strokes = careful.mark(kind, rng)
        if not _looks_like_a_digit(kind, strokes):
            return strokes
    return hand.mark("fill", rng)


def _looks_like_a_digit(kind: str, strokes: Strokes) -> bool:
    match kind:
        case "dash":
            wide, high = np.ptp(np.concatenate([one.points for one in strokes]), axis=0).tolist()
            return bool(high > _FLAT * wide)
        case "scribble":
            return _path(strokes) < _LEAST_PATH
        case "loops":
            return _is_ring(strokes)
        case _:
            return False


def _is_ring(strokes: Strokes) -> bool:
    """Whether the middle is bare: rounds that lie on one another are a zero."""
    points = np.concatenate([one.points for one in strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    third = (high - low) / 3
    return not bool(((points > low + third) & (points < high - third)).all(axis=1).any())


def _path(strokes: Strokes) -> float:
    """How far the pen went, in boxes."""
    return float(sum(np.linalg.norm(np.diff(one.points, axis=0), axis=1).sum() for one in strokes))


def _letter(writer: Writer, _digits: Digits, rng: Generator) -> Image:
    return writer.ink_of(letter(writer.hand, str(rng.choice(list(_LETTERS))), rng), rng)


def _struck_made(writer: Writer, _digits: Digits, rng: Generator) -> Image:
    return writer.ink_of(struck_out(writer, rng), rng)


def struck_out(writer: Writer, rng: Generator) -> Strokes:
    """A digit that is struck out, so that it shows."""
    for _ in range(_TRIES):
        value = int(rng.choice([0, 2, 3, 4, 5, 6, 8, 9]))
        strokes = writer.hand.digit(value, rng)
        crossed = struck(strokes, writer.hand, rng)
        # one line may be the slash of a zero, or the bar of a four
        if value in (0, 4) and len(crossed) - len(strokes) < 2:  # noqa: PLR2004 - see above
            crossed = struck(crossed, writer.hand, rng)
        before = _sketch(strokes)
        if _clear_of(_sketch(crossed), before) > _STICKS_OUT * _inked(before):
            return crossed
    return writer.hand.mark("fill", rng)


def _struck_real(_writer: Writer, digits: Digits, rng: Generator) -> Image:
    while True:
        ink, label = digits.draw(rng)
        count = int(rng.choice([1, 1, 1, 2, 2, 3, 4]))
        angle = rng.normal(0, 0.2) if rng.random() < 0.6 else rng.uniform(-1.2, 1.2)  # noqa: PLR2004 - most are level
        if count == 1 and (label in (4, 7) or (label == 0 and angle < -_SLOPE)):
            continue  # one line crosses a European seven, is the bar of a four, or slashes a zero
        if count == 1 and label == 1 and abs(angle) > _SLOPE:
            continue  # such a line may lie along the stroke, or be a long upstroke
        struck_ink = ink.copy()
        for _ in range(count):
            _line_across(struck_ink, angle + rng.normal(0, 0.12), rng)
        if _clear_of(struck_ink, ink) > _STICKS_OUT * _inked(ink):
            return struck_ink


def _clear_of(after: Image, before: Image) -> int:
    """How many pixels of ink of ``after`` lie clear of that of ``before``, which is as large a picture."""
    reach = max(1, round(_CLEAR * _height(before)))
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    near = cv2.dilate((before > _INK).view(np.uint8), around)
    return int(np.count_nonzero((after > _INK) & (near == 0)))


def _sketch(strokes: Strokes) -> Image:
    """Draw strokes small and quickly, uint8 (96, 72)."""
    out = np.zeros((96, 72), np.uint8)
    lines = [(stroke.points * (54.0, 72.0) + (9.0, 12.0)).astype(np.int32) for stroke in strokes]
    cv2.polylines(out, lines, isClosed=False, color=255, thickness=3)
    return out


def _inked(ink: Image) -> int:
    return int(np.count_nonzero(ink > _INK))


def _height(ink: Image) -> int:
    rows = np.flatnonzero(ink.max(axis=1) > _INK)
    return int(rows[-1] - rows[0]) if len(rows) else 0


def _line_across(ink: Image, angle: float, rng: Generator) -> None:
    rows, columns = np.nonzero(ink > 127)  # noqa: PLR2004 - the middle of the range
    if len(rows) == 0:
        return
    low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()])
    centre = (low + high) / 2 + (high - low) * rng.uniform(-0.15, 0.15, 2)
    reach = float((high - low).max()) * rng.uniform(0.5, 0.75)
    step = np.array([np.cos(angle), np.sin(angle)]) * reach
    start, end = (centre - step).astype(int), (centre + step).astype(int)
    cv2.line(ink, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), 255, int(rng.integers(3, 10)))


def _superposed(writer: Writer, digits: Digits, rng: Generator) -> Image:
    """Two digits over one another, as when somebody writes a second one over the first."""
    if rng.random() < 0.25:  # noqa: PLR2004 - most are real
        return writer.ink_of(over_one_another(writer, rng), rng)
    spread = float(rng.choice([0.5, 6.0]))
    while True:
        (first, one), (second, two) = digits.draw(rng), digits.draw(rng)
        shift = np.array([[1, 0, rng.normal(0, spread)], [0, 1, rng.normal(0, 0.8 * spread)]])
        moved = cv2.warpAffine(second, shift, (84, 84)).astype(np.uint8, copy=False)
        # a one over another digit is a stroke of it
        if one != two and 1 not in (one, two) and _are_apart(first, moved):
            return np.maximum(first, moved)


def over_one_another(writer: Writer, rng: Generator) -> Strokes:
    """Two digits of one hand over one another, so that both are seen."""
    for _ in range(_TRIES):
        values = rng.choice([0, 2, 3, 4, 5, 6, 7, 8, 9], size=2, replace=False)
        first, second = (writer.hand.digit(int(value), rng) for value in values)
        if _are_apart(_sketch(first), _sketch(second)):
            return joined(first, second)
    return writer.hand.mark("fill", rng)


def _are_apart(first: Image, second: Image) -> bool:
    return all(
        _clear_of(after, before) > _OTHER * _inked(after) for after, before in ((first, second), (second, first))
    )


def _two_in_one(writer: Writer, digits: Digits, rng: Generator) -> Image:
    """Two small digits beside one another; no 1, which looks like a piece of a line."""
    if rng.random() < 0.6:  # noqa: PLR2004 - most are real
        first, second = (_real_but(digits, {1}, rng) for _ in range(2))
        width = int(rng.integers(36, 64))
        small = [cv2.resize(image, (width, 84), interpolation=cv2.INTER_AREA) for image in (first, second)]
        overlap = int(rng.integers(0, width // 3))
        out = np.zeros((84, 2 * width - overlap), dtype=np.uint8)
        out[:, :width] = small[0]
        out[:, width - overlap :] = np.maximum(out[:, width - overlap :], small[1])
        return np.pad(out, 12)
    left, right = (writer.hand.digit(int(value), rng) for value in rng.choice([0, 2, 3, 4, 5, 6, 7, 8, 9], size=2))
    split = rng.uniform(0.4, 0.6)
    return writer.ink_of(joined(squeezed(left, (0, 0, split, 1)), squeezed(right, (split, 0, 1 - split, 1))), rng)


def _real_but(digits: Digits, unwanted: set[int], rng: Generator) -> Image:
    """A real digit that is none of the unwanted ones."""
    ink, label = digits.draw(rng)
    while label in unwanted:
        ink, label = digits.draw(rng)
    return ink


def _one_above_other(_writer: Writer, digits: Digits, rng: Generator) -> Image:
    (first, _), (second, _) = digits.draw(rng), digits.draw(rng)
    small = [cv2.resize(image, (60, 48), interpolation=cv2.INTER_AREA) for image in (first, second)]
    return np.pad(np.vstack(small), 12).astype(np.uint8, copy=False)


def _halves(_writer: Writer, digits: Digits, rng: Generator) -> Image:
    """The right half of one digit and the left half of the next, as when a box is cut out half a box too far."""
    first, second = (_real_but(digits, {1}, rng) for _ in range(2))
    (left, right), (next_left, next_right) = _sides(first), _sides(second)
    one = first[:, int(left + (right - left) * rng.uniform(0.3, 0.6)) : right + 1]
    two = second[:, next_left : int(next_right - (next_right - next_left) * rng.uniform(0.3, 0.6)) + 1]
    gap = np.zeros((len(one), int(rng.integers(6, 24))), dtype=np.uint8)
    return np.pad(np.hstack([one, gap, two]), 12)


def _sides(ink: Image) -> tuple[int, int]:
    """Where ink begins and ends, left and right."""
    columns = np.flatnonzero(ink.max(axis=0) > _INK)
    return (int(columns[0]), int(columns[-1])) if len(columns) else (0, ink.shape[1] - 1)


def _printed(_writer: Writer, _digits: Digits, rng: Generator) -> Image:
    out = np.zeros((70, 60), dtype=np.uint8)
    font = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX]))
    text = "".join(rng.choice(list(_PRINTED), size=int(rng.choice([1, 1, 2, 3]))))
    at = int(rng.integers(2, 20)), int(rng.integers(35, 60))
    cv2.putText(out, text, at, font, float(rng.uniform(0.6, 1.6)), 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    return out


def _lines_alone(_writer: Writer, _digits: Digits, rng: Generator) -> Image:
    """Remains of the box with nothing in it; an upright line alone would be a one."""
    while True:
        out = np.zeros((int(rng.integers(60, 110)), int(rng.integers(45, 90))), dtype=np.uint8)
        lines = with_rim(with_rim(out, rng), rng)
        if not _is_upright(lines):
            return lines


def _is_upright(ink: Image) -> bool:
    """Whether ink is as narrow as a one."""
    left, right = _sides(ink)
    return bool((ink > _INK).any()) and right - left < _ONE_WIDE * _height(ink)


def _dots(_writer: Writer, _digits: Digits, rng: Generator) -> Image:
    """Dirt, staples' shadows and printed dots."""
    while True:
        out = np.zeros((90, 70), dtype=np.uint8)
        for _ in range(int(rng.integers(1, 9))):
            centre = int(rng.integers(70)), int(rng.integers(90))
            axes = int(rng.integers(1, 12)), int(rng.integers(1, 6))
            cv2.ellipse(out, centre, axes, float(rng.uniform(0, 180)), 0, 360, int(rng.integers(60, 255)), -1)
        if not _is_upright(out):
            return out


def _curves(writer: Writer, _digits: Digits, rng: Generator) -> Image:
    """Strokes without sense, three or more."""
    parts = []
    for _ in range(int(rng.integers(3, 6))):
        points = rng.uniform(0, 100, (int(rng.integers(3, 7)), 2))
        text = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        left, top = rng.uniform(0.05, 0.45, 2)
        parts.append(written(text, writer.hand.motion, rng, box=(left, top, 0.5, 0.5)))
    return writer.ink_of(joined(*parts), rng)


def _noise(_writer: Writer, _digits: Digits, rng: Generator) -> Image:
    """Blots and smears."""
    rough = rng.normal(0, 1, (int(rng.integers(4, 10)), int(rng.integers(4, 10)))).astype(np.float32)
    smooth = cv2.resize(rough, (64, 80), interpolation=cv2.INTER_CUBIC)
    return warped(np.clip((smooth - rng.uniform(0.2, 1.0)) * 200, 0, 255).astype(np.uint8), rng)


_MAKERS: tuple[tuple[Maker, float], ...] = (
    (_mark, 24),
    (_letter, 10),
    (_struck_made, 14),
    (_struck_real, 22),
    (_superposed, 24),
    (_two_in_one, 14),
    (_one_above_other, 1.5),
    (_halves, 4),
    (_printed, 5),
    (_lines_alone, 3),
    (_dots, 4),
    (_curves, 7),
    (_noise, 3),
)
