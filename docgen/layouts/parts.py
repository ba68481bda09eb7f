"""What flows down a page: items that know their height and how they may be divided, and the parts they become.

A part's ink is PDF operators with the origin at the part's top-left corner and y upwards, in points, black to start
with and black when done. Symbols are kept apart, because they are only drawn when a letter is printed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from docgen.qr.encoder import Level
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.typography import Setting
    from docgen.typesetting.paragraphs import Lines

MODULE_PT = 1.44  # 12 dots at 600 dpi, 0.508 mm: every module is a whole number of dots
QUIET_MODULES = 4
DOT_PT = 0.12  # one dot at 600 dpi


@dataclass(frozen=True, slots=True)
class PlacedSymbol:
    """A QR code inside a part: its top-left module's corner relative to the part's top-left, in points."""

    role: str
    payload: bytes
    size: int
    left_pt: float
    top_pt: float
    level: Level = Level.M


@dataclass(frozen=True, slots=True)
class Part:
    """One thing on one page."""

    kind: str
    height_pt: float
    ink: bytes
    symbols: tuple[PlacedSymbol, ...] = ()


class Item(Protocol):
    """One thing in the flow."""

    @property
    def kind(self) -> str:
        """Name of the frame it becomes."""
        ...

    @property
    def space_before_pt(self) -> float:
        """White above it, unless it stands at the top of a page."""
        ...

    @property
    def keeps_with_next(self) -> bool:
        """True when it may not be the last thing on a page."""
        ...

    @property
    def height_pt(self) -> float:
        """Height undivided."""
        ...

    def whole(self) -> Part:
        """The item undivided."""
        ...

    def divide(self, room_pt: float) -> tuple[Part, Item] | None:
        """A part no higher than ``room_pt`` and the rest, or None when it may not be divided there."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """An item that is never divided."""

    part: Part
    space_before_pt: float = 0.0
    keeps_with_next: bool = False

    @property
    def kind(self) -> str:
        """Name of the frame."""
        return self.part.kind

    @property
    def height_pt(self) -> float:
        """Its height."""
        return self.part.height_pt

    def whole(self) -> Part:
        """The part."""
        return self.part

    def divide(self, room_pt: float) -> tuple[Part, Item] | None:  # noqa: ARG002 (the protocol's signature)
        """Never."""
        return None


@dataclass(frozen=True, slots=True)
class PageBreakItem:
    """What follows begins on a new page."""

    kind: str = "page-break"
    space_before_pt: float = 0.0
    keeps_with_next: bool = False
    height_pt: float = 0.0

    def whole(self) -> Part:
        """Nothing."""
        return Part(self.kind, 0.0, b"")

    def divide(self, room_pt: float) -> tuple[Part, Item] | None:  # noqa: ARG002 (the protocol's signature)
        """Never."""
        return None


@dataclass(frozen=True, slots=True)
class TextItem:
    """Lines of a paragraph, heading or list item; ``lead`` goes before the first line (a list's marker).

    Divided only so that two lines stay on either side (no widows or orphans).
    """

    kind: str
    lines: Lines
    setting: Setting
    undivided: Part
    indent_pt: float = 0.0
    space_before_pt: float = 0.0
    keeps_with_next: bool = False

    @property
    def height_pt(self) -> float:
        """Its height."""
        return self.undivided.height_pt

    def whole(self) -> Part:
        """All lines."""
        return self.undivided

    def divide(self, room_pt: float) -> tuple[Part, Item] | None:
        """Split with at least two lines on either side."""
        count = len(self.lines.fragments)
        fits = min(int(room_pt / self.setting.leading_pt + 1e-9), count - 2)
        if fits < 2 or count < 4:  # noqa: PLR2004 (two lines on either side)
            return None
        first = Part(
            self.kind,
            fits * self.setting.leading_pt,
            text_ink(self.lines.fragments[:fits], self.setting, self.indent_pt),
        )
        rest = self.lines._replace(fragments=self.lines.fragments[fits:], widths_pt=self.lines.widths_pt[fits:])
        ink = text_ink(rest.fragments, self.setting, self.indent_pt)
        whole = Part(self.kind, len(rest.fragments) * self.setting.leading_pt, ink)
        return first, replace(self, lines=rest, undivided=whole, space_before_pt=0.0)


@dataclass(frozen=True, slots=True)
class Together:
    """Items that must stand on one page; divided like loose items only when no page could hold them."""

    items: tuple[Item, ...]
    kind: str = "keep-together"
    keeps_with_next: bool = False

    @property
    def space_before_pt(self) -> float:
        """That of its first item."""
        return self.items[0].space_before_pt if self.items else 0.0

    @property
    def height_pt(self) -> float:
        """Height of all items with the white between them."""
        return sum(i.height_pt + (i.space_before_pt if n else 0.0) for n, i in enumerate(self.items))

    def whole(self) -> Part:
        """All items as one part."""
        return stack(self.kind, self.items)

    def divide(self, room_pt: float) -> tuple[Part, Item] | None:  # noqa: ARG002 (the protocol's signature)
        """Never."""
        return None


def stack(kind: str, items: Sequence[Item]) -> Part:
    """Items below each other as one part."""
    ink, symbols, top_pt = bytearray(), list[PlacedSymbol](), 0.0
    for n, item in enumerate(items):
        top_pt += item.space_before_pt if n else 0.0
        part = item.whole()
        ink += shifted(part.ink, 0.0, top_pt)
        symbols += [replace(s, top_pt=s.top_pt + top_pt) for s in part.symbols]
        top_pt += part.height_pt
    return Part(kind, top_pt, bytes(ink), tuple(symbols))


def shifted(ink: bytes, right_pt: float, down_pt: float) -> bytes:
    """Ink with its origin moved right and down."""
    return b"q 1 0 0 1 %s %s cm %s Q\n" % (number(right_pt), number(-down_pt), ink)


def text_ink(fragments: Sequence[bytes], setting: Setting, indent_pt: float = 0.0, lead: bytes = b"") -> bytes:
    """Lines below each other; ``lead`` is set at the left of the first line, the rest at ``indent_pt``."""
    start = setting.start
    if lead:
        start += b"[(" + lead + b")]TJ "
    if indent_pt:
        start += number(indent_pt) + b" 0 Td "
    return start + b"[(" + b")]TJ T*[(".join(fragments) + b")]TJ ET\n"


def rule_ink(width_pt: float, top_pt: float, thickness_pt: float, left_pt: float = 0.0) -> bytes:
    """A horizontal rule as a filled rectangle, ``top_pt`` below the part's top."""
    corners = (left_pt, -top_pt - thickness_pt, width_pt, thickness_pt)
    return b" ".join([number(v) for v in corners]) + b" re f\n"
