"""Measured words: a piece of text in one style as the inside of a PDF ``TJ`` array, and its width.

A fragment is bytes that stand between ``[(`` and ``)]TJ``. Words of a line are joined with a space; a change of font
closes the array, switches and opens it again. What a font lacks is part of the word, so that every letter that holds
the word says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docgen.typesetting.face import Face

_REMEMBERED_WORDS = 60_000


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


@dataclass(frozen=True, slots=True)
class Word:
    """Text set in a style: the fragment, its width in points, fonts beyond code page 0, characters not drawable."""

    fragment: bytes
    width_pt: float
    extra_fonts: frozenset[bytes] = frozenset()
    lacking: str = ""


def font_resource(resource: str, page: int) -> bytes:
    """Resource name of one code page of a font: ``F0``, and ``F0x3`` for its page 3."""
    return (resource if page == 0 else f"{resource}x{page}").encode("ascii")


@lru_cache(maxsize=256)
def _select(resource: str, size_pt: float, page: int) -> bytes:
    return b"/%s %s Tf" % (font_resource(resource, page), number(size_pt))


@lru_cache(maxsize=100_000)
def number(value: float) -> bytes:
    """A PDF number with at most two decimals (0.005 pt is far below what a press can place)."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return b"0" if text in {"-0", ""} else text.encode("ascii")


class WordSetter:
    """Sets words of one style and remembers them; ``special`` are those that need more than code page 0."""

    def __init__(self, style: Style) -> None:
        """Start with an empty memory."""
        self.style = style
        self.set = lru_cache(maxsize=_REMEMBERED_WORDS)(self._set)
        self.special: set[str] = set()

    def _set(self, text: str) -> Word:
        face = self.style.face
        lacking = face.lacks(text)
        drawable = "".join(c for c in text if c not in lacking) if lacking else text
        width_pt = face.width(drawable) * self.style.size_pt / 1000
        fragment, pages = _fragment(self.style, drawable)
        extra = frozenset(font_resource(self.style.resource, page) for page in pages if page)
        if extra or lacking:
            self.special.add(text)
        return Word(fragment, width_pt, extra, lacking)


def _fragment(style: Style, text: str) -> tuple[bytes, set[int]]:
    """Codes of ``text`` with kerning adjustments and switches to other code pages and back."""
    face, page, previous, pages = style.face, 0, "", set[int]()
    out = bytearray()
    for character in text:
        glyph = face.glyphs[character]
        if glyph.page != page:
            out += b")]TJ " + style.select(glyph.page) + b"[("
            page = glyph.page
            pages.add(page)
        elif previous and (kern := face.kerning.between(previous, character)):
            out += b")%d(" % -kern
        out.append(glyph.code)
        previous = character
    if page:
        out += b")]TJ " + style.select() + b"[("
    return bytes(out), pages
