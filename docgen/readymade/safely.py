"""What the service calls: looks into foreign PDFs, each in a process of its own. Nothing here raises for a bad file."""

from __future__ import annotations

from dataclasses import replace
from hashlib import file_digest
from typing import TYPE_CHECKING

from docgen.findings import Finding
from docgen.readymade.answers import Assembled, Checked, Drawn, Inspection, Look, TextHits
from docgen.readymade.isolation import ASSEMBLY_LIMITS, DEFAULT_LIMITS, ask
from docgen.readymade.patterns import pattern_of
from docgen.readymade.tasks import (
    AssembleRequest,
    CheckRequest,
    FindRequest,
    InspectRequest,
    LookRequest,
    PageRequest,
    SheetRequest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from docgen.readback import ExpectedLetter
    from docgen.readymade.letters import LetterPages, PrintEnvelope, PrintFileSettings
    from docgen.readymade.limits import ChildLimits
    from docgen.readymade.patterns import TextMark
    from docgen.readymade.policy import ReadymadePolicy

_PAGES_A_SECOND = 10  # a page that is slower than this to draw is no letter


def inspect(pdf: Path, policy: ReadymadePolicy, limits: ChildLimits = DEFAULT_LIMITS) -> Inspection:
    """The structure of an upload. After an error nothing else should be asked of the file."""
    found = ask(InspectRequest(pdf.resolve(), policy), Inspection, limits)
    return Inspection(0, _sha256(pdf), (), "", (found,)) if isinstance(found, Finding) else found


def find_text(pdf: Path, mark: TextMark, limits: ChildLimits = DEFAULT_LIMITS) -> TextHits:
    """Pages on which a text stands, for ``split.split_at_text``."""
    pattern = pattern_of(mark)
    found = pattern if isinstance(pattern, Finding) else ask(FindRequest(pdf.resolve(), mark), TextHits, limits)
    return TextHits((), (found,)) if isinstance(found, Finding) else found


def look(
    pdf: Path,
    letters: Sequence[LetterPages],
    policy: ReadymadePolicy,
    folder: Path,
    limits: ChildLimits = DEFAULT_LIMITS,
) -> Look:
    """How the letters look on paper; overlays are written to ``folder``. More pages may take more time."""
    pages = sum(letter.pages for letter in letters)
    more = pages // _PAGES_A_SECOND
    wide = replace(limits, wall_s=limits.wall_s + more, cpu_s=limits.cpu_s + more)
    found = ask(LookRequest(pdf.resolve(), tuple(letters), policy, folder.resolve()), Look, wide)
    return Look((), (), (found,)) if isinstance(found, Finding) else found


def assemble(
    sources: Sequence[Path],
    envelopes: Sequence[PrintEnvelope],
    settings: PrintFileSettings,
    out: Path,
    limits: ChildLimits = ASSEMBLY_LIMITS,
) -> Assembled:
    """Write a print file to ``out``; with findings it must be thrown away. ``sources`` are only read."""
    paths = tuple([source.resolve() for source in sources])
    found = ask(AssembleRequest(paths, tuple(envelopes), settings, out.resolve()), Assembled, limits)
    return Assembled((), 0, 0, "", (found,)) if isinstance(found, Finding) else found


def read_back(
    pdf: Path,
    letters: Sequence[ExpectedLetter],
    folder: Path,
    *,
    total_pages: int | None = None,
    consecutive: bool = True,
) -> Checked:
    """Compare a print file, or a part of it, with what must be in it (see ``expected``); a picture goes to ``folder``.

    ``total_pages`` is what the whole file must have, without it what the letters have; letters of a sample are not
    ``consecutive``.
    """
    request = CheckRequest(pdf.resolve(), tuple(letters), folder.resolve(), total_pages, consecutive)
    found = ask(request, Checked, ASSEMBLY_LIMITS)
    return Checked(0, (found,)) if isinstance(found, Finding) else found


def picture(pdf: Path, page: int, dpi: int, out: Path) -> Drawn:
    """A page (from 1), which must be there, as PNG in ``out``."""
    found = ask(PageRequest(pdf.resolve(), page, dpi, out.resolve()), Drawn)
    return Drawn(0, (found,)) if isinstance(found, Finding) else found


def contact_sheet(pdf: Path, shown: Sequence[tuple[int, str]], title: str, out: Path) -> Drawn:
    """Small pictures of pages of a print file, with what stands under each, as PNG in ``out``."""
    found = ask(SheetRequest(pdf.resolve(), tuple(shown), title, out.resolve()), Drawn)
    return Drawn(0, (found,)) if isinstance(found, Finding) else found


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
