"""Faces and sizes of a proof, and texts broken into lines without a sign added or lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agreements.proof.blocks import Look
from docgen.typesetting.paragraphs import Palette
from docgen.typesetting.words import Style, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from docgen.layouts.theme import Brand
    from docgen.typesetting.face import Face

_REGULAR, _BOLD, _MONO = "F0", "F1", "F4"
# resource, size and leading in points
_SIZES = {
    Look.OVERLINE: (_BOLD, 9.0, 13.0),
    Look.TITLE: (_BOLD, 21.0, 26.0),
    Look.LEAD: (_REGULAR, 12.0, 17.0),
    Look.HEADING: (_BOLD, 13.5, 18.0),
    Look.SUBHEADING: (_BOLD, 10.5, 15.0),
    Look.BODY: (_REGULAR, 10.0, 14.0),
    Look.SMALL: (_REGULAR, 8.5, 11.5),
    Look.MONO: (_MONO, 9.0, 13.0),
    Look.TINY_MONO: (_MONO, 7.2, 10.0),
}
_BOLD_LOOKS = {look: (_BOLD, size, leading) for look, (_, size, leading) in _SIZES.items()}
_ASCENT = 0.78


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in points: the inside of a ``TJ`` array, its width, and the resource names of its fonts."""

    fragment: bytes
    width_pt: float
    fonts: frozenset[bytes]


class Setter:
    """Sets texts in one face and size."""

    def __init__(self, face: Face, resource: str, size_pt: float, leading_pt: float) -> None:
        """The language is left empty: nothing is ever divided, since the words are evidence."""
        self._face = face
        self._palette = Palette([Style(face, size_pt, resource)], "")
        self._font = resource.encode("ascii")
        self.leading_pt = leading_pt
        self.rise_pt = (leading_pt - size_pt) / 2 + _ASCENT * size_pt
        self.select = b"/%s %s Tf" % (self._font, number(size_pt))

    def line(self, text: str) -> Line:
        """One line that is never broken."""
        word = self._palette.line(self.drawable(text))
        return Line(word.fragment, word.width_pt, word.extra_fonts | {self._font})

    def lines(self, text: str, width_pt: float) -> list[Line]:
        """Lines no wider than ``width_pt``; a line feed ends a line, and what no line can hold is cut."""
        drawable = self.drawable(text)
        return [self.line(line) for hard in drawable.split("\n") for line in self._broken(hard, width_pt)]

    def drawable(self, text: str) -> str:
        """The text with the code of each sign that the face cannot draw in its place, as in ``[U+1F44D]``."""
        known, plain = self._face.glyphs, text.replace("\r\n", "\n")
        return "".join([c if c in known or c == "\n" else f"[U+{ord(c):04X}]" for c in plain])

    def _broken(self, text: str, width_pt: float) -> Iterator[str]:
        line: str | None = None
        for word in text.split(" "):
            longer = word if line is None else f"{line} {word}"
            if self._width(longer) <= width_pt:
                line = longer
                continue
            if line is not None:
                yield line
            *full, line = self._cut(word, width_pt)
            yield from full
        yield line or ""

    def _cut(self, word: str, width_pt: float) -> list[str]:
        """Pieces of a word that each fit on a line; of one sign at least, so that it ends."""
        pieces, rest = list[str](), word
        while self._width(rest) > width_pt and len(rest) > 1:
            fits = max(1, int(len(rest) * width_pt / self._width(rest)))
            while fits < len(rest) and self._width(rest[: fits + 1]) <= width_pt:
                fits += 1
            while fits > 1 and self._width(rest[:fits]) > width_pt:
                fits -= 1
            pieces.append(rest[:fits])
            rest = rest[fits:]
        return [*pieces, rest]

    def _width(self, text: str) -> float:
        return self._palette.line(text).width_pt


@dataclass(frozen=True, slots=True)
class Typefaces:
    """Setters by look, ``bold`` ones too, and the faces by resource name."""

    plain: Mapping[Look, Setter]
    bold: Mapping[Look, Setter]
    faces: Mapping[str, Face]


def typefaces(brand: Brand) -> Typefaces:
    """The setters for a brand's own fonts."""
    faces = {_REGULAR: brand.sans.regular, _BOLD: brand.sans.bold, _MONO: brand.mono}

    def setters(sizes: Mapping[Look, tuple[str, float, float]]) -> dict[Look, Setter]:
        return {look: Setter(faces[name], name, size, leading) for look, (name, size, leading) in sizes.items()}

    return Typefaces(setters(_SIZES), setters(_BOLD_LOOKS), faces)
