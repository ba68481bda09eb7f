"""Stripes: what of a proof may not be divided over pages, in points from its own top-left corner downwards."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from docgen.typesetting.words import NO_FONTS, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.proof.pictures import Picture
    from agreements.proof.tags import Tag
    from agreements.proof.type_area import Line, Setter
    from docgen.layouts.theme import Colour


@dataclass(frozen=True, slots=True)
class Ink:
    """Operators, with the origin in the top-left corner of the stripe and y upwards; without a tag it is decoration."""

    operators: bytes
    tag: Tag | None = None
    fonts: frozenset[bytes] = NO_FONTS
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Stripe:
    """``before_pt`` is left white above it but at the top of a page; ``outline`` is a level (from 1) and words.

    With ``begins_page`` it goes to a new page, unless half of the page is left. ``head`` is drawn above it where it
    stands first on a page.
    """

    height_pt: float
    inks: tuple[Ink, ...] = ()
    before_pt: float = 0.0
    keeps_with_next: bool = False
    outline: tuple[int, str] | None = None
    begins_page: bool = False
    head: Stripe | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """Lines of one setter at ``left_pt``, drawn in a colour, all of one tag."""

    lines: Sequence[Line]
    setter: Setter
    colour: Colour
    tag: Tag
    left_pt: float = 0.0


def rgb(colour: Colour, operator: bytes = b"rg") -> bytes:
    """The operator that sets a colour: the screen's, since a proof is read there."""
    return b" ".join([number(c) if c in {0, 1} else b"%.3f" % c for c in colour.rgb]) + b" " + operator


def box(left_pt: float, top_pt: float, width_pt: float, height_pt: float, colour: Colour) -> Ink:
    """A filled rectangle, ``top_pt`` below the top of the stripe."""
    corner = (left_pt, -top_pt - height_pt, width_pt, height_pt)
    return Ink(rgb(colour) + b" " + b" ".join([number(v) for v in corner]) + b" re f")


def text_ink(line: Line, column: Column, down_pt: float) -> Ink:
    """A line of a column whose baseline is ``down_pt`` below the top of the stripe."""
    origin = number(column.left_pt) + b" " + number(-down_pt)
    shown = b"%s BT %s %s Td [(%s)]TJ ET" % (rgb(column.colour), column.setter.select, origin, line.fragment)
    return Ink(shown, column.tag, line.fonts)


def stripes_of(columns: Sequence[Column], *, keep_first: bool = False) -> list[Stripe]:
    """Columns side by side on shared baselines, one stripe a line; each as high as the highest of its lines."""
    stripes = list[Stripe]()
    for row in zip_longest(*[column.lines for column in columns]):
        there = [(column, line) for column, line in zip(columns, row, strict=True) if line is not None]
        height_pt = max([column.setter.leading_pt for column, _ in there])
        down_pt = max([column.setter.rise_pt for column, _ in there])
        inks = [text_ink(line, column, down_pt) for column, line in there]
        stripes.append(Stripe(height_pt, tuple(inks), keeps_with_next=keep_first and not stripes))
    return stripes


def whole_row(columns: Sequence[Column], padding_pt: float, decoration: Sequence[Ink] = ()) -> Stripe:
    """Columns side by side in one stripe."""
    height_pt = max([len(c.lines) * c.setter.leading_pt for c in columns], default=0.0) + 2 * padding_pt
    inks = [
        text_ink(line, column, padding_pt + at * column.setter.leading_pt + column.setter.rise_pt)
        for column in columns
        for at, line in enumerate(column.lines)
    ]
    return Stripe(height_pt, (*decoration, *inks))
