"""A letter while it is laid out: its words, what stands in its flow so far, and what was found on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from docgen.findings import Finding, Place
from docgen.postal.address import NAME_KEYS
from docgen.typesetting.words import NO_FONTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.layouts.address_block import AddressInk
    from docgen.layouts.parts import Item
    from docgen.letters import Letter
    from docgen.templates.text import RenderedText


class NeedsFonts(Protocol):
    """Something laid out that tells what it needs of fonts."""

    @property
    def extra_fonts(self) -> frozenset[bytes]:
        """Fonts beyond code page 0."""
        ...

    @property
    def lacking(self) -> str:
        """Characters no font has."""
        ...


class Draft:
    """One letter on its way through the steps of a plan."""

    __slots__ = ("address", "address_lines", "extra_fonts", "findings", "items", "lacking", "letter", "rendered")

    def __init__(self, letter: Letter, rendered: RenderedText) -> None:
        """Nothing is laid out yet."""
        self.letter = letter
        self.rendered = rendered
        self.address_lines = letter.address.lines
        self.address: AddressInk
        self.items: list[Item] = []
        self.findings: list[Finding] = []
        self.extra_fonts = NO_FONTS
        self.lacking = ""

    def place(self, frame: str | None = None) -> Place:
        """The letter, or a frame of it."""
        return Place(record=self.letter.record_id, frame=frame)

    def note(self, made: NeedsFonts) -> None:
        """Take over what a block needs of fonts and what they lack."""
        self.need(made.extra_fonts, made.lacking)

    def need(self, extra_fonts: frozenset[bytes], lacking: str) -> None:
        """The same, given apart."""
        if extra_fonts:
            self.extra_fonts |= extra_fonts
        self.lacking += lacking

    def glyph_findings(self) -> list[Finding]:
        """One finding per value that holds a character that could not be drawn where it was needed."""
        if not self.lacking:
            return []
        missing = frozenset(self.lacking)
        found = [(pointer, _only(missing, text)) for pointer, text in _texts(self.letter)]
        places = [(pointer, signs) for pointer, signs in found if signs] or [("", _only(missing, self.lacking))]
        return [_glyph_finding(self.letter.record_id, pointer, signs) for pointer, signs in places]


def _only(signs: frozenset[str], text: str) -> str:
    """Those of ``signs`` that are in ``text``, each once."""
    return "".join(dict.fromkeys(c for c in text if c in signs))


def _texts(letter: Letter) -> Iterator[tuple[str, str]]:
    """Every value of a letter as text, with its JSON pointer in the record."""
    yield "/record_id", letter.record_id
    for name, value in letter.values.items():
        if isinstance(value, tuple):
            yield from (
                (f"/{name}/{i}/{key}", str(inner)) for i, item in enumerate(value) for key, inner in item.items()
            )
        else:
            yield f"/{name}", str(value)
    address = letter.address
    yield from ((f"/recipient/{key}", line) for key, line in zip(NAME_KEYS, address.name_lines, strict=False))
    yield "/recipient/street", f"{address.street} {address.house}"
    yield "/recipient/town", address.town


def _glyph_finding(record_id: str, pointer: str, missing: str) -> Finding:
    names = ", ".join(f"U+{ord(c):04X}" for c in missing[:5])
    message = f"The brand's font cannot print {names}; write the text without it."
    return Finding("glyph-missing", message, Place(record=record_id, pointer=pointer or None))
