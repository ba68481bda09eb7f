"""Where things stand on a page: frames in mm from the top-left, made from an envelope profile and a brand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.layouts.geometry import A4_HEIGHT_MM, A4_WIDTH_MM, Rect
from docgen.templates.blocks import TEXT_WIDTH_MM

if TYPE_CHECKING:
    from docgen.postal.profiles import BoxMm, EnvelopeProfile

MARGIN_MM = (A4_WIDTH_MM - TEXT_WIDTH_MM) / 2  # leaves x 5-23 mm free for inserter marks
FLOW_BOTTOM_MM = 270.0
_FLOW_FIRST_MIN_TOP_MM = 98.0
_FLOW_LATER_TOP_MM = 34.0
_BELOW_WINDOW_MM = 3.0
_LOGO_TOP_MM = 12.0
_FOOTER_TOP_MM = 277.0
_FOOTER_HEIGHT_MM = 13.0
_FOOTER_ABOVE_SLIP_MM = 14.0  # three lines of footer, and a little white
_FLOW_ABOVE_SLIP_MM = 15.0
_SENDER_TOP_MM = 52.0
_SENDER_WIDTH_MM = 62.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A place on a page that something occupies; pages count from 1."""

    kind: str
    page: int
    rect: Rect


@dataclass(frozen=True, slots=True)
class PageFrames:
    """The fixed frames of a plan. ``slip`` is the slip at the foot of the last page; None without one there."""

    address: Rect
    return_line: Rect
    always_visible: Rect
    sometimes_visible: Rect
    folds_mm: tuple[float, ...]
    sender: Rect
    logo_top_mm: float
    flow_first: Rect
    flow_later: Rect
    footer: Rect
    slip: Rect | None

    @property
    def slip_reserve_mm(self) -> float:
        """What the flow of the last page must keep free for the slip and the footer above it."""
        return 0.0 if self.slip is None else FLOW_BOTTOM_MM - (self.slip.top_mm - _FLOW_ABOVE_SLIP_MM)

    @property
    def footer_above_slip_mm(self) -> float:
        """Top of the footer on the page that has the slip."""
        return self.footer.top_mm if self.slip is None else self.slip.top_mm - _FOOTER_ABOVE_SLIP_MM


def page_frames(envelope: EnvelopeProfile, slip_height_mm: float | None = None) -> PageFrames:
    """Frames for A4 letters in ``envelope``; the slip, if any, is as wide as the page."""
    sometimes = rect_of(envelope.window.sometimes)
    address = rect_of(envelope.address_box)
    first_top = max(_FLOW_FIRST_MIN_TOP_MM, sometimes.bottom_mm + _BELOW_WINDOW_MM)
    slip = None
    if slip_height_mm is not None:
        slip = Rect(0.0, A4_HEIGHT_MM - slip_height_mm, A4_WIDTH_MM, slip_height_mm)
    return PageFrames(
        address=address,
        return_line=rect_of(envelope.return_line),
        always_visible=rect_of(envelope.window.always),
        sometimes_visible=sometimes,
        folds_mm=envelope.folds_y_mm,
        sender=_sender(address, sometimes),
        logo_top_mm=_LOGO_TOP_MM,
        flow_first=Rect(MARGIN_MM, first_top, TEXT_WIDTH_MM, FLOW_BOTTOM_MM - first_top),
        flow_later=Rect(MARGIN_MM, _FLOW_LATER_TOP_MM, TEXT_WIDTH_MM, FLOW_BOTTOM_MM - _FLOW_LATER_TOP_MM),
        footer=Rect(MARGIN_MM, _FOOTER_TOP_MM, TEXT_WIDTH_MM, _FOOTER_HEIGHT_MM),
        slip=slip,
    )


def rect_of(box: BoxMm) -> Rect:
    """A postal box as a rectangle of the page."""
    return Rect(*box)


def _sender(address: Rect, sometimes: Rect) -> Rect:
    """Beside the window, on the side where there is room."""
    if address.left_mm > A4_WIDTH_MM / 2:
        width = min(_SENDER_WIDTH_MM, sometimes.left_mm - MARGIN_MM - 1)
        return Rect(MARGIN_MM, _SENDER_TOP_MM, width, 0.0)
    left = max(sometimes.right_mm + 4, A4_WIDTH_MM - MARGIN_MM - _SENDER_WIDTH_MM)
    return Rect(left, _SENDER_TOP_MM, A4_WIDTH_MM - MARGIN_MM - left, 0.0)
