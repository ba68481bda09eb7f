"""One letter by itself: for the archive, an e-mail or a look, with pages identical to those in the print file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import JobKind
from api.usecases.composers import ONE_AT_A_TIME, composer_of
from api.usecases.composing import compose_piece
from api.usecases.ready_made.showing import ready_letter_pdf, ready_letter_png
from docgen.drawing import single
from docgen.drawing.raster import page_png
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.ports import Piece, PrintJob
    from api.usecases.deps import Deps

LOWEST_DPI: Final = 36
HIGHEST_DPI: Final = 300


def letter_pdf(deps: Deps, organisation_id: str, piece_id: str) -> bytes:
    """The letter of a piece as a PDF of its own; the same bytes each time.

    Raises Refusal: ``piece-not-found``, ``letter-deleted`` when its values are past their retention.
    """
    piece, job, values = _kept(deps, organisation_id, piece_id)
    if job.kind is JobKind.READY_MADE:
        return ready_letter_pdf(deps, job, piece_id, values)
    composer = composer_of(deps, job)
    with ONE_AT_A_TIME:
        drawn = compose_piece(deps, composer, piece, values)
        return single.letter_pdf(drawn, composer.resources, piece_id, job.created_at)


def letter_png(deps: Deps, organisation_id: str, piece_id: str, page: int = 1, dpi: int = 100) -> bytes:
    """A page of the letter as a PNG; pages count from 1, 36 to 300 dpi.

    Raises Refusal: as `letter_pdf`, ``page-not-found``, ``dpi-invalid``.
    """
    if not LOWEST_DPI <= dpi <= HIGHEST_DPI:
        raise Refusal("dpi-invalid", f"Ask for {LOWEST_DPI} to {HIGHEST_DPI} dots per inch, not {dpi}.")
    _, job, values = _kept(deps, organisation_id, piece_id)
    if job.kind is JobKind.READY_MADE:
        return ready_letter_png(deps, job, piece_id, values, (page, dpi))
    pdf = letter_pdf(deps, organisation_id, piece_id)
    with ONE_AT_A_TIME:
        return page_png(pdf, page, dpi)


def _kept(deps: Deps, organisation_id: str, piece_id: str) -> tuple[Piece, PrintJob, bytes]:
    with deps.database.read() as uow:
        piece = uow.pieces.get(organisation_id, piece_id)
        job = uow.jobs.get(organisation_id, piece.job_id)
        values = uow.pieces.values(organisation_id, [piece_id]).get(piece_id)
    if values is None:
        raise Refusal("letter-deleted", f"What {piece_id} says is past its retention and was deleted.")
    return piece, job, values
