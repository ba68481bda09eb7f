"""The timeline: moments along a line, with a disc at each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agreements.proof.blocks import Look, Tone
from agreements.proof.house import GRAY, HAIR, spaced
from agreements.proof.stripes import Column, Ink, Stripe, box, rgb, stripes_of
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.proof.blocks import Step
    from agreements.proof.house import House
    from agreements.proof.tags import Tag
    from docgen.layouts.theme import Colour

_WHEN_PT, _LANE_PT = 92.0, 22.0
_MIDDLE_PT = _WHEN_PT + _LANE_PT / 2
_DISC_PT, _LARGER_PT, _DISC_DOWN_PT = 2.6, 1.0, 7.0
_BETWEEN_PT = 7.0
_TOGETHER = 3
# four curves of this share make a circle, to a thousandth
_ROUND = 0.5523


def steps_stripes(house: House, steps: Sequence[Step], under: Tag) -> list[Stripe]:
    """A list of steps; what is not plain has a larger disc, and its words in the same colour."""
    listed, found = under.add("L"), list[Stripe]()
    for at, step in enumerate(steps):
        lines = _step(house, step, listed.add("LI"))
        disc = _disc(house.tone(step.tone), larger=step.tone is not Tone.PLAIN)
        lines[0] = replace(lines[0], inks=(_lane(lines[0].height_pt, first=at == 0), disc, *lines[0].inks))
        found += [lines[0], *[replace(line, inks=(_lane(line.height_pt), *line.inks)) for line in lines[1:]]]
        if at < len(steps) - 1:
            found.append(Stripe(_BETWEEN_PT, (_lane(_BETWEEN_PT),)))
    return spaced(found, 8.0)


def _step(house: House, step: Step, item: Tag) -> list[Stripe]:
    small, bold = house.faces.plain[Look.SMALL], house.faces.bold[Look.BODY]
    left_pt = _WHEN_PT + _LANE_PT
    width_pt = house.width_pt - left_pt
    label, told = item.add("Lbl"), item.add("LBody")
    colour = house.colours.text if step.tone is Tone.PLAIN else house.tone(step.tone)
    when = Column(small.lines(step.when, _WHEN_PT), small, GRAY, label)
    found = stripes_of([when, Column(bold.lines(step.what, width_pt), bold, colour, told, left_pt)])
    for detail in step.details:
        found += stripes_of([Column(small.lines(detail, width_pt), small, house.colours.text, told, left_pt)])
    return [replace(one, keeps_with_next=at < min(len(found) - 1, _TOGETHER)) for at, one in enumerate(found)]


def _lane(height_pt: float, *, first: bool = False) -> Ink:
    down_pt = _DISC_DOWN_PT if first else -0.2
    return box(_MIDDLE_PT - 0.4, down_pt, 0.8, height_pt - down_pt + 0.2, HAIR)


def _disc(colour: Colour, *, larger: bool) -> Ink:
    x_pt, y_pt, r_pt = _MIDDLE_PT, -_DISC_DOWN_PT, _DISC_PT + (_LARGER_PT if larger else 0.0)
    k_pt = _ROUND * r_pt
    curves = (
        ((x_pt + r_pt, y_pt + k_pt), (x_pt + k_pt, y_pt + r_pt), (x_pt, y_pt + r_pt)),
        ((x_pt - k_pt, y_pt + r_pt), (x_pt - r_pt, y_pt + k_pt), (x_pt - r_pt, y_pt)),
        ((x_pt - r_pt, y_pt - k_pt), (x_pt - k_pt, y_pt - r_pt), (x_pt, y_pt - r_pt)),
        ((x_pt + k_pt, y_pt - r_pt), (x_pt + r_pt, y_pt - k_pt), (x_pt + r_pt, y_pt)),
    )
    drawn = [b" ".join([number(v) for point in curve for v in point]) + b" c" for curve in curves]
    start = b"%s %s m" % (number(x_pt + r_pt), number(y_pt))
    return Ink(b" ".join([rgb(colour), start, *drawn, b"f"]))
