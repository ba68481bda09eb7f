"""Messages about a request: by which channel, in which words, and what waits and need not go any more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from agreements.lifecycle.reminding import last_day, local_day
from agreements.messages import Ask, Decided, MessageKind, render_mail, spelled_sms
from agreements.questions.model import AskRoad, Verb
from api.ports import AgreementRequest, ChannelKind, MessagePurpose, Reach
from api.usecases.agreeing.links import link_of
from api.usecases.agreeing.looks import brand_look
from api.usecases.agreeing.questions import text_of
from api.usecases.agreeing.telling import tell
from api.usecases.messaging.addresses import to_digest
from api.usecases.messaging.outbox import Draft, drop_messages, queue_message
from api.usecases.messaging.tokens import token_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agreements.questions.model import Question
    from api.ports import AskedQuestion, UnitOfWork
    from api.usecases.deps import Deps

_ASKS: Final = frozenset({MessageKind.REQUEST, MessageKind.REMINDER})
_KEYWORDS: Final = frozenset({*_ASKS, MessageKind.NEEDS_CODE})
_CHANNELS: Final[Mapping[AskRoad, ChannelKind]] = {
    AskRoad.EMAIL: ChannelKind.EMAIL,
    AskRoad.SMS_LINK: ChannelKind.SMS,
    AskRoad.SMS_KEYWORD: ChannelKind.SMS,
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why somebody is written to and when it may go. ``said`` is what they decided, ``channel`` where it must go."""

    kind: MessageKind
    not_before: datetime
    said: Decided = Decided.NOTHING
    channel: str = ""


def write_to(deps: Deps, uow: UnitOfWork, asked: AskedQuestion, request: AgreementRequest, why: Occasion) -> bool:
    """Put a message about a request in the outbox; False when there is no channel that reaches its recipient."""
    for channel in channels_of(asked, request):
        if why.channel in ("", channel) and not _is_stopped(deps, uow, asked, request, channel, why):
            write_by(deps, uow, asked, request, channel, why)
            return True
    return False


def note_unreachable(deps: Deps, uow: UnitOfWork, request: AgreementRequest, **data: str) -> None:
    """No message reaches the recipient, so somebody asks in another way; nobody is reminded."""
    now = deps.clock.now()
    lost = replace(request, reach=Reach.UNREACHABLE, remind_at=None, updated_at=now, revision=request.revision + 1)
    uow.agreements.change(lost)
    tell(deps, uow, request, "agreement-unreachable", **data)


def write_by(
    deps: Deps, uow: UnitOfWork, asked: AskedQuestion, request: AgreementRequest, channel: ChannelKind, why: Occasion
) -> None:
    """As `write_to` by this channel, whoever wished to hear nothing: the answer to what they just did."""
    queue_message(deps, uow, _draft(deps, uow, asked, request, channel, why))


def channels_of(asked: AskedQuestion, request: AgreementRequest) -> list[ChannelKind]:
    """Channels by which a recipient can be reached, in the order of the question's roads."""
    return channels_for(text_of(asked), request.email, request.phone)


def channels_for(question: Question, email: str, phone: str) -> list[ChannelKind]:
    """As `channels_of`, of somebody with these addresses."""
    there = {ChannelKind.EMAIL: email, ChannelKind.SMS: phone}
    wished = [_CHANNELS[road] for road in question.roads if road in _CHANNELS]
    return [channel for channel in dict.fromkeys(wished) if there[channel]]


def drop_waiting(deps: Deps, uow: UnitOfWork, request: AgreementRequest, why: str) -> None:
    """Send no request and no reminder of it any more."""
    drop_messages(deps, uow, request.organisation_id, request.id, why, [str(kind) for kind in _ASKS])


def _is_stopped(
    deps: Deps, uow: UnitOfWork, asked: AskedQuestion, request: AgreementRequest, channel: ChannelKind, why: Occasion
) -> bool:
    digest = to_digest(deps.secret, channel, _address(request, channel))
    purpose = _purpose(text_of(asked), why.kind)
    sender = asked.mail if channel is ChannelKind.EMAIL else asked.sms
    found = uow.suppressions.of(request.organisation_id, request.mode, channel, digest)
    return any(one.stops(purpose, sender) for one in found)


def _draft(
    deps: Deps, uow: UnitOfWork, asked: AskedQuestion, request: AgreementRequest, channel: ChannelKind, why: Occasion
) -> Draft:
    question, brand = text_of(asked), brand_look(deps, uow, asked, request.language)
    token, quiet = token_of(deps.secret, request.id), question.reminders.quiet
    ask = Ask(
        kind=why.kind,
        question=question,
        language=request.language,
        link=link_of(brand.host, token) if brand.host and _has_link(question, channel) else "",
        name=request.name,
        reference=request.recipient,
        valid_until=last_day(quiet, request.valid_until),
        code=_code(uow, question, request, channel, why),
        decided=why.said,
        decided_on=local_day(quiet, request.decided_at) if request.decided_at else None,
        replies=channel is ChannelKind.SMS and receives(deps, asked),
    )
    plain = Draft(
        organisation_id=request.organisation_id,
        mode=request.mode,
        channel=channel,
        kind=str(why.kind),
        purpose=_purpose(question, why.kind),
        subject_id=request.id,
        to=_address(request, channel),
        text="",
        language=request.language,
        not_before=why.not_before,
        host=brand.host,
    )
    if channel is ChannelKind.SMS:
        return replace(plain, text=spelled_sms(ask, brand.look), lane=asked.sms)
    mail = render_mail(ask, brand.look)
    texts = replace(plain, subject=mail.subject, text=mail.text, html=mail.html)
    return replace(texts, lane=asked.mail, logo=brand.logo if mail.inline else None)


def receives(deps: Deps, asked: AskedQuestion) -> bool:
    """Whether the sender of text messages can be answered; test messages have none."""
    names = [one.name for one in deps.channels.setups(asked.organisation_id)]
    return asked.sms in names and deps.channels.channel(asked.organisation_id, asked.sms).capabilities().inbound


def _has_link(question: Question, channel: ChannelKind) -> bool:
    return channel is ChannelKind.EMAIL or AskRoad.SMS_LINK in question.roads


def _code(uow: UnitOfWork, question: Question, request: AgreementRequest, channel: ChannelKind, why: Occasion) -> str:
    """The code to answer with: only who has more than one open request needs it."""
    if channel is not ChannelKind.SMS or why.kind not in _KEYWORDS or AskRoad.SMS_KEYWORD not in question.roads:
        return ""
    others = uow.agreements.codes_of_phone(request.organisation_id, request.phone)
    return request.code if set(others) - {request.code} else ""


def _purpose(question: Question, kind: MessageKind) -> MessagePurpose:
    if kind not in _ASKS:
        return MessagePurpose.REPLY
    return MessagePurpose.CONSENT if question.verb is Verb.CONSENT else MessagePurpose.ASK


def _address(request: AgreementRequest, channel: ChannelKind) -> str:
    return request.email if channel is ChannelKind.EMAIL else request.phone
