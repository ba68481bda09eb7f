"""Gateways tell everything once, however often they tell it; whoever knows no secret tells nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from api.adapters.fakes import FakeChannels
from api.ports import (
    ChainOf,
    ChannelKind,
    DeliveryEvent,
    DeliveryKind,
    InboundMessage,
    MessageState,
    Mode,
    RawCallback,
    is_sms_sender,
    takes_replies,
)
from api.usecases.messaging.calls import MOST_TEXT, take_call
from docgen.findings import Refusal
from tests.api.usecases.messaging.post import MAIL, ORG, OTHER, SMS

if TYPE_CHECKING:
    from api.usecases.deps import Deps
    from tests.api.usecases.messaging.post import Post

NUMBER: Final = "+31612345678"
RAW = RawCallback("POST", "/v1/channels/sms/callback/secret")
YES = InboundMessage(ChannelKind.SMS, "in-1", NUMBER, SMS.sender, "JA")


def _tell(post: Post, *news: DeliveryEvent | InboundMessage) -> bool:
    post.channels.fakes[ORG, "sms"].callbacks = list(news)
    return take_call(post.deps, "sms", RAW)


def _replies(monkeypatch: pytest.MonkeyPatch) -> list[InboundMessage]:
    """What is handed over to whoever reads replies."""
    taken: list[InboundMessage] = []

    def take(deps: Deps, uow: object, inbound: InboundMessage, organisation_id: str, mode: str) -> None:
        del deps, uow
        assert (organisation_id, mode) == (ORG, "live")
        taken.append(inbound)

    monkeypatch.setattr("api.usecases.messaging.calls.take_reply", take)
    return taken


def test_a_reply_is_handed_over_once(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = _replies(monkeypatch)

    assert [_tell(post, YES), _tell(post, YES), _tell(post, replace(YES, provider_id="in-2"))] == [True] * 3
    assert [each.provider_id for each in taken] == ["in-1", "in-2"]


def test_what_fails_after_it_was_noted_is_taken_when_it_is_told_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("api.usecases.messaging.calls.take_reply", broken)
    with pytest.raises(RuntimeError):
        _tell(post, YES)

    taken = _replies(monkeypatch)
    _tell(post, YES)
    assert len(taken) == 1


def test_no_text_is_too_long_or_odd_to_keep(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = _replies(monkeypatch)
    _tell(post, replace(YES, text="J\0A\ud800" + "x" * 9_000, provider_id="\0" * 500))

    assert taken[0].text.startswith("J\ufffdA\ufffdx")
    assert (len(taken[0].text), len(taken[0].provider_id)) == (MOST_TEXT, 200)


@pytest.mark.parametrize("by", ["message_id", "provider_id"])
def test_a_report_finds_its_message_by_either_id(post: Post, by: str) -> None:
    message = post.queue(channel=ChannelKind.SMS, to=NUMBER, subject="", html="")
    post.run()
    ids = {"message_id": message.id} if by == "message_id" else {"provider_id": "fake-1"}

    assert _tell(post, DeliveryEvent(DeliveryKind.DELIVERED, **ids))
    assert post.of(message).state is MessageState.DELIVERED


def test_a_report_about_nothing_we_know_is_kept_once_and_well_answered(post: Post) -> None:
    unknown = DeliveryEvent(DeliveryKind.FAILED, "p-9", "msg_9", address=NUMBER, code="1", detail="\0")

    assert _tell(post, unknown, unknown)
    assert _tell(post, unknown)
    with post.deps.database.read() as uow:
        (call,) = uow.gateway_calls.unplaced(ORG, 10)
        (annex,) = uow.evidence.annexes(ChainOf(ORG, Mode.LIVE), [call.annex_id])
    assert isinstance(annex.value, dict)
    assert [annex.value[name] for name in ("provider_id", "address", "kind")] == ["p-9", NUMBER, "failed"]


def test_a_channel_tells_only_of_its_own_messages(post: Post) -> None:
    mail = post.queue()
    post.run()

    _tell(post, DeliveryEvent(DeliveryKind.FAILED, message_id=mail.id))
    assert post.of(mail).state is MessageState.SENT


def test_whoever_knows_no_secret_changes_nothing(post: Post) -> None:
    message = post.queue(channel=ChannelKind.SMS, to=NUMBER, subject="", html="")
    post.run()
    post.channels.fakes[ORG, "sms"].verified = False

    assert not _tell(post, YES, DeliveryEvent(DeliveryKind.DELIVERED, message_id=message.id))
    assert post.of(message).state is MessageState.SENT
    assert "message-received" not in post.names()


def test_there_is_nothing_under_other_names_and_none_of_mail(post: Post) -> None:
    assert not take_call(post.deps, "mail", RAW)
    assert not take_call(post.deps, "fax", RAW)


def test_two_organisations_may_call_a_channel_the_same(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    channels = FakeChannels(replace(SMS, organisation_id=OTHER), MAIL, SMS)
    channels.fakes[OTHER, "sms"].verified = False
    channels.fakes[ORG, "sms"].callbacks = [YES]
    taken = _replies(monkeypatch)

    assert take_call(replace(post.deps, channels=channels), "sms", RAW)
    assert len(taken) == 1


def test_a_number_of_machines_may_send_and_never_receive(post: Post) -> None:
    assert takes_replies(SMS.sender)
    assert is_sms_sender(SMS.sender)
    with pytest.raises(Refusal, match="address-unusable"):
        post.queue(channel=ChannelKind.SMS, to=SMS.sender, subject="", html="")
