"""Pair kerning of a font, as HarfBuzz shapes it."""

from __future__ import annotations

from typing import Final

import uharfbuzz as hb

# Only kerning moves letters here; everything that would change or reorder glyphs stays off.
_FEATURES: Final = {"kern": True} | dict.fromkeys(
    ("calt", "ccmp", "clig", "liga", "locl", "mark", "mkmk", "rclt", "rlig"), False
)


class Kerning(dict[str, int]):
    """Two characters -> adjustment in 1/1000 em, negative brings them closer; looked up in the font once per pair."""

    def __init__(self, data: bytes) -> None:
        """Use the ``kern`` feature of Latin script (OpenType 1.9); a font without one kerns nothing."""
        super().__init__()
        self._font = hb.Font(hb.Face(data))
        self._per_em: int = self._font.face.upem

    def __missing__(self, pair: str) -> int:
        """The adjustment of a pair that was not met before."""
        adjustment = self[pair] = self._look_up(pair)
        return adjustment

    def _look_up(self, pair: str) -> int:
        buffer = hb.Buffer()
        buffer.add_str(pair)
        buffer.script, buffer.language, buffer.direction = "Latn", "en", "ltr"
        hb.shape(self._font, buffer, _FEATURES)
        left, glyphs = buffer.glyph_positions[0], buffer.glyph_infos
        if any(glyph.codepoint == 0 for glyph in glyphs):
            return 0
        own: int = self._font.get_glyph_h_advance(glyphs[0].codepoint)
        units: int = left.x_advance - own
        return round(units * 1000 / self._per_em)
