"""Gateways call without a key: the secret in the address is theirs, and nobody else learns or changes anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.adapters.fakes import FakeChannels
from api.adapters.sms_gateway import SmsAccount, SmsGateway
from api.adapters.sms_profile import profile_of
from api.ports import ChannelKind, ChannelSetup
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.service import Service

SECRET = "0123456789abcdef01234567"
PATH = f"/v1/channels/sms/callback/{SECRET}"
REPLY = {"id": "in-1", "originator": "31612345678", "recipient": "3197012345678", "body": "Ja + akkoord é"}


@pytest.fixture
def gateway(service: Service) -> Iterator[httpx.Client]:
    channels = FakeChannels(ChannelSetup(ORG, "sms", ChannelKind.SMS, "+3197012345678"))
    account = SmsAccount("+3197012345678", "key", f"https://post.example.nl{PATH}", SECRET)
    channels.fakes[ORG, "sms"] = SmsGateway(profile_of("messagebird"), account)  # type: ignore[assignment] # a channel
    service.app.state.deps = replace(service.world.deps, channels=channels)
    with service.client("none") as client:
        yield client


def _received(service: Service) -> int:
    with service.client() as admin:
        names = [event["type"] for event in admin.get("/v1/events", params={"limit": 1000}).json()["items"]]
    return sum("received" in name for name in names)


def test_a_reply_by_get_form_or_json_is_taken_once(service: Service, gateway: httpx.Client) -> None:
    answers = [
        gateway.get(PATH, params=REPLY),
        gateway.post(PATH, data=REPLY),
        gateway.post(PATH, json=REPLY),
    ]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 3
    assert _received(service) == 1


@pytest.mark.parametrize("path", [f"{PATH}0", "/v1/channels/sms/callback/x", f"/v1/channels/fax/callback/{SECRET}"])
def test_whoever_does_not_know_the_secret_gets_nothing(service: Service, gateway: httpx.Client, path: str) -> None:
    nothing = gateway.get("/v1/nothing/here").json()
    for answer in (gateway.get(path, params=REPLY), gateway.post(path, json=REPLY)):
        assert answer.status_code == 404
        assert answer.json() == {**nothing, "instance": path}
    assert _received(service) == 0


def test_a_head_takes_nothing_in(service: Service, gateway: httpx.Client) -> None:
    assert gateway.head(PATH, params=REPLY).status_code == 404
    assert _received(service) == 0


def test_what_nobody_understands_is_well_answered(gateway: httpx.Client) -> None:
    for content in (b"", b"\xff\x00", b"[[[[", b'{"id": "\\u0000", "status": "delivered", "reference": "msg_\\u0000"}'):
        assert gateway.post(PATH, content=content).status_code == 200
    assert gateway.get(f"{PATH}?status=delivered&reference=msg_%00&id=%ff").status_code == 200


def test_a_body_has_a_limit(gateway: httpx.Client) -> None:
    assert gateway.post(PATH, content=b"x" * 70_000).status_code == 413
