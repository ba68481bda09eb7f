"""A document that says of itself what became of its seal, and has that seal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import structlog

from agreements.proof.making import SealNote, SealState
from api.ports import Fault, StampMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.ports import Sealer

log = structlog.get_logger(__name__)


class Sealed(NamedTuple):
    """A document, and what became of its seal."""

    pdf: bytes
    note: SealNote


def draw_sealed(sealer: Sealer, draw: Callable[[SealNote], bytes], reason: str) -> Sealed:
    """Draw a document and seal it; drawn again with what went wrong where something did.

    Without a time stamp it is sealed all the same, and says so; without a seal it says that. Each request tries anew.
    """
    try:
        return _sealed(sealer, draw, reason, SealNote(SealState.SEALED))
    except StampMissing as missing:
        log.warning("proof-without-timestamp", code=missing.code, detail=missing.detail)
        note = SealNote(SealState.WITHOUT_TIMESTAMP, missing.code)
    except Fault as fault:
        return _unsealed(draw, fault)
    try:
        return _sealed(sealer, draw, reason, note)
    except Fault as fault:
        return _unsealed(draw, fault)


def _sealed(sealer: Sealer, draw: Callable[[SealNote], bytes], reason: str, note: SealNote) -> Sealed:
    stamped = note.state is SealState.SEALED
    return Sealed(sealer.seal(draw(note), reason, stamped=stamped), note)


def _unsealed(draw: Callable[[SealNote], bytes], fault: Fault) -> Sealed:
    log.warning("proof-not-sealed", code=fault.code, detail=fault.detail)
    note = SealNote(SealState.NOT_SEALED, fault.code)
    return Sealed(draw(note), note)
