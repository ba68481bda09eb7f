"""From what is seen of a letter to how it is printed: whose it is, what carries the address, and where a KIX goes.

A cover sheet or a redrawn address is a way out of trouble with the window. It never is one of an address that differs
from the data: then a page may be somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place, has_errors
from docgen.postal.address import PostalAddress, read_address
from docgen.readymade.ink import around, grown
from docgen.readymade.letters import Front, OurAddress, PlacedKix, PrintLetter, page_kinds
from docgen.readymade.policy import CoverSheets, Sides
from docgen.readymade.window_address import address_lines, differences, has_kix, understand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docgen.readymade.answers import LetterLook
    from docgen.readymade.house_ink import HouseInk
    from docgen.readymade.letters import LetterPages
    from docgen.readymade.policy import ReadymadePolicy

_DOT_MM = 25.4 / 600
_PITCHES_DOTS = (26, 25)  # normal, and tight for long additions
_BAR_DOTS, _BARS = 12, 4
_AROUND_LINES_MM = 0.6
# What is no trouble any more when the address is not read from the page as it came.
_OF_THE_WINDOW = frozenset(
    f"readymade-{trouble}"
    for trouble in (
        "address-missing",
        "address-outside-window",
        "address-too-short",
        "address-too-long",
        "address-no-postcode",
        "address-not-understood",
        "kix-no-room",
    )
)
_SHOWN_BESIDE = "pdf-window-not-clear"
_ZONE = "pdf-zone-not-clear"


@dataclass(frozen=True, slots=True)
class Planned:
    """How a letter is printed; ``letter`` is None, and not printed, while any finding is an error."""

    reference: str
    letter: PrintLetter | None
    address: PostalAddress | None
    findings: tuple[Finding, ...]


def plan_letter(
    piece_id: str, source: int, pages: LetterPages, look: LetterLook, policy: ReadymadePolicy, ink: HouseInk
) -> Planned:
    """Decide for one letter; ``look`` is of the same letter. No foreign file is read."""
    return _Plan(piece_id, source, pages, look, policy, ink).planned()


class _Plan:
    """One decision."""

    def __init__(
        self, piece_id: str, source: int, pages: LetterPages, look: LetterLook, policy: ReadymadePolicy, ink: HouseInk
    ) -> None:
        self._piece_id, self._source, self._pages = piece_id, source, pages
        self._look, self._policy, self._ink = look, policy, ink
        self._place = Place(record=pages.reference, page=pages.first)
        self._found: list[Finding] = list(look.findings)

    def planned(self) -> Planned:
        address = self._address()
        kix = self._kix(address)
        front = self._front(address)
        letter = PrintLetter(self._piece_id, self._source, self._pages, front)
        if front is Front.AS_IS:
            letter = PrintLetter(self._piece_id, self._source, self._pages, front, kix=kix)
        elif address is not None:
            letter = PrintLetter(self._piece_id, self._source, self._pages, front, self._ours(address, front))
        self._check_size(letter)
        findings = self._policy.graded(self._remaining(front))
        return Planned(self._pages.reference, None if has_errors(findings) else letter, address, findings)

    def _address(self) -> PostalAddress | None:
        """Whose letter it is: as given, else as the window shows it; and what is wrong with either."""
        seen = self._seen()
        if self._pages.address is None:
            if isinstance(seen, PostalAddress):
                return seen
            self._found += seen
            return None
        given = read_address(self._pages.address, self._place, self._policy.address_limits)
        if not isinstance(given, PostalAddress):
            self._found += given
            return None
        if not isinstance(seen, PostalAddress):
            self._found += seen
            return given
        parts = differences(given, seen)
        if parts:
            message = f"The window shows another {', '.join(parts)} than the data file. Is it the right page and row?"
            self._found.append(Finding("readymade-address-differs", message, self._place))
        return given

    def _seen(self) -> PostalAddress | tuple[Finding, ...]:
        lines = address_lines(self._look.lines)
        if lines:
            return understand(lines, self._place, self._policy.address_limits)
        if self._look.cut:
            message = "The text at the window is only partly inside it. Move the address, or choose another envelope."
            return (Finding("readymade-address-outside-window", message, self._place),)
        message = (
            "There is no text in the window. Move the address, choose another envelope, or give addresses as data."
        )
        return (Finding("readymade-address-missing", message, self._place),)

    def _front(self, address: PostalAddress | None) -> Front:
        policy = self._policy
        if address is None:
            return Front.AS_IS
        if policy.cover_sheets is CoverSheets.ALWAYS:
            return Front.COVER
        if policy.redraw_address:
            return Front.REDRAWN
        trouble = has_errors(policy.graded(self._found)) and not has_errors(policy.graded(self._remaining(Front.COVER)))
        return Front.COVER if trouble and policy.cover_sheets is CoverSheets.WHEN_NEEDED else Front.AS_IS

    def _remaining(self, front: Front) -> Iterable[Finding]:
        """What a front of this kind does not cure."""
        cured = set() if front is Front.AS_IS else set(_OF_THE_WINDOW)
        first_only = {zone.name for zone in self._policy.clear_zones if zone.sides is Sides.FIRST}
        if front is Front.COVER:
            cured.add(_SHOWN_BESIDE)
        for finding in self._found:
            covered = front is Front.COVER and finding.code == _ZONE and finding.place.frame in first_only
            if finding.code not in cured and not covered:
                yield finding

    def _kix(self, address: PostalAddress | None) -> PlacedKix | None:
        """A KIX below the address as it came, at the widest pitch that fits."""
        content = address.kix if address is not None else None
        if not content or not self._policy.draw_kix or has_kix(self._look.lines):
            return None
        room = self._look.kix_room
        for pitch in _PITCHES_DOTS:
            width_mm = ((len(content) * _BARS - 1) * pitch + _BAR_DOTS) * _DOT_MM
            if room is not None and width_mm <= room.width_mm:
                return PlacedKix(content, room.left_mm, room.top_mm + room.height_mm, pitch)
        message = "There is no white room for a KIX below the address; none is added. Perhaps one stands there already."
        self._found.append(Finding("readymade-kix-no-room", message, self._place))
        return None

    def _ours(self, address: PostalAddress, front: Front) -> OurAddress:
        """Our address; on a page that has one, white covers the window and the lines that were in it."""
        cover = None
        if front is Front.REDRAWN:
            # A line that only reaches into the window is no address while there are lines that are wholly in it.
            lines = [grown(line.box, _AROUND_LINES_MM) for line in self._look.lines or self._look.cut]
            cover = around([self._policy.envelope.window.always, *lines])
        ours = OurAddress(address.lines, address.kix if self._policy.draw_kix else None, cover)
        self._found += self._ink.address(ours, self._pages.reference).findings
        return ours

    def _check_size(self, letter: PrintLetter) -> None:
        if self._pages.pages > self._policy.max_letter_pages:
            message = f"The letter has {self._pages.pages} pages; at most {self._policy.max_letter_pages} are taken."
            self._found.append(Finding("readymade-letter-too-long", f"{message} Was it split rightly?", self._place))
        pages = len(page_kinds(letter, duplex=self._policy.duplex))
        sheets = pages // 2 if self._policy.duplex else pages
        if sheets > self._policy.envelope.max_sheets:
            message = f"The letter has {sheets} sheets; at most {self._policy.envelope.max_sheets} go in the envelope."
            self._found.append(Finding("readymade-too-many-sheets", f"{message} Choose a larger one.", self._place))
