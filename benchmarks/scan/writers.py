"""Writers whose digits are real: taken from a file of handwriting that the network was not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanning.simulation.filled import HandWriter

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.random import Generator
    from numpy.typing import NDArray

    from scanning.simulation.filled import Box, Writer
    from scanning.simulation.hands import Style

_SIDE = 28


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """Images uint8 (n, 28, 28), ink 255 on 0, by digit."""

    images: tuple[NDArray[np.uint8], ...]

    @classmethod
    def load(cls, path: Path) -> Digits:
        """A file with ``images`` and ``labels``."""
        with np.load(path, allow_pickle=False) as held:
            images, labels = held["images"], held["labels"]
        return cls(tuple([images[labels == digit] for digit in range(10)]))


@dataclass(frozen=True, slots=True, eq=False)
class PastedWriter:
    """Writes with digits of the file, each by some other person; how large and dark they are stays the same on a slip.

    Marks are those of a made hand.
    """

    digits: Digits
    marks: HandWriter
    height: float
    darkness: float

    @classmethod
    def draw(cls, rng: Generator, digits: Digits, style: Style) -> PastedWriter:
        """A writer for one slip."""
        return cls(digits, HandWriter.draw(rng, style), float(rng.uniform(0.55, 0.9)), float(rng.uniform(0.6, 1.0)))

    def digit(self, value: int, box: Box, rng: Generator) -> NDArray[np.uint8]:
        """A digit somewhere in the box."""
        images = self.digits.images[value]
        image = images[int(rng.integers(len(images)))]
        side = round(self.height * box.height * _SIDE / 20)  # the ink of these images is 20 pixels high
        large = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
        out = np.zeros((box.height + 2 * box.margin, box.width + 2 * box.margin), np.float32)
        top = int((out.shape[0] - side) / 2 + rng.normal(0, 0.05) * box.height)
        left = int((out.shape[1] - side) / 2 + rng.normal(0, 0.05) * box.width)
        up, before = max(0, -top), max(0, -left)
        part = out[max(0, top) : top + side, max(0, left) : left + side]
        part[:] = large[up : up + part.shape[0], before : before + part.shape[1]]
        return np.asarray(np.clip(out * self.darkness, 0, 255), np.uint8)

    def mark(self, kind: str, box: Box, rng: Generator) -> NDArray[np.uint8]:
        """A mark that is no digit."""
        return self.marks.mark(kind, box, rng)


def writer(rng: Generator, digits: Digits | None, style: Style) -> Writer:
    """A writer for one slip: of a file when there is one, else a made hand."""
    return HandWriter.draw(rng, style) if digits is None else PastedWriter.draw(rng, digits, style)
