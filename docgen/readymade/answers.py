"""What a look into a foreign PDF gives: the values that come back from the child process.

They cross a process border as JSON and are checked on arrival: a child that read a hostile file is not to be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

from docgen.findings import Finding  # noqa: TC001 (pydantic reads it when the program runs)
from docgen.postal.profiles import BoxMm  # noqa: TC001 (the same)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A top-level entry of the outline and the page (from 1) that it leads to."""

    title: str
    page: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a PDF is: its size, its bookmarks and producer, and everything that is wrong with its structure."""

    pages: int
    sha256: str
    bookmarks: tuple[Bookmark, ...]
    producer: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class WindowText:
    """A line of text in or near the window, with its box in mm on the upright page."""

    text: str
    box: BoxMm


@dataclass(frozen=True, slots=True)
class LetterLook:
    """What is seen of one letter. ``lines`` are wholly in the window; ``cut`` are lines that are partly in it.

    ``kix_room`` is free of ink, inside what the window always shows, below the last line; its clear zone is taken off.
    """

    reference: str
    lines: tuple[WindowText, ...]
    cut: tuple[WindowText, ...]
    kix_room: BoxMm | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of the letters of one PDF; ``overlays`` are pages (from 1) with the names of their pictures."""

    letters: tuple[LetterLook, ...]
    overlays: tuple[tuple[int, str], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TextHits:
    """Pages (from 1) where the pattern was found, with the text it matched."""

    pages: tuple[tuple[int, str], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PlacedLetter:
    """Where a letter stands in a print file.

    ``first_page`` is the lowest of its page numbers there, ``pages`` how many it takes. ``page_numbers`` and
    ``page_digests`` are of its pages as they are read, without a blank back at the end; a digest is the hex SHA-256 of
    what the page draws before marks, in which the uploaded page is named by all that it holds.
    """

    piece_id: str
    first_page: int
    pages: int
    page_numbers: tuple[int, ...]
    page_digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assembled:
    """A finished print file, or why there is none: then there are findings, and no letters."""

    letters: tuple[PlacedLetter, ...]
    pages: int
    size: int
    sha256: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A print file that was read back: symbols looked for, differences, and the name of a picture of the first."""

    symbols: int
    findings: tuple[Finding, ...]
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many bytes a picture has that was written; with findings there is none."""

    size: int
    findings: tuple[Finding, ...] = ()
