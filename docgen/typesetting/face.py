"""One font file: which code stands for a character, how wide it is, and how pairs are kerned.

Characters are spread over *code pages* of at most 221 codes, by a rule that depends on the font alone. So the bytes of
a text do not depend on what else is in the print file, and workers need not agree on anything. Page 0 holds what Dutch
and its neighbours' letters are made of; the rest of the font follows in order of code point.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from operator import add
from typing import TYPE_CHECKING

from fontTools.ttLib import TTFont, TTLibError

from docgen.typesetting.kerning import Kerning

if TYPE_CHECKING:
    from pathlib import Path

FIRST_CODE = 0x20
LAST_CODE = 0xFF
# Codes that would need escaping inside a PDF string are never given out.
_ESCAPED = frozenset(b"()\\")
CODES = tuple(code for code in range(FIRST_CODE, LAST_CODE + 1) if code not in _ESCAPED)
_NEEDED = ("cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "OS/2", "post")
_RESTRICTED, _NEVER_AS_SUBSET = 0x0002, 0x0100
_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_LATIN_1 = "".join(map(chr, range(0xA0, 0x100))).replace("\xad", "")
_EUROPEAN = "€‘’“”„–—…•ŠšŽžŒœŞşĞğİıŁłĆćČč−Ĳĳ"  # noqa: RUF001 (the typographic characters themselves are meant)
BASE_CHARACTERS = _ASCII + _LATIN_1 + _EUROPEAN
_BASE = frozenset(BASE_CHARACTERS)
_NUMBER_SIGNS = "0123456789.,\u00a0€-"

# Harmless oddities of old files (a creation date before 1970) are not worth a line in a print room's log.
logging.getLogger("fontTools").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Glyph:
    """Where a character stands in a face: code page, code (0x20..0xFF) and advance in 1/1000 em."""

    page: int
    code: int
    advance: int


class Face:
    """Metrics and encoding of one TrueType file; immutable after loading, safe to share."""

    def __init__(self, data: bytes, font: TTFont) -> None:
        """Use ``load_face``."""
        self.data = data
        self._font = font
        self.per_em: int = font["head"].unitsPerEm
        self._advances = font["hmtx"]
        self._cmap: dict[int, str] = font.getBestCmap()
        self.kerning = Kerning(data)
        self.pages = self._spread()
        self.glyphs = self._glyphs()
        self.base_codes = {ord(c): g.code for c, g in self.glyphs.items() if g.page == 0}
        self.advances = {c: g.advance for c, g in self.glyphs.items()}
        self.unkerned = self._unkerned()

    @property
    def postscript_name(self) -> str:
        """Name for the font dictionary."""
        return str(self._font["name"].getDebugName(6))

    @property
    def may_be_embedded(self) -> bool:
        """False when the licence bits (OpenType 1.9, OS/2 fsType) forbid embedding, or embedding of a subset."""
        return not self._font["OS/2"].fsType & (_RESTRICTED | _NEVER_AS_SUBSET)

    @cached_property
    def descriptor(self) -> dict[str, int]:
        """Values of a PDF font descriptor in 1/1000 em (ISO 32000-1, 9.8.1)."""
        head, os2, post = self._font["head"], self._font["OS/2"], self._font["post"]
        scale = 1000 / self.per_em
        italic_angle = int(post.italicAngle)
        fixed = bool(post.isFixedPitch)
        return {
            "Flags": 4 | (1 if fixed else 0) | (64 if italic_angle else 0),
            "ItalicAngle": italic_angle,
            "Ascent": round(self._font["hhea"].ascent * scale),
            "Descent": round(self._font["hhea"].descent * scale),
            "CapHeight": round(getattr(os2, "sCapHeight", 0) * scale),
            "StemV": 120 if os2.usWeightClass >= 600 else 80,  # noqa: PLR2004 (600 is where OpenType's bold begins)
            "Left": round(head.xMin * scale),
            "Bottom": round(head.yMin * scale),
            "Right": round(head.xMax * scale),
            "Top": round(head.yMax * scale),
        }

    def has(self, character: str) -> bool:
        """True when the face can draw the character."""
        return character in self.glyphs

    def lacks(self, text: str) -> str:
        """The characters of ``text`` that the face cannot draw, each once, in order."""
        return "".join(dict.fromkeys(c for c in text if c not in self.glyphs))

    def width(self, text: str) -> int:
        """Width in 1/1000 em, kerned; every character must be in the face."""
        return sum(map(self.advances.__getitem__, text)) + sum(self.kerns(text))

    def kerns(self, text: str) -> list[int]:
        """Adjustments between neighbours, one less than there are characters; no characters, no adjustments."""
        return list(map(self.kerning.__getitem__, map(add, text, text[1:])))

    def _unkerned(self) -> frozenset[str]:
        """Signs of numbers of which no two are kerned, so that texts of them alone need no look at pairs."""
        found = set[str]()
        for sign in _NUMBER_SIGNS:
            if sign in self.glyphs and not any(
                self.kerning[a + b] for o in (*found, sign) for a, b in ((o, sign), (sign, o))
            ):
                found.add(sign)
        return frozenset(found)

    def glyph_name(self, character: str) -> str:
        """Name of the glyph inside the font file."""
        return self._cmap[ord(character)]

    def _spread(self) -> tuple[str, ...]:
        base = "".join(c for c in BASE_CHARACTERS if ord(c) in self._cmap)
        rest = sorted(chr(u) for u in self._cmap if u > FIRST_CODE and chr(u) not in _BASE)
        size = len(CODES) - 1
        chunks = tuple(" " + "".join(rest[i : i + size]) for i in range(0, len(rest), size))
        return (base, *chunks)

    def _glyphs(self) -> dict[str, Glyph]:
        glyphs: dict[str, Glyph] = {}
        for number, page in enumerate(self.pages):
            for character, code in code_page(page).items():
                glyphs.setdefault(character, Glyph(number, code, self._advance(character)))
        return glyphs

    def _advance(self, character: str) -> int:
        advance: int = self._advances[self._cmap[ord(character)]][0]
        return round(advance * 1000 / self.per_em)


def code_page(characters: str) -> dict[str, int]:
    """Character -> code. ASCII keeps its own codes where it can, so that streams stay legible."""
    own = {c: ord(c) for c in characters if ord(c) < 0x7F and ord(c) not in _ESCAPED}  # noqa: PLR2004 (end of ASCII)
    taken = frozenset(own.values())
    free = iter([code for code in CODES if code not in taken])
    return {c: own[c] if c in own else next(free) for c in characters}


@lru_cache(maxsize=32)
def face_of(data: bytes) -> Face:
    """The face of a TrueType file's bytes; parsed once per process.

    Raises:
        TTLibError: it is no TrueType font, or lacks what embedding needs.
    """
    font = TTFont(BytesIO(data), lazy=True)
    missing = [table for table in _NEEDED if table not in font]
    if missing:
        raise TTLibError(f"it has no table {', '.join(missing)}")
    if any(entry.offset + entry.length > len(data) for entry in font.reader.tables.values()):
        raise TTLibError("it is cut short")
    if FIRST_CODE not in (font.getBestCmap() or {}):
        raise TTLibError("it has no space")
    return Face(data, font)


@lru_cache(maxsize=32)
def load_face(path: Path) -> Face:
    """The face of a TrueType file."""
    return face_of(path.read_bytes())
