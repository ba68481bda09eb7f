"""Is there anything on a page? A faint pencil stroke is something; dirt, shadows and black edges are nothing.

Ink is looked for at 100 dpi: what is darker than the paper around it and has the sharp edges of a stroke. Shadows of
bow and cover are wider, print that shines through from the other side is blurred, specks are short. In doubt a page is
not blank, and so is one that is mostly black: a person then sees one sheet too many, and no answer is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from scanning.page import GreyImage, Page

_WORKING_DPI = 100.0
_LONGER_SIDE_PX = 1_170
_LONGEST_PX = 2_400  # half as long again as A3 at 100 dpi
_PAPER_PX = 21
_FINE, _WIDE = 0.8, 2.6
_LEAST_EDGE, _NOISES = 3.5, 4.5
_SURE_CONTRAST = 70
_STROKE_MM, _MM_PER_INCH = 2.2, 25.4
_MARGIN_MM = 3.0
_BLACK_SHARE, _SOLID_PX = 0.5, 9
_CREASE_SHARE, _CREASE_PX, _CREASE_CONTRAST, _CREASE_GAP_PX, _CREASE_SLOPE = 0.5, 7, 45, 61, 0.06
_MOST_CREASED = 150
_MOST_BLACK, _LEAST_PAPER = 0.25, 90
_MAD_TO_SIGMA = 1.4826

_Mask = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
_Labels = np.ndarray[tuple[int, ...], np.dtype[np.int32]]


@dataclass(frozen=True, slots=True)
class Ink:
    """``share`` of the page that strokes cover, 0 to 1, and how many there are."""

    share: float
    strokes: int


def is_blank(page: Page) -> bool:
    """Tell whether nobody wrote or printed on a page."""
    return ink_on(page).strokes == 0


def ink_on(page: Page) -> Ink:
    """The strokes of a page that are neither specks, shadows, creases, shine-through nor the scanner's black edge."""
    scale = _WORKING_DPI / page.dpi if page.dpi else _LONGER_SIDE_PX / max(page.grey.shape)
    scale = min(1.0, scale, _LONGEST_PX / max(page.grey.shape))
    small = _shrunk(page.grey, scale)
    px_per_mm = (page.dpi * scale if page.dpi else _WORKING_DPI) / _MM_PER_INCH
    paper = _paper(small)
    contrast = np.asarray(cv2.subtract(paper, small), np.uint8)
    mask: _Mask = _sharp(small) | (contrast > _SURE_CONTRAST)
    black = _black_edge(small, paper)
    if float(black.mean()) > _MOST_BLACK or float(np.percentile(paper, 90)) < _LEAST_PAPER:
        return Ink(1.0, 1)  # whatever is there cannot be seen
    mask[black > 0] = 0
    _clear_margin(mask, round(_MARGIN_MM * px_per_mm))
    return _strokes(mask, contrast, _STROKE_MM * px_per_mm)


def _shrunk(grey: GreyImage, scale: float) -> GreyImage:
    size = (max(3, round(grey.shape[1] * scale)), max(3, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _paper(small: GreyImage) -> GreyImage:
    """The lightness of the sheet around each place; a quarter of the pixels is enough for that."""
    height, width = small.shape
    coarse = cv2.resize(small, (max(3, width // 2), max(3, height // 2)), interpolation=cv2.INTER_AREA)
    side = min(_PAPER_PX, *coarse.shape)
    median = cv2.medianBlur(coarse, max(3, side - 1 + side % 2))
    return np.asarray(cv2.resize(median, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _sharp(small: GreyImage) -> _Mask:
    """Where it is darker than a millimetre away, by more than the noise of this page."""
    pixels = small.astype(np.float32)
    edges = cv2.GaussianBlur(pixels, (0, 0), _WIDE) - cv2.GaussianBlur(pixels, (0, 0), _FINE)
    noise = _MAD_TO_SIGMA * float(np.median(np.abs(edges[::3, ::3])))
    return np.asarray(edges > max(_LEAST_EDGE, _NOISES * noise), np.uint8)


def _black_edge(small: GreyImage, paper: GreyImage) -> _Mask:
    """Solid black that reaches the edge of the picture: what the scanner sees beside the sheet."""
    dark = np.asarray(small < _BLACK_SHARE * float(np.median(paper)), np.uint8)
    kernel = np.ones((_SOLID_PX, _SOLID_PX), np.uint8)
    core = cv2.erode(dark, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1)  # beyond the picture it goes on
    solid = cv2.dilate(core, kernel)
    count, labels = cv2.connectedComponents(solid)
    frame = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    at_edge = np.zeros(count, np.uint8)
    at_edge[np.unique(frame)] = 1
    at_edge[0] = 0
    return np.asarray(cv2.dilate(at_edge[labels], kernel), np.uint8)


def _clear_margin(mask: _Mask, margin_px: int) -> None:
    margin = min(margin_px, min(mask.shape) // 8)
    if margin:
        mask[:margin] = mask[-margin:] = 0
        mask[:, :margin] = mask[:, -margin:] = 0


def _strokes(mask: _Mask, contrast: GreyImage, least_px: float) -> Ink:
    """Joined pieces that are as long as a stroke; pieces of a crease are none."""
    joined = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(joined)
    found = [label for label in range(1, count) if max(boxes[label][2:4]) >= least_px]
    if 0 < len(found) <= _MOST_CREASED:
        creases = _creases(joined, contrast), _creases(joined.T, contrast.T).T
        found = [
            label for label in found if not _is_creased(label, np.asarray(labels, np.int32), boxes[label], creases)
        ]
    area = sum(int(boxes[label][4]) for label in found)
    return Ink(area / mask.size, len(found))


def _is_creased(label: int, labels: _Labels, box: _Labels, creases: tuple[_Mask, _Mask]) -> bool:
    """Tell whether a piece is flat and lies in a crease, across the sheet or down."""
    left, top, width, height = (int(value) for value in box[:4])
    part = (slice(top, top + height), slice(left, left + width))
    inside = labels[part] == label
    return any(
        flat <= _CREASE_PX and bool(crease[part][inside].all())
        for flat, crease in zip((height, width), creases, strict=True)
    )


def _creases(joined: _Mask, contrast: GreyImage) -> _Mask:
    """Faint thin lines across most of the sheet, which may be broken: where letters were folded."""
    kernel = np.ones((3, _CREASE_GAP_PX), np.uint8)
    lines = cv2.morphologyEx(np.ascontiguousarray(joined), cv2.MORPH_CLOSE, kernel)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(lines)
    found = np.zeros(joined.shape, np.uint8)
    for label in range(1, count):
        left, top, width, height, _ = (int(value) for value in boxes[label])
        if width < _CREASE_SHARE * joined.shape[1] or height > _CREASE_SLOPE * width + 2 * _CREASE_PX:
            continue
        part = (slice(top, top + height), slice(left, left + width))
        inside = (labels[part] == label) & (joined[part] > 0)
        if np.percentile(contrast[part][inside], 90) < _CREASE_CONTRAST:
            found[part][labels[part] == label] = 1
    return np.asarray(cv2.dilate(found, np.ones((5, 5), np.uint8)), np.uint8)
