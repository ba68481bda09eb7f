"""What happens to messages, as a request sees it: how far it came, and by which channel it is tried next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from agreements.lifecycle.deciding import RequestState
from agreements.messages import MessageKind
from api.ports import ChannelKind, Reach
from api.usecases.agreeing.deciding import is_over
from api.usecases.agreeing.telling import tell
from api.usecases.agreeing.writing import Occasion, channels_of, note_unreachable, write_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import AgreementRequest, Message, UnitOfWork
    from api.usecases.deps import Deps

_REACHED: Final[Mapping[str, Reach]] = {"message-sent": Reach.SENT, "message-delivered": Reach.DELIVERED}
_LOST: Final = frozenset({"message-bounced", "message-failed"})
_ORDER: Final = (Reach.NONE, Reach.UNREACHABLE, Reach.SENT, Reach.DELIVERED, Reach.OPENED)
_ASKS: Final = frozenset({str(MessageKind.REQUEST), str(MessageKind.REMINDER)})


def message_happened(deps: Deps, uow: UnitOfWork, message: Message, kind: str) -> None:
    """Note with its request what happened to a message, which is as it is now."""
    if not message.subject_id.startswith("agr_"):
        return
    if message.kind not in _ASKS:
        return
    request = uow.agreements.hold(message.organisation_id, message.subject_id)
    if kind in _REACHED:
        _reached(deps, uow, request, _REACHED[kind], message)
    elif kind in _LOST:
        _lost(deps, uow, request, message)


def _reached(deps: Deps, uow: UnitOfWork, request: AgreementRequest, reach: Reach, message: Message) -> None:
    if _ORDER.index(reach) <= _ORDER.index(request.reach):
        return
    now = deps.clock.now()
    uow.agreements.change(replace(request, reach=reach, updated_at=now, revision=request.revision + 1))
    tell(deps, uow, request, f"agreement-{reach}", channel=str(message.channel), message=message.id)


def _lost(deps: Deps, uow: UnitOfWork, request: AgreementRequest, message: Message) -> None:
    """Try the next channel; nobody is reached when there is none left."""
    asked = uow.questions.get(request.organisation_id, request.question_id)
    if request.state is not RequestState.OPEN or is_over(request, deps.clock.now()):
        return
    left = [one for one in channels_of(asked, request) if one not in _tried(uow, request)]
    if left:
        kind = MessageKind(message.kind)
        write_by(deps, uow, asked, request, left[0], Occasion(kind, deps.clock.now()))
        return
    note_unreachable(deps, uow, request, channel=str(message.channel), message=message.id)


def _tried(uow: UnitOfWork, request: AgreementRequest) -> set[ChannelKind]:
    messages = uow.messages.of_subject(request.organisation_id, request.id)
    return {one.channel for one in messages if one.kind in _ASKS}
