"""A page drawn again from its words: in a frame, with its buttons side by side and all alike, as they were shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agreements.proof.blocks import Look
from agreements.proof.house import spaced
from agreements.proof.stripes import Column, Stripe, box, stripes_of, whole_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agreements.proof.blocks import Screen
    from agreements.proof.house import House
    from agreements.proof.stripes import Ink
    from agreements.proof.tags import Tag
    from docgen.layouts.theme import Colour

_INSET_PT, _PADDING_PT = 18.0, 14.0
_EDGE_PT, _TOP_PT = 0.8, 4.0
_BETWEEN_PT = 8.0
_BUTTON_EDGE_PT, _BUTTON_PADDING_PT, _BUTTON_INSET_PT = 1.2, 8.0, 10.0


def screen_stripes(house: House, screen: Screen, under: Tag) -> list[Stripe]:
    """A page within a frame that goes on where the page of the proof ends."""
    block, colours = under.add("BlockQuote"), house.colours
    bold, plain = house.faces.bold, house.faces.plain
    parts = (
        (screen.title, bold[Look.SUBHEADING], colours.accent),
        (screen.text, plain[Look.BODY], colours.text),
        (screen.asked, bold[Look.BODY], colours.text),
    )
    columns = [
        Column(face.lines(text, house.width_pt - 2 * _INSET_PT), face, colour, block.add("P"), _INSET_PT)
        for text, face, colour in parts
        if text
    ]
    found = stripes_of(columns[:1], keep_first=True)
    for column in columns[1:]:
        found += [Stripe(_BETWEEN_PT, keeps_with_next=True), *stripes_of([column], keep_first=True)]
    if screen.buttons:
        found[-1] = replace(found[-1], keeps_with_next=True)
        found += [Stripe(_BETWEEN_PT, keeps_with_next=True), _buttons(house, screen.buttons, block)]
    return spaced(_framed(house, found), 6.0)


def _buttons(house: House, labels: Sequence[str], block: Tag) -> Stripe:
    """All of one width and height, whatever their words."""
    bold, count = house.faces.bold[Look.BODY], len(labels)
    width_pt = (house.width_pt - 2 * _INSET_PT - (count - 1) * _BETWEEN_PT) / count
    columns, lefts = list[Column](), list[float]()
    for at, label in enumerate(labels):
        lefts.append(_INSET_PT + at * (width_pt + _BETWEEN_PT))
        lines = bold.lines(label, width_pt - 2 * _BUTTON_INSET_PT)
        columns.append(Column(lines, bold, house.colours.accent, block.add("P"), lefts[-1] + _BUTTON_INSET_PT))
    row = whole_row(columns, _BUTTON_PADDING_PT)
    edges = [ink for left_pt in lefts for ink in _outline(left_pt, width_pt, row.height_pt, house.colours.accent)]
    return replace(row, inks=(*edges, *row.inks))


def _outline(left_pt: float, width_pt: float, height_pt: float, colour: Colour) -> Iterator[Ink]:
    for top_pt in (0.0, height_pt - _BUTTON_EDGE_PT):
        yield box(left_pt, top_pt, width_pt, _BUTTON_EDGE_PT, colour)
    for from_pt in (left_pt, left_pt + width_pt - _BUTTON_EDGE_PT):
        yield box(from_pt, 0.0, _BUTTON_EDGE_PT, height_pt, colour)


def _framed(house: House, stripes: Sequence[Stripe]) -> list[Stripe]:
    """A bar above, an edge on both sides and below; both sides go on where a page ends."""
    above = box(0.0, 0.0, house.width_pt, _TOP_PT, house.colours.accent)
    below = box(0.0, _PADDING_PT - _EDGE_PT, house.width_pt, _EDGE_PT, house.colours.rule)
    padded = [
        Stripe(_PADDING_PT, (above,), keeps_with_next=True),
        *stripes[:-1],
        replace(stripes[-1], keeps_with_next=True),
        Stripe(_PADDING_PT, (below,)),
    ]
    again = Stripe(_PADDING_PT, _sides(house, _PADDING_PT))
    framed = [replace(stripe, inks=(*_sides(house, stripe.height_pt), *stripe.inks)) for stripe in padded]
    return [framed[0], *[replace(stripe, head=again) for stripe in framed[1:]]]


def _sides(house: House, height_pt: float) -> tuple[Ink, Ink]:
    # a hair higher than the stripe, so that no viewer shows a seam between two
    left, right = (
        box(from_pt, -0.2, _EDGE_PT, height_pt + 0.4, house.colours.rule)
        for from_pt in (0.0, house.width_pt - _EDGE_PT)
    )
    return left, right
