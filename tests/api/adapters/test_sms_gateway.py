"""Gateways that take JSON, against a real server: what is sent, what its answers mean, and who may call us."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.adapters.sms_gateway import SmsAccount, SmsGateway
from api.adapters.sms_profile import GatewayProfile, known_gateways, profile_of
from api.ports import ChannelKind, DeliveryKind, InboundMessage, OutboundMessage, RawCallback, SendState
from tests.api.adapters.json_gateway import json_gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.adapters.json_gateway import JsonGateway

SECRET = "a-secret-of-32-signs-in-the-address"
CALLBACK = f"https://post.example.nl/v1/channels/sms/callback/{SECRET}"
PATH = urlsplit(CALLBACK).path
ACCOUNT = SmsAccount("+3197012345678", "live_key", CALLBACK, SECRET, most_parts=3)
MESSAGE = OutboundMessage(
    "msg_1", ChannelKind.SMS, "+31612345678", "Wilt u dat? Antwoord JA of NEE.", reference="msg_1"
)
TAKEN = {
    "messagebird": {"id": "mb-1", "recipients": {"items": [{"status": "sent", "messagePartCount": 1}]}},
    "cm": {"details": "1", "errorCode": 0, "messages": [{"status": "Accepted", "reference": "msg_1", "parts": 1}]},
    "spryng": {"id": "sp-1", "encoding": "plain"},
}


@pytest.fixture
def server() -> Iterator[JsonGateway]:
    with json_gateway() as gateway:
        yield gateway


def _channel(name: str, server: JsonGateway, account: SmsAccount = ACCOUNT, timeout_s: float = 5.0) -> SmsGateway:
    profile = profile_of(name, {"url": server.url}) if server.url else profile_of(name)
    return SmsGateway(profile, account, timeout_s=timeout_s)


@pytest.mark.parametrize(
    ("name", "header", "value", "number"),
    [
        ("messagebird", "authorization", "AccessKey live_key", "31612345678"),
        ("cm", "x-cm-producttoken", "live_key", "0031612345678"),
        ("spryng", "authorization", "Bearer live_key", "31612345678"),
    ],
)
def test_each_gateway_gets_its_own_form(server: JsonGateway, name: str, header: str, value: str, number: str) -> None:
    server.answer = TAKEN[name]
    channel = _channel(name, server)

    result = channel.send(MESSAGE)
    channel.close()

    assert (result.state, result.parts, result.encoding) == (SendState.QUEUED, 1, "gsm-7")
    (taken,) = server.taken
    assert taken.headers[header] == value
    sent = json.dumps(taken.body)
    assert all(part in sent for part in (number, MESSAGE.text, "3197012345678", "msg_1"))


def test_a_report_address_of_each_message_says_which_it_is(server: JsonGateway) -> None:
    server.answer = TAKEN["messagebird"]
    _sent(_channel("messagebird", server))

    address = urlsplit(server.taken[0].body["reportUrl"])
    assert (address.path, parse_qs(address.query)) == (PATH, {"message": ["msg_1"]})


def test_without_an_address_to_call_nothing_is_asked_for(server: JsonGateway) -> None:
    server.answer = TAKEN["messagebird"]
    channel = _channel("messagebird", server, SmsAccount("Grachtstad", "key"))

    assert _sent(channel).state is SendState.SENT
    assert "reportUrl" not in server.taken[0].body
    assert channel.capabilities().inbound is False
    assert channel.capabilities().alphanumeric_sender is True


def _sent(channel: SmsGateway, message: OutboundMessage = MESSAGE) -> Any:  # noqa: ANN401 - a result
    try:
        return channel.send(message)
    finally:
        channel.close()


def test_the_encoding_is_what_the_text_needs(server: JsonGateway) -> None:
    server.answer = TAKEN["messagebird"]
    _sent(_channel("messagebird", server), replace(MESSAGE, text="Het is geïnd, 12 m³ 🙂"))

    assert server.taken[0].body["datacoding"] == "unicode"
    assert server.taken[0].body["body"] == "Het is geïnd, 12 m³ 🙂"


def test_a_text_of_too_many_parts_is_not_sent(server: JsonGateway) -> None:
    result = _sent(_channel("messagebird", server), replace(MESSAGE, text="a" * 500))
    one = _sent(_channel("messagebird", server), replace(MESSAGE, text="a" * 161, parts_allowed=1))

    assert (result.state, result.code, result.parts) == (SendState.REJECTED, "too-long", 4)
    assert (one.state, one.parts) == (SendState.REJECTED, 2)
    assert server.taken == []


@pytest.mark.parametrize(
    ("status", "answer", "headers", "state", "code"),
    [
        (422, {"errors": [{"code": 9, "description": "no (correct) recipients found"}]}, {}, SendState.REJECTED, "9"),
        (422, {"errors": [{"code": 25, "description": "not enough balance"}]}, {}, SendState.UNREACHABLE, "25"),
        (401, {"errors": [{"code": 2, "description": "Request not allowed"}]}, {}, SendState.UNREACHABLE, "2"),
        (429, {}, {"retry-after": "30"}, SendState.UNREACHABLE, "http-429"),
        (503, b"busy", {}, SendState.UNREACHABLE, "http-503"),
        (302, b"", {"location": "https://elsewhere.example"}, SendState.UNREACHABLE, "http-302"),
        (500, {}, {}, SendState.DEFERRED, "http-500"),
        (502, b"<html>", {}, SendState.UNKNOWN, "http-502"),
        (200, b"<html>Welcome to the hotel</html>", {}, SendState.UNKNOWN, "answer-unreadable"),
        (200, {"id": ""}, {}, SendState.UNKNOWN, "answer-unreadable"),
        (200, {"id": "x", "recipients": {"items": [{"status": "delivery_failed"}]}}, {}, SendState.REJECTED, ""),
        (200, b"[" * 100_000, {}, SendState.UNKNOWN, "answer-too-long"),
        (200, b"[" * 60_000, {}, SendState.UNKNOWN, "answer-unreadable"),
    ],
)
def test_what_answers_mean(
    server: JsonGateway,
    status: int,
    answer: object,
    headers: dict[str, str],
    state: SendState,
    code: str,
) -> None:
    server.status, server.answer, server.headers = status, answer, headers

    result = _sent(_channel("messagebird", server))

    assert (result.state, result.code) == (state, code)
    assert result.retry_after_s == (30.0 if headers.get("retry-after") else 0.0)
    assert len(server.taken) == 1


def test_a_gateway_that_does_not_answer_may_have_the_message(server: JsonGateway) -> None:
    server.slow_s = 1.0
    assert _sent(_channel("messagebird", server, timeout_s=0.2)).state is SendState.UNKNOWN

    server.slow_s, server.hang_up = 0.0, True
    assert _sent(_channel("messagebird", server)).state is SendState.UNKNOWN


def test_a_gateway_that_is_not_there_has_no_message() -> None:
    with json_gateway() as gone:
        pass

    assert _sent(_channel("messagebird", gone)).state is SendState.UNREACHABLE


def test_the_account_of_cm_may_be_wrong_without_anything_wrong_with_a_message(server: JsonGateway) -> None:
    server.status = 400
    server.answer = {"details": "No account found", "errorCode": 101, "messages": []}
    assert _sent(_channel("cm", server)).state is SendState.UNREACHABLE

    server.answer = {"details": "", "errorCode": 0, "messages": [{"status": "Rejected", "messageErrorCode": 303}]}
    assert (_sent(_channel("cm", server)).state, server.status) == (SendState.REJECTED, 400)


def test_a_report_that_comes_before_the_answer_says_whose_it_is(server: JsonGateway) -> None:
    """Gateways are quick: the phone may have the message before we have its id."""
    channel = _channel("messagebird", server)
    seen = []

    def call_back(taken: Any) -> None:  # noqa: ANN401 - a request
        address = urlsplit(taken.body["reportUrl"])
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        raw = RawCallback("GET", address.path, query={**query, "id": "mb-1", "status": "delivered"})
        seen.append((channel.verify_callback(raw), *channel.parse_callback(raw)))

    server.answer, server.before = TAKEN["messagebird"], call_back
    _sent(channel)

    ((genuine, event),) = seen
    assert genuine
    assert (event.kind, event.message_id, event.provider_id) == (DeliveryKind.DELIVERED, "msg_1", "mb-1")


def _offline(name: str, account: SmsAccount = ACCOUNT) -> SmsGateway:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    return SmsGateway(profile_of(name), account, now=lambda: now)


@pytest.mark.parametrize(
    ("name", "raw", "kind", "code", "permanent"),
    [
        (
            "messagebird",
            RawCallback(
                "GET", PATH, query={"id": "mb-1", "reference": "msg_1", "status": "delivered", "message": "msg_1"}
            ),
            DeliveryKind.DELIVERED,
            "",
            False,
        ),
        (
            "messagebird",
            RawCallback("GET", PATH, query={"reference": "msg_1", "status": "delivery_failed", "statusErrorCode": "1"}),
            DeliveryKind.FAILED,
            "1",
            True,
        ),
        (
            "messagebird",
            RawCallback("GET", PATH, query={"reference": "msg_1", "status": "Buffered"}),
            DeliveryKind.DEFERRED,
            "",
            False,
        ),
        (
            "cm",
            RawCallback(
                "POST",
                PATH,
                {"content-type": "application/json"},
                body=json.dumps(
                    {
                        "messages": {
                            "msg": {
                                "received": "2026-11-23T11:39:33",
                                "to": "0031612345678",
                                "reference": "msg_1",
                                "status": {"code": 3, "errorCode": "5", "errorDescription": "unknown subscriber"},
                            }
                        }
                    }
                ).encode(),
            ),
            DeliveryKind.FAILED,
            "5",
            True,
        ),
        (
            "spryng",
            RawCallback(
                "POST",
                PATH,
                {"content-type": "application/x-www-form-urlencoded"},
                body=b"ID=sp-1&REFERENCE=msg_1&STATUS=20&REASONCODE=21&MSISDN=31612345678",
            ),
            DeliveryKind.FAILED,
            "21",
            True,
        ),
    ],
)
def test_reports_of_each_gateway_are_read(
    name: str,
    raw: RawCallback,
    kind: DeliveryKind,
    code: str,
    permanent: bool,  # noqa: FBT001 - a table
) -> None:
    (event,) = _offline(name).parse_callback(raw)

    assert not isinstance(event, InboundMessage)
    assert (event.kind, event.message_id, event.code, event.permanent) == (kind, "msg_1", code, permanent)
    assert event.address in ("", "+31612345678")


def test_reports_come_some_at_a_time() -> None:
    msg = [{"reference": f"msg_{number}", "status": {"code": "2"}} for number in range(3)]
    raw = RawCallback("POST", PATH, body=json.dumps({"messages": {"msg": msg}}).encode())

    assert [event.message_id for event in _offline("cm").parse_callback(raw)] == ["msg_0", "msg_1", "msg_2"]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        (
            "messagebird",
            RawCallback(
                "GET",
                PATH,
                query={
                    "id": "in-1",
                    "originator": "31612345678",
                    "recipient": "3197012345678",
                    "body": "Ja akkoord, geïnd",
                    "createdDatetime": "2026-11-23T12:00:00+01:00",
                },
            ),
        ),
        (
            "cm",
            RawCallback(
                "POST",
                PATH,
                body=json.dumps(
                    {
                        "reference": "in-1",
                        "from": {"number": "0031612345678"},
                        "to": {"number": "003197012345678"},
                        "message": {"text": "Ja akkoord, geïnd"},
                        "timeUtc": "2026-11-23T11:00:00",
                    }
                ).encode(),
            ),
        ),
        (
            "spryng",
            RawCallback(
                "GET",
                PATH,
                query={
                    "ID": "in-1",
                    "SENDER": "31612345678",
                    "DESTINATION": "3197012345678",
                    "SMS": "Ja akkoord, geïnd",
                    "DATE": "2026-11-23T11:00:00Z",
                },
            ),
        ),
    ],
)
def test_replies_of_each_gateway_are_read(name: str, raw: RawCallback) -> None:
    at = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    assert _offline(name).parse_callback(raw) == [
        InboundMessage(ChannelKind.SMS, "in-1", "+31612345678", "+3197012345678", "Ja akkoord, geïnd", at)
    ]


def test_a_reply_without_an_id_is_the_same_when_it_comes_again() -> None:
    first, again, other = (
        _offline("messagebird").parse_callback(
            RawCallback("GET", PATH, query={"originator": "31612345678", "body": body})
        )[0]
        for body in ("JA", "JA", "NEE")
    )

    assert first == again
    assert first.provider_id != other.provider_id
    assert isinstance(first, InboundMessage)
    assert first.to == ACCOUNT.sender


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"[1, null]", b'"x"', b"{", b'{"messages": []}', b"\xff\xfe", b"[" * 9_000]
)
def test_a_request_without_news_has_none(body: bytes) -> None:
    for name in known_gateways():
        assert _offline(name).parse_callback(RawCallback("POST", PATH, body=body)) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["messages", "msg", "status", "code", "reference", "from", "number", "message", "text", "id"]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_breaks_the_reading(said: Any) -> None:  # noqa: ANN401 - JSON
    for name in known_gateways():
        _offline(name).parse_callback(RawCallback("POST", PATH, body=json.dumps(said).encode()))


def test_only_who_knows_the_secret_may_call() -> None:
    channel = _offline("messagebird")

    assert channel.verify_callback(RawCallback("GET", PATH))
    assert not channel.verify_callback(RawCallback("GET", f"{PATH}x"))
    assert not channel.verify_callback(RawCallback("GET", "/v1/channels/sms/callback/"))
    assert not channel.verify_callback(RawCallback("GET", "/v1/channels/sms/callback/\u00e9"))
    assert not _offline("messagebird", SmsAccount("3669", "key")).verify_callback(RawCallback("GET", "/v1/x/"))


def test_with_a_key_a_request_is_signed_too_and_fresh() -> None:
    channel = _offline("messagebird", replace(ACCOUNT, signing_key="signing"))
    stamp = str(int(datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()))

    def signed(stamp: str, body: bytes = b'{"status":"delivered"}', key: bytes = b"signing") -> RawCallback:
        said = stamp.encode() + b"\nid=mb-1&status=sent\n" + hashlib.sha256(b'{"status":"delivered"}').digest()
        mac = base64.b64encode(hmac.digest(key, said, "sha256")).decode()
        headers = {"messagebird-signature": mac, "messagebird-request-timestamp": stamp}
        return RawCallback("POST", PATH, headers, {"status": "sent", "id": "mb-1"}, body)

    assert channel.verify_callback(signed(stamp))
    assert not channel.verify_callback(signed(stamp, b'{"status":"failed"}'))
    assert not channel.verify_callback(signed(stamp, key=b"other"))
    assert not channel.verify_callback(signed(str(int(stamp) - 301)))
    assert not channel.verify_callback(signed("soon"))
    assert not channel.verify_callback(replace(signed(stamp), path="/v1/channels/sms/callback/other"))
    assert not channel.verify_callback(RawCallback("POST", PATH))


def test_a_signature_in_hex_over_the_body_alone() -> None:
    profile = profile_of("spryng", {"signature": {"header": "x-signature", "prefix": "sha256="}})
    channel = SmsGateway(profile, replace(ACCOUNT, signing_key="key"))
    mac = hmac.new(b"key", b"STATUS=10", "sha256").hexdigest()

    assert channel.verify_callback(RawCallback("POST", PATH, {"x-signature": f"sha256={mac}"}, body=b"STATUS=10"))
    assert not channel.verify_callback(RawCallback("POST", PATH, {"x-signature": f"sha256={mac}"}, body=b"STATUS=20"))


def test_every_known_gateway_has_a_whole_profile() -> None:
    assert {"messagebird", "cm", "spryng"} <= known_gateways().keys()
    for name in known_gateways():
        assert isinstance(profile_of(name), GatewayProfile)


def test_a_part_of_a_profile_is_overruled_and_the_rest_stays() -> None:
    changed = profile_of("messagebird", {"report": {"id": "messageId"}, "statuses": {"DELIVRD": "delivered"}})

    assert (changed.report.id, changed.report.status) == ("messageId", "status")
    assert changed.statuses["delivrd"] is DeliveryKind.DELIVERED
    assert changed.statuses["sent"] is DeliveryKind.ACCEPTED
