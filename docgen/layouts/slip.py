"""The reply slip at the foot of the last page: tear line, title, rows of boxes or lines, and whose slip it is.

Its frames are stored with the letter, so that what comes back is looked for where it was printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place
from docgen.layouts.geometry import A4_WIDTH_MM, Rect, flip_pt, to_mm, to_pt
from docgen.layouts.page import MARGIN_MM
from docgen.layouts.parts import text_ink
from docgen.layouts.wording import wording
from docgen.templates.blocks import TEXT_WIDTH_MM
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.layouts.typography import Setting, Typography
    from docgen.templates.model import SlipBlock, SlipRow

_EDGE_MM = 8.0
_TITLE_BELOW_MM = 6.0
_IDENTITY_BELOW_MM = 12.5
_ROWS_BELOW_MM = 24.0
_ROW_MM = 15.0
_BOX_WIDTH_MM, _BOX_HEIGHT_MM, _BOX_GAP_MM = 7.0, 9.0, 1.5
_LABEL_WIDTH_MM, _LABEL_GAP_MM = 52.0, 2.0
_FOOT_MM = 5.0


@dataclass(frozen=True, slots=True)
class SlipArt:
    """Static ink in page coordinates, the boxes and lines with their kinds, and what does not fit."""

    ink: bytes
    frames: tuple[tuple[str, Rect], ...]
    findings: tuple[Finding, ...]


def slip_art(block: SlipBlock, area: Rect, typography: Typography) -> SlipArt:
    """Everything on the slip that is the same in every letter."""
    language = typography.language
    title = block.title.get(language) or wording(language).slip_title
    ink = bytearray(b"0 0 0 1 k " + _tear_line(area, typography))
    ink += placed_text((title,), typography.subject, MARGIN_MM, area.top_mm + _TITLE_BELOW_MM)
    frames: list[tuple[str, Rect]] = []
    for index, row in enumerate(block.rows):
        top_mm = area.top_mm + _ROWS_BELOW_MM + index * _ROW_MM
        label = _label(row, language)
        ink += placed_text((label,), typography.body, MARGIN_MM, top_mm + 2.2)
        frames += _row_frames(row, index, top_mm)
    ink += (
        b"q 0.6 w 0 0 0 0.45 K %s Q\n" % b" ".join([_outline(kind, rect) for kind, rect in frames]) if frames else b""
    )
    return SlipArt(bytes(ink), tuple(frames), tuple(_fit(block, area, typography)))


class SlipIdentity:
    """Whose slip it is: name, address and the submitter's record id."""

    def __init__(self, area: Rect, typography: Typography) -> None:
        """``area`` is that of the slip."""
        self._palette = typography.small.palette
        self._ink = _placed([b"%s", b"%s"], typography.small, MARGIN_MM, area.top_mm + _IDENTITY_BELOW_MM)

    def ink(self, record_id: str, lines: tuple[str, ...]) -> tuple[bytes, frozenset[bytes], str]:
        """The ink for an address of ``lines``; with fonts needed and characters lacking."""
        name, place = f"{lines[0] if lines else ''} · {record_id}", ", ".join(lines[-2:])
        words = self._palette.line(name), self._palette.line(place)
        ink = self._ink % (words[0].fragment, words[1].fragment)
        return ink, words[0].extra_fonts | words[1].extra_fonts, words[0].lacking + words[1].lacking


def placed_text(lines: tuple[str, ...], setting: Setting, left_mm: float, top_mm: float) -> bytes:
    """Static lines of text with their top-left corner at a place on the page."""
    return _placed([setting.palette.line(line).fragment for line in lines], setting, left_mm, top_mm) if lines else b""


def _placed(fragments: list[bytes], setting: Setting, left_mm: float, top_mm: float) -> bytes:
    corner = (number(to_pt(left_mm)), number(flip_pt(top_mm)))
    return b"q 1 0 0 1 %s %s cm %s Q\n" % (*corner, text_ink(fragments, setting))


def _tear_line(area: Rect, typography: Typography) -> bytes:
    y_pt = number(flip_pt(area.top_mm))
    ends = (number(to_pt(_EDGE_MM)), y_pt, number(to_pt(A4_WIDTH_MM - _EDGE_MM)), y_pt)
    line = b"q 0.5 w [3 3] 0 d 0 0 0 1 K %s %s m %s %s l S Q\n" % ends
    text = wording(typography.language).cut_here
    width_mm = to_mm(typography.caption.palette.line(text).width_pt)
    return line + placed_text((text,), typography.caption, (A4_WIDTH_MM - width_mm) / 2, area.top_mm - 3.4)


def _row_frames(row: SlipRow, index: int, top_mm: float) -> list[tuple[str, Rect]]:
    left_mm = MARGIN_MM + _LABEL_WIDTH_MM
    if not row.boxes:
        width_mm = TEXT_WIDTH_MM - _LABEL_WIDTH_MM
        return [(f"slip-line-{index + 1}", Rect(left_mm, top_mm, width_mm, _BOX_HEIGHT_MM))]
    step_mm = _BOX_WIDTH_MM + _BOX_GAP_MM
    return [
        (f"slip-box-{index + 1}-{box + 1}", Rect(left_mm + box * step_mm, top_mm, _BOX_WIDTH_MM, _BOX_HEIGHT_MM))
        for box in range(row.boxes)
    ]


def _outline(kind: str, rect: Rect) -> bytes:
    left, bottom = number(to_pt(rect.left_mm)), number(flip_pt(rect.bottom_mm))
    width = number(to_pt(rect.width_mm))
    if kind.startswith("slip-line"):
        return b"%s %s m %s %s l S" % (left, bottom, number(to_pt(rect.right_mm)), bottom)
    return b"%s %s %s %s re S" % (left, bottom, width, number(to_pt(rect.height_mm)))


def _fit(block: SlipBlock, area: Rect, typography: Typography) -> Iterator[Finding]:
    place = Place(file="template.toml", frame="slip")
    needed_mm = _ROWS_BELOW_MM + len(block.rows) * _ROW_MM + _FOOT_MM
    if needed_mm > area.height_mm + 1e-6:
        message = f"{len(block.rows)} rows need a slip of {needed_mm:g} mm; set height_mm to that or leave out rows."
        yield Finding("slip-too-low", message, place)
    room_mm = _LABEL_WIDTH_MM - _LABEL_GAP_MM
    for row in block.rows:
        label = _label(row, typography.language)
        width_mm = to_mm(typography.body.palette.line(label).width_pt)
        if width_mm > room_mm:
            message = f"The label '{label}' is {width_mm:.1f} mm wide; {room_mm:g} mm fit beside the boxes. Shorten it."
            yield Finding("slip-label-too-wide", message, place)


def _label(row: SlipRow, language: str) -> str:
    return row.label.get(language) or next(iter(row.label.values()), "")
