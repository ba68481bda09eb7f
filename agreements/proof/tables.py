"""Tables with a head, and pictures with their captions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agreements.proof.blocks import Look
from agreements.proof.house import GRAY, HAIR
from agreements.proof.stripes import Column, Ink, Stripe, box, rgb, whole_row
from docgen.layouts.geometry import PT_PER_MM
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.proof.blocks import Shown, Table
    from agreements.proof.house import House
    from agreements.proof.tags import Tag

_PADDING_PT, _GAP_PT = 3.2, 8.0
_UNDER_PICTURE_PT = 4.0


def table_stripes(house: House, table: Table, under: Tag) -> list[Stripe]:
    """A stripe for the head, which stays with the first row, and one for each row."""
    tag = under.add("Table")
    head = replace(_head(house, table, tag.add("TR")), before_pt=8.0, keeps_with_next=True)
    rows = [_row(house, table, row, tag.add("TR")) for row in table.rows]
    return [head, *[replace(row, head=head) for row in rows]]


def _head(house: House, table: Table, row: Tag) -> Stripe:
    bold = house.faces.bold[Look.SMALL]
    columns = [
        Column(bold.lines(text, width_pt), bold, house.colours.accent, row.add("TH", scope="Column"), left_pt)
        for text, (left_pt, width_pt) in zip(table.head, _grid(house, table), strict=True)
    ]
    stripe = whole_row(columns, _PADDING_PT)
    rule = box(0.0, stripe.height_pt - 0.9, house.width_pt, 0.9, house.colours.accent)
    return replace(stripe, inks=(rule, *stripe.inks))


def _row(house: House, table: Table, texts: Sequence[str], row: Tag) -> Stripe:
    columns = []
    for text, look, (left_pt, width_pt) in zip(texts, table.looks, _grid(house, table), strict=True):
        setter = house.faces.plain[look]
        columns.append(Column(setter.lines(text, width_pt), setter, house.colours.text, row.add("TD"), left_pt))
    stripe = whole_row(columns, _PADDING_PT)
    return replace(stripe, inks=(box(0.0, stripe.height_pt - 0.5, house.width_pt, 0.5, HAIR), *stripe.inks))


def _grid(house: House, table: Table) -> list[tuple[float, float]]:
    """Left edge and width of each column."""
    grid, left_pt = list[tuple[float, float]](), 0.0
    for share in table.shares:
        grid.append((left_pt, share * house.width_pt - _GAP_PT))
        left_pt += share * house.width_pt
    return grid


def shown_stripe(house: House, shown: Shown, under: Tag) -> Stripe:
    """The picture with its caption under it, in one stripe so that they stay together."""
    figure, small, picture = under.add("Figure", alt=shown.alt), house.faces.plain[Look.SMALL], shown.picture
    scale = min(house.width_pt / picture.width_px, shown.most_mm * PT_PER_MM / picture.height_px)
    width_pt, height_pt = picture.width_px * scale, picture.height_px * scale
    ink = b"q %s 0 0 %s 0 %s cm /%%s Do Q" % (number(width_pt), number(height_pt), number(-height_pt))
    edge = rgb(HAIR, b"RG") + b" 0.7 w 0 0 %s %s re S" % (number(width_pt), number(-height_pt))
    lines = small.lines(shown.caption, house.width_pt)
    caption = whole_row([Column(lines, small, GRAY, under.add("P"))], 0.0)
    down = b"1 0 0 1 0 %s cm " % number(-height_pt - _UNDER_PICTURE_PT)
    lowered = [Ink(down + one.operators, one.tag, one.fonts) for one in caption.inks]
    inks = (Ink(ink, figure, picture=picture), Ink(edge), *lowered)
    return Stripe(height_pt + _UNDER_PICTURE_PT + caption.height_pt, inks, before_pt=8.0)
