"""What happens to ink between the pen and the reader: bending, paper, box lines, dirt, scanner, compression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]


def warped(ink: Image, rng: Generator, strength: float = 1.0) -> Image:
    """Bend, turn, lean, stretch and move ink; ``strength`` 1 is what writers differ by. Shape and range stay."""
    height, width = ink.shape
    size = max(height, width)
    lean, turn = rng.normal(0, 0.16) * strength, rng.normal(0, 0.09) * strength
    wide, high = np.exp(rng.normal(0, 0.11, 2) * strength)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[1, lean], [0, 1]])
    matrix = matrix @ np.diag([1 / wide, 1 / high])
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    source_x = matrix[0, 0] * (x - centre[0]) + matrix[0, 1] * (y - centre[1]) + centre[0]
    source_y = matrix[1, 0] * (x - centre[0]) + matrix[1, 1] * (y - centre[1]) + centre[1]
    waves = rng.normal(0, 0.03 * strength, (2, 5, 5)).astype(np.float32) * size
    bend = [cv2.resize(wave, (width, height), interpolation=cv2.INTER_CUBIC) for wave in waves]
    bent = cv2.remap(
        ink, (source_x + bend[0]).astype(np.float32), (source_y + bend[1]).astype(np.float32), cv2.INTER_LINEAR
    )
    return bent.astype(np.uint8, copy=False)


def thickened(ink: Image, rng: Generator, width_px: float) -> Image:
    """Make strokes up to a third thicker or thinner than ``width_px``, or leave them."""
    change = int(rng.integers(-1, 3)) * max(1, round(width_px / 5))
    if change == 0:
        return ink
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(change) + 1, abs(change) + 1))
    return (cv2.dilate(ink, kernel) if change > 0 else cv2.erode(ink, kernel)).astype(np.uint8, copy=False)


def with_rim(ink: Image, rng: Generator) -> Image:
    """Leave pieces of box lines at the rim, in the grey or black in which boxes are printed."""
    out = ink.copy()
    height, width = ink.shape
    level = int(rng.choice([rng.integers(40, 90), rng.integers(150, 255)]))
    thick = int(rng.integers(1, max(2, height // 30)))
    for side in range(4):
        if rng.random() < 0.5:  # noqa: PLR2004 - half of all sides are clean
            continue
        inset = int(rng.integers(0, max(1, height // 12)))
        length = height if side < 2 else width  # noqa: PLR2004 - left and right come first
        low, high = sorted(rng.integers(0, length, 2)) if rng.random() < 0.6 else (0, length)  # noqa: PLR2004 - most are torn
        where = [inset, width - 1 - inset, inset, height - 1 - inset][side]
        start, end = ((where, int(low)), (where, int(high))) if side < 2 else ((int(low), where), (int(high), where))  # noqa: PLR2004 - as above
        cv2.line(out, start, end, level, thick)
    return np.maximum(out, ink)


def with_neighbours(ink: Image, other: Image, rng: Generator) -> Image:
    """Let a piece of another digit stand at the left or right rim, as when digits are cut from running text."""
    height, width = ink.shape
    shift = int(width * rng.uniform(0.72, 0.95)) * int(rng.choice([-1, 1]))
    matrix = np.array([[1, 0, shift], [0, 1, rng.normal(0, 0.06) * height]], dtype=np.float64)
    moved = cv2.warpAffine(cv2.resize(other, (width, height)), matrix, (width, height))
    return np.maximum(ink, moved).astype(np.uint8, copy=False)


def scanned(ink: Image, rng: Generator) -> Image:
    """Scan ink on paper: uint8 of the same shape, mostly dark ink on light paper, now and then the other way round."""
    paper = rng.uniform(170, 255)
    strength = rng.uniform(0.45, 1.0)
    grey = (paper - ink.astype(np.float32) * (paper / 255 * strength)).astype(np.float32)
    if rng.random() < 0.25:  # noqa: PLR2004 - a quarter lies in a shadow
        height, width = ink.shape
        grey += np.linspace(0, rng.normal(0, 14), width, dtype=np.float32)
        grey += np.linspace(0, rng.normal(0, 14), height, dtype=np.float32)[:, None]
    if rng.random() < 0.6:  # noqa: PLR2004 - most scanners blur
        grey = cv2.GaussianBlur(grey, (0, 0), float(rng.uniform(0.3, 1.3))).astype(np.float32)
    grey += rng.standard_normal(grey.shape, dtype=np.float32) * np.float32(rng.choice([0.5, rng.uniform(0, 9)]))
    image = np.clip(grey, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:  # noqa: PLR2004 - a fifth has specks
        _speckle(image, rng)
    return _stored(image, paper, strength, rng)


def _speckle(image: Image, rng: Generator) -> None:
    height, width = image.shape
    for _ in range(int(rng.integers(1, 12))):
        spot = int(rng.integers(width)), int(rng.integers(height))
        cv2.circle(image, spot, int(rng.integers(0, 2)), int(rng.integers(0, 256)), -1)


def _stored(image: Image, paper: float, strength: float, rng: Generator) -> Image:
    """Keep two levels, compress, or turn light and dark."""
    kind = rng.random()
    if kind < 0.15:  # noqa: PLR2004 - a scanner set to two levels
        threshold = paper * (1 - strength * rng.uniform(0.25, 0.65))
        image = np.where(image > threshold, 255, 0).astype(np.uint8)
    elif kind < 0.5:  # noqa: PLR2004 - JPEG
        coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])[1]
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    return 255 - image if rng.random() < 0.1 else image  # noqa: PLR2004 - one in ten
