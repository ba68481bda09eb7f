"""What the print room looks at: checks with their pictures, results, reprints, and what names an envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.findings import Refusal
from docgen.postal.marks.control import control_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from api.ports import Check, Page, PageRequest, Piece, PieceResult, Reprint
    from api.usecases.deps import Deps


def list_checks(deps: Deps, organisation_id: str, batch_id: str) -> Sequence[Check]:
    """How reading back the files of a batch went, by number. Raises Refusal: ``batch-not-found``."""
    with deps.database.read() as uow:
        uow.batches.get(organisation_id, batch_id)
        return uow.checks.of_batch(organisation_id, batch_id)


def check_picture(deps: Deps, organisation_id: str, batch_id: str, check_id: str) -> bytes:
    """A PNG of the first page of a check on which something differs.

    Raises Refusal: ``batch-not-found``, ``check-not-found``, ``check-picture-not-found``.
    """
    with deps.database.read() as uow:
        uow.batches.get(organisation_id, batch_id)
        check = uow.checks.get(organisation_id, check_id)
    if check.batch_id != batch_id:
        raise Refusal("check-not-found", f"{batch_id} has no check {check_id}; take an id from its list of checks.")
    if check.picture is None:
        raise Refusal("check-picture-not-found", f"{check_id} found no page that differs, so there is no picture.")
    with deps.blobs.open(organisation_id, check.picture) as stream:
        return stream.read()


def list_results(deps: Deps, organisation_id: str, batch_id: str, page: PageRequest) -> Page[PieceResult]:
    """All that was said of the pieces of a batch, oldest first. Raises Refusal: ``batch-not-found``."""
    with deps.database.read() as uow:
        uow.batches.get(organisation_id, batch_id)
        return uow.results.list(organisation_id, batch_id, page)


def results_of_piece(deps: Deps, organisation_id: str, piece_id: str) -> Sequence[PieceResult]:
    """All that was said of a piece, in whatever batch, oldest first. Raises Refusal: ``piece-not-found``."""
    with deps.database.read() as uow:
        uow.pieces.get(organisation_id, piece_id)
        return uow.results.of_piece(organisation_id, piece_id)


def list_reprints(deps: Deps, organisation_id: str, batch_id: str) -> Sequence[Reprint]:
    """Reprints of a batch, by number. Raises Refusal: ``batch-not-found``."""
    with deps.database.read() as uow:
        uow.batches.get(organisation_id, batch_id)
        return uow.reprints.of_batch(organisation_id, batch_id)


def control_codes(deps: Deps, organisation_id: str, pieces: Iterable[Piece]) -> Mapping[str, str]:
    """What names the envelopes of pieces, by piece id; of pieces that are in none yet nothing."""
    placed = [(piece, piece.batch_id, piece.envelope) for piece in pieces]
    with deps.database.read() as uow:
        codes = {
            batch: uow.batches.get(organisation_id, batch).code
            for batch in {each for _, each, _ in placed if each is not None}
        }
    return {
        piece.id: control_code(codes[batch], envelope)
        for piece, batch, envelope in placed
        if batch is not None and envelope is not None and codes[batch]
    }
