"""How letters look on paper: ink where it may not be, words in the window, room for a KIX, pictures of what is wrong.

The pages that are looked at are the very pages that ``assemble`` writes: upright, without annotations. It looks into
foreign files: call it through ``docgen.readymade.isolation``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docgen.drawing.print_file import FileInfo
from docgen.drawing.raster import leaf_gray, open_pdf
from docgen.findings import Finding, Place
from docgen.postal.profiles import BoxMm
from docgen.readymade.answers import LetterLook, Look, WindowText
from docgen.readymade.assembly import assemble
from docgen.readymade.ink import PageInk, grown, overlap
from docgen.readymade.letters import LetterPages, PrintEnvelope, PrintFileSettings, PrintLetter
from docgen.readymade.overlay import Trespass, overlay_png
from docgen.readymade.policy import ReadymadePolicy, Sides
from docgen.readymade.window_text import page_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pypdfium2

KIX_HEIGHT_MM = 118 * 25.4 / 600
_KIX_CLEAR_MM = 2.0
_LINE_EDGE_MM = 0.6  # antialiasing and slanted letters reach a little out of their boxes
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(slots=True)
class _Seen:
    """What is wrong with one page so far."""

    findings: list[Finding] = field(default_factory=list)
    trespasses: list[Trespass] = field(default_factory=list)


def look_at(pdf: Path, letters: Sequence[LetterPages], policy: ReadymadePolicy, folder: Path) -> Look:
    """Look at every page of the letters; pictures are written to ``folder``, which also holds the pages meanwhile."""
    plain = folder / "plain.pdf"
    settings = PrintFileSettings(FileInfo("", _EPOCH), None, policy.envelope, duplex=False)
    with plain.open("wb") as out:
        envelopes = [PrintEnvelope((PrintLetter("", 0, letter),)) for letter in letters]
        assemble([pdf], envelopes, settings, out)
    try:
        with open_pdf(plain) as document:
            return _Looker(document, policy, folder).look(letters)
    finally:
        plain.unlink()


class _Looker:
    """Looks at the pages of letters one after the other."""

    def __init__(self, document: pypdfium2.PdfDocument, policy: ReadymadePolicy, folder: Path) -> None:
        self._document = document
        self._policy = policy
        self._folder = folder
        self._overlays: list[tuple[int, str]] = []
        self._left_out = 0

    def look(self, letters: Sequence[LetterPages]) -> Look:
        seen, index = [], 0
        for letter in letters:
            seen.append(self._letter(letter, index))
            index += letter.pages
        findings = []
        if self._left_out:
            message = f"{self._left_out} more pages have ink where it may not be; pictures were made of the first ones."
            findings.append(Finding("readymade-overlays-left-out", message))
        return Look(tuple(seen), tuple(self._overlays), self._policy.graded(findings))

    def _letter(self, letter: LetterPages, index: int) -> LetterLook:
        findings: list[Finding] = []
        lines, cut, room = tuple[WindowText, ...](), tuple[WindowText, ...](), None
        for offset in range(letter.pages):
            leaf = self._document[index + offset]
            ink = PageInk.of(leaf_gray(leaf, self._policy.ink.dpi), self._policy.ink)
            seen = _Seen()
            self._check_page(ink, letter.first + offset, seen, first=offset == 0)
            if offset == 0:
                lines, cut = self._window_lines(leaf)
                room = self._kix_room(ink, lines)
                self._check_window(ink, lines, letter.first, seen)
            findings += seen.findings
            self._overlay(leaf, letter.first + offset, seen, first=offset == 0)
            leaf.close()
        return LetterLook(letter.reference, lines, cut, room, self._policy.graded(findings))

    def _check_page(self, ink: PageInk, number: int, seen: _Seen, *, first: bool) -> None:
        place = Place(page=number)
        if ink.blank:
            seen.findings.append(Finding("pdf-page-blank", "The page is blank.", place))
        margins = ink.outside(self._policy.edges)
        if margins:
            places = "; ".join(map(_where, margins))
            message = f"Ink stands in the margin that printers leave white ({places}). Move it, or scale the page down."
            seen.findings.append(Finding("pdf-ink-outside-printable", message, place))
            seen.trespasses += [Trespass(box, "margin") for box in margins]
        for zone in self._policy.clear_zones:
            taken = ink.within(zone.box) if first or zone.sides is Sides.EVERY else None
            if taken is not None:
                message = f"Ink stands where room is needed for {zone.name} ({_where(taken)}). Move it."
                where = Place(page=number, frame=zone.name)
                seen.findings.append(Finding("pdf-zone-not-clear", message, where))
                seen.trespasses.append(Trespass(taken, zone.name))

    def _window_lines(self, leaf: pypdfium2.PdfPage) -> tuple[tuple[WindowText, ...], tuple[WindowText, ...]]:
        """Lines that are in the window, and lines that are partly in it."""
        window = self._policy.envelope.window
        always = grown(window.always, self._policy.window_tolerance_mm)
        near = [line for line in page_lines(leaf) if overlap(line.box, window.sometimes)]
        inside = tuple([line for line in near if always.contains(line.box)])
        return inside, tuple([line for line in near if line not in inside])

    def _check_window(self, ink: PageInk, lines: Sequence[WindowText], number: int, seen: _Seen) -> None:
        """Around what is always visible nothing may stand but the address itself, if it reaches out a little."""
        window = self._policy.envelope.window
        rest = ink.without([window.always, *[grown(line.box, _LINE_EDGE_MM) for line in lines]])
        taken = rest.within(window.sometimes)
        if taken is not None:
            message = (
                f"Ink beside the address can show in the window ({_where(taken)}). Keep the window's surround clear."
            )
            seen.findings.append(Finding("pdf-window-not-clear", message, Place(page=number, frame="window")))
            seen.trespasses.append(Trespass(taken, "window"))

    def _kix_room(self, ink: PageInk, lines: Sequence[WindowText]) -> BoxMm | None:
        """White below the last line, as high as a KIX with its clear zones and as wide as the window allows."""
        if not lines:
            return None
        always = self._policy.envelope.window.always
        left = max(min(line.box.left_mm for line in lines), always.left_mm + _KIX_CLEAR_MM)
        top = max(line.box.top_mm + line.box.height_mm for line in lines) + _KIX_CLEAR_MM
        room = BoxMm(left, top, always.left_mm + always.width_mm - _KIX_CLEAR_MM - left, KIX_HEIGHT_MM)
        needed = grown(room, _KIX_CLEAR_MM)
        clear = ink.without([grown(line.box, _LINE_EDGE_MM) for line in lines]).within(needed) is None
        return room if room.width_mm > 0 and clear and always.contains(needed) else None

    def _overlay(self, leaf: pypdfium2.PdfPage, number: int, seen: _Seen, *, first: bool) -> None:
        if not seen.trespasses:
            return
        if len(self._overlays) >= self._policy.ink.max_overlays:
            self._left_out += 1
            return
        name = f"page-{number}.png"
        zones = [zone.box for zone in self._policy.clear_zones if first or zone.sides is Sides.EVERY]
        (self._folder / name).write_bytes(overlay_png(leaf, seen.trespasses, zones, self._policy, first=first))
        self._overlays.append((number, name))


def _where(box: BoxMm) -> str:
    left, top, width, height = box
    return f"x {left:.1f}-{left + width:.1f} mm, y {top:.1f}-{top + height:.1f} mm"
