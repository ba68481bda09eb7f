"""The outbox: a message is a row in the transaction of what asks for it, and a courier sends it afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from api.ports import ChainOf, ChannelKind, Message, MessageLane, Mode, WorkState, derived_id
from api.usecases.kinds import SOON, WorkKind
from api.usecases.messaging.addresses import to_digest, usable_address
from api.usecases.messaging.happened import happened, was_queued
from api.usecases.messaging.private import annex_of
from api.usecases.messaging.tokens import mask, token_of
from api.usecases.messaging.wire import message_id_of
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.ports import BlobRef, ChannelSetup, MessagePurpose, UnitOfWork
    from api.usecases.deps import Deps

TEST_LANE: Final = "test"
"""The lane of all test messages, which ends on this machine; no channel may have its name."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A rendered message. ``subject_id`` is the request that it is about, whose token its link has.

    ``lane`` names the channel, the first of its kind when empty. ``logo`` is shown by ``cid:logo`` in ``html``.
    ``host`` is where personal pages are, for the link that stops more of what people may refuse. Drafts with the same
    ``once`` become one message.
    """

    organisation_id: str
    mode: Mode
    channel: ChannelKind
    kind: str
    purpose: MessagePurpose
    subject_id: str
    to: str
    text: str
    subject: str = ""
    html: str = ""
    language: str = "nl"
    lane: str = ""
    not_before: datetime | None = None
    logo: BlobRef | None = None
    host: str = ""
    parts_allowed: int = 0
    once: str = ""


def queue_message(deps: Deps, uow: UnitOfWork, draft: Draft) -> Message:
    """Write a message to the outbox and ask for it to be sent; the message that is there already with this ``once``.

    Raises Refusal: ``address-unusable``, ``channel-missing``.
    """
    message_id = derived_id("msg", draft.organisation_id, draft.once) if draft.once else deps.ids.new("msg")
    known = uow.messages.find(draft.organisation_id, message_id) if draft.once else None
    if known is not None:
        return known
    address = usable_address(draft.channel, draft.to)
    chain, subject_id = ChainOf(draft.organisation_id, draft.mode), draft.subject_id or message_id
    to = annex_of(deps, chain, subject_id, {"to": address})
    rendered = annex_of(deps, chain, subject_id, _rendered(deps, draft))
    digest = to_digest(deps.secret, draft.channel, address)
    message = replace(_message(deps, draft, message_id), to_digest=digest, to_annex=to.id, rendered_annex=rendered.id)
    if not uow.messages.add(message):
        # somebody else wrote it while this waited for the database
        return uow.messages.get(draft.organisation_id, message_id)
    _ask(deps, uow, message)
    was_queued(deps, uow, message, to, rendered)
    return message


def drop_messages(
    deps: Deps, uow: UnitOfWork, organisation_id: str, subject_id: str, why: str, kinds: Sequence[str] = ()
) -> Sequence[str]:
    """Send nothing more of what waits about a thing, of some kinds or of all; returns the ids of the messages."""
    dropped = uow.messages.drop(organisation_id, subject_id, kinds, why, deps.clock.now())
    for message_id in dropped:
        happened(deps, uow, uow.messages.get(organisation_id, message_id), "message-dropped")
    return dropped


def setup_for(deps: Deps, organisation_id: str, channel: ChannelKind, lane: str = "") -> ChannelSetup:
    """The channel that would carry a message: the one named, or the first of its kind.

    Raises Refusal: ``channel-missing``.
    """
    for setup in deps.channels.setups(organisation_id):
        if setup.kind is channel and lane in ("", setup.name):
            return setup
    named = f" with the name {lane[:60]!r}" if lane else ""
    advice = "Whoever runs the service sets one up in POSTHOORN_CHANNELS."
    raise Refusal("channel-missing", f"There is no {channel} channel{named}. {advice}")


def lane_id_of(organisation_id: str, name: str) -> str:
    """The id of a lane."""
    return derived_id("lan", organisation_id, name)


def ask_for(uow: UnitOfWork, organisation_id: str, lane_id: str) -> None:
    """Ask for work for one lane; nothing changes when it was asked already."""
    asked = (organisation_id, WorkKind.SEND_MESSAGES, lane_id)
    if not uow.outbox.enqueue(*asked, SOON):
        uow.outbox.again(*asked)


def _message(deps: Deps, draft: Draft, message_id: str) -> Message:
    """The row, but for what is personal."""
    now, organisation_id = deps.clock.now(), draft.organisation_id
    # a test needs no channel, and never has one
    setup = None if draft.mode is Mode.TEST else setup_for(deps, organisation_id, draft.channel, draft.lane)
    mail_id = message_id_of(setup, message_id) if setup and draft.channel is ChannelKind.EMAIL else ""
    return Message(
        id=message_id,
        organisation_id=organisation_id,
        mode=draft.mode,
        channel=draft.channel,
        lane=TEST_LANE if setup is None else setup.name,
        kind=draft.kind,
        purpose=draft.purpose,
        subject_id=draft.subject_id,
        language=draft.language,
        created_at=now,
        not_before=draft.not_before or now,
        to_digest="",
        to_annex="",
        rendered_annex="",
        state_at=now,
        message_id=mail_id,
        logo=draft.logo,
        parts_allowed=draft.parts_allowed,
    )


def _rendered(deps: Deps, draft: Draft) -> dict[str, str]:
    """What was written, with the token out of it."""
    token = token_of(deps.secret, draft.subject_id)
    texts = {"subject": draft.subject, "text": draft.text, "html": draft.html}
    return {name: mask(text, token) for name, text in texts.items()} | {"host": draft.host}


def _ask(deps: Deps, uow: UnitOfWork, message: Message) -> None:
    organisation_id, lane_id = message.organisation_id, lane_id_of(message.organisation_id, message.lane)
    item = uow.work.find(organisation_id, WorkKind.SEND_MESSAGES, lane_id)
    if item is None:
        uow.messages.add_lane(MessageLane(lane_id, organisation_id, message.lane, message.channel))
    # what is for later is found by the sweeper when it is due, and what a courier just misses as well
    asked = item is not None and item.state in (WorkState.QUEUED, WorkState.RUNNING)
    if message.not_before <= deps.clock.now() and not asked:
        ask_for(uow, organisation_id, lane_id)
