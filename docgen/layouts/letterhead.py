"""Static art of pages: logo, sender, fold marks and footer.

Each becomes one Form XObject, drawn once per print file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place, Severity
from docgen.layouts.address_block import CLEAR_MM
from docgen.layouts.geometry import A4_WIDTH_MM, PT_PER_MM, Rect, flip_pt, to_mm, to_pt
from docgen.layouts.page import MARGIN_MM, Frame
from docgen.layouts.placed import placed_text
from docgen.layouts.typography import fill
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.layouts.page import PageFrames
    from docgen.layouts.theme import Brand
    from docgen.layouts.typography import Typography

LOGO = "L0"
_FOLD_MARK_MM = (202.0, 206.0)
_HAIRLINE_PT = 0.35
_CONTINUATION_TOP_MM, _CONTINUATION_MM = 17.0, 7.0
_MAX_FOOTER_LINES = 3


@dataclass(frozen=True, slots=True)
class LogoArt:
    """The logo's scale (what ``cm`` multiplies by) and its printed size in points."""

    scale_x: float
    scale_y: float
    width_pt: float
    height_pt: float


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Ink of the static art in page coordinates, and what does not fit."""

    first: bytes
    later: bytes
    footer: bytes
    frames: tuple[Frame, ...]
    findings: tuple[Finding, ...]


def letterhead(brand: Brand, frames: PageFrames, typography: Typography, logo: LogoArt | None) -> Letterhead:
    """Draw the static art of a plan."""
    findings = [
        *_logo_findings(frames, logo),
        *_footer_findings(brand, typography),
        *_return_line_findings(brand, frames, typography),
        *_glyph_findings(brand, typography),
    ]
    rule = fill(brand.colours.accent) + b" "
    first = _logo(frames, logo) + _sender(brand, frames, typography) + _fold_marks(frames)
    later = _continuation(brand, typography)
    return Letterhead(
        first,
        later,
        rule + _footer(brand, frames, typography),
        _frames(brand, frames, typography, logo),
        tuple(findings),
    )


def _frames(brand: Brand, frames: PageFrames, typography: Typography, logo: LogoArt | None) -> tuple[Frame, ...]:
    """Where the static art stands: on the first page, and as page 2 on all that follow."""
    lines = brand.in_language(brand.sender, typography.language)
    width_mm = to_mm(max((typography.small.palette.line(line).width_pt for line in lines), default=0.0))
    height_mm = to_mm(len(lines) * typography.small.leading_pt)
    continuation = Rect(MARGIN_MM, _CONTINUATION_TOP_MM, A4_WIDTH_MM - 2 * MARGIN_MM, _CONTINUATION_MM)
    width = _FOLD_MARK_MM[1] - _FOLD_MARK_MM[0]
    fold_marks = [Rect(_FOLD_MARK_MM[0], y, width, 0.0) for y in _marked_folds(frames)]
    found = [Frame("footer", 1, frames.footer), Frame("footer", 2, frames.footer)]
    found += [Frame("continuation", 2, continuation), *[Frame("fold-mark", 1, rect) for rect in fold_marks]]
    if frames.footer_above_slip_mm != frames.footer.top_mm:
        above = replace(frames.footer, top_mm=frames.footer_above_slip_mm)
        found += [Frame("footer", page, above) for page in (1, 2)]
    if lines:
        found.append(Frame("sender", 1, Rect(frames.sender.left_mm, frames.sender.top_mm, width_mm, height_mm)))
    if logo is not None:
        rect = Rect(MARGIN_MM, frames.logo_top_mm, to_mm(logo.width_pt), to_mm(logo.height_pt))
        found.append(Frame("logo", 1, rect))
    return tuple(found)


def _logo(frames: PageFrames, logo: LogoArt | None) -> bytes:
    if logo is None:
        return b""
    left_pt, bottom_pt = to_pt(MARGIN_MM), flip_pt(frames.logo_top_mm) - logo.height_pt
    scale_x, scale_y = (b"%.5f" % s for s in (logo.scale_x, logo.scale_y))
    return b"q %s 0 0 %s %s %s cm /%s Do Q\n" % (
        scale_x,
        scale_y,
        number(left_pt),
        number(bottom_pt),
        LOGO.encode("ascii"),
    )


def _logo_findings(frames: PageFrames, logo: LogoArt | None) -> list[Finding]:
    if logo is None:
        return []
    bottom_mm = frames.logo_top_mm + to_mm(logo.height_pt)
    limit_mm = min(frames.sender.top_mm - 3, frames.sometimes_visible.top_mm - 1)
    if MARGIN_MM + to_mm(logo.width_pt) < frames.sometimes_visible.left_mm:
        limit_mm = frames.sender.top_mm - 3
    if bottom_mm <= limit_mm:
        return []
    message = f"The logo ends {bottom_mm:.1f} mm from the top; it may reach {limit_mm:.1f} mm. Make width_mm smaller."
    return [Finding("logo-too-high", message, Place(file="brand.toml", frame="logo"))]


def _sender(brand: Brand, frames: PageFrames, typography: Typography) -> bytes:
    lines = brand.in_language(brand.sender, typography.language)
    return b"0 0 0 1 k " + placed_text(lines, typography.small, frames.sender.left_mm, frames.sender.top_mm)


def _fold_marks(frames: PageFrames) -> bytes:
    """Hairlines in the right margin, clear of the inserter marks at the left."""
    left_pt, width_pt = to_pt(_FOLD_MARK_MM[0]), to_pt(_FOLD_MARK_MM[1] - _FOLD_MARK_MM[0])
    marks = [
        b"%s %s %s %s re" % (number(left_pt), number(flip_pt(y)), number(width_pt), number(_HAIRLINE_PT))
        for y in _marked_folds(frames)
    ]
    return b" ".join(marks) + b" f\n" if marks else b""


def _marked_folds(frames: PageFrames) -> list[float]:
    """Folds that get a mark: none on a slip, whose squares it would stand beside."""
    return [y for y in frames.folds_mm if frames.slip is None or y < frames.slip.top_mm]


def _continuation(brand: Brand, typography: Typography) -> bytes:
    colour = fill(brand.colours.accent)
    rule_top = flip_pt(_CONTINUATION_TOP_MM + 6.5)
    rule = b"%s %s %s 0.5 re f\n" % (number(to_pt(MARGIN_MM)), number(rule_top), number(_text_width_pt()))
    return (
        b"0 0 0 1 k "
        + placed_text((brand.name,), typography.small, MARGIN_MM, _CONTINUATION_TOP_MM)
        + colour
        + b" "
        + rule
    )


def footer_lines(brand: Brand, language: str) -> tuple[str, ...]:
    """The brand's footer, and the legal line (art. 27 Handelsregisterwet) where the footer does not hold it."""
    lines = brand.in_language(brand.footer, language)
    if any(brand.kvk in line for line in lines):
        return lines
    name = f"{brand.legal_name}, {brand.seat}" if brand.seat else brand.legal_name
    return (*lines, f"{name} · KvK {brand.kvk} · {'btw' if language == 'nl' else 'VAT'} {brand.vat}")


def _footer(brand: Brand, frames: PageFrames, typography: Typography) -> bytes:
    rule = b"%s %s %s 0.5 re f 0 0 0 1 k " % (
        number(to_pt(MARGIN_MM)),
        number(flip_pt(frames.footer.top_mm)),
        number(_text_width_pt()),
    )
    lines = footer_lines(brand, typography.language)
    return rule + placed_text(lines, typography.caption, MARGIN_MM, frames.footer.top_mm + 1.2)


def _footer_findings(brand: Brand, typography: Typography) -> list[Finding]:
    lines = footer_lines(brand, typography.language)
    place = Place(file="brand.toml", frame="footer")
    findings = []
    if len(lines) > _MAX_FOOTER_LINES:
        message = f"The footer has {len(lines)} lines with the legal line; {_MAX_FOOTER_LINES} fit."
        findings.append(Finding("footer-too-high", message, place))
    room_pt = _text_width_pt() - 70
    for line in lines:
        if typography.caption.palette.line(line).width_pt > room_pt:
            message = f"The footer line '{line[:40]}...' runs into the page number; break it."
            findings.append(Finding("footer-too-wide", message, place, Severity.ERROR))
    return findings


def _return_line_findings(brand: Brand, frames: PageFrames, typography: Typography) -> Iterator[Finding]:
    width_mm = to_mm(typography.return_line.palette.line(brand.return_line).width_pt)
    room_mm = frames.always_visible.right_mm - frames.address.left_mm - CLEAR_MM
    if width_mm > room_mm:
        message = f"The return line is {width_mm:.1f} mm wide; {room_mm:.1f} mm fit in the window. Shorten it."
        yield Finding("return-line-too-wide", message, Place(file="brand.toml", frame="return_line"))


def _glyph_findings(brand: Brand, typography: Typography) -> Iterator[Finding]:
    """What of the brand's own words its font cannot print."""
    texts = {
        "name": (brand.name,),
        "sender": brand.in_language(brand.sender, typography.language),
        "footer": footer_lines(brand, typography.language),
        "return_line": (brand.return_line,),
    }
    for frame, lines in texts.items():
        missing = typography.faces["F0"].lacks("".join(lines))
        if missing:
            names = ", ".join(f"U+{ord(c):04X}" for c in missing[:5])
            message = f"The brand's font cannot print {names}; write the {frame} without it."
            yield Finding("glyph-missing", message, Place(file="brand.toml", frame=frame))


def _text_width_pt() -> float:
    return (A4_WIDTH_MM - 2 * MARGIN_MM) * PT_PER_MM
