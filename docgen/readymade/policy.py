"""What a print room takes: limits, zones and how bad each finding is, as data.

Zones are in mm from the top-left of an upright A4 page. A zone says what may not be printed there; where inserter marks
or post codes go is decided by the machines of a print room, so it brings its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from docgen.findings import Finding, Severity
from docgen.postal.address import DEFAULT_LIMITS, AddressLimits
from docgen.postal.profiles import DEFAULT_ENVELOPE, BoxMm, EnvelopeProfile, builtin

if TYPE_CHECKING:
    from collections.abc import Iterable

# The profile that satisfies the three known makers of inserters (x 8-20 mm, first mark at 100 mm, clear around).
_MARK_ZONE = BoxMm(5.0, 80.0, 18.0, 95.0)


class Sides(StrEnum):
    """On which pages of a letter a zone must be clear."""

    FIRST = "first"
    EVERY = "every"


class CoverSheets(StrEnum):
    """When a letter gets a cover sheet of ours in front, which has the address, the KIX and room for marks."""

    NEVER = "never"
    WHEN_NEEDED = "when-needed"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class ClearZone:
    """A box where nothing may be printed; ``name`` tells a person what it is for."""

    name: str
    box: BoxMm
    sides: Sides = Sides.EVERY


@dataclass(frozen=True, slots=True)
class EdgesMm:
    """Margins that a printer leaves white; as wide as those of our own letters unless it says otherwise."""

    left_mm: float = 4.0
    top_mm: float = 4.0
    right_mm: float = 4.0
    bottom_mm: float = 4.0


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """Resolutions in dots per inch; images of so few pixels a side are fills, not pictures."""

    warn_dpi: float = 150.0
    least_dpi: float = 100.0
    ignored_px: int = 4


@dataclass(frozen=True, slots=True)
class InkLimits:
    """How pages are looked at: ``paper_level`` (0..255) and lighter is paper; fewer ``specks_px`` are none."""

    dpi: int = 100
    overlay_dpi: int = 150
    paper_level: int = 243
    specks_px: int = 2
    max_overlays: int = 20


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What one PDF may hold; ``page_operators`` counts those of a page's content with all forms it draws."""

    max_bytes: int = 200_000_000
    max_pages: int = 5_000
    page_operators: int = 500_000


# What stands here is no error until a print room says so; every other finding is.
DEFAULT_SEVERITIES = (
    ("pdf-annotation-left-out", Severity.NOTE),
    ("pdf-bookmarks-unreadable", Severity.WARNING),
    ("pdf-font-type3", Severity.NOTE),
    ("pdf-hidden-text", Severity.NOTE),
    ("pdf-image-coarse", Severity.WARNING),
    ("pdf-layers", Severity.NOTE),
    ("pdf-page-blank", Severity.NOTE),
    ("pdf-rgb", Severity.NOTE),
    ("pdf-spot-colour", Severity.NOTE),
    ("pdf-transparency", Severity.NOTE),
    ("pdf-untidy", Severity.WARNING),
    ("readymade-kix-no-room", Severity.NOTE),
    ("readymade-overlays-left-out", Severity.NOTE),
)


def _default_envelope() -> EnvelopeProfile:
    return builtin().envelopes[DEFAULT_ENVELOPE]


@dataclass(frozen=True, slots=True)
class ReadymadePolicy:
    """Everything that decides whether and how a ready-made PDF is printed.

    ``severities`` are pairs of a code and how bad it is; a code that is not listed is an error. With ``draw_kix`` a
    KIX is added below an address that is printed already, when there is room.
    """

    envelope: EnvelopeProfile = field(default_factory=_default_envelope)
    page_mm: tuple[float, float] = (210.0, 297.0)
    page_tolerance_mm: float = 2.0
    window_tolerance_mm: float = 3.0
    max_letter_pages: int = 60
    edges: EdgesMm = EdgesMm()
    clear_zones: tuple[ClearZone, ...] = (ClearZone("inserter marks", _MARK_ZONE),)
    images: ImageLimits = ImageLimits()
    ink: InkLimits = InkLimits()
    file: FileLimits = FileLimits()
    address_limits: AddressLimits = DEFAULT_LIMITS
    cover_sheets: CoverSheets = CoverSheets.NEVER
    redraw_address: bool = False
    duplex: bool = True
    draw_kix: bool = True
    severities: tuple[tuple[str, Severity], ...] = DEFAULT_SEVERITIES

    def graded(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings with the severities of this policy."""
        grades = dict(self.severities)
        return tuple([replace(f, severity=grades.get(f.code, Severity.ERROR)) for f in findings])
