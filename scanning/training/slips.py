"""Digits as the reader really cuts them: slips full of boxes, filled in, scanned, found, straightened and cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from docgen.layouts.geometry import A4_WIDTH_MM, Rect
from docgen.layouts.slip_geometry import SlipField, SlipGeometry, SlipRow, row_marks
from docgen.reply_form import ReplyKind, SlipSize
from scanning.digits.normalise import normalise_all
from scanning.fields.rows import read_rows
from scanning.page import Page
from scanning.register.align import align_by_squares
from scanning.register.constellation import find_by_squares
from scanning.simulation.filled import CANCELLED, fill_in
from scanning.simulation.hands import Hand
from scanning.simulation.pens import Pen
from scanning.simulation.scanner import CONDITIONS, scan
from scanning.training.box_junk import box_junk
from scanning.training.doodles import doodle
from scanning.training.junk import Digits, junk_ink
from scanning.training.sources import Writer, real_ink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from scanning.page import GreyImage
    from scanning.readings import FieldReading
    from scanning.simulation.filled import Box
    from scanning.simulation.hands import Style

    Image = NDArray[np.uint8]

_JUNK = 10
_PAPER_DPI = 300
_LINE_GREY, _LINE_MM = 185, 0.3
_ROWS_TOP_MM, _ROW_MM = 34.0, 12.0
_SIZES_MM = ((5.5, 8.0, 1.0), (8.0, 10.0, 2.0))
"""Width and height of boxes and what is between them: of dates, and of meter readings."""
_LEFT_MM, _RIGHT_MM = 20.0, 190.0
_NO_DIGITS = 0.2
_IN_PLACE = 0.5
"""Of what is no digit, how much is drawn in its box; the rest comes in any size and is brought to that of digits."""
_EMPTY = 0.05
_REAL = 0.3
_OLD = 0.12
_SHARES = {"typical": 0.52, "harsh": 0.28, "typical-1bit": 0.12, "harsh-1bit": 0.08}


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """``images`` uint8 (n, 28, 28) as ``normalise`` makes them, ``labels`` uint8 (n,), 10 for what is no digit."""

    images: Image
    labels: NDArray[np.uint8]


class _Recorder:
    """Keeps what the reader would show to the network."""

    def __init__(self) -> None:
        self.inputs = np.empty((0, 28, 28), np.uint8)
        self.probabilities = np.empty((0, _JUNK + 1), np.float32)

    def read(self, images: Sequence[Image]) -> _Recorder:
        self.inputs = normalise_all(images)
        self.probabilities = np.full((len(images), _JUNK + 1), 1 / (_JUNK + 1), np.float32)
        return self


@dataclass(frozen=True, slots=True, eq=False)
class _RowWriter:
    """One hand, or digits of real people, in a row of boxes; what is no digit is anything that people leave there."""

    writer: Writer
    digits: Digits
    real: bool
    height: float
    darkness: float
    doodling: bool

    @classmethod
    def draw(cls, digits: Digits, rng: Generator, *, doodling: bool) -> _RowWriter:
        style: Style = "us" if rng.random() < 0.25 else "european"  # noqa: PLR2004 - three of four are European
        hand = Hand.draw(rng, "old" if rng.random() < _OLD else style)
        writer = Writer(hand, Pen.draw(rng), (0, 0), _PAPER_DPI)
        real = bool(rng.random() < _REAL)
        return cls(writer, digits, real, float(rng.uniform(0.5, 0.9)), float(rng.uniform(0.6, 1.0)), doodling)

    def digit(self, value: int, box: Box, rng: Generator) -> Image:
        """A digit in a box with its margin, 0 for untouched paper."""
        if not self.real:
            pen = self.writer.pen
            return pen.ink(
                self.writer.hand.digit(value, rng), (box.height, box.width), box.dpi, rng, margin_px=box.margin
            )
        places = np.flatnonzero(self.digits.labels == value)
        image = self.digits.images[int(rng.choice(places))]
        ink = real_ink(image, value, rng, european=rng.random() < 0.3)  # noqa: PLR2004 - most stay American
        return _pasted(ink, box, self.height, self.darkness, rng)

    def mark(self, _kind: str, box: Box, rng: Generator) -> Image:
        """Something that is no digit, in the same way."""
        writer = Writer(self.writer.hand, self.writer.pen, (box.height, box.width), _PAPER_DPI)
        if self.doodling:
            size = box.height, box.width
            return writer.pen.ink(doodle(writer.hand, rng), size, box.dpi, rng, margin_px=box.margin)
        if rng.random() < _IN_PLACE:
            return box_junk(writer, box, rng)
        return _pasted(junk_ink(writer, self.digits, rng), box, self.height, self.darkness, rng)


def _pasted(ink: Image, box: Box, height: float, darkness: float, rng: Generator) -> Image:
    """Ink brought to a height in the box, and somewhere near its middle."""
    out = np.zeros((box.height + 2 * box.margin, box.width + 2 * box.margin), np.uint8)
    rows, columns = np.flatnonzero(ink.max(axis=1) > 60), np.flatnonzero(ink.max(axis=0) > 60)  # noqa: PLR2004 - ink
    if not len(rows):
        return out
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    wanted = height * float(np.exp(rng.normal(0, 0.06)))
    scale = min(wanted * box.height / cut.shape[0], 0.95 * box.width / cut.shape[1])
    size = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    large = cv2.resize(cut, size, interpolation=how)
    top = int((out.shape[0] - size[1]) / 2 + rng.normal(0, 0.04) * box.height)
    left = int((out.shape[1] - size[0]) / 2 + rng.normal(0, 0.04) * box.width)
    top, left = max(0, min(top, out.shape[0] - size[1])), max(0, min(left, out.shape[1] - size[0]))
    part = large[: out.shape[0], : out.shape[1]]
    out[top : top + part.shape[0], left : left + part.shape[1]] = np.clip(part * np.float32(darkness), 0, 255)
    return out


def full_slip() -> SlipGeometry:
    """A slip of nothing but boxes for digits, in the sizes in which they are printed."""
    rows = []
    for number in range(4):
        wide, high, gap = _SIZES_MM[number % 2]
        count = int((_RIGHT_MM - _LEFT_MM) / (wide + gap))
        centre = _ROWS_TOP_MM + _ROW_MM * number
        boxes = tuple(Rect(_LEFT_MM + place * (wide + gap), centre - high / 2, wide, high) for place in range(count))
        rows.append(SlipRow(row_marks(centre), (SlipField(f"row{number}", ReplyKind.DIGITS, boxes),)))
    return SlipGeometry(SlipSize.THIRD, tuple(rows), "digits")


def cut_from_slip(geometry: SlipGeometry, digits: Digits, rng: Generator, *, doodling: bool = False) -> Cut:
    """Fill in a slip by four writers, scan it, and cut it as the reader does; nothing where it is not found.

    What is no digit is of the kinds to train on, or, when ``doodling``, of none of them.
    """
    slip = _drawn(geometry)
    answers = {one.name: _answer(len(one.boxes), rng) for one in geometry.fields}
    for name, answer in answers.items():
        fill_in(slip, _PAPER_DPI, geometry, {name: answer}, _RowWriter.draw(digits, rng, doodling=doodling), rng)
    condition = CONDITIONS[str(rng.choice(list(_SHARES), p=list(_SHARES.values())))]
    dpi = int(rng.choice([200, 300]))
    grey = scan(slip, _PAPER_DPI, dpi, condition, rng)
    found = find_by_squares(grey)
    alignment = None if found is None else align_by_squares(grey, found.to_px, geometry)
    recorder = _Recorder()
    if alignment is None:
        return Cut(recorder.inputs, np.empty(0, np.uint8))
    page = Page(1, grey, float(dpi), bilevel=condition.bilevel)
    fields = read_rows(page, alignment, geometry, recorder).fields
    labels = [label for one in fields for label in _labels(one, answers[one.name])]
    known = np.array(labels, dtype=np.int16)
    # dirt in a box that nobody wrote in is no digit either
    kept = recorder.inputs.any(axis=(1, 2)) | (known == _JUNK)
    return Cut(recorder.inputs[kept], known[kept].astype(np.uint8))


def _answer(count: int, rng: Generator) -> str:
    signs = rng.integers(10, size=count).astype(str)
    chance = rng.random(count)
    signs = np.where(chance < _NO_DIGITS, CANCELLED, signs)
    # a blank at the left would only be moved
    signs[1:] = np.where(chance[1:] > 1 - _EMPTY, " ", signs[1:])
    return "".join(signs)


def _labels(field: FieldReading, answer: str) -> list[int]:
    """What was written in each box that was shown to the network."""
    shown = [sign for sign, box in zip(answer, field.boxes, strict=True) if box.probabilities]
    return [int(sign) if sign.isdigit() else _JUNK for sign in shown]


def _drawn(geometry: SlipGeometry) -> GreyImage:
    """Squares, marks and boxes, as our printer draws them; codes are not needed to find it."""
    scale = _PAPER_DPI / 25.4
    image = np.full((round(geometry.height_mm * scale), round(A4_WIDTH_MM * scale)), 255, np.uint8)
    for one in geometry.fields:
        for box in one.boxes:
            start = round(box.left_mm * scale), round(box.top_mm * scale)
            end = round(box.right_mm * scale), round(box.bottom_mm * scale)
            cv2.rectangle(image, start, end, _LINE_GREY, max(1, round(_LINE_MM * scale)))
    marks = [mark for row in geometry.rows for mark in row.marks]
    for mark in (*geometry.anchors.corners, geometry.anchors.side, *marks):
        rows = slice(round(mark.top_mm * scale), round(mark.bottom_mm * scale))
        image[rows, round(mark.left_mm * scale) : round(mark.right_mm * scale)] = 0
    return image
