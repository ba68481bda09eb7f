"""Show ready-made letters: one by itself, as it will be printed but for its marks; and what was wrong with a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.usecases.products import product_of
from api.usecases.ready_made.pressing import raise_first
from api.usecases.ready_made.uploads import opened
from api.usecases.ready_made.values import print_letter
from docgen.drawing.print_file import FileInfo
from docgen.findings import Refusal
from docgen.readymade import safely
from docgen.readymade.letters import Front, PrintEnvelope, PrintFileSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.ports import Overlay, PrintJob
    from api.usecases.deps import Deps
    from docgen.readymade.answers import Assembled


def ready_letter_pdf(deps: Deps, job: PrintJob, piece_id: str, values: bytes) -> bytes:
    """The letter of a piece as a PDF of its own, put together in a child."""
    letter = print_letter(piece_id, values)
    with opened(deps, job, {letter.source}) as upload:
        out = upload.folder / "letter.pdf"
        _assemble(deps, job, piece_id, values, (upload.files, out))
        return out.read_bytes()


def ready_letter_png(deps: Deps, job: PrintJob, piece_id: str, values: bytes, wanted: tuple[int, int]) -> bytes:
    """A page of it as PNG; ``wanted`` is the page (from 1) and dots per inch. Raises Refusal: ``page-not-found``."""
    page, dpi = wanted
    letter = print_letter(piece_id, values)
    with opened(deps, job, {letter.source}) as upload:
        pdf, out = upload.folder / "letter.pdf", upload.folder / "page.png"
        made = _assemble(deps, job, piece_id, values, (upload.files, pdf))
        if not 1 <= page <= made.pages:
            raise Refusal("page-not-found", f"There is no page {page}; the letter has {made.pages}.")
        raise_first(safely.picture(pdf, page, dpi, out).findings)
        return out.read_bytes()


def overlays_of(deps: Deps, organisation_id: str, job_id: str) -> Sequence[Overlay]:
    """Pictures of pages with ink where it may not be. Raises Refusal: ``job-not-found``."""
    with deps.database.read() as uow:
        uow.jobs.get(organisation_id, job_id)
        return uow.overlays.of_job(organisation_id, job_id)


def overlay_png(deps: Deps, organisation_id: str, job_id: str, page: int, file: int = 0) -> bytes:
    """One of them as PNG. Raises Refusal: ``job-not-found``, ``overlay-not-found``."""
    for overlay in overlays_of(deps, organisation_id, job_id):
        if (overlay.file, overlay.page) == (file, page):
            with deps.blobs.open(organisation_id, overlay.blob) as stream:
                return stream.read()
    raise Refusal("overlay-not-found", f"There is no picture of page {page}; ask which pages have one.")


def _assemble(deps: Deps, job: PrintJob, piece_id: str, values: bytes, paths: tuple[Sequence[Path], Path]) -> Assembled:
    letter, product = print_letter(piece_id, values), product_of(deps, job)
    # a cover sheet has a back, which the count of its pages has too
    duplex = product.duplex and letter.front is Front.COVER
    settings = PrintFileSettings(FileInfo(piece_id, job.created_at), None, product.envelope, duplex)
    sources, out = paths
    made = safely.assemble(sources, [PrintEnvelope((letter,))], settings, out)
    raise_first(made.findings)
    return made
