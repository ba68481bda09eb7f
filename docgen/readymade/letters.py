"""Values of ready-made letters: which pages they have, what is in front, and what is added."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from docgen.postal.marks.model import Order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.drawing.document_parts import EnvelopePart
    from docgen.drawing.output_intent import OutputIntent
    from docgen.drawing.print_file import FileInfo
    from docgen.postal.profiles import BoxMm, EnvelopeProfile


class Front(StrEnum):
    """What carries the address: the page as it came, its address redrawn by us, or a cover sheet of ours."""

    AS_IS = "as-is"
    REDRAWN = "redrawn"
    COVER = "cover"


class PageKind(StrEnum):
    """What a page of a printed piece is."""

    COVER = "cover"
    PAGE = "page"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class LetterPages:
    """Pages ``first`` to ``last`` (from 1, both included) of an uploaded PDF are one letter.

    ``address`` holds keys of ``docgen.postal.address.KEYS`` when a data file gave it.
    """

    reference: str
    first: int
    last: int
    address: Mapping[str, str] | None = None

    @property
    def pages(self) -> int:
        """How many pages the letter has."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class PlacedKix:
    """A KIX to be drawn on a page that came without: content, bottom-left corner in mm from the top-left, pitch."""

    content: str
    left_mm: float
    bottom_mm: float
    pitch_dots: int


@dataclass(frozen=True, slots=True)
class OurAddress:
    """What we print in the window ourselves; ``cover`` is the box that is painted white first."""

    lines: tuple[str, ...]
    kix: str | None
    cover: BoxMm | None = None


@dataclass(frozen=True, slots=True)
class PrintLetter:
    """A letter as it goes into a print file; ``source`` counts the uploaded PDFs from 0."""

    piece_id: str
    source: int
    pages: LetterPages
    front: Front = Front.AS_IS
    address: OurAddress | None = None
    kix: PlacedKix | None = None
    cover_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintEnvelope:
    """Letters that are inserted together, in the order in which they are read, and in which order they are printed.

    ``marks`` are content in points of the upright A4 page for each page of the letters, cover sheets and blank backs
    included (see ``page_kinds``), ``b""`` for none; they may select ``/F0`` and ``/F1``, the faces of ``HouseInk``.
    """

    letters: tuple[PrintLetter, ...]
    marks: tuple[bytes, ...] = ()
    order: Order = Order.FORWARD
    part: EnvelopePart | None = None


@dataclass(frozen=True, slots=True)
class PrintFileSettings:
    """What holds for a whole print file."""

    info: FileInfo
    intent: OutputIntent | None
    envelope: EnvelopeProfile
    duplex: bool
    return_line: str = ""


def page_kinds(letter: PrintLetter, *, duplex: bool) -> tuple[PageKind, ...]:
    """The pages of the letter in order. With ``duplex`` cover and letter each start on a front, and end with a back."""
    kinds = [PageKind.COVER] if letter.front is Front.COVER else []
    if duplex and kinds:
        kinds.append(PageKind.BLANK)
    kinds += [PageKind.PAGE] * letter.pages.pages
    if duplex and len(kinds) % 2:
        kinds.append(PageKind.BLANK)
    return tuple(kinds)


def own_pages(letter: PrintLetter, *, duplex: bool) -> int:
    """How many pages the letter has in a print file, without a blank back at its end."""
    kinds = page_kinds(letter, duplex=duplex)
    return len(kinds) - (kinds[-1] is PageKind.BLANK)
