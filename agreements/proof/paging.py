"""Stripes become pages: where each stands, its operators with their marks, and what the outline leads to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.proof.pictures import Picture
    from agreements.proof.stripes import Ink, Stripe
    from agreements.proof.tags import Tag


@dataclass(frozen=True, slots=True)
class Frame:
    """Where stripes stand on a page, in points from its bottom-left; ``first_top_pt`` is of page one."""

    left_pt: float
    top_pt: float
    bottom_pt: float
    first_top_pt: float


@dataclass(slots=True)
class Page:
    """Operators in pieces, and the tag of each marked content in the order of its id."""

    ink: list[bytes] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry of the outline: its level from 1, its words, its page from 0 and how high it stands there."""

    level: int
    words: str
    page: int
    top_pt: float


@dataclass(slots=True)
class Pages:
    """Laid-out pages, and what they need: fonts by resource name and pictures by theirs."""

    frame: Frame
    pages: list[Page] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    fonts: set[bytes] = field(default_factory=set)
    pictures: dict[str, Picture] = field(default_factory=dict)
    _at_pt: float = 0.0

    def place(self, stripes: Sequence[Stripe]) -> None:
        """Put stripes on pages; those that keep together begin a page when there is no room for all."""
        self._turn()
        at = 0
        while at < len(stripes):
            end = at
            while end < len(stripes) - 1 and stripes[end].keeps_with_next:
                end += 1
            self._together(stripes[at : end + 1])
            at = end + 1

    def decorate(self, page: int, ink: Ink) -> None:
        """Ink with its origin in the bottom-left of a page, outside the structure."""
        self.pages[page].ink.append(b"/Artifact BMC q %s Q EMC" % ink.operators)
        self.fonts |= ink.fonts

    def _together(self, stripes: Sequence[Stripe]) -> None:
        needed_pt = sum([stripe.height_pt + stripe.before_pt for stripe in stripes])
        begins = stripes[0].begins_page and self._at_pt < self._middle_pt()
        if (begins or self._at_pt - needed_pt < self.frame.bottom_pt) and not self._is_fresh():
            self._turn()
        for stripe in stripes:
            self._stripe(stripe)

    def _stripe(self, stripe: Stripe) -> None:
        if self._at_pt - stripe.height_pt < self.frame.bottom_pt and not self._is_fresh():
            self._turn()
        if not self._is_fresh():
            self._at_pt -= stripe.before_pt
        elif stripe.head is not None:
            self._again(stripe.head)
        if stripe.outline is not None:
            self.marks.append(Mark(*stripe.outline, len(self.pages) - 1, self._at_pt))
        for ink in stripe.inks:
            self._ink(ink)
        self._at_pt -= stripe.height_pt

    def _again(self, head: Stripe) -> None:
        """What was drawn before, as decoration: who reads by structure has read it."""
        for ink in head.inks:
            self._ink(replace(ink, tag=None))
        self._at_pt -= head.height_pt

    def _ink(self, ink: Ink) -> None:
        page, operators = self.pages[-1], ink.operators
        self.fonts |= ink.fonts
        if ink.picture is not None:
            name = f"I{len(self.pictures)}"
            self.pictures[name] = ink.picture
            operators %= name.encode("ascii")
        start = b"/Artifact BMC"
        if ink.tag is not None:
            start = b"/%s <</MCID %d>> BDC" % (ink.tag.kind.encode("ascii"), len(page.tags))
            ink.tag.kids.append((len(self.pages) - 1, len(page.tags)))
            page.tags.append(ink.tag)
        place = b"q 1 0 0 1 %s %s cm " % (number(self.frame.left_pt), number(self._at_pt))
        page.ink.append(start + b" " + place + operators + b" Q EMC")

    def _turn(self) -> None:
        self.pages.append(Page())
        self._at_pt = self._top_pt()

    def _top_pt(self) -> float:
        return self.frame.first_top_pt if len(self.pages) == 1 else self.frame.top_pt

    def _middle_pt(self) -> float:
        return (self.frame.top_pt + self.frame.bottom_pt) / 2

    def _is_fresh(self) -> bool:
        return self._at_pt == self._top_pt()
