"""One letter by itself: for the archive, an e-mail or a look, with pages identical to those in the print file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.usecases.deps import Deps


def letter_pdf(deps: Deps, organisation_id: str, piece_id: str) -> bytes:
    """The letter of a piece as a PDF of its own; the same bytes each time.

    Raises Refusal: ``piece-not-found``, ``letter-deleted`` when its values are past their retention.
    """
    raise NotImplementedError


def letter_png(deps: Deps, organisation_id: str, piece_id: str, page: int = 1, dpi: int = 100) -> bytes:
    """A page of the letter as a PNG; pages count from 1, 36 to 300 dpi.

    Raises Refusal: as `letter_pdf`, ``page-not-found``, ``dpi-invalid``.
    """
    raise NotImplementedError
