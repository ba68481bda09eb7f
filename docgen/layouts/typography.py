"""Which face and size each part of a letter is set in, for one brand and language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.typesetting.paragraphs import Palette
from docgen.typesetting.words import Style, number

if TYPE_CHECKING:
    from docgen.layouts.theme import Brand, Colour
    from docgen.typesetting.face import Face

REGULAR, BOLD, ITALIC, BOLD_ITALIC = range(4)
SMALLEST_PT = 6.0  # below this print is not legible for many readers and fills in on uncoated paper


@dataclass(frozen=True, slots=True)
class Setting:
    """A palette with its leading; ``rise_pt`` is how far the first baseline lies below the top of the line.

    ``select`` makes its first style current; ``start`` begins a text object whose first line has its top at the origin.
    """

    palette: Palette
    leading_pt: float
    rise_pt: float
    select: bytes
    start: bytes

    @classmethod
    def of(cls, palette: Palette, leading_pt: float) -> Setting:
        """The rise is the ascent of the type plus half the extra leading."""
        size_pt = palette.styles[0].size_pt
        rise_pt, select = (leading_pt - size_pt) / 2 + 0.78 * size_pt, palette.styles[0].select()
        start = b"BT %s %s TL 0 %s Td " % (select, number(leading_pt), number(-rise_pt))
        return cls(palette, leading_pt, rise_pt, select, start)


@dataclass(frozen=True, slots=True)
class Typography:
    """All settings of a plan, and the faces by their resource names."""

    language: str
    faces: dict[str, Face]
    body: Setting
    subject: Setting
    headings: tuple[Setting, Setting, Setting]
    table: Setting
    table_bold: Setting
    small: Setting
    caption: Setting
    address: Setting
    narrow_address: Setting
    small_address: Setting
    return_line: Setting
    code: Setting


def typography(brand: Brand, language: str) -> Typography:
    """The settings for a brand's typeface; sizes in points."""
    sans = brand.sans
    upright = {"F0": sans.regular, "F1": sans.bold, "F2": sans.italic, "F3": sans.bold_italic}

    def roman(size_pt: float, leading_pt: float) -> Setting:
        return Setting.of(Palette([Style(face, size_pt, name) for name, face in upright.items()], language), leading_pt)

    def bold(size_pt: float, leading_pt: float) -> Setting:
        styles = [Style(upright[name], size_pt, name) for name in ("F1", "F1", "F3", "F3")]
        return Setting.of(Palette(styles, language), leading_pt)

    return Typography(
        language=language,
        faces={**upright, "F4": brand.mono},
        body=roman(10, 14),
        subject=bold(11, 15),
        headings=(bold(12, 16), bold(10.5, 14), bold(10, 14)),
        table=roman(9, 12),
        table_bold=bold(9, 12),
        small=roman(8, 11),
        caption=roman(7, 9),
        address=roman(10.5, 13),
        narrow_address=roman(10, 11),
        small_address=roman(9, 10.5),
        return_line=roman(6.5, 7.5),
        code=Setting.of(Palette([Style(brand.mono, 13, "F4")], language), 17),
    )


def fill(colour: Colour) -> bytes:
    """The operator that sets the fill colour in DeviceCMYK (ISO 32000-1, 8.6.8)."""
    return b" ".join([number(c) for c in colour.cmyk]) + b" k"
