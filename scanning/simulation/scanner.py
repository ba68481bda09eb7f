"""A model of a feeder scanner: how a sheet of paper comes out as an image, from well kept to worn out.

Figures follow measurements of office scanners: skew, paper bow, feed stretch, blur, noise, dust, folds, shadows of
staples, contrast and JPEG. The same generator state gives the same image.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scanning.page import GreyImage


@dataclass(frozen=True, slots=True)
class Condition:
    """How good a scanner and its paper are. Pairs are the range drawn from; shares are of pages."""

    name: str
    skew_deg: float
    bow_mm: float
    stretch: float
    contrast: tuple[float, float]
    blur_mm: tuple[float, float]
    noise: tuple[float, float]
    jpeg: tuple[int, int]
    specks: tuple[int, int]
    folded: float
    stapled: float
    bordered: float
    punched: float = 0.1
    coffee: float = 0.0
    bilevel: bool = False


TYPICAL: Final = Condition(
    "typical",
    skew_deg=1.5,
    bow_mm=0.15,
    stretch=0.002,
    contrast=(0.8, 0.95),
    blur_mm=(0.03, 0.06),
    noise=(2.0, 5.0),
    jpeg=(75, 90),
    specks=(0, 20),
    folded=0.3,
    stapled=0.02,
    bordered=0.3,
    punched=0.05,
    coffee=0.01,
)
HARSH: Final = Condition(
    "harsh",
    skew_deg=3.0,
    bow_mm=0.6,
    stretch=0.01,
    contrast=(0.5, 0.75),
    blur_mm=(0.05, 0.1),
    noise=(4.0, 9.0),
    jpeg=(40, 60),
    specks=(60, 120),
    folded=0.7,
    stapled=0.4,
    bordered=0.5,
    punched=0.2,
    coffee=0.1,
)
CONDITIONS: Final = {
    one.name: one
    for one in (
        TYPICAL,
        HARSH,
        replace(TYPICAL, name="typical-1bit", bilevel=True),
        replace(HARSH, name="harsh-1bit", bilevel=True),
    )
}


def scan(sheet: GreyImage, sheet_dpi: float, dpi: int, condition: Condition, rng: np.random.Generator) -> GreyImage:
    """The sheet (height, width; 255 is paper) as a scanner of ``dpi`` gives it, upright, with a little of its bed."""
    paper = sheet.copy()
    _damage(paper, sheet_dpi, condition, rng)
    image, on_paper = _feed(paper, sheet_dpi, dpi, condition, rng)
    grey = _expose(image, on_paper, condition, rng)
    grey += rng.standard_normal(grey.shape, np.float32) * np.float32(rng.uniform(*condition.noise))
    out = np.clip(grey, 0, 255).astype(np.uint8)
    _speckle(out, int(rng.integers(*condition.specks, endpoint=True)), dpi, rng)
    if condition.bilevel:
        return np.where(out < _BILEVEL_AT, np.uint8(0), np.uint8(255))
    return _through_jpeg(out, int(rng.integers(*condition.jpeg, endpoint=True)))


_BILEVEL_AT = 128
_BED_MM = 4.0


def turned(image: GreyImage, quarters: int) -> GreyImage:
    """The image turned counter-clockwise by quarters."""
    return np.ascontiguousarray(np.rot90(image, quarters))


def _damage(paper: GreyImage, dpi: float, condition: Condition, rng: np.random.Generator) -> None:
    if rng.random() < condition.folded:
        _fold(paper, dpi, rng)
    if rng.random() < condition.stapled:
        _staple(paper, dpi, rng)
    if rng.random() < condition.punched:
        _punch(paper, dpi)
    if rng.random() < condition.coffee:
        _coffee(paper, dpi, rng)


def _fold(paper: GreyImage, dpi: float, rng: np.random.Generator) -> None:
    """A soft shadow with a bright ridge, across the paper."""
    height, width = paper.shape
    scale = dpi / 25.4
    across = bool(rng.random() < 0.5)  # noqa: PLR2004 (an even chance)
    place = rng.uniform(0.15, 0.85) * (height if across else width)
    slope = rng.uniform(-0.01, 0.01)
    ends = ((0, place), (width, place + slope * width)) if across else ((place, 0), (place + slope * height, height))
    shade = np.zeros_like(paper)
    cv2.line(shade, _point(ends[0]), _point(ends[1]), 255, max(1, round(rng.uniform(0.15, 0.45) * scale)), cv2.LINE_AA)
    _shade(paper, shade, 0.3 * scale, rng.uniform(15, 70))


def _staple(paper: GreyImage, dpi: float, rng: np.random.Generator) -> None:
    scale = dpi / 25.4
    left = rng.uniform(5, 30) if rng.random() < 0.5 else rng.uniform(175, 200)  # noqa: PLR2004 (an even chance)
    top, angle = rng.uniform(3, 30), rng.uniform(-0.6, 0.6)
    length = rng.uniform(6, 12)
    end = (left + length * np.cos(angle), top + length * np.sin(angle))
    start, stop = _point((left * scale, top * scale)), _point((end[0] * scale, end[1] * scale))
    cv2.line(paper, start, stop, int(rng.integers(40, 150)), max(1, round(0.6 * scale)), cv2.LINE_AA)


def _punch(paper: GreyImage, dpi: float) -> None:
    """Two holes of 6 mm at the left, 80 mm apart (ISO 838), which show the dark bed."""
    scale, middle = dpi / 25.4, paper.shape[0] / 2
    for offset_mm in (-40, 40):
        centre = (12 * scale, middle + offset_mm * scale)
        if 0 <= centre[1] < paper.shape[0]:
            cv2.circle(paper, _point(centre), round(3 * scale), 70, -1, cv2.LINE_AA)


def _coffee(paper: GreyImage, dpi: float, rng: np.random.Generator) -> None:
    """A ring, and some drops."""
    height, width = paper.shape
    scale = dpi / 25.4
    stain = np.zeros_like(paper)
    centre = _point((rng.uniform(0, width), rng.uniform(0, height)))
    cv2.circle(
        stain, centre, round(rng.uniform(30, 42) * scale), 255, max(1, round(rng.uniform(1, 3) * scale)), cv2.LINE_AA
    )
    for _ in range(rng.integers(0, 6)):
        drop = _point((rng.uniform(0, width), rng.uniform(0, height)))
        cv2.circle(stain, drop, round(rng.uniform(0.5, 3) * scale), 200, -1, cv2.LINE_AA)
    _shade(paper, stain, 0.8 * scale, rng.uniform(25, 70))


def _shade(paper: GreyImage, where: GreyImage, soft_px: float, depth: float) -> None:
    """Darken in place by up to ``depth`` greys where ``where`` is 255."""
    side = max(1, round(soft_px))
    soft = np.asarray(cv2.blur(where, (side, side)), np.float32)
    np.copyto(paper, np.clip(paper - soft * np.float32(depth / 255), 0, 255).astype(np.uint8))


def _point(place: tuple[float, float]) -> tuple[int, int]:
    return round(place[0]), round(place[1])


def _feed(
    paper: GreyImage, paper_dpi: float, dpi: int, condition: Condition, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Turned, bent and stretched: darkness is (height, width), 0 black to 1 white, and where there is paper, 0 to 1."""
    scale = dpi / paper_dpi
    bed = _BED_MM * dpi / 25.4 if rng.random() < condition.bordered else 0.0
    height, width = round(paper.shape[0] * scale + 2 * bed), round(paper.shape[1] * scale + 2 * bed)
    skew = np.deg2rad(rng.uniform(-condition.skew_deg, condition.skew_deg))
    stretch = 1 + rng.uniform(-condition.stretch, condition.stretch)
    shift = rng.uniform(-1.0, 1.0, 2) * dpi / 25.4
    bow = rng.uniform(-1, 1) * condition.bow_mm * dpi / 25.4
    sway = rng.uniform(-0.5, 0.5) * condition.bow_mm * dpi / 25.4
    x = np.arange(width, dtype=np.float32)[None, :] - np.float32(width / 2)
    y = np.arange(height, dtype=np.float32)[:, None] - np.float32(height / 2)
    y = y - np.float32(bow) * np.sin(np.pi * (x / width + 0.5)) - np.float32(sway) * np.sin(2 * np.pi * x / width)
    y = y / np.float32(stretch)
    source_x = (np.cos(skew) * x - np.sin(skew) * y + shift[0]) / scale + paper.shape[1] / 2
    source_y = (np.sin(skew) * x + np.cos(skew) * y + shift[1]) / scale + paper.shape[0] / 2
    blurred = cv2.GaussianBlur(paper, (0, 0), max(0.3, rng.uniform(*condition.blur_mm) * paper_dpi / 25.4))
    maps = source_x.astype(np.float32), source_y.astype(np.float32)
    image = cv2.remap(blurred, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    there = (source_x > 0) & (source_x < paper.shape[1]) & (source_y > 0) & (source_y < paper.shape[0])
    return np.asarray(image, np.float32) / np.float32(255), np.asarray(there, np.float32)


def _expose(
    image: NDArray[np.float32], on_paper: NDArray[np.float32], condition: Condition, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Levels of grey; the lamp is a little uneven, and what is not paper is dark or white."""
    height, width = image.shape
    contrast = rng.uniform(*condition.contrast)
    white = rng.uniform(225, 252)
    lamp = 1 + rng.uniform(-0.04, 0.04) * np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    lamp = lamp + rng.uniform(-0.02, 0.02) * np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    grey = (white - (1 - image) * contrast * white) * lamp.astype(np.float32)
    outside = np.float32(rng.choice([20.0, 60.0, 250.0]))
    return np.where(on_paper > 0, grey, outside).astype(np.float32)


def _speckle(image: GreyImage, count: int, dpi: int, rng: np.random.Generator) -> None:
    height, width = image.shape
    for _ in range(count):
        place = int(rng.integers(0, width)), int(rng.integers(0, height))
        radius = max(0, round(rng.uniform(0.03, 0.2) * dpi / 25.4))
        cv2.circle(image, place, radius, int(rng.integers(0, 140)), -1, cv2.LINE_AA)


def _through_jpeg(image: GreyImage, quality: int) -> GreyImage:
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    return np.asarray(decoded, np.uint8)
