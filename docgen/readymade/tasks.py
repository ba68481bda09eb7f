"""What can be asked of the child process: requests, and what does each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from docgen.readback import ExpectedLetter
    from docgen.readymade.answers import Assembled, Checked, Drawn, Inspection, Look, TextHits
    from docgen.readymade.letters import LetterPages, PrintEnvelope, PrintFileSettings
    from docgen.readymade.patterns import TextMark
    from docgen.readymade.policy import ReadymadePolicy

    Request: TypeAlias = (
        "InspectRequest | FindRequest | LookRequest | AssembleRequest | CheckRequest | PageRequest | SheetRequest"
    )
    Answer: TypeAlias = "Inspection | TextHits | Look | Assembled | Checked | Drawn"


@dataclass(frozen=True, slots=True)
class InspectRequest:
    """Look at the structure of a PDF."""

    pdf: Path
    policy: ReadymadePolicy


@dataclass(frozen=True, slots=True)
class FindRequest:
    """Find the pages on which a text stands."""

    pdf: Path
    mark: TextMark


@dataclass(frozen=True, slots=True)
class LookRequest:
    """Look at the letters of a PDF; pictures go to ``folder``."""

    pdf: Path
    letters: tuple[LetterPages, ...]
    policy: ReadymadePolicy
    folder: Path


@dataclass(frozen=True, slots=True)
class AssembleRequest:
    """Write a print file to ``out``."""

    sources: tuple[Path, ...]
    envelopes: tuple[PrintEnvelope, ...]
    settings: PrintFileSettings
    out: Path


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Read a print file back, or part of it; a picture of what differs goes to ``folder``.

    ``total_pages`` is what the whole file must have; without it, what the letters have.
    """

    pdf: Path
    letters: tuple[ExpectedLetter, ...]
    folder: Path
    total_pages: int | None = None
    consecutive: bool = True


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Write a picture of a page to ``out``."""

    pdf: Path
    page: int
    dpi: int
    out: Path


@dataclass(frozen=True, slots=True)
class SheetRequest:
    """Write small pictures of pages, with what stands under each, to ``out``."""

    pdf: Path
    shown: tuple[tuple[int, str], ...]
    title: str
    out: Path


def do_task(request: Request) -> Answer:
    """Do what the request asks. Readers are loaded here, so that who only makes requests loads none."""
    match request:
        case InspectRequest():
            from docgen.readymade.inspection import inspect_file  # noqa: PLC0415 (see above)

            return inspect_file(request.pdf, request.policy)
        case FindRequest():
            from docgen.readymade.find_text import find_pages  # noqa: PLC0415 (see above)

            return find_pages(request.pdf, request.mark)
        case LookRequest():
            from docgen.readymade.look import look_at  # noqa: PLC0415 (see above)

            return look_at(request.pdf, request.letters, request.policy, request.folder)
        case AssembleRequest():
            from docgen.readymade.assembly import assemble  # noqa: PLC0415 (see above)

            with request.out.open("wb") as out:
                return assemble(request.sources, request.envelopes, request.settings, out)
        case CheckRequest():
            from docgen.readymade.check import check_file  # noqa: PLC0415 (see above)

            return check_file(
                request.pdf,
                request.letters,
                request.folder,
                total_pages=request.total_pages,
                consecutive=request.consecutive,
            )
        case PageRequest() | SheetRequest():
            return _draw(request)


def _draw(request: PageRequest | SheetRequest) -> Drawn:
    from docgen.readymade.pictures import draw_page, draw_sheet  # noqa: PLC0415 (see above)

    if isinstance(request, PageRequest):
        return draw_page(request.pdf, request.page, request.dpi, request.out)
    return draw_sheet(request.pdf, request.shown, request.title, request.out)
