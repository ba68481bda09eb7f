"""A difference between what was read and what must be there, with all that a person needs to see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.findings import Place

if TYPE_CHECKING:
    from docgen.findings import Finding
    from docgen.layouts.geometry import Rect
    from docgen.readback.expected import ExpectedLetter


@dataclass(frozen=True, slots=True)
class Difference:
    """A finding, where on the page it is (the whole page when None), and what was expected and read, in words."""

    finding: Finding
    rect: Rect | None = None
    expected: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A page that is being read: ``number`` in its letter, ``page`` in the file, both from 1."""

    letter: ExpectedLetter
    number: int

    @property
    def page(self) -> int:
        """Its number in the file."""
        return self.letter.first_page + self.number - 1

    def place(self, frame: str | None = None) -> Place:
        """The page, or something on it."""
        return Place(record=self.letter.piece_id, page=self.page, frame=frame)
