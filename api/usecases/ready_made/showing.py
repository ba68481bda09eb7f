"""Show ready-made letters: one by itself, as it will be printed but for its marks; and what was wrong with a page."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
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

    from api.ports import Overlay, PrintJob
    from api.usecases.deps import Deps
    from docgen.readymade.answers import Assembled
    from docgen.readymade.letters import PrintLetter


def ready_letter_pdf(deps: Deps, job: PrintJob, piece_id: str, values: bytes) -> bytes:
    """The letter of a piece as a PDF of its own, put together in a child."""
    return letter_pdf(deps, job, print_letter(piece_id, values))


def ready_letter_png(deps: Deps, job: PrintJob, piece_id: str, values: bytes, wanted: tuple[int, int]) -> bytes:
    """A page of it as PNG; ``wanted`` is the page (from 1) and dots per inch. Raises Refusal: ``page-not-found``."""
    letter = print_letter(piece_id, values)
    with opened(deps, job, {letter.source}) as upload:
        pdf = upload.folder / "letter.pdf"
        made = _assemble(deps, job, letter, (upload.files, pdf))
        return _drawn(pdf, made.pages, wanted)


def letter_pdf(deps: Deps, job: PrintJob, letter: PrintLetter) -> bytes:
    """Pages of an upload as a PDF of their own. Raises `Permanent`: what a child says is wrong with them."""
    with opened(deps, job, {letter.source}) as upload:
        out = upload.folder / "letter.pdf"
        _assemble(deps, job, letter, (upload.files, out))
        return out.read_bytes()


def pdf_png(pdf: bytes, page: int, dpi: int) -> bytes:
    """A page (from 1) of what `letter_pdf` gave as PNG, drawn in a child. The page must be there."""
    with TemporaryDirectory(prefix="posthoorn-") as name:
        path = Path(name) / "letter.pdf"
        path.write_bytes(pdf)
        return _drawn(path, page, (page, dpi))


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


def _drawn(pdf: Path, pages: int, wanted: tuple[int, int]) -> bytes:
    page, dpi = wanted
    if not 1 <= page <= pages:
        raise Refusal("page-not-found", f"There is no page {page}; the letter has {pages}.")
    out = pdf.with_name("page.png")
    raise_first(safely.picture(pdf, page, dpi, out).findings)
    return out.read_bytes()


def _assemble(deps: Deps, job: PrintJob, letter: PrintLetter, paths: tuple[Sequence[Path], Path]) -> Assembled:
    product = product_of(deps, job)
    # a cover sheet has a back, which the count of its pages has too
    duplex = product.duplex and letter.front is Front.COVER
    settings = PrintFileSettings(FileInfo(letter.piece_id, job.created_at), None, product.envelope, duplex)
    sources, out = paths
    made = safely.assemble(sources, [PrintEnvelope((letter,))], settings, out)
    raise_first(made.findings)
    return made
