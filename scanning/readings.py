"""What is read from a page: values with their confidence and reasons, before and after it is decided about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docgen.findings import Finding
    from docgen.layouts.geometry import Rect
    from docgen.qr.slip_code import SlipCode, SlipNumber
    from docgen.reply_form import ReplyKind
    from scanning.page import GreyImage


class Presence(StrEnum):
    """What a box holds."""

    BLANK = "blank"
    UNSURE = "unsure"
    INK = "ink"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What becomes of a field: straight through, left empty by its writer, or to a person."""

    ACCEPTED = "accepted"
    BLANK = "blank"
    REVIEW = "review"


class PageKind(StrEnum):
    """What a page is counted as; every page is one of these."""

    SLIP = "slip"
    BLANK = "blank"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class BoxReading:
    """One box. ``probabilities`` are of the digits 0 to 9 and of no digit; none for boxes that hold no digit.

    ``ink`` is the share of the inside that is inked, 0 to 1.
    """

    presence: Presence
    ink: float
    probabilities: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FieldReading:
    """A field as the picture alone tells it.

    ``value`` is the best reading, "" for none; ``confidence`` the chance, 0 to 1, that it is what was written.
    ``reasons`` are codes of what speaks against taking it. ``crop`` is the field with the white around it, as scanned,
    at 10 px a mm. ``area`` is its place in mm of the slip.
    """

    name: str
    kind: ReplyKind
    value: str
    confidence: float
    boxes: tuple[BoxReading, ...]
    reasons: tuple[str, ...]
    area: Rect
    crop: GreyImage


@dataclass(frozen=True, slots=True, eq=False)
class SlipReading:
    """A slip found on a page, with all its fields.

    ``corners_px`` are its corners on the page's picture for people, clockwise from its own top left.
    """

    code: SlipCode | SlipNumber
    fields: tuple[FieldReading, ...]
    residual_mm: float
    squares: int
    corners_px: tuple[tuple[float, float], ...]
    bilevel: bool = False
    photo: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PageReading:
    """A page, counted once.

    ``findings`` say why it is an exception, or what else a person should know. ``unread`` are codes of slips on it that
    could not be read. ``picture`` is the page for people to look at, about 110 dpi.
    """

    number: int
    kind: PageKind
    slips: tuple[SlipReading, ...] = ()
    findings: tuple[Finding, ...] = ()
    dpi: float | None = None
    bilevel: bool = False
    page_hash: str = ""
    timings_ms: dict[str, float] = field(default_factory=dict)
    picture: GreyImage | None = None
    unread: tuple[SlipCode, ...] = ()
