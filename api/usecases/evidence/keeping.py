"""Puts down what happened, and hides what is personal in it; in the transaction that makes it happen."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from agreements.evidence.annex import annex_digest
from agreements.evidence.kinds import EventKind, check_body
from api.ports import Annex, EvidenceDraft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agreements.evidence.canonical import Json
    from api.ports import ChainOf, EvidenceEvent, UnitOfWork
    from api.usecases.deps import Deps


class Fact(NamedTuple):
    """What happened to what; the body is that of its kind (`agreements.evidence.kinds`)."""

    kind: EventKind
    subject_id: str
    body: Mapping[str, Json]


def keep(
    deps: Deps, uow: UnitOfWork, chain: ChainOf, kind: EventKind, subject_id: str, body: Mapping[str, Json]
) -> EvidenceEvent:
    """Put one event down, now. Whoever else appends to the chain waits for the commit, so do it late.

    A body that lacks something, or has something personal in clear, is a bug: `ValueError`.
    """
    return keep_all(deps, uow, chain, [Fact(kind, subject_id, body)])[0]


def keep_all(deps: Deps, uow: UnitOfWork, chain: ChainOf, facts: Sequence[Fact]) -> Sequence[EvidenceEvent]:
    """Put several down at once, in their order: each then costs a tenth of what it does one by one."""
    now = deps.clock.now()
    for fact in facts:
        check_body(fact.kind, fact.body)
    return uow.evidence.append(chain, [EvidenceDraft(now, *fact) for fact in facts])


def hide(deps: Deps, uow: UnitOfWork, chain: ChainOf, subject_id: str, value: Json) -> dict[str, Json]:
    """Keep what is personal in an annex, and say what an event has instead: ``{"annex", "hmac"}``."""
    annex = make_annex(deps, chain, subject_id, value)
    uow.evidence.add_annexes([annex])
    return reference_to(annex)


def make_annex(deps: Deps, chain: ChainOf, subject_id: str, value: Json) -> Annex:
    """An annex with a key of its own, to be added with others at once (``uow.evidence.add_annexes``)."""
    key = hashlib.sha256(deps.ids.secret().encode()).digest()
    return Annex(deps.ids.new("anx"), chain, subject_id, key, value, annex_digest(key, value), deps.clock.now())


def reference_to(annex: Annex) -> dict[str, Json]:
    """What an event has instead of the annex's value."""
    return {"annex": annex.id, "hmac": annex.hmac}


def forget(deps: Deps, uow: UnitOfWork, chain: ChainOf, annex_ids: Sequence[str], by: str, why: str) -> Sequence[str]:
    """Delete what is personal, with its keys, and put down that it was; the ids of what was there.

    ``by`` is the id of a key or user, ``why`` a reason without personal data. There is an event for each thing that
    annexes were about, so that the proof of a request tells of its own.
    """
    subjects = defaultdict[str, list[str]](list)
    for annex in uow.evidence.annexes(chain, annex_ids):
        subjects[annex.subject_id].append(annex.id)
    gone = uow.evidence.delete_annexes(chain, [name for names in subjects.values() for name in names])
    told = [
        Fact(EventKind.ANNEX_DELETED, subject, {"annexes": list(names), "by": by, "why": why})
        for subject, names in sorted(subjects.items())
    ]
    keep_all(deps, uow, chain, told)
    return gone


def forget_subject(deps: Deps, uow: UnitOfWork, chain: ChainOf, subject_id: str, by: str, why: str) -> Sequence[str]:
    """The same for all annexes of one request, message or question."""
    annexes = uow.evidence.annexes_of(chain, subject_id)
    return forget(deps, uow, chain, [annex.id for annex in annexes], by, why)
