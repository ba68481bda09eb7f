"""What became of a request, told to all who listen: the journal with its webhooks, and the recipient's timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import ContactMoment, Event, MomentKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import AgreementRequest, UnitOfWork
    from api.usecases.deps import Deps

_MOMENTS: Final[Mapping[str, MomentKind]] = {
    "agreement-requested": MomentKind.ASKED_TO_AGREE,
    "agreement-fetched": MomentKind.PAGE_OPENED,
    "agreement-agreed": MomentKind.DECIDED,
    "agreement-declined": MomentKind.DECIDED,
    "agreement-withdrawn": MomentKind.DECIDED,
}


def tell(deps: Deps, uow: UnitOfWork, request: AgreementRequest, name: str, by: str = "", **data: str) -> None:
    """Write the event ``name``, and where people would look for it a contact moment; neither has personal data."""
    now = deps.clock.now()
    said = {"question": request.question_id, "recipient": request.recipient, **data}
    uow.events.append(Event(request.organisation_id, request.id, name, now, said | ({"by": by} if by else {})))
    kind = _MOMENTS.get(name)
    if kind is not None:
        whose = (request.organisation_id, request.mode, request.question_id, request.recipient)
        about = {"what": name.removeprefix("agreement-"), **data}
        uow.contact_moments.add(ContactMoment(*whose, kind, now, request.id, by=by, data=about))
