"""Where a page has ink: pixels of its picture against boxes in mm. Picture: uint8, (height, width), 0 = black."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from docgen.postal.profiles import BoxMm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docgen.readymade.policy import EdgesMm, InkLimits

Mask = NDArray[np.bool_]
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class PageInk:
    """The dark pixels of a page: bool, (height, width)."""

    mask: Mask
    dpi: int
    specks_px: int

    @classmethod
    def of(cls, gray: NDArray[np.uint8], limits: InkLimits) -> PageInk:
        """What is darker than paper."""
        return cls(gray < limits.paper_level, limits.dpi, limits.specks_px)

    @property
    def blank(self) -> bool:
        """True when there is nothing but specks."""
        return int(self.mask.sum()) <= self.specks_px

    def within(self, box: BoxMm) -> BoxMm | None:
        """The bounding box of the ink inside ``box``; None when it is clear."""
        rows, columns = self._slices(box)
        part = self.mask[rows, columns]
        return self._bounds(part, rows.start, columns.start)

    def without(self, boxes: Iterable[BoxMm]) -> PageInk:
        """The same page with ``boxes`` wiped."""
        mask = self.mask.copy()
        for box in boxes:
            mask[self._slices(box)] = False
        return PageInk(mask, self.dpi, self.specks_px)

    def outside(self, edges: EdgesMm) -> list[BoxMm]:
        """The bounding box of the ink within each margin that is not clear."""
        height, width = [pixels * _MM_PER_INCH / self.dpi for pixels in self.mask.shape]
        strips = (
            BoxMm(0.0, 0.0, edges.left_mm, height),
            BoxMm(0.0, 0.0, width, edges.top_mm),
            BoxMm(width - edges.right_mm, 0.0, edges.right_mm, height),
            BoxMm(0.0, height - edges.bottom_mm, width, edges.bottom_mm),
        )
        found = (self.within(strip) for strip in strips)
        return [box for box in found if box is not None]

    def _bounds(self, part: Mask, top_px: int, left_px: int) -> BoxMm | None:
        if int(part.sum()) <= self.specks_px:
            return None
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        mm = _MM_PER_INCH / self.dpi
        left, top = (left_px + int(columns[0])) * mm, (top_px + int(rows[0])) * mm
        return BoxMm(left, top, (int(columns[-1] - columns[0]) + 1) * mm, (int(rows[-1] - rows[0]) + 1) * mm)

    def _slices(self, box: BoxMm) -> tuple[slice, slice]:
        """Whole pixels that lie inside the box, within the page."""
        height, width = self.mask.shape
        per_mm = self.dpi / _MM_PER_INCH
        top, bottom = _inner(box.top_mm * per_mm, (box.top_mm + box.height_mm) * per_mm, height)
        left, right = _inner(box.left_mm * per_mm, (box.left_mm + box.width_mm) * per_mm, width)
        return slice(top, bottom), slice(left, right)


def grown(box: BoxMm, by_mm: float) -> BoxMm:
    """The box with ``by_mm`` added on all four sides."""
    left, top, width, height = box
    return BoxMm(left - by_mm, top - by_mm, width + 2 * by_mm, height + 2 * by_mm)


def overlap(one: BoxMm, other: BoxMm) -> bool:
    """True when the two share more than an edge."""
    across = one.left_mm < other.left_mm + other.width_mm and other.left_mm < one.left_mm + one.width_mm
    return across and one.top_mm < other.top_mm + other.height_mm and other.top_mm < one.top_mm + one.height_mm


def around(boxes: Iterable[BoxMm]) -> BoxMm:
    """The smallest box that holds all of them; there is at least one."""
    every = list(boxes)
    left, top = min(b.left_mm for b in every), min(b.top_mm for b in every)
    right, bottom = max(b.left_mm + b.width_mm for b in every), max(b.top_mm + b.height_mm for b in every)
    return BoxMm(left, top, right - left, bottom - top)


def _inner(start: float, end: float, most: int) -> tuple[int, int]:
    first = min(max(0, round(start)), most)
    return first, max(first, min(most, round(end)))
