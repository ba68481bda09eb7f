"""Blocks become stripes in the colours and fonts of a brand, and tags of the structure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agreements.proof.blocks import Facts, Look, NewPage, Quote, Screen, Shown, Steps, Table, Words
from agreements.proof.house import GRAY, no_line_alone
from agreements.proof.panels import facts_stripes, quote_stripes
from agreements.proof.screen import screen_stripes
from agreements.proof.stripes import Column, Stripe, stripes_of
from agreements.proof.tables import shown_stripe, table_stripes
from agreements.proof.time_lane import steps_stripes

if TYPE_CHECKING:
    from agreements.proof.blocks import Block
    from agreements.proof.house import House
    from agreements.proof.tags import Tag
    from docgen.layouts.theme import Colour

_TAGS = {Look.TITLE: "H1", Look.HEADING: "H2", Look.SUBHEADING: "H3"}
_BEFORE_PT = {
    Look.OVERLINE: 0.0,
    Look.TITLE: 3.0,
    Look.LEAD: 5.0,
    Look.HEADING: 20.0,
    Look.SUBHEADING: 12.0,
    Look.BODY: 6.0,
    Look.SMALL: 4.0,
    Look.MONO: 6.0,
    Look.TINY_MONO: 4.0,
}
_LEVELS = {Look.TITLE: 1, Look.HEADING: 1, Look.SUBHEADING: 2}
_COLOURED = frozenset({Look.OVERLINE, Look.HEADING, Look.SUBHEADING})


def stripes(house: House, block: Block, under: Tag) -> list[Stripe]:
    """The stripes of a block; what they are goes ``under`` a tag."""
    found: list[Stripe] = []
    match block:
        case Words():
            found = _words(house, block, under)
        case Facts():
            found = facts_stripes(house, block, under)
        case Quote():
            found = quote_stripes(house, block, under)
        case Steps():
            found = steps_stripes(house, block.steps, under)
        case Table():
            found = table_stripes(house, block, under)
        case Shown():
            found = [shown_stripe(house, block, under)]
        case Screen():
            found = screen_stripes(house, block, under)
        case NewPage():
            found = [Stripe(0.0, begins_page=True)]
    return found


def _words(house: House, words: Words, under: Tag) -> list[Stripe]:
    setter, tag = house.faces.plain[words.look], under.add(_TAGS.get(words.look, "P"))
    lines = setter.lines(words.text, house.width_pt)
    found = no_line_alone(stripes_of([Column(lines, setter, _colour(house, words.look), tag)]))
    if words.leads or words.look in _TAGS or words.look is Look.OVERLINE:
        found = [replace(stripe, keeps_with_next=True) for stripe in found]
    outline = (_LEVELS[words.look], words.outline or words.text) if words.look in _LEVELS else None
    return [replace(found[0], before_pt=_BEFORE_PT[words.look], outline=outline), *found[1:]]


def _colour(house: House, look: Look) -> Colour:
    if look in _COLOURED:
        return house.colours.accent
    return GRAY if look is Look.SMALL else house.colours.text
