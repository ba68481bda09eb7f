"""Pens: how wide and dark they write, where they skip, and strokes drawn with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from scanning.simulation.hands_strokes import Stroke, Strokes

Kind: TypeAlias = Literal["ballpoint", "gel", "felt tip", "pencil", "fountain", "nib"]
KINDS: tuple[Kind, ...] = ("ballpoint", "gel", "felt tip", "pencil", "fountain", "nib")
"""From the most usual; ``nib`` is the dip pen of old registers."""

_MM_PER_INCH = 25.4
_LINE_PX = 8.0
"""Lines are drawn at least this wide and then made smaller, so that their edges are smooth."""
_LARGEST_ZOOM = 6
_SHIFT = 4


@dataclass(frozen=True, slots=True)
class Pen:
    """A pen. ``width_mm`` is the line at a pressure of 1; ``darkness`` is 0 to 1, 1 takes all light.

    ``contrast`` is how much wider strokes to the lower left are than others (0 none). ``spread`` is how much pressure
    changes the width, ``skip`` the share of a stroke where hardly any ink comes, ``grain`` how much paper shows.
    """

    kind: Kind
    width_mm: float
    darkness: float
    contrast: float
    spread: float
    skip: float
    grain: float

    @classmethod
    def draw(cls, rng: Generator, kind: Kind | None = None) -> Pen:
        """Draw a pen, of any kind that lies about in a house when none is named."""
        chosen = kind or KINDS[int(rng.choice(5, p=[0.5, 0.18, 0.08, 0.14, 0.1]))]
        width, darkness, contrast, spread, skip, grain = _RANGES[chosen]
        return cls(
            kind=chosen,
            width_mm=float(rng.uniform(*width)),
            darkness=float(rng.uniform(*darkness)),
            contrast=float(rng.uniform(*contrast)),
            spread=float(rng.uniform(*spread)),
            skip=float(rng.uniform(*skip) * (rng.random() < 0.4)),  # noqa: PLR2004 - most pens do not skip
            grain=float(rng.uniform(*grain)),
        )

    def ink(
        self, strokes: Strokes, box_px: tuple[int, int], dpi: float, rng: Generator, *, margin_px: int = 0
    ) -> NDArray[np.uint8]:
        """Draw strokes in a box of ``box_px`` (height, width) pixels.

        Returns:
            How dark each pixel is, uint8 (height + 2 margins, width + 2 margins), 0 is untouched paper. The margin
            holds what leaves the box.
        """
        width_px = self.width_mm * dpi / _MM_PER_INCH
        zoom = int(np.clip(np.ceil(_LINE_PX / width_px), 1, _LARGEST_ZOOM))
        height, width = (int(side) + 2 * margin_px for side in box_px)
        canvas = np.zeros((height * zoom, width * zoom), dtype=np.uint8)
        for stroke in strokes:
            scaled = (stroke.points * np.array(box_px[::-1], dtype=np.float32) + margin_px) * zoom
            self._line(canvas, scaled, stroke, width_px * zoom, rng)
        # a box filter by whole factors is exact, and the same on every machine
        covered = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        return self._textured(covered, rng)

    def _line(
        self, canvas: NDArray[np.uint8], points: NDArray[np.float32], stroke: Stroke, width_px: float, rng: Generator
    ) -> None:
        steps = np.diff(points, axis=0)
        length = np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-3)
        # a broad nib at 45 degrees is widest in strokes from upper left to lower right, and pressure opens it downwards
        across = np.abs(steps[:, 0] - steps[:, 1]) / length / np.sqrt(2)
        down = np.clip(steps[:, 1] / length, 0, 1)
        wide = 1 - self.contrast * (1 - np.maximum(down, 0.6 * across))
        wide *= 1 + self.spread * (stroke.pressure[1:] - 1)
        # OpenCV draws thick lines a pixel or two too wide
        thickness = np.maximum(np.rint(width_px * wide - 1.3), 1).astype(int)
        level = self._levels(stroke, rng)
        ends = np.rint(points * (1 << _SHIFT)).astype(int)
        # pale first, so that where a stroke crosses itself the darker one stays
        for i in np.argsort(level, kind="stable"):
            start, end = (int(ends[i, 0]), int(ends[i, 1])), (int(ends[i + 1, 0]), int(ends[i + 1, 1]))
            cv2.line(canvas, start, end, int(level[i]), int(thickness[i]), cv2.LINE_8, _SHIFT)

    def _levels(self, stroke: Stroke, rng: Generator) -> NDArray[np.int_]:
        """Darkness of each step of a stroke, 0 to 255 of what the pen can do."""
        count = len(stroke.points) - 1
        level: NDArray[np.float64] = np.clip(0.75 + 0.25 * stroke.pressure[1:], 0.3, 1.0)
        if self.skip:
            noise = np.convolve(rng.normal(size=count + 4), np.ones(5) / 5, mode="valid")
            level = np.where(noise < np.sort(noise)[int(self.skip * count)], level * rng.uniform(0.1, 0.5), level)
        levels: NDArray[np.int_] = np.rint(255 * level).astype(np.int_)
        return levels

    def _textured(self, covered: NDArray[np.float32], rng: Generator) -> NDArray[np.uint8]:
        dark = covered * np.float32(self.darkness)
        if self.grain:
            noise = rng.standard_normal(covered.shape, dtype=np.float32)
            dark *= np.clip(1 - self.grain * (0.5 + noise), 0, 1)
        result: NDArray[np.uint8] = np.rint(dark).astype(np.uint8)
        return result


_Range: TypeAlias = tuple[float, float]
_RANGES: dict[Kind, tuple[_Range, _Range, _Range, _Range, _Range, _Range]] = {
    # width in mm, darkness, contrast, spread, skip, grain
    "ballpoint": ((0.22, 0.5), (0.6, 0.95), (0.0, 0.1), (0.1, 0.5), (0.02, 0.15), (0.0, 0.15)),
    "gel": ((0.3, 0.65), (0.75, 1.0), (0.0, 0.05), (0.0, 0.3), (0.01, 0.06), (0.0, 0.03)),
    "felt tip": ((0.6, 1.5), (0.8, 1.0), (0.0, 0.15), (0.0, 0.3), (0.0, 0.03), (0.0, 0.05)),
    "pencil": ((0.3, 0.8), (0.3, 0.7), (0.0, 0.1), (0.1, 0.5), (0.0, 0.1), (0.1, 0.5)),
    "fountain": ((0.35, 0.9), (0.65, 0.98), (0.1, 0.45), (0.2, 0.8), (0.01, 0.08), (0.0, 0.05)),
    "nib": ((0.4, 1.1), (0.6, 1.0), (0.3, 0.8), (0.5, 1.2), (0.01, 0.1), (0.0, 0.15)),
}
