"""The address in the window: return line, three to six lines, and the KIX code below them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from docgen.findings import Finding, Place, Severity
from docgen.layouts.geometry import Rect, flip_pt, to_mm, to_pt
from docgen.layouts.page import Frame, rect_of
from docgen.layouts.preflight import check_address
from docgen.postal.profiles import CODE_CLEAR_MM
from docgen.typesetting.words import NO_FONTS, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.layouts.page import PageFrames
    from docgen.layouts.typography import Setting, Typography
    from docgen.postal.profiles import CarrierRoom
    from docgen.typesetting.words import Word

CLEAR_MM = 2.0  # clear zone of the KIX on all sides, and so the indent of everything in the window
CARRIER_LINE, CARRIER_CODE = "carrier-line", "carrier-code"
"""Kinds of the frames that are left white for what a carrier gives."""
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


class _Shape(NamedTuple):
    """What addresses of as many lines and as long a KIX have in common; ``ink`` has a place for the lines."""

    ink: bytes
    text_height_mm: float
    kix_left_pt: float
    kix_bottom_pt: float
    kix_pitch_dots: int
    kix_frame: Frame | None


class AddressSetter:
    """Sets addresses in the window of one plan."""

    def __init__(
        self, frames: PageFrames, typography: Typography, return_line: str, room: CarrierRoom | None = None
    ) -> None:
        """``return_line`` is printed small above each address. ``room`` is left white, for what a carrier gives."""
        self._frames = frames
        self._box = frames.address
        self._typography = typography
        self._above_pt = typography.return_line.leading_pt + 2.5
        word = typography.return_line.palette.line(return_line)
        self._return_ink = self._text([word.fragment.replace(b"%", b"%%")], typography.return_line, 0.0)
        self._room_pt = self._kix_room_pt = to_pt(self._box.width_mm - 2 * CLEAR_MM)
        self._code_bottom_mm = self._box.top_mm
        self._reserved: tuple[Frame, ...] = ()
        if room is not None:
            self._reserve(room)
        self._shape = lru_cache(maxsize=256)(self._draw_shape)

    def _reserve(self, room: CarrierRoom) -> None:
        """Lines begin below the carrier's line and end before its code; the KIX stands below both."""
        line, code = rect_of(room.line), rect_of(room.code)
        self._above_pt = max(self._above_pt, to_pt(line.bottom_mm - self._box.top_mm))
        self._room_pt = to_pt(code.left_mm - CODE_CLEAR_MM - self._box.left_mm - CLEAR_MM)
        self._code_bottom_mm = code.bottom_mm
        self._reserved = (Frame(CARRIER_LINE, 1, line), Frame(CARRIER_CODE, 1, code))

    def set(self, lines: tuple[str, ...], content: str | None, record_id: str) -> AddressInk:
        """The address block with ``content`` as its KIX; what does not fit is a finding."""
        for keep_kix in (True, False) if content else (False,):
            for setting, words in self._settings(lines):
                if self._fits(words, setting, with_kix=keep_kix):
                    return self._placed(words, setting, content, record_id, keep_kix=keep_kix)
        message = f"The address does not fit the window ({len(lines)} lines); shorten a line or leave one out."
        finding = Finding("address-outside-window", message, Place(record=record_id, pointer="/recipient"))
        return AddressInk(b"", None, (), (finding,), NO_FONTS, "")

    def _settings(self, lines: tuple[str, ...]) -> Iterator[tuple[Setting, list[Word]]]:
        """Ways to set the lines, the best first: large, closer, smaller, and with long lines broken in two."""
        kind = self._typography
        for setting in (kind.address, kind.narrow_address, kind.small_address):
            yield setting, [setting.palette.line(line) for line in lines]
        for setting in (kind.narrow_address, kind.small_address):
            yield setting, [word for line in lines for word in self._broken(line, setting)]

    def _fits(self, words: list[Word], setting: Setting, *, with_kix: bool) -> bool:
        if len(words) > _MAX_LINES or max([w.width_pt for w in words]) > self._room_pt:
            return False
        used_pt = self._above_pt + len(words) * setting.leading_pt
        if with_kix:
            used_pt = max(used_pt, to_pt(self._code_bottom_mm - self._box.top_mm))
        below_pt = to_pt(_KIX_HEIGHT_MM + 2 * CLEAR_MM) if with_kix else to_pt(CLEAR_MM)
        return used_pt + below_pt <= to_pt(self._box.height_mm) + 1e-6

    def _broken(self, line: str, setting: Setting) -> list[Word]:
        """A line as lines that fit, divided at spaces only."""
        done: list[Word] = []
        words = line.split(" ")
        while words:
            count = len(words)
            while count > 1 and setting.palette.line(" ".join(words[:count])).width_pt > self._room_pt:
                count -= 1
            done.append(setting.palette.line(" ".join(words[:count])))
            words = words[count:]
        return done

    def _placed(
        self, words: list[Word], setting: Setting, content: str | None, record_id: str, *, keep_kix: bool
    ) -> AddressInk:
        shape = self._shape(setting.leading_pt, len(words), len(content) if content and keep_kix else 0)
        ink = shape.ink % b")]TJ T*[(".join([w.fragment for w in words])
        kix = None
        if content and shape.kix_frame is not None:
            kix = PlacedKix(content, shape.kix_left_pt, shape.kix_bottom_pt, shape.kix_pitch_dots)
        left_mm, width_mm = self._box.left_mm + CLEAR_MM, to_mm(max([w.width_pt for w in words]))
        address = Frame("address", 1, Rect(left_mm, self._box.top_mm, width_mm, shape.text_height_mm))
        frames = (address, *self._reserved) if shape.kix_frame is None else (address, shape.kix_frame, *self._reserved)
        findings = check_address(self._frames, frames, record_id)
        if content and kix is None:
            message = "The KIX code has no room in the window and is left out; the letter is sorted without it."
            place = Place(record=record_id, pointer="/recipient")
            findings = (Finding("kix-left-out", message, place, Severity.NOTE), *findings)
        extra = NO_FONTS.union(*[w.extra_fonts for w in words if w.extra_fonts])
        return AddressInk(ink, kix, frames, findings, extra, "".join([w.lacking for w in words]))

    def _draw_shape(self, leading_pt: float, count: int, kix_characters: int) -> _Shape:
        """The leading tells the setting."""
        kind = self._typography
        settings = (kind.address, kind.narrow_address, kind.small_address)
        setting = next(s for s in settings if s.leading_pt == leading_pt)
        height_mm = to_mm(self._above_pt + count * leading_pt)
        ink = self._return_ink + self._text([b"%s"], setting, self._above_pt)
        left_mm = self._box.left_mm + CLEAR_MM
        top_mm = max(self._box.top_mm + height_mm, self._code_bottom_mm) + CLEAR_MM
        pitch_dots = self._pitch_dots(kix_characters)
        frame = None
        if pitch_dots:
            width_mm = _kix_dots(kix_characters, pitch_dots) * _DOT_MM
            frame = Frame("kix", 1, Rect(left_mm, top_mm, width_mm, _KIX_HEIGHT_MM))
        return _Shape(ink, height_mm, to_pt(left_mm), flip_pt(top_mm + _KIX_HEIGHT_MM), pitch_dots, frame)

    def _pitch_dots(self, characters: int) -> int:
        """The widest pitch at which so many characters fit; 0 when none does."""
        room_mm = to_mm(self._kix_room_pt) + 1e-6
        fitting = (p for p in _PITCHES_DOTS if characters and _kix_dots(characters, p) * _DOT_MM <= room_mm)
        return next(fitting, 0)

    def _text(self, fragments: list[bytes], setting: Setting, below_pt: float) -> bytes:
        left_pt = to_pt(self._box.left_mm + CLEAR_MM)
        top_pt = flip_pt(self._box.top_mm) - below_pt - setting.rise_pt
        place = (setting.select, number(setting.leading_pt), number(left_pt), number(top_pt))
        return b"BT %s %s TL %s %s Td [(%s)]TJ ET\n" % (*place, b")]TJ T*[(".join(fragments))


def _kix_dots(characters: int, pitch_dots: int) -> int:
    """Width in dots of 1/600 inch, quiet zone not included."""
    return (characters * _BARS_PER_CHARACTER - 1) * pitch_dots + _BAR_DOTS
