"""Find a piece: by what a scanner types, by the submitter's own key, or by the name on the envelope."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import MAX_PAGE_ITEMS, BatchState
from api.usecases.manifests import rows_of
from docgen.postal.marks.control import read_control_code
from docgen.records.letter_json import read_letter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.ports import Piece, UnitOfWork
    from api.usecases.deps import Deps

MOST_FOUND: Final = 50
_LEAST_NAME_CHARACTERS: Final = 3
_BATCHES_WITH_NAMES: Final = 40
_VALUES_AT_ONCE: Final = 2_000
_PIECE_ID: Final = re.compile(r"pce_[0-9a-z]+", re.IGNORECASE | re.ASCII)
_NOT_GONE: Final = frozenset(BatchState) - {BatchState.HANDED_OVER, BatchState.CANCELLED}


class Found(NamedTuple):
    """A piece, and the name on its envelope when that is known."""

    piece: Piece
    name: str


def search(deps: Deps, organisation_id: str, text: str, states: frozenset[BatchState] = _NOT_GONE) -> Sequence[Found]:
    """Pieces by piece id, control code or whole mark, record id, else by part of a name among batches in ``states``."""
    text = text.strip()
    if _PIECE_ID.fullmatch(text):
        # some scanners type capitals only
        text = text.lower()
    with deps.database.read() as uow:
        pieces = _by_code(deps, uow, organisation_id, text) or uow.pieces.find(organisation_id, text, MOST_FOUND)
        if pieces:
            return _with_names(uow, organisation_id, pieces)
        if len(text) < _LEAST_NAME_CHARACTERS:
            return []
        found: list[Found] = []
        for each in _by_name(uow, organisation_id, plain(text), states):
            found.append(each)
            if len(found) == MOST_FOUND:
                break
        return found


def _by_code(deps: Deps, uow: UnitOfWork, organisation_id: str, text: str) -> Sequence[Piece]:
    code = read_control_code(text)
    batch = uow.batches.by_code(organisation_id, code.batch_code) if code else None
    if code is None or batch is None:
        return ()
    pieces = uow.pieces.at_envelope(organisation_id, batch.id, code.sequence)
    if pieces or not batch.files or not 1 <= code.sequence <= batch.envelopes:
        return pieces
    # an open reprint has it now, and only the manifest knows what the torn paper says
    moved = [row["piece_id"] for row in rows_of(deps, batch) if row["control_code"] == str(code)]
    return [uow.pieces.get(organisation_id, piece_id) for piece_id in moved]


def _by_name(uow: UnitOfWork, organisation_id: str, wanted: str, states: frozenset[BatchState]) -> Iterator[Found]:
    for batch in uow.batches.in_states(organisation_id, states, _BATCHES_WITH_NAMES):
        for first in range(0, batch.pieces, _VALUES_AT_ONCE):
            pieces = uow.pieces.of_batch(organisation_id, batch.id, first, _VALUES_AT_ONCE)
            for found in _with_names(uow, organisation_id, pieces):
                if wanted in plain(found.name):
                    yield found


def _with_names(uow: UnitOfWork, organisation_id: str, pieces: Sequence[Piece]) -> list[Found]:
    some = pieces[:MAX_PAGE_ITEMS] if len(pieces) <= MOST_FOUND else pieces
    values = uow.pieces.values(organisation_id, [piece.id for piece in some])
    return [Found(piece, name_in(values[piece.id]) if piece.id in values else "") for piece in some]


def plain(text: str) -> str:
    """Without case and accents, however they are written."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join([character for character in parted if not unicodedata.combining(character)])


def name_in(values: bytes) -> str:
    """The name on the envelope in the values of a letter."""
    return " ".join(read_letter(values).address.name_lines)
