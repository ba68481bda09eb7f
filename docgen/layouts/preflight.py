"""Preflight: is everything where an envelope, an inserter and a reader need it? Arithmetic on frames, no PDF is read.

What is the same in all letters is checked once per plan; per letter only what its own words can move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place
from docgen.layouts.geometry import Rect, to_mm
from docgen.layouts.page import rect_of
from docgen.layouts.parts import MODULE_PT
from docgen.layouts.typography import SMALLEST_PT, Setting, Typography
from docgen.postal.marks.model import Side
from docgen.postal.marks.profiles import DEFAULT_ROOM, builtin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docgen.layouts.page import Frame, PageFrames
    from docgen.postal.marks.model import MarkProfile

MIN_MODULE_MM = 0.4  # phones at hand distance need 0.4 mm; we draw 0.508
_KIX_CLEAR_MM = 2.0
_SLIP = "slip"  # begins the kinds of all frames of a reply slip
_EDGE_MM = 4.0  # office and production printers leave this margin white
_PAGE = Rect(0.0, 0.0, 210.0, 297.0)


@dataclass(frozen=True, slots=True)
class MarkRoom:
    """What inserter marks need clear, by side of the sheet: the back is printed on with duplex alone."""

    front: tuple[Rect, ...]
    back: tuple[Rect, ...]
    duplex: bool

    def on(self, page: int) -> tuple[Rect, ...]:
        """The zones of a page, from 1, of a letter: each letter begins on a front."""
        return self.back if self.duplex and page % 2 == 0 else self.front

    def on_all_after(self, page: int) -> tuple[Rect, ...]:
        """The zones of what is on this page and all that follow; with 1, on the first alone."""
        return (*self.front, *self.back) if page > 1 and self.duplex else self.front


def mark_room(profile: MarkProfile, *, duplex: bool) -> MarkRoom:
    """The room of a profile's marks: nothing may be printed behind them either."""
    front, back = (tuple(map(rect_of, profile.clear_zones(side))) for side in (Side.FRONT, Side.BACK))
    return MarkRoom(front, back, duplex)


ROOM = mark_room(builtin()[DEFAULT_ROOM], duplex=False)
"""What static art keeps clear whatever marks will be printed: all known readers have room there."""
MARK_ZONE = ROOM.front[0]


def check_plan(
    frames: PageFrames, static: Iterable[Frame], kinds: Typography, room: MarkRoom = ROOM
) -> tuple[Finding, ...]:
    """Findings about what every letter of a plan has in common."""
    return (*_static_findings(frames, static, room), *_type_findings(kinds), *_module_findings())


def check_slip(inked: Iterable[Frame], room: MarkRoom = ROOM) -> tuple[Finding, ...]:
    """What of a reply slip stands in the room of marks; it is always on the front of a sheet."""
    found = [
        _not_clear(one, zone, Place(frame=one.kind)) for one in inked for zone in room.front if one.rect.overlaps(zone)
    ]
    return tuple(found)


def may_meet_marks(frames: PageFrames, room: MarkRoom) -> bool:
    """True when anything that letters place for themselves could reach into the room of marks."""
    anywhere = (*room.front, *room.back) if room.duplex else room.front
    places = [
        (frames.always_visible, room.front),
        (frames.flow_first, room.front),
        (frames.flow_later, anywhere),
    ]
    return any(place.overlaps(zone) for place, zones in places for zone in zones)


def check_marks(placed: Iterable[Frame], room: MarkRoom, record_id: str) -> tuple[Finding, ...]:
    """What of one letter stands in the room of marks, or behind it."""
    return tuple(
        [
            _not_clear(frame, zone, Place(record=record_id, page=frame.page, frame=frame.kind))
            for frame in placed
            if not frame.kind.startswith(_SLIP)  # checked once, with the plan
            for zone in room.on(frame.page)
            if frame.rect.overlaps(zone)
        ]
    )


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


def _not_clear(frame: Frame, zone: Rect, place: Place) -> Finding:
    where = f"x {zone.left_mm:g}-{zone.right_mm:g}, y {zone.top_mm:g}-{zone.bottom_mm:g} mm"
    message = f"The {frame.kind} stands where inserter marks are printed or behind it ({where}); move it away."
    return Finding("mark-zone-not-clear", message, place)


def _static_findings(frames: PageFrames, static: Iterable[Frame], room: MarkRoom) -> Iterator[Finding]:
    printable = _PAGE.grown(-_EDGE_MM)
    for frame in static:
        place = Place(page=frame.page, frame=frame.kind)
        if frame.page == 1 and frame.rect.overlaps(frames.sometimes_visible):
            message = f"The {frame.kind} can show in the window beside the address; move or narrow it."
            yield Finding("window-not-clear", message, place)
        for zone in room.on_all_after(frame.page):
            if frame.rect.overlaps(zone):
                yield _not_clear(frame, zone, place)
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
