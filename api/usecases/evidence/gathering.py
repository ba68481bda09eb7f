"""The evidence of one request out of the chain of its organisation: what strangers check, and proofs are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agreements.evidence.annex import AnnexValue, annexes_of
from agreements.evidence.bundle import RequestProof, Stamped
from agreements.evidence.checkpoint import path_to
from agreements.evidence.kinds import EventKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.evidence.chain import Event
    from agreements.evidence.checkpoint import MerklePath
    from api.ports import AgreementRequest, ChainOf, KeptCheckpoint, UnitOfWork
    from api.usecases.deps import Deps

_NAMING = ("names", "settles", "stopped")


def gather(deps: Deps, uow: UnitOfWork, chain: ChainOf, request: AgreementRequest) -> RequestProof:
    """Its events with those that they name, checkpoints with the way up to them, and annexes that are still there."""
    events = _events(uow, chain, request)
    wanted = {name for event in events for name in annexes_of(dict(event.body or {}))}
    kept = uow.evidence.annexes(chain, wanted)
    gone = wanted - {annex.id for annex in kept}
    deletions = _deletions(uow, chain, gone) if gone else []
    told = tuple(sorted({event.seq: event for event in (*events, *deletions)}.values(), key=lambda event: event.seq))
    checkpoints = uow.evidence.covering(chain, [event.seq for event in told])
    return RequestProof(
        chain=chain.name,
        request=request.id,
        head=uow.evidence.head(chain),
        events=told,
        checkpoints=tuple(Stamped(one.checkpoint, _stamp(deps, chain, one)) for one in checkpoints),
        paths=tuple(path for one in checkpoints for path in _paths(uow, chain, one, told)),
        annexes=tuple(AnnexValue(annex.id, annex.key, annex.value) for annex in kept),
    )


def _events(uow: UnitOfWork, chain: ChainOf, request: AgreementRequest) -> list[Event]:
    frozen = uow.evidence.of_subject(chain, request.question_id)
    own = uow.evidence.of_subject(chain, request.id)
    found = {event.seq: event for event in (*own, *[one for one in frozen if one.kind == EventKind.QUESTION_FROZEN])}
    named = {number for event in own for number in _named(event)} - set(found)
    found |= {event.seq: event for event in uow.evidence.some(chain, named)} if named else {}
    return sorted(found.values(), key=lambda event: event.seq)


def _named(event: Event) -> list[int]:
    """Numbers of events that this one goes on from."""
    body = event.body or {}
    values = [body.get(name) for name in _NAMING]
    return [value for value in values if isinstance(value, int) and value]


def _deletions(uow: UnitOfWork, chain: ChainOf, gone: set[str]) -> list[Event]:
    """The events in which annexes that are gone were deleted."""
    found = []
    for event in uow.evidence.of_subject(chain, chain.organisation_id):
        names = (event.body or {}).get("annexes")
        if event.kind == EventKind.ANNEX_DELETED and isinstance(names, list | tuple) and gone & set(map(str, names)):
            found.append(event)
    return found


def _paths(uow: UnitOfWork, chain: ChainOf, kept: KeptCheckpoint, events: Sequence[Event]) -> list[MerklePath]:
    point = kept.checkpoint
    under = [event.seq for event in events if point.first <= event.seq <= point.last]
    digests = uow.evidence.digests(chain, point.first, point.last)
    return [path_to(point, digests, seq) for seq in under]


def _stamp(deps: Deps, chain: ChainOf, kept: KeptCheckpoint) -> bytes:
    if kept.stamp is None:
        return b""
    with deps.blobs.open(chain.organisation_id, kept.stamp) as stream:
        return stream.read()
