"""Ink of digits: from made hands, and from US writers with European features drawn in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanning.simulation.hands import Hand, Style
from scanning.simulation.pens import Pen
from scanning.training.degrade import thickened, warped

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from scanning.simulation.hands_strokes import Strokes

    Image = NDArray[np.uint8]

_ZOOM = 3
_BOXES_MM = ((8.0, 5.5), (10.0, 8.0), (9.0, 7.0), (8.0, 6.0))


@dataclass(frozen=True, slots=True, eq=False)
class Writer:
    """A made hand with a pen, a box and a resolution."""

    hand: Hand
    pen: Pen
    box_px: tuple[int, int]
    dpi: float

    @classmethod
    def draw(cls, rng: Generator, style: Style, *, old: bool = False) -> Writer:
        """Draw a writer; ``old`` ones write with nibs, as in registers."""
        dpi = float(rng.choice([150.0, 200.0, 300.0], p=[0.15, 0.5, 0.35]))
        height_mm, width_mm = _BOXES_MM[int(rng.integers(len(_BOXES_MM)))]
        box = round(height_mm / 25.4 * dpi), round(width_mm / 25.4 * dpi)
        return cls(Hand.draw(rng, "old" if old else style), Pen.draw(rng, "nib" if old else None), box, dpi)

    def ink(self, digit: int, rng: Generator) -> Image:
        """Write a digit: uint8 ink 255 on 0, with a margin round the box."""
        return self.ink_of(self.hand.digit(digit, rng), rng)

    def ink_of(self, strokes: Strokes, rng: Generator) -> Image:
        """Draw any strokes as this writer's pen does."""
        return self.pen.ink(strokes, self.box_px, self.dpi, rng, margin_px=self.box_px[0] // 14)


def enlarged(image: Image) -> Image:
    """Make a 28 x 28 digit three times larger with smooth edges."""
    large = cv2.resize(image, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), 1.0)
    sharp: Image = np.clip((large.astype(np.float32) - 90) * 2.6, 0, 255).astype(np.uint8)
    return sharp


def real_ink(image: Image, label: int, rng: Generator, *, european: bool) -> Image:
    """Vary a US digit; ``european`` draws in what European writers add."""
    ink = enlarged(image)
    if european:
        ink = _made_european(ink, label, rng)
    ink = thickened(ink, rng, 2.5 * _ZOOM)
    ink = np.pad(ink, 8)
    return warped(ink, rng, float(rng.uniform(0.3, 1.4)))


def _made_european(ink: Image, label: int, rng: Generator) -> Image:
    rows, columns = np.nonzero(ink > 127)  # noqa: PLR2004 - the middle of the range
    if len(rows) == 0:
        return ink
    out = ink.copy()
    width_px = int(np.clip(2 * np.sqrt(len(rows)) / 8, 3, 9))
    top, bottom = int(rows.min()), int(rows.max())
    height = bottom - top
    if label == 7:  # noqa: PLR2004 - the crossed seven
        y = int(top + height * rng.uniform(0.42, 0.6))
        x = int(np.mean(columns[rows > top + height // 3]))
        half = height * rng.uniform(0.16, 0.34)
        rise = half * rng.normal(0.1, 0.18)
        cv2.line(out, (int(x - half), int(y + rise)), (int(x + half), int(y - rise)), 255, width_px)
    elif label == 1:
        x = int(np.mean(columns[rows < top + max(2, height // 8)]))
        reach, drop = height * rng.uniform(0.15, 0.62), height * rng.uniform(0.15, 0.75)
        mid = int(x - reach * rng.uniform(0.35, 0.6)), int(top + drop * rng.uniform(0.4, 0.75))
        points = np.array([(x, top + 2), mid, (int(x - reach), int(top + drop))], dtype=np.int32)
        cv2.polylines(out, [points], isClosed=False, color=255, thickness=width_px)
    return out.astype(np.uint8, copy=False)
