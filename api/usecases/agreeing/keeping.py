"""Evidence of what people did: what is personal in an annex each, and the chain taken before any row is held.

Everywhere the chain comes first, and rows of requests and messages after it: two who hold each other's never end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from agreements.evidence.kinds import EventKind
from api.ports import ChainOf
from api.usecases.evidence.keeping import Fact, hide, keep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agreements.evidence.canonical import Json
    from api.ports import AgreementRequest, Mode, UnitOfWork
    from api.usecases.deps import Deps


class _Owned(Protocol):
    """A row of an organisation, live or of a test."""

    @property
    def organisation_id(self) -> str:
        """Whose."""

    @property
    def mode(self) -> Mode:
        """Whether it counts."""


def chain_of(row: _Owned) -> ChainOf:
    """The chain that has its evidence."""
    return ChainOf(row.organisation_id, row.mode)


def keep_about(deps: Deps, uow: UnitOfWork, chain: ChainOf, fact: Fact, hidden: Mapping[str, str] | None = None) -> int:
    """Put an event down, with each of ``hidden`` in an annex of its own; where it stands in the chain."""
    told: dict[str, Json] = {
        name: hide(deps, uow, chain, fact.subject_id, value) for name, value in (hidden or {}).items() if value
    }
    return keep(deps, uow, chain, fact.kind, fact.subject_id, {**fact.body, **told}).seq


def last_step(uow: UnitOfWork, request: AgreementRequest) -> int:
    """Where the decision of a request stands, or that it was asked."""
    if request.decided_seq:
        return request.decided_seq
    events = uow.evidence.of_subject(chain_of(request), request.id)
    return next((one.seq for one in events if one.kind == EventKind.REQUESTED), 0)
