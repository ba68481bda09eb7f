"""Forgets who a request was about, once it has ended: rows and annexes lose what is personal, and the chain says so."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from agreements.lifecycle.deciding import RequestState
from api.ports import ChainOf
from api.usecases.evidence.keeping import forget_subject
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.usecases.deps import Deps


class WhyForget(StrEnum):
    """Why, in words that tell nothing of anybody: kept long enough, the person asked, or it was a mistake."""

    RETENTION = "retention"
    ASKED = "asked"
    MISTAKE = "mistake"


def forget_request(deps: Deps, organisation_id: str, request_id: str, by: str, why: WhyForget) -> Sequence[str]:
    """Delete name, addresses, messages and what was written back, for good; the ids of the annexes that went.

    What was asked and decided stays, and the chain holds, but shows no longer of whom. Doing it again changes nothing.
    Raises Refusal: ``agreement-not-found``, ``agreement-open``.
    """
    with deps.database.write() as uow:
        chain = ChainOf(organisation_id, uow.agreements.get(organisation_id, request_id).mode)
        # the chain before the row, as everywhere
        uow.evidence.hold(chain)
        request = uow.agreements.hold(organisation_id, request_id)
        if request.state is RequestState.OPEN:
            raise Refusal("agreement-open", "Messages about this request may still go out. Cancel it first.")
        gone = list(forget_subject(deps, uow, chain, request_id, by, why))
        for unclear_id in uow.unclear.forget(organisation_id, request_id):
            gone += forget_subject(deps, uow, chain, unclear_id, by, why)
        if request.name or request.email or request.phone:
            empty = replace(request, name="", email="", phone="", updated_at=deps.clock.now())
            uow.agreements.change(replace(empty, revision=request.revision + 1))
        return gone
