"""Facts under each other, and words set apart on a tint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agreements.proof.blocks import Look
from agreements.proof.house import GRAY, no_line_alone, spaced
from agreements.proof.stripes import Column, Stripe, box, stripes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.proof.blocks import Fact, Facts, Quote
    from agreements.proof.house import House
    from agreements.proof.stripes import Ink
    from agreements.proof.tags import Tag
    from docgen.layouts.theme import Colour

_LABEL_PT, _GAP_PT = 92.0, 12.0
_BAR_PT, _PADDING_PT = 3.0, 13.0
_INSET_PT = _BAR_PT + _PADDING_PT
_BETWEEN_PT = 5.0


def facts_stripes(house: House, facts: Facts, under: Tag) -> list[Stripe]:
    """A table of labels and values, on a tint when it is a panel."""
    table, found = under.add("Table"), list[Stripe]()
    for fact in facts.rows:
        rows = _fact(house, fact, table.add("TR"), panel=facts.panel)
        if found:
            rows = [Stripe(_BETWEEN_PT), *rows] if facts.panel else spaced(rows, _BETWEEN_PT)
        found += rows
    if not facts.panel:
        return spaced(found, 8.0)
    return spaced(_on_panel(house, found, house.tone(facts.tone)), 14.0)


def _fact(house: House, fact: Fact, row: Tag, *, panel: bool) -> list[Stripe]:
    inset_pt = _INSET_PT if panel else 0.0
    left_pt = inset_pt + _LABEL_PT + _GAP_PT
    width_pt = house.width_pt - left_pt - inset_pt
    label, value = house.faces.bold[Look.BODY if panel else Look.SMALL], house.faces.plain[fact.look]
    head, data = row.add("TH", scope="Row"), row.add("TD")
    lead = Column(label.lines(fact.label, _LABEL_PT), label, house.colours.accent, head, inset_pt)
    found = stripes_of([lead, Column(value.lines(fact.value, width_pt), value, house.colours.text, data, left_pt)])
    if fact.note:
        small = house.faces.plain[Look.SMALL]
        found += stripes_of([Column(small.lines(fact.note, width_pt), small, GRAY, data, left_pt)])
    return [replace(stripe, keeps_with_next=at == 0 and len(found) > 1) for at, stripe in enumerate(found)]


def quote_stripes(house: House, quote: Quote, under: Tag) -> list[Stripe]:
    """Words on a tint, under their title and over their caption."""
    block, width_pt, found = under.add("BlockQuote"), house.width_pt - _INSET_PT - _PADDING_PT, list[Stripe]()
    if quote.title:
        bold = house.faces.bold[Look.BODY]
        title = Column(bold.lines(quote.title, width_pt), bold, house.colours.text, block.add("P"), _INSET_PT)
        found += [*stripes_of([title], keep_first=True), Stripe(_BETWEEN_PT, keeps_with_next=True)]
    setter = house.faces.plain[Look.MONO if quote.mono else Look.BODY]
    text = Column(setter.lines(quote.text, width_pt), setter, house.colours.text, block.add("P"), _INSET_PT)
    found += stripes_of([text], keep_first=True)
    panel = spaced(_on_panel(house, found, house.colours.rule), 6.0)
    if not quote.caption:
        return panel
    small = house.faces.plain[Look.SMALL]
    caption = Column(small.lines(quote.caption, house.width_pt), small, GRAY, block.add("P"))
    return [*panel[:-1], replace(panel[-1], keeps_with_next=True), *spaced(no_line_alone(stripes_of([caption])), 3.0)]


def _on_panel(house: House, stripes: Sequence[Stripe], bar: Colour) -> list[Stripe]:
    """A tint behind stripes, with white around them and a bar at the left."""
    last = replace(stripes[-1], keeps_with_next=True)
    padded = [Stripe(_PADDING_PT, keeps_with_next=True), *stripes[:-1], last, Stripe(_PADDING_PT)]
    again = Stripe(_PADDING_PT, _tint(house, _PADDING_PT, bar))
    tinted = [replace(stripe, inks=(*_tint(house, stripe.height_pt, bar), *stripe.inks)) for stripe in padded]
    return [tinted[0], *[replace(stripe, head=again) for stripe in tinted[1:]]]


def _tint(house: House, height_pt: float, bar: Colour) -> tuple[Ink, Ink]:
    # a hair higher than the stripe, so that no viewer shows a seam between two
    tint = box(0.0, -0.2, house.width_pt, height_pt + 0.4, house.colours.zebra)
    return tint, box(0.0, -0.2, _BAR_PT, height_pt + 0.4, bar)
