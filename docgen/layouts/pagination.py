"""Items onto pages: fill each page, divide what may be divided, keep together what must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from docgen.layouts.parts import PageBreakItem, Together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.parts import Item, Part

_TOLERANCE_PT = 1e-6


class Flown(NamedTuple):
    """A part at its distance from the top of the page's flow area."""

    top_pt: float
    part: Part


@dataclass(frozen=True, slots=True)
class Rooms:
    """Heights of the flow area: on the first page, on later ones, and what the last page must keep free at its foot.

    ``sides`` is 2 where something is torn off the last page, which then is a front, so that nothing is on its back.
    """

    first_pt: float
    later_pt: float
    reserve_pt: float = 0.0
    sides: int = 1


@dataclass(frozen=True, slots=True)
class Pages:
    """Parts of each page, and the kinds of items that no page could hold."""

    pages: tuple[tuple[Flown, ...], ...]
    oversized: tuple[str, ...] = ()


def paginate(items: Sequence[Item], rooms: Rooms) -> Pages:
    """Distribute items over as few pages as their rules allow."""
    filler = _Filler(rooms)
    queue = list(items[::-1])
    while queue:
        item = queue.pop()
        if not filler.fits(item):
            filler.take(item, queue)
    return filler.finish()


class _Filler:
    """The page being filled and those behind it."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._done: list[tuple[Flown, ...]] = []
        self._page: list[tuple[Flown, Item]] = []
        self._used_pt = 0.0
        self._oversized: list[str] = []

    @property
    def _room_pt(self) -> float:
        return self._rooms.later_pt if self._done else self._rooms.first_pt

    def fits(self, item: Item) -> bool:
        """Place an item undivided where there is room for it; a page break is no such thing."""
        if type(item) is PageBreakItem:
            return False
        top_pt = self._used_pt + item.space_before_pt if self._page else 0.0
        height_pt = item.height_pt
        if top_pt + height_pt > self._room_pt + _TOLERANCE_PT:
            return False
        self._page.append((Flown(top_pt, item.whole()), item))
        self._used_pt = top_pt + height_pt
        return True

    def take(self, item: Item, queue: list[Item]) -> None:
        """Place what fits of an item that does not fit as it is; the rest goes back on the queue."""
        if isinstance(item, PageBreakItem):
            # With nothing before it on the page, or nothing behind it at all, a break would leave an empty page.
            if self._page and any(not isinstance(later, PageBreakItem) for later in queue):
                self._turn()
            return
        gap_pt = item.space_before_pt if self._page else 0.0
        divided = item.divide(self._room_pt - self._used_pt - gap_pt)
        if divided is not None:
            part, rest = divided
            self._place(item, part, gap_pt)
            self._turn()
            queue.append(rest)
        elif self._page:
            self._move_on(item, queue)
        else:
            self._force(item, queue)

    def finish(self) -> Pages:
        """The pages; more when the last has no room for what it must keep free, or is a back and may not be."""
        if self._rooms.reserve_pt and self._used_pt > self._room_pt - self._rooms.reserve_pt + _TOLERANCE_PT:
            self._turn()
        while len(self._done) % self._rooms.sides:
            self._turn()
        pages = (*self._done, tuple(flown for flown, _ in self._page))
        return Pages(pages, tuple(self._oversized))

    def _place(self, item: Item, part: Part, gap_pt: float) -> None:
        self._page.append((Flown(self._used_pt + gap_pt, part), item))
        self._used_pt += gap_pt + part.height_pt

    def _move_on(self, item: Item, queue: list[Item]) -> None:
        """Start a page with ``item`` and with what may not be parted from it."""
        queue.append(item)
        while len(self._page) > 1 and self._page[-1][1].keeps_with_next:
            _, kept = self._page.pop()
            queue.append(kept)
        self._turn()

    def _force(self, item: Item, queue: list[Item]) -> None:
        """An item higher than a whole page: loosen it when it is a group, else place it and say so."""
        if isinstance(item, Together) and item.items:
            queue.extend(item.items[::-1])
            return
        self._oversized.append(item.kind)
        self._place(item, item.whole(), 0.0)

    def _turn(self) -> None:
        self._done.append(tuple(flown for flown, _ in self._page))
        self._page = []
        self._used_pt = 0.0
