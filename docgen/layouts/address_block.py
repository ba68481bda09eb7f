"""The address in the window: return line, three to six lines, and the KIX code below them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place, Severity
from docgen.layouts.geometry import Rect, flip_pt, to_mm, to_pt
from docgen.layouts.page import Frame
from docgen.typesetting.words import Word, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.layouts.page import PageFrames
    from docgen.layouts.typography import Setting, Typography
    from docgen.postal.address import PostalAddress

CLEAR_MM = 2.0  # clear zone of the KIX on all sides, and so the indent of everything in the window
_KIX_HEIGHT_MM = 118 * 25.4 / 600
_BARS_PER_CHARACTER = 4
_BAR_DOTS = 12
_PITCHES_DOTS = (26, 25)  # normal, and tight for long additions
_DOT_MM = 25.4 / 600
_MAX_LINES = 6  # PostNL addressing tips


@dataclass(frozen=True, slots=True)
class PlacedKix:
    """A KIX code on the page: its content and its bottom-left corner in points."""

    content: str
    left_pt: float
    bottom_pt: float
    pitch_dots: int


@dataclass(frozen=True, slots=True)
class AddressInk:
    """The address block of one letter in page coordinates."""

    ink: bytes
    kix: PlacedKix | None
    frames: tuple[Frame, ...]
    findings: tuple[Finding, ...]
    extra_fonts: frozenset[bytes]
    lacking: str


class AddressSetter:
    """Sets addresses in the window of one plan."""

    def __init__(self, frames: PageFrames, typography: Typography, return_line: str) -> None:
        """``return_line`` is printed small above each address."""
        self._box = frames.address
        self._typography = typography
        self._return_height_pt = typography.return_line.leading_pt + 2.5
        self._return_ink = self._text([self._line(return_line, typography.return_line)], typography.return_line, 0.0)
        self._left_pt = to_pt(self._box.left_mm + CLEAR_MM)
        self._room_pt = to_pt(self._box.width_mm - 2 * CLEAR_MM)
        self._line_cached = lru_cache(maxsize=4_000)(self._line)

    def set(self, address: PostalAddress, place: Place) -> AddressInk:
        """The address block; what does not fit is a finding."""
        content = address.kix
        for keep_kix in (True, False) if content else (False,):
            for setting, words in self._settings(address.lines):
                if self._fits(words, setting, with_kix=keep_kix):
                    dropped = bool(content) and not keep_kix
                    return self._placed(words, setting, content if keep_kix else None, place, dropped=dropped)
        message = f"The address does not fit the window ({len(address.lines)} lines); shorten a line or leave one out."
        return AddressInk(b"", None, (), (Finding("address-outside-window", message, place),), frozenset(), "")

    def _settings(self, lines: tuple[str, ...]) -> Iterator[tuple[Setting, list[Word]]]:
        """Ways to set the lines, the best first: large, closer, smaller, and with long lines broken in two."""
        kind = self._typography
        for setting in (kind.address, kind.narrow_address, kind.small_address):
            yield setting, [self._line_cached(line, setting) for line in lines]
        for setting in (kind.narrow_address, kind.small_address):
            yield setting, [word for line in lines for word in self._broken(line, setting)]

    def _fits(self, words: list[Word], setting: Setting, *, with_kix: bool) -> bool:
        if len(words) > _MAX_LINES or any(w.width_pt > self._room_pt for w in words):
            return False
        below_pt = to_pt(_KIX_HEIGHT_MM + 2 * CLEAR_MM) if with_kix else to_pt(CLEAR_MM)
        used_pt = self._return_height_pt + len(words) * setting.leading_pt
        return used_pt + below_pt <= to_pt(self._box.height_mm) + 1e-6

    def _broken(self, line: str, setting: Setting) -> list[Word]:
        """A line as lines that fit, divided at spaces only."""
        done, words = list[Word](), line.split(" ")
        while words:
            count = len(words)
            while count > 1 and self._line(" ".join(words[:count]), setting).width_pt > self._room_pt:
                count -= 1
            done.append(self._line(" ".join(words[:count]), setting))
            words = words[count:]
        return done

    def _placed(
        self, words: list[Word], setting: Setting, content: str | None, place: Place, *, dropped: bool
    ) -> AddressInk:
        text_height_pt = self._return_height_pt + len(words) * setting.leading_pt
        ink = self._return_ink + self._text(words, setting, self._return_height_pt)
        kix = self._kix(content, text_height_pt) if content else None
        findings: tuple[Finding, ...] = ()
        if dropped or (content and kix is None):
            message = "The KIX code has no room in the window and is left out; the letter is sorted without it."
            findings = (Finding("kix-left-out", message, place, Severity.NOTE),)
        extra = frozenset[bytes]().union(*[w.extra_fonts for w in words if w.extra_fonts])
        lacking = "".join([w.lacking for w in words])
        return AddressInk(ink, kix, self._frames(words, text_height_pt, kix), findings, extra, lacking)

    def _frames(self, words: list[Word], height_pt: float, kix: PlacedKix | None) -> tuple[Frame, ...]:
        left_mm, top_mm = self._box.left_mm + CLEAR_MM, self._box.top_mm
        width_mm = to_mm(max([w.width_pt for w in words]))
        address = Frame("address", 1, Rect(left_mm, top_mm, width_mm, to_mm(height_pt)))
        if kix is None:
            return (address,)
        width = _kix_dots(kix.content, kix.pitch_dots) * _DOT_MM
        return address, Frame("kix", 1, Rect(left_mm, top_mm + to_mm(height_pt) + CLEAR_MM, width, _KIX_HEIGHT_MM))

    def _kix(self, content: str, below_pt: float) -> PlacedKix | None:
        top_mm = self._box.top_mm + to_mm(below_pt) + CLEAR_MM
        for pitch_dots in _PITCHES_DOTS:
            if _kix_dots(content, pitch_dots) * _DOT_MM <= to_mm(self._room_pt) + 1e-6:
                return PlacedKix(content, self._left_pt, flip_pt(top_mm + _KIX_HEIGHT_MM), pitch_dots)
        return None

    def _line(self, text: str, setting: Setting) -> Word:
        return setting.palette.line(text)

    def _text(self, words: list[Word], setting: Setting, below_pt: float) -> bytes:
        left_pt = to_pt(self._box.left_mm + CLEAR_MM)
        top_pt = flip_pt(self._box.top_mm) - below_pt - setting.rise_pt
        select, leading = setting.palette.styles[0].select(), number(setting.leading_pt)
        fragments = b")]TJ T*[(".join([w.fragment for w in words])
        return b"BT %s %s TL %s %s Td [(%s)]TJ ET\n" % (select, leading, number(left_pt), number(top_pt), fragments)


def _kix_dots(content: str, pitch_dots: int) -> int:
    """Width in dots of 1/600 inch, quiet zone not included."""
    return (len(content) * _BARS_PER_CHARACTER - 1) * pitch_dots + _BAR_DOTS
