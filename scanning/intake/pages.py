"""A file that a scanner made, or somebody sent -> its pages, one after the other.

This runs decoders on foreign bytes in this process: ``scanning.intake.isolated`` does it in one of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanning.intake import troubles
from scanning.intake.complaints import Complaints
from scanning.intake.kinds import HEAD_BYTES, Kind, kind_of, misnamed, seems
from scanning.intake.pdf import pdf_pages
from scanning.intake.pictures import picture_page
from scanning.intake.tiff import tiff_pages
from scanning.intake.troubles import PageError
from scanning.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docgen.findings import Finding


def pages_of(path: Path) -> Iterator[Page | Finding]:
    """The pages of a PDF, TIFF, JPEG or PNG in their order, and a finding in the place of each that cannot be read.

    A warning that a page is doubtful comes just before it. The format is told by the content; a name that says another
    one is a warning. Only one page is in memory at a time. A file of which nothing can be read gives one finding; none
    gives nothing at all.
    """
    if path.exists() and not path.is_file():  # a pipe would never end
        yield troubles.not_opened("it is no file")
        return
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        yield troubles.not_opened(error.strerror or "unknown reason")
        return
    kind = kind_of(head)
    if not head:
        yield troubles.empty_file()
    elif kind is None:
        yield troubles.unknown_format(seems(head))
    else:
        suffix = misnamed(path, kind)
        if suffix is not None:
            yield troubles.wrong_extension(suffix, kind)
        yield from _read(path, kind)


def _read(path: Path, kind: Kind) -> Iterator[Page | Finding]:
    complaints = Complaints()
    nothing = True
    try:
        for one in _pages(path, kind):
            nothing = False
            if complaints.any_of_damage() and isinstance(one, Page):
                yield troubles.doubtful(one.number)
            yield one
    except PageError as error:
        yield error.finding
    else:
        if nothing:
            yield troubles.no_pages()


def _pages(path: Path, kind: Kind) -> Iterator[Page | Finding]:
    match kind:
        case Kind.PDF:
            yield from pdf_pages(path)
        case Kind.TIFF:
            yield from tiff_pages(path)
        case _:
            yield picture_page(path, kind)
