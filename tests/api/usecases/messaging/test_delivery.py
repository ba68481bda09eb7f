"""Reports come late, twice and in any order; a message moves forward only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ports import (
    ChannelKind,
    DeliveryEvent,
    DeliveryKind,
    Message,
    MessagePurpose,
    MessageState,
    Mode,
    SendResult,
    SendState,
    SuppressionReason,
)
from api.usecases.messaging.delivery import _after, note_delivery
from tests.api.builders import NOW
from tests.api.usecases.messaging.post import ORG

if TYPE_CHECKING:
    from tests.api.usecases.messaging.post import Post

NUMBER: Final = "+31612345678"
DELIVERED = DeliveryEvent(DeliveryKind.DELIVERED, "p-1")
ACCEPTED = DeliveryEvent(DeliveryKind.ACCEPTED, "p-1")
GONE = DeliveryEvent(DeliveryKind.FAILED, "p-1", code="1", detail=f"no subscriber {NUMBER}", permanent=True)
ABSENT = DeliveryEvent(DeliveryKind.FAILED, "p-1", code="27")
_WHAT = ("request", MessagePurpose.ASK, "agr_1", "nl", NOW, NOW, "d", "anx_1", "anx_2")
MESSAGE = Message("msg_1", ORG, Mode.LIVE, ChannelKind.SMS, "sms", *_WHAT)


def _sent(post: Post, **changes: object) -> Message:
    """A text message in the outbox, in this state."""
    message = post.queue(channel=ChannelKind.SMS, to=NUMBER, subject="", html="")
    now = replace(message, **{"state": MessageState.SENT, "attempts": 1, **changes})  # type: ignore[arg-type] # fields
    with post.deps.database.write() as uow:
        assert uow.messages.settle(message, now)
    return now


def _told(post: Post, message: Message, *events: DeliveryEvent) -> Message:
    for event in events:
        with post.deps.database.write() as uow:
            note_delivery(post.deps, uow, uow.messages.get(ORG, message.id), event)
    return post.of(message)


@pytest.mark.parametrize("events", [(DELIVERED,), (ACCEPTED, DELIVERED), (DELIVERED, ACCEPTED, DELIVERED)])
def test_what_arrived_is_delivered_once(post: Post, events: tuple[DeliveryEvent, ...]) -> None:
    message = _told(post, _sent(post), *events)

    assert (message.state, message.provider_id) == (MessageState.DELIVERED, "p-1")
    assert post.names() == ["message-queued", "message-delivered"]


def test_what_came_back_is_known_and_its_number_gets_no_more_when_it_is_gone(post: Post) -> None:
    message = _told(post, _sent(post), GONE, GONE)

    assert (message.state, message.code, message.detail) == (MessageState.BOUNCED, "1", "no subscriber …")
    assert sorted(post.names()) == ["message-bounced", "message-queued", "suppression-added"]
    with post.deps.database.read() as uow:
        (row,) = uow.suppressions.of(ORG, message.mode, ChannelKind.SMS, message.to_digest)
    assert (row.reason, row.message_id) == (SuppressionReason.HARD_BOUNCE, message.id)


def test_a_phone_that_was_off_may_get_other_messages(post: Post) -> None:
    message = _told(post, _sent(post), ABSENT)

    assert message.state is MessageState.BOUNCED
    with post.deps.database.read() as uow:
        assert uow.suppressions.of(ORG, message.mode, ChannelKind.SMS, message.to_digest) == []


def test_a_report_during_the_send_is_not_undone_by_its_answer(post: Post) -> None:
    """The phone may have the message before we have the answer of the gateway."""
    message = post.queue(channel=ChannelKind.SMS, to=NUMBER, subject="", html="")
    fake = post.channels.fakes[ORG, "sms"]

    class Early:
        def send(self, outbound: object) -> SendResult:
            del outbound
            _told(post, message, DELIVERED)
            return SendResult(SendState.QUEUED, provider_id="p-2")

        def __getattr__(self, name: str) -> object:
            return getattr(fake, name)

    post.channels.fakes[ORG, "sms"] = Early()  # type: ignore[assignment] # a channel by its methods
    post.run()

    assert (post.of(message).state, post.of(message).provider_id) == (MessageState.DELIVERED, "p-1")


def test_who_was_heard_of_after_no_answer_is_not_written_to_again(post: Post) -> None:
    waiting = _sent(post, state=MessageState.WAITING)

    assert _told(post, waiting, ACCEPTED).state is MessageState.SENT


_EVENTS = st.sampled_from([DELIVERED, ACCEPTED, GONE, ABSENT, DeliveryEvent(DeliveryKind.DEFERRED)])


@given(st.lists(_EVENTS, max_size=8))
def test_no_order_of_reports_takes_a_delivery_back(events: list[DeliveryEvent]) -> None:
    message = replace(MESSAGE, state=MessageState.SENT, attempts=1)
    for event in events:
        message = replace(message, state=_after(message, event) or message.state)

    delivered = any(event.kind is DeliveryKind.DELIVERED for event in events)
    failed = any(event.kind is DeliveryKind.FAILED for event in events)
    wanted = MessageState.DELIVERED if delivered else MessageState.BOUNCED if failed else MessageState.SENT
    assert message.state is wanted


def test_what_was_not_handed_over_yet_is_not_sent_by_a_report() -> None:
    for event in (ACCEPTED, GONE, ABSENT):
        assert _after(replace(MESSAGE, state=MessageState.WAITING, attempts=0), event) is None
