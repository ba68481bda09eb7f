"""Static lines of text at a place on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.layouts.geometry import flip_pt, to_pt
from docgen.layouts.parts import text_ink
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.typography import Setting


def placed_text(lines: Sequence[str], setting: Setting, left_mm: float, top_mm: float) -> bytes:
    """Lines of text with their top-left corner at a place on the page."""
    return placed([setting.palette.line(line).fragment for line in lines], setting, left_mm, top_mm) if lines else b""


def placed(fragments: Sequence[bytes], setting: Setting, left_mm: float, top_mm: float) -> bytes:
    """The same for lines that are set already, or for places of such lines."""
    corner = (number(to_pt(left_mm)), number(flip_pt(top_mm)))
    return b"q 1 0 0 1 %s %s cm %s Q\n" % (*corner, text_ink(fragments, setting))
