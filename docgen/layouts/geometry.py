"""Millimetres from the top-left of the page, and the one flip to PDF points."""

from __future__ import annotations

from dataclasses import dataclass

PT_PER_MM = 72 / 25.4
A4_WIDTH_MM = 210.0
A4_HEIGHT_MM = 297.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in mm: ``left`` and ``top`` from the top-left of the page, and its size."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float

    @property
    def right_mm(self) -> float:
        """Distance of the right edge from the left edge of the page."""
        return self.left_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        """Distance of the bottom edge from the top edge of the page."""
        return self.top_mm + self.height_mm

    def contains(self, other: Rect, tolerance_mm: float = 0.01) -> bool:
        """True when ``other`` lies inside, edges included."""
        return (
            other.left_mm >= self.left_mm - tolerance_mm
            and other.top_mm >= self.top_mm - tolerance_mm
            and other.right_mm <= self.right_mm + tolerance_mm
            and other.bottom_mm <= self.bottom_mm + tolerance_mm
        )

    def overlaps(self, other: Rect, tolerance_mm: float = 0.01) -> bool:
        """True when the two share more than an edge."""
        return (
            self.left_mm < other.right_mm - tolerance_mm
            and other.left_mm < self.right_mm - tolerance_mm
            and self.top_mm < other.bottom_mm - tolerance_mm
            and other.top_mm < self.bottom_mm - tolerance_mm
        )

    def grown(self, by_mm: float) -> Rect:
        """The rectangle with ``by_mm`` added on all four sides (negative shrinks)."""
        return Rect(self.left_mm - by_mm, self.top_mm - by_mm, self.width_mm + 2 * by_mm, self.height_mm + 2 * by_mm)


A4 = Rect(0.0, 0.0, A4_WIDTH_MM, A4_HEIGHT_MM)


def to_pt(length_mm: float) -> float:
    """A length in PDF points."""
    return length_mm * PT_PER_MM


def to_mm(length_pt: float) -> float:
    """A length in millimetres."""
    return length_pt / PT_PER_MM


def flip_pt(top_mm: float, page_height_mm: float = A4_HEIGHT_MM) -> float:
    """Distance from the top in mm to PDF's distance from the bottom in points: the only flip there is."""
    return (page_height_mm - top_mm) * PT_PER_MM
