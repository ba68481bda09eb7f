"""Preflight: is everything where an envelope, an inserter and a reader need it? Arithmetic on frames, no PDF is read.

What is the same in all letters is checked once per plan; per letter only what its own words can move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.findings import Finding, Place
from docgen.layouts.geometry import Rect, to_mm
from docgen.layouts.parts import MODULE_PT
from docgen.layouts.typography import SMALLEST_PT, Setting, Typography

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docgen.layouts.page import Frame, PageFrames

MIN_MODULE_MM = 0.4  # phones at hand distance need 0.4 mm; we draw 0.508
_KIX_CLEAR_MM = 2.0
_EDGE_MM = 4.0  # office and production printers leave this margin white
# Where inserter marks may be printed (x 5-23 mm) over the height that all known readers share.
MARK_ZONE = Rect(5.0, 80.0, 18.0, 95.0)
_PAGE = Rect(0.0, 0.0, 210.0, 297.0)


def check_plan(frames: PageFrames, static: Iterable[Frame], kinds: Typography) -> tuple[Finding, ...]:
    """Findings about what every letter of a plan has in common."""
    return (*_static_findings(frames, static), *_type_findings(kinds), *_module_findings())


def check_address(frames: PageFrames, placed: Iterable[Frame], record_id: str) -> tuple[Finding, ...]:
    """Address and KIX of one letter: both inside what the window always shows, the KIX with its clear zone."""
    findings = []
    for frame in placed:
        needed = frame.rect.grown(_KIX_CLEAR_MM) if frame.kind == "kix" else frame.rect
        if frame.kind in ("address", "kix") and not frames.always_visible.contains(needed, 0.05):
            message = f"The {frame.kind} is not wholly in the window; shorten the address or choose another envelope."
            place = Place(record=record_id, frame="address")
            findings.append(Finding(f"{frame.kind}-outside-window", message, place))
    return tuple(findings)


def _static_findings(frames: PageFrames, static: Iterable[Frame]) -> Iterator[Finding]:
    printable = _PAGE.grown(-_EDGE_MM)
    for frame in static:
        place = Place(page=frame.page, frame=frame.kind)
        if frame.page == 1 and frame.rect.overlaps(frames.sometimes_visible):
            message = f"The {frame.kind} can show in the window beside the address; move or narrow it."
            yield Finding("window-not-clear", message, place)
        if frame.rect.overlaps(MARK_ZONE):
            message = f"The {frame.kind} stands where inserter marks are printed (x 5-23 mm); move it to the right."
            yield Finding("mark-zone-not-clear", message, place)
        if not printable.contains(frame.rect):
            message = f"The {frame.kind} comes within {_EDGE_MM:g} mm of the edge, where printers cannot print."
            yield Finding("outside-printable-area", message, place)


def _type_findings(kinds: Typography) -> Iterator[Finding]:
    for name in ("body", "table", "small", "caption", "address", "narrow_address", "small_address", "return_line"):
        setting: Setting = getattr(kinds, name)
        size_pt = setting.palette.styles[0].size_pt
        if size_pt < SMALLEST_PT:
            message = f"The {name} type is {size_pt:g} pt; at least {SMALLEST_PT:g} pt is needed to read it."
            yield Finding("type-too-small", message, Place(frame=name))


def _module_findings() -> Iterator[Finding]:
    module_mm = to_mm(MODULE_PT)
    if module_mm < MIN_MODULE_MM:
        message = f"QR modules are {module_mm:.3f} mm; phones need at least {MIN_MODULE_MM} mm."
        yield Finding("qr-modules-too-small", message)
