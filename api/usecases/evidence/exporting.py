"""What is handed over: a whole chain, the proof of one request, and its shape for systems that know receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agreements.evidence.annex import AnnexValue, annexes_of
from agreements.evidence.bundle import RequestProof, Stamped, chain_lines
from agreements.evidence.checkpoint import path_to
from agreements.evidence.kantara import receipt
from api.ports import ChainOf, EvidenceKind, Mode
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agreements.evidence.canonical import Json
    from agreements.evidence.chain import Head
    from agreements.evidence.checkpoint import MerklePath
    from api.ports import EvidenceEvent, KeptCheckpoint, UnitOfWork
    from api.usecases.deps import Deps

_AT_ONCE: Final = 1000
_MOST_LINKS: Final = 50_000
_NAMES: Final = ("names", "stopped")  # fields that have the number of another event


def chain_file(deps: Deps, chain: ChainOf) -> Iterator[bytes]:
    """The chain as it is now, as JSON lines, with its checkpoints and stamps; nothing personal is in it."""
    with deps.database.read() as uow:
        head = uow.evidence.head(chain)
    return chain_lines(chain.name, head, _events(deps, chain, head), _stamped(deps, chain, head))


def request_proof(
    deps: Deps, organisation_id: str, request_id: str, *, annexes: bool = False, links: bool = False
) -> RequestProof:
    """The proof of one request; with ``annexes`` also what is personal and still there.

    With ``links`` all other events come along without their bodies, which shows that none of the request's is missing.
    Raises Refusal: ``evidence-not-found``, and ``evidence-too-long`` for links of a chain that is.
    """
    with deps.database.read() as uow:
        chain, own = _find(uow, organisation_id, request_id)
        head = uow.evidence.head(chain)
        if links and head.seq > _MOST_LINKS:
            raise Refusal(
                "evidence-too-long", f"The chain has more than {_MOST_LINKS:,} events: take it whole instead."
            )
        events = _with_named(uow, chain, own)
        numbers = range(1, head.seq + 1) if links else [event.seq for event in events]
        kept = uow.evidence.checkpoints(chain, 0, head.seq) if links else uow.evidence.covering(chain, numbers)
        paths = tuple(_paths(uow, chain, kept, events))
        others = tuple(event.without_body() for event in uow.evidence.page(chain, 0, head.seq)) if links else ()
        shown = _annexes(uow, chain, events) if annexes else ()
    stamped = tuple(_with_stamp(deps, one) for one in kept)
    return RequestProof(chain.name, request_id, head, tuple(events), stamped, paths, others, shown)


def kantara_receipt(deps: Deps, organisation_id: str, request_id: str) -> dict[str, Json]:
    """The agreement as a consent receipt. Raises Refusal: ``evidence-not-found``, ``receipt-without-agreement``."""
    with deps.database.read() as uow:
        chain, own = _find(uow, organisation_id, request_id)
        events = _with_named(uow, chain, own)
        requested = next((event for event in own if event.kind == EvidenceKind.REQUESTED), None)
        decision = _agreement(own)
        asked = str((requested.body or {}).get("question")) if requested else ""
        frozen = next(
            (each for each in events if each.kind == EvidenceKind.QUESTION_FROZEN and each.subject == asked), None
        )
        if requested is None or decision is None or frozen is None:
            raise Refusal("receipt-without-agreement", "Nothing was agreed, or it was taken back: there is no receipt.")
        return receipt(frozen, requested, decision, _principal(uow, chain, requested))


def _agreement(own: Sequence[EvidenceEvent]) -> EvidenceEvent | None:
    """The yes that stands."""
    found = None
    for event in own:
        body = event.body or {}
        decided = event.kind == EvidenceKind.ANSWERED and body.get("decided")
        settled = event.kind == EvidenceKind.SETTLED_BY_PERSON and body.get("answer") in ("yes", "no")
        if event.kind == EvidenceKind.WITHDRAWN:
            found = None
        elif decided or settled:
            found = event if body.get("answer") == "yes" else None
    return found


def _principal(uow: UnitOfWork, chain: ChainOf, requested: EvidenceEvent) -> str:
    """How the corporation calls the person; when that was deleted, the id of what it was in."""
    name = next(annexes_of((requested.body or {}).get("recipient")), "")
    found = uow.evidence.annexes(chain, [name])
    return str(found[0].value) if found else name


def _find(uow: UnitOfWork, organisation_id: str, request_id: str) -> tuple[ChainOf, Sequence[EvidenceEvent]]:
    for mode in Mode:
        chain = ChainOf(organisation_id, mode)
        events = uow.evidence.of_subject(chain, request_id)
        if events:
            return chain, events
    raise Refusal("evidence-not-found", f"There is no evidence about {request_id}; check the id.")


def _with_named(uow: UnitOfWork, chain: ChainOf, own: Sequence[EvidenceEvent]) -> list[EvidenceEvent]:
    """Events of a request, those that they name by number, what was deleted of these, and its question."""
    bodies = [event.body or {} for event in own]
    numbers = {value for body in bodies for name in _NAMES if isinstance(value := body.get(name), int)}
    named = list(uow.evidence.some(chain, numbers))
    found = [*own, *named]
    for subject in {event.subject for event in named} - {event.subject for event in own}:
        also = uow.evidence.of_subject(chain, subject)
        found += [event for event in also if event.kind == EvidenceKind.ANNEX_DELETED]
    for question in {str(body["question"]) for body in bodies if "question" in body}:
        asked = uow.evidence.of_subject(chain, question)
        found += [event for event in asked if event.kind == EvidenceKind.QUESTION_FROZEN]
    return [event for _, event in sorted({event.seq: event for event in found}.items())]


def _paths(
    uow: UnitOfWork, chain: ChainOf, kept: Sequence[KeptCheckpoint], events: Sequence[EvidenceEvent]
) -> Iterator[MerklePath]:
    for one in kept:
        point = one.checkpoint
        under = [event.seq for event in events if point.first <= event.seq <= point.last]
        digests = uow.evidence.digests(chain, point.first, point.last) if under else ()
        yield from (path_to(point, digests, seq) for seq in under)


def _annexes(uow: UnitOfWork, chain: ChainOf, events: Sequence[EvidenceEvent]) -> tuple[AnnexValue, ...]:
    names = {name for event in events for name in annexes_of(dict(event.body or {}))}
    return tuple(AnnexValue(one.id, one.key, one.value) for one in uow.evidence.annexes(chain, names))


def _events(deps: Deps, chain: ChainOf, head: Head) -> Iterator[EvidenceEvent]:
    """In parts, so that neither memory nor a transaction grows; rows never change, so parts fit together."""
    for after in range(0, head.seq, _AT_ONCE):
        with deps.database.read() as uow:
            part = uow.evidence.page(chain, after, min(_AT_ONCE, head.seq - after))
        yield from part


def _stamped(deps: Deps, chain: ChainOf, head: Head) -> Iterator[Stamped]:
    after = 0
    while True:
        with deps.database.read() as uow:
            part = uow.evidence.checkpoints(chain, after, _AT_ONCE)
        yield from (_with_stamp(deps, kept) for kept in part if kept.checkpoint.last <= head.seq)
        if len(part) < _AT_ONCE:
            return
        after = part[-1].checkpoint.number


def _with_stamp(deps: Deps, kept: KeptCheckpoint) -> Stamped:
    if kept.stamp is None:
        return Stamped(kept.checkpoint)
    with deps.blobs.open(kept.chain.organisation_id, kept.stamp) as file:
        return Stamped(kept.checkpoint, file.read())
