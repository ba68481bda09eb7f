"""Kannel itself, with its fake network: messages, reports and replies end to end, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.adapters.sms_gateway import SmsAccount
from api.adapters.sms_kannel import KannelGateway, report_query
from api.ports import (
    ChannelKind,
    DeliveryEvent,
    DeliveryKind,
    InboundMessage,
    OutboundMessage,
    RawCallback,
    SendState,
)
from tests.api.adapters.json_gateway import json_gateway
from tests.api.adapters.kannel import NUMBER, PASSWORD, USER, Kannel, calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.adapters.kannel import Calls

SECRET = "a-secret-of-32-signs-in-the-address"
PATH = f"/v1/channels/sms/callback/{SECRET}"
MESSAGE = OutboundMessage("msg_1", ChannelKind.SMS, "+31612345678", "Wilt u dat? [€ é]\nAntwoord JA")


@pytest.fixture(scope="module")
def called() -> Iterator[Calls]:
    with calls() as noted:
        yield noted


@pytest.fixture(scope="module")
def kannel(called: Calls) -> Iterator[Kannel]:
    with Kannel(called.url + PATH) as server:
        server.network()
        yield server


def _account(called: Calls | None = None) -> SmsAccount:
    return SmsAccount(NUMBER, PASSWORD, called.url + PATH if called is not None else "", SECRET)


def _channel(kannel: Kannel, called: Calls) -> KannelGateway:
    return KannelGateway(kannel.url, USER, _account(called))


def _reports(channel: KannelGateway, called: Calls, message_id: str) -> list[DeliveryEvent]:
    news = [found for raw in list(called) for found in channel.parse_callback(raw)]
    return [found for found in news if isinstance(found, DeliveryEvent) and found.message_id == message_id]


@pytest.mark.servers
@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "encoding", "parts", "on_phone"),
    [
        (MESSAGE.text, "gsm-7", 1, f"<{NUMBER} +31612345678 text Wilt u dat? [€ é]"),
        ("Het is geïnd 🙂", "ucs-2", 1, "ucs-2 %00H%00e%00t%00+%00i%00s%00+%00g%00e%00%EF%00n%00d%00+%D8%3D%DEB>"),
        ("a" * 160 + "€", "gsm-7", 2, "udh %05%00%03"),
        ("ë" * 71, "ucs-2", 2, "udh %05%00%03"),
    ],
)
def test_a_message_reaches_a_phone_and_both_reports_come_back(
    kannel: Kannel, called: Calls, text: str, encoding: str, parts: int, on_phone: str
) -> None:
    channel = _channel(kannel, called)
    message_id = f"msg_{encoding}{parts}"

    result = channel.send(replace(MESSAGE, id=message_id, text=text))
    channel.close()

    assert (result.state, result.encoding, result.parts) == (SendState.QUEUED, encoding, parts)
    kannel.wait_until(lambda: len(_reports(channel, called, message_id)) >= 2)
    news = _reports(channel, called, message_id)
    assert {event.kind for event in news} == {DeliveryKind.ACCEPTED, DeliveryKind.DELIVERED}
    assert all(event.at is not None for event in news)
    assert all(channel.verify_callback(raw) for raw in called)
    assert on_phone in kannel.on_phones()


@pytest.mark.servers
@pytest.mark.slow
def test_replies_of_phones_come_in_as_they_were_typed(called: Calls) -> None:
    with Kannel(called.url + PATH) as server:
        server.network(["+31612345678 3669 text Ja  akkoord, geïnd"])
        channel = _channel(server, called)

        def replies() -> list[InboundMessage]:
            news = [found for raw in list(called) for found in channel.parse_callback(raw)]
            return [found for found in news if isinstance(found, InboundMessage)]

        server.wait_until(lambda: bool(replies()))

    (reply,) = replies()
    assert (reply.sender, reply.to, reply.text) == ("+31612345678", NUMBER, "Ja  akkoord, geïnd")
    assert reply.provider_id
    assert reply.at is not None


@pytest.mark.servers
@pytest.mark.slow
def test_a_wrong_password_stops_the_channel_and_not_the_message(kannel: Kannel) -> None:
    channel = KannelGateway(kannel.url, USER, replace(_account(), key="wrong"))

    result = channel.send(MESSAGE)
    channel.close()

    assert (result.state, result.code) == (SendState.UNREACHABLE, "http-403")


@pytest.mark.parametrize(
    ("status", "answer", "state", "provider_id"),
    [
        (202, b"0: Accepted for delivery", SendState.SENT, "msg_1"),
        (202, b"0: Accepted for delivery: 9fb266f9-521b", SendState.SENT, "9fb266f9-521b"),
        (202, b"3: Queued for later delivery", SendState.SENT, "msg_1"),
        (202, b"<html>", SendState.UNKNOWN, ""),
        (400, b"Empty receiver number not allowed, rejected", SendState.REJECTED, ""),
        (503, b"Temporal failure, try again later.", SendState.UNREACHABLE, ""),
    ],
)
def test_what_answers_mean(status: int, answer: bytes, state: SendState, provider_id: str) -> None:
    with json_gateway() as server:
        server.status, server.answer = status, answer
        channel = KannelGateway(server.url, USER, _account())
        result = channel.send(MESSAGE)
        channel.close()

        assert (result.state, result.provider_id) == (state, provider_id)
        assert PASSWORD not in server.taken[0].path
        assert server.taken[0].headers["x-kannel-password"] == PASSWORD
        assert "x-kannel-dlr-url" not in server.taken[0].headers


@pytest.mark.parametrize(
    ("status", "kind", "permanent"),
    [
        ("1", DeliveryKind.DELIVERED, False),
        ("2", DeliveryKind.FAILED, False),
        ("4", DeliveryKind.DEFERRED, False),
        ("8", DeliveryKind.ACCEPTED, False),
        ("16", DeliveryKind.FAILED, True),
    ],
)
def test_each_status_has_a_meaning(status: str, kind: DeliveryKind, permanent: bool) -> None:  # noqa: FBT001 - a table
    channel = KannelGateway("http://127.0.0.1:1", USER, _account())
    (event,) = channel.parse_callback(RawCallback("GET", PATH, query={"message": "msg_1", "status": status, "at": "x"}))

    assert isinstance(event, DeliveryEvent)
    assert (event.kind, event.message_id, event.permanent, event.at) == (kind, "msg_1", permanent, None)


def test_a_request_without_news_has_none() -> None:
    channel = KannelGateway("http://127.0.0.1:1", USER, _account())
    for query in ({}, {"status": "32", "message": "msg_1"}, {"from": "+31612345678"}, {"text": "JA"}):
        assert channel.parse_callback(RawCallback("GET", PATH, query=query)) == []


def test_only_who_knows_the_secret_may_call() -> None:
    channel = KannelGateway("http://127.0.0.1:1", USER, _account())

    assert channel.verify_callback(RawCallback("GET", PATH))
    assert not channel.verify_callback(RawCallback("GET", PATH[:-1]))
    assert not KannelGateway("", USER, SmsAccount(NUMBER, "")).verify_callback(RawCallback("GET", "/v1/x/"))


def test_our_id_goes_into_the_address_of_a_report_as_it_is() -> None:
    assert report_query("msg_a&b") == "message=msg_a%26b&status=%d&at=%t&said=%A"
