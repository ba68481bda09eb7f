"""Measured words: a piece of text in one style as the inside of a PDF ``TJ`` array, and its width.

A fragment is bytes that stand between ``[(`` and ``)]TJ``. Words of a line are joined with a space; a change of font
closes the array, switches and opens it again. What a font lacks is part of the word, so that every letter that holds
the word says so.
"""

from __future__ import annotations

from codecs import charmap_encode
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from docgen.remembered import Remembered

if TYPE_CHECKING:
    from docgen.typesetting.face import Face

NO_FONTS: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Style:
    """A face at a size. ``resource`` is the font's name in the page's resources, without the code page."""

    face: Face
    size_pt: float
    resource: str

    @property
    def space_pt(self) -> float:
        """Width of a word space."""
        return self.face.glyphs[" "].advance * self.size_pt / 1000

    def select(self, page: int = 0) -> bytes:
        """The operator that makes this style current for characters of a code page."""
        return _select(self.resource, self.size_pt, page)


class Word(NamedTuple):
    """Text set in a style: the fragment, its width in points, fonts beyond code page 0, characters not drawable."""

    fragment: bytes
    width_pt: float
    extra_fonts: frozenset[bytes] = NO_FONTS
    lacking: str = ""


def font_resource(resource: str, page: int) -> bytes:
    """Resource name of one code page of a font: ``F0``, and ``F0x3`` for its page 3."""
    return (resource if page == 0 else f"{resource}x{page}").encode("ascii")


@lru_cache(maxsize=256)
def _select(resource: str, size_pt: float, page: int) -> bytes:
    return b"/%s %s Tf" % (font_resource(resource, page), number(size_pt))


@lru_cache(maxsize=4_096)
def number(value: float) -> bytes:
    """A PDF number with at most two decimals (0.005 pt is far below what a press can place)."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return b"0" if text in {"-0", ""} else text.encode("ascii")


class WordSetter:
    """Sets words of one style and remembers them; ``special`` tells whether any needs more than code page 0."""

    def __init__(self, style: Style) -> None:
        """Start with an empty memory."""
        self.style = style
        self.words = Remembered(self._set)
        self.special = False

    def set(self, text: str) -> Word:
        """The word of a text."""
        return self.words[text]

    def _set(self, text: str) -> Word:
        face, per_unit = self.style.face, self.style.size_pt / 1000
        try:
            codes, _ = charmap_encode(text, "strict", face.base_codes)
        except UnicodeEncodeError:
            return self._set_special(text)
        if face.unkerned.issuperset(text):
            return Word(codes, sum(map(face.advances.__getitem__, text)) * per_unit)
        kerns = face.kerns(text)
        width_pt = (sum(map(face.advances.__getitem__, text)) + sum(kerns)) * per_unit
        return Word(_kerned(codes, kerns) if any(kerns) else codes, width_pt)

    def _set_special(self, text: str) -> Word:
        """A word with characters beyond code page 0, or with some that the face lacks."""
        face = self.style.face
        lacking = face.lacks(text)
        drawable = "".join(c for c in text if c not in lacking)
        fragment, pages = _spread(self.style, drawable)
        extra = frozenset(font_resource(self.style.resource, page) for page in pages if page)
        self.special = True
        return Word(fragment, face.width(drawable) * self.style.size_pt / 1000, extra, lacking)


def _kerned(codes: bytes, kerns: list[int]) -> bytes:
    """Codes of page 0 with the adjustments between them; TJ moves left by positive numbers."""
    out, start = bytearray(), 0
    for place, kern in enumerate(kerns, 1):
        if kern:
            out += codes[start:place] + b")%d(" % -kern
            start = place
    return bytes(out + codes[start:])


def _spread(style: Style, text: str) -> tuple[bytes, set[int]]:
    """Codes with adjustments and switches to other code pages and back; the pages used."""
    face, page, pages = style.face, 0, set[int]()
    out = bytearray()
    for character, kern in zip(text, [0, *face.kerns(text)], strict=False):
        glyph = face.glyphs[character]
        if glyph.page != page:
            # The adjustment stands in the array that is closed here, so that it still counts.
            out += b")%d" % -kern if kern else b")"
            out += b"]TJ " + style.select(glyph.page) + b"[("
            page = glyph.page
            pages.add(page)
        elif kern:
            out += b")%d(" % -kern
        out.append(glyph.code)
    if page:
        out += b")]TJ " + style.select() + b"[("
    return bytes(out), pages
