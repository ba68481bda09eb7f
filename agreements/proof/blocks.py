"""What a proof is made of: headings, facts, quotes, tables, steps and pictures, before they have a place on a page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agreements.proof.pictures import Picture


class Tone(StrEnum):
    """What a mark or panel says beside its words: colour is never the only sign."""

    GOOD = "good"
    PLAIN = "plain"
    BAD = "bad"


class Look(StrEnum):
    """How a text is set."""

    OVERLINE = "overline"
    TITLE = "title"
    LEAD = "lead"
    HEADING = "heading"
    SUBHEADING = "subheading"
    BODY = "body"
    SMALL = "small"
    MONO = "mono"
    TINY_MONO = "tiny-mono"


@dataclass(frozen=True, slots=True)
class Words:
    """A text; line feeds in it end lines. Headings are in the outline under ``outline`` or their own words.

    What ``leads`` stays on the page of what follows.
    """

    text: str
    look: Look = Look.BODY
    outline: str = ""
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A label, what it is, and smaller words under that."""

    label: str
    value: str
    note: str = ""
    look: Look = Look.BODY


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts under each other; in a panel they stand on a tint with a bar of ``tone``."""

    rows: tuple[Fact, ...]
    panel: bool = False
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Quote:
    """Words as they were sent, shown or received, set apart under a ``title``; ``caption`` says whose they are."""

    text: str
    title: str = ""
    caption: str = ""
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A moment of the timeline: when it was, what happened, and what is known of it."""

    when: str
    what: str
    details: tuple[str, ...] = ()
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Steps:
    """The timeline."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head that returns on each page; ``shares`` are the widths of the columns, of 1 together."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with words for who cannot see it (``alt``) and under it (``caption``), at most ``most_mm`` high."""

    picture: Picture
    alt: str
    caption: str
    most_mm: float


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of which no picture is kept, drawn again from its words; what it ``asked`` stands above the buttons."""

    title: str
    text: str
    asked: str
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a new page, unless half of the page is left."""


Block = Words | Facts | Quote | Steps | Table | Shown | Screen | NewPage
