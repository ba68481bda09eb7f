"""A row of a slip cut out of its page and straightened, as ink between none and the page's own black."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from docgen.layouts.geometry import Rect
from scanning.fields.levels import percentiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docgen.layouts.slip_geometry import SlipRow
    from scanning.page import GreyImage
    from scanning.register.align import Alignment

PX_PER_MM: Final = 10
MARGIN_MM: Final = 2.0  # white by the slip's design: what is there is not ink of an answer
_BLOCK_MM = 8.0
_PAPER_PERCENTILE = 75
_LEAST_CONTRAST = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A row at 10 px a mm. ``grey`` is (h, w) as scanned; ``ink`` (h, w) is 0 for paper and 1 for print of the page.

    ``left_mm`` and ``top_mm`` tell where its first pixel lies on the slip.
    """

    grey: GreyImage
    ink: NDArray[np.float32]
    left_mm: float
    top_mm: float

    def slices(self, rect: Rect) -> tuple[slice, slice]:
        """Rows and columns of the part of a rectangle of the slip that is in the band."""
        height, width = self.ink.shape
        left, top = self._px(rect.left_mm - self.left_mm, width), self._px(rect.top_mm - self.top_mm, height)
        right, bottom = self._px(rect.right_mm - self.left_mm, width), self._px(rect.bottom_mm - self.top_mm, height)
        return slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))

    @staticmethod
    def _px(length_mm: float, most: int) -> int:
        return min(max(0, round(length_mm * PX_PER_MM)), most - 1)


def band_area(row: SlipRow) -> Rect:
    """What of the slip is cut out for a row: all its boxes, with the white around."""
    areas = [one.area for one in row.fields]
    left, top = min(a.left_mm for a in areas), min(a.top_mm for a in areas)
    right, bottom = max(a.right_mm for a in areas), max(a.bottom_mm for a in areas)
    return Rect(left, top, right - left, bottom - top).grown(MARGIN_MM)


def cut_band(grey: GreyImage, alignment: Alignment, row: int, area: Rect) -> Band:
    """The band of ``area`` of a row, counted from 0."""
    size = round(area.width_mm * PX_PER_MM), round(area.height_mm * PX_PER_MM)
    to_mm = np.array([[1 / PX_PER_MM, 0, area.left_mm], [0, 1 / PX_PER_MM, area.top_mm], [0, 0, 1]])
    centre = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # pixels are counted by their middles
    matrix = np.linalg.inv(centre) @ alignment.rows[row] @ to_mm @ centre
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(grey, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    image = np.asarray(cut, np.uint8)
    return Band(image, _ink(image, alignment), area.left_mm, area.top_mm)


def _ink(grey: GreyImage, alignment: Alignment) -> NDArray[np.float32]:
    paper = _paper(grey, alignment.white)
    span = np.maximum(paper - np.float32(alignment.black), np.float32(_LEAST_CONTRAST))
    ink = grey.astype(np.float32)
    np.subtract(paper, ink, out=ink)
    ink /= span
    return np.clip(ink, 0, 1, out=ink)


def _paper(grey: GreyImage, white: float) -> NDArray[np.float32]:
    """The grey of bare paper along the band, (w,), from the white rows above and below its boxes."""
    margin = round(MARGIN_MM * 0.75 * PX_PER_MM)
    edges = np.vstack([grey[:margin:2], grey[-margin::2]])
    width, block = grey.shape[1], round(_BLOCK_MM * PX_PER_MM)
    count = max(1, width // block)
    parts = edges[:, : count * (width // count)].reshape(len(edges), count, -1)
    levels = percentiles(parts.transpose(1, 0, 2).reshape(count, -1), _PAPER_PERCENTILE)
    # a shadow over the whole block is paper too, but something black there is not
    levels = np.where(levels > 0.6 * white, levels, white)
    middles = (np.arange(count) + 0.5) * (width // count)
    return np.asarray(np.interp(np.arange(width), middles, levels), np.float32)
