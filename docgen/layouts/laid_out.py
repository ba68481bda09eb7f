"""A laid-out letter: where everything stands on each page, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.findings import Finding, has_errors
from docgen.layouts.geometry import Rect, to_mm
from docgen.layouts.page import Frame
from docgen.layouts.parts import MODULE_PT

if TYPE_CHECKING:
    from docgen.layouts.address_block import PlacedKix
    from docgen.layouts.pagination import Flown
    from docgen.layouts.slip import PlacedSlip


@dataclass(frozen=True, slots=True)
class LaidOutPage:
    """One page: forms drawn first, ink in page coordinates, and the parts of its flow from ``flow`` downwards.

    A page of nothing at all is blank: the back of a sheet.
    """

    forms: bytes
    ink: bytes
    flow: Rect
    parts: tuple[Flown, ...]
    kix: PlacedKix | None = None
    slip: PlacedSlip | None = None


@dataclass(frozen=True, slots=True)
class LaidOutLetter:
    """A letter as frames and ink. ``fixed_frames`` are those outside the flow; ``extra_fonts`` lie beyond page 0.

    ``slip_page`` is the page that has the reply slip, from 1; where everything stands on it is `Plan.slip_geometry`.
    """

    record_id: str
    language: str
    pages: tuple[LaidOutPage, ...]
    findings: tuple[Finding, ...]
    extra_fonts: frozenset[bytes]
    fixed_frames: tuple[Frame, ...] = ()
    slip_page: int | None = None

    @property
    def may_be_printed(self) -> bool:
        """False when any finding is an error."""
        return not has_errors(self.findings)

    @property
    def page_count(self) -> int:
        """Composed pages; a blank back of the last is not included."""
        return len(self.pages)

    def frames(self) -> tuple[Frame, ...]:
        """Everything on the pages, in mm: address, KIX, flow parts, symbols without their quiet zone, slip."""
        frames = list(self.fixed_frames)
        for number, page in enumerate(self.pages, 1):
            for flown in page.parts:
                top_mm = page.flow.top_mm + to_mm(flown.top_pt)
                rect = Rect(page.flow.left_mm, top_mm, page.flow.width_mm, to_mm(flown.part.height_pt))
                frames.append(Frame(flown.part.kind, number, rect))
                for symbol in flown.part.symbols:
                    side_mm = to_mm(symbol.size * MODULE_PT)
                    place = (page.flow.left_mm + to_mm(symbol.left_pt), top_mm + to_mm(symbol.top_pt))
                    frames.append(Frame(f"{symbol.role}-code", number, Rect(*place, side_mm, side_mm)))
        return tuple(frames)
