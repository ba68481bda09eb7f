"""Webhooks over HTTP: endpoints and their secrets, deliveries, and messages that are sent again."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from api.adapters.fakes import FakeWebhookSender
from api.ports import Event, Mode, Role, WebhookAnswer
from api.usecases import parties
from api.usecases.kinds import WorkKind
from api.usecases.webhooks import replaying
from api.usecases.webhooks.dealing import tend
from api.usecases.webhooks.delivering import deliver_webhooks
from api.worker.runner import Runner
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service

URL = "https://hooks.example.org/in"
WISH: dict[str, Any] = {"url": URL, "description": "rents", "types": ["thing.*"]}


@pytest.fixture
def receiver() -> FakeWebhookSender:
    return FakeWebhookSender()


def run(service: Service, receiver: FakeWebhookSender) -> None:
    """A round of the sweeper, and the work that it asked for."""
    deps = service.world.deps
    tend(deps)
    handlers = {WorkKind.DELIVER_WEBHOOKS: partial(deliver_webhooks, deps, receiver)}
    Runner(deps.database, deps.clock, handlers).drain("worker-1")


def happen(service: Service, name: str = "thing-done", **data: object) -> str:
    deps = service.world.deps
    with deps.database.write() as uow:
        event = uow.events.append(Event(ORG, "thg_1", name, deps.clock.now(), data))
    return f"evt_{event.number}"


def added(client: httpx.Client, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    answer = client.post("/v1/webhooks", json=WISH | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_an_endpoint_is_added_shown_changed_and_removed(admin: httpx.Client) -> None:
    made = added(admin, url="https://Hooks.Example.org:443/in")
    path = f"/v1/webhooks/{made['id']}"
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert (made["url"], made["state"], made["mode"], made["disabled_why"]) == (URL, "enabled", "live", "")
    assert admin.get(path).json() == made
    assert admin.get("/v1/webhooks").json()["items"] == [made]
    changed = admin.put(path, json={"url": f"{URL}/2", "types": []}).json()
    assert changed == {**made, "url": f"{URL}/2", "types": [], "description": ""}
    assert secret not in admin.get(path).text + admin.get("/v1/events").text
    assert admin.delete(path).status_code == 204
    assert admin.get(path).json()["code"] == "webhook-not-found"
    assert admin.delete(path).json()["code"] == "webhook-not-found"
    names = [each["type"] for each in admin.get("/v1/events").json()["items"]]
    assert names[-3:] == ["webhook.added", "webhook.changed", "webhook.removed"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        *(({"url": url}, "webhook-url-invalid") for url in ("http://hooks.example.org/", "https://10.0.0.1/", "")),
        *(
            ({"types": types}, "webhook-types-invalid")
            for types in (["job-done"], ["*"], ["Job.*"], ["a.b"] * 0 + [""])
        ),
        ({"types": [f"a.b{number}" for number in range(101)]}, "webhook-types-invalid"),
        *(({"description": text}, "webhook-description-invalid") for text in ("x" * 201, "a\x07b")),
        *((change, "request-invalid") for change in ({"colour": "red"}, {"types": "job.*"}, {"url": None})),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_said(admin: httpx.Client, change: dict[str, Any], code: str) -> None:
    answer = admin.post("/v1/webhooks", json=WISH | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert admin.get("/v1/webhooks").json()["items"] == []


def test_only_administrators_of_the_organisation_see_endpoints(service: Service, admin: httpx.Client) -> None:
    path = f"/v1/webhooks/{added(admin)['id']}"
    with service.client("submitter") as submitter, service.client("other") as other:
        assert submitter.get("/v1/webhooks").json()["code"] == "role-missing"
        assert submitter.post("/v1/webhooks", json=WISH).json()["code"] == "role-missing"
        assert other.get("/v1/webhooks").json()["items"] == []
        for way in ("", "/deliveries", "/deliveries/whd_1"):
            assert other.get(path + way).json()["code"] == "webhook-not-found"
        for way in ("/rotate", "/enable", "/disable", "/test", "/replay", "/deliveries/whd_1/replay"):
            assert other.post(path + way, json={"since": "2026-01-01T00:00:00Z"} if way == "/replay" else {}).json()[
                "code"
            ] == ("webhook-not-found"), way
        assert other.put(path, json=WISH).json()["code"] == "webhook-not-found"


def test_endpoints_are_of_the_mode_of_the_key(service: Service, admin: httpx.Client) -> None:
    service.keys["tester"] = parties.add_key(service.world.deps, ORG, "tester", [Role.ADMIN], Mode.TEST).secret
    live = f"/v1/webhooks/{added(admin)['id']}"
    with service.client("tester") as tester:
        made = added(tester)
        assert made["mode"] == "test"
        assert len(tester.get("/v1/webhooks").json()["items"]) == 2
        for answer in (
            *(tester.post(f"{live}/{way}", json={}) for way in ("rotate", "enable", "disable", "test", "replay")),
            *(tester.put(live, json=WISH), tester.delete(live), admin.delete(f"/v1/webhooks/{made['id']}")),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "mode-differs")


def test_the_secret_is_shown_once(service: Service, admin: httpx.Client, receiver: FakeWebhookSender) -> None:
    headers = {"Idempotency-Key": "add-1"}
    first = admin.post("/v1/webhooks", json=WISH, headers=headers)
    again = admin.post("/v1/webhooks", json=WISH, headers=headers)
    made = first.json()
    assert again.json() == {**made, "secret": None}
    assert again.headers["Location"] == first.headers["Location"] == f"/v1/webhooks/{made['id']}"
    rotated = admin.post(f"/v1/webhooks/{made['id']}/rotate", json={}).json()
    assert rotated["secret"] != made["secret"]
    assert (rotated["secret_generation"], rotated["old_secret_until"]) == (2, "2026-01-02T00:00:00.000Z")
    happen(service)
    run(service, receiver)
    message = receiver.sent[0]
    signatures = message.headers["webhook-signature"].split(" ")
    moment = service.world.deps.clock.now()
    expected = [
        Verifier(secret).sign(message.headers["webhook-id"], moment, message.body.decode())
        for secret in (rotated["secret"], made["secret"])
    ]
    assert signatures == expected


def test_a_leaked_secret_ends_at_once(service: Service, admin: httpx.Client, receiver: FakeWebhookSender) -> None:
    path = f"/v1/webhooks/{added(admin)['id']}"
    for hours in (-1, 169):
        assert admin.post(f"{path}/rotate", json={"keep_hours": hours}).json()["code"] == "webhook-hours-invalid"
    for _ in range(4):
        assert admin.post(f"{path}/rotate", json={}).status_code == 200
    happen(service)
    run(service, receiver)
    assert admin.post(f"{path}/rotate", json={"keep_hours": 0}).json()["secret_generation"] == 6
    happen(service)
    run(service, receiver)
    assert [message.headers["webhook-signature"].count("v1,") for message in receiver.sent] == [3, 1]


def test_a_test_event_and_what_came_of_it(service: Service, admin: httpx.Client, receiver: FakeWebhookSender) -> None:
    path = f"/v1/webhooks/{added(admin)['id']}"
    receiver.answers[URL] = WebhookAnswer("webhook-not-accepted", 503, "60", "later")
    asked = admin.post(f"{path}/test", headers={"Idempotency-Key": "test-1"})
    assert admin.post(f"{path}/test", headers={"Idempotency-Key": "test-1"}).json() == asked.json()
    assert (asked.status_code, asked.json()["state"], asked.json()["type"]) == (202, "pending", "webhook.test")
    run(service, receiver)
    delivery = admin.get(asked.headers["Location"]).json()
    assert delivery | {"next_try_at": None} == {
        "id": asked.json()["id"],
        "event_id": asked.json()["event_id"],
        "type": "webhook.test",
        "state": "pending",
        "attempts": 1,
        "next_try_at": None,
        "created_at": "2026-01-01T00:00:00.000Z",
        "last_at": "2026-01-01T00:00:00.000Z",
        "last_status": 503,
        "last_code": "webhook-not-accepted",
        "last_answer": "later",
    }
    assert delivery["next_try_at"] == "2026-01-01T00:01:00.000Z"
    assert admin.get(f"{path}/deliveries").json()["items"] == [delivery]
    assert admin.get(f"{path}/deliveries", params={"state": "delivered"}).json()["items"] == []
    assert admin.get(f"{path}/deliveries", params={"state": "odd"}).json()["code"] == "request-invalid"
    ill = admin.get(path).json()
    assert (ill["failures"], ill["paused_until"]) == (1, "2026-01-01T00:01:00.000Z")


def test_deliveries_come_in_parts(service: Service, admin: httpx.Client, receiver: FakeWebhookSender) -> None:
    path = f"/v1/webhooks/{added(admin)['id']}/deliveries"
    events = [happen(service) for _ in range(5)]
    run(service, receiver)
    first = admin.get(path, params={"limit": 3}).json()
    rest = admin.get(path, params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [each["event_id"] for each in first["items"] + rest["items"]] == events[::-1]
    assert rest["next_cursor"] is None
    assert admin.get(path, params={"cursor": "odd"}).json()["code"] == "bad-cursor"


def test_one_message_is_sent_again(service: Service, admin: httpx.Client, receiver: FakeWebhookSender) -> None:
    path = f"/v1/webhooks/{added(admin)['id']}"
    event = happen(service)
    run(service, receiver)
    (delivery,) = admin.get(f"{path}/deliveries").json()["items"]
    assert delivery["state"] == "delivered"
    replay = f"{path}/deliveries/{delivery['id']}/replay"
    for _ in range(2):
        asked = admin.post(replay, headers={"Idempotency-Key": "again"})
        assert (asked.status_code, asked.json()["state"], asked.json()["attempts"]) == (202, "pending", 0)
    run(service, receiver)
    assert [message.headers["webhook-id"] for message in receiver.sent] == [event, event]
    assert len({message.body for message in receiver.sent}) == 1
    missing = admin.post(f"{path}/deliveries/whd_none/replay")
    assert missing.json()["code"] == "webhook-delivery-not-found"


def test_a_range_is_sent_again_also_what_was_missed(
    service: Service, admin: httpx.Client, receiver: FakeWebhookSender
) -> None:
    before = happen(service)
    path = f"/v1/webhooks/{added(admin)['id']}"
    told = happen(service)
    run(service, receiver)
    assert admin.post(f"{path}/disable").json()["disabled_why"] == "asked"
    for way in ("test", "replay"):
        answer = admin.post(f"{path}/{way}", json={"from_event": before})
        assert (answer.status_code, answer.json()["code"]) == (409, "webhook-is-disabled")
    service.world.deps.clock.advance(60)  # type: ignore[attr-defined] # a fake
    missed = happen(service)
    happen(service, "other-thing-done")
    happen(service, mode="test")
    assert admin.post(f"{path}/enable").json()["state"] == "enabled"
    asked = admin.post(f"{path}/replay", json={"from_event": before, "to_event": told})
    assert (asked.status_code, asked.json()) == (202, {"deliveries": 2, "next_event": None})
    since = (service.world.deps.clock.now() - timedelta(seconds=1)).isoformat()
    assert admin.post(f"{path}/replay", json={"since": since}).json()["deliveries"] == 1
    run(service, receiver)
    assert [message.headers["webhook-id"] for message in receiver.sent] == [told, before, told, missed]
    assert admin.get("/v1/alarms").json()["items"] == []


def test_a_long_range_is_replayed_in_parts(
    service: Service, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "MOST_EVENTS", 4)
    monkeypatch.setattr(replaying, "_AT_ONCE", 2)
    path = f"/v1/webhooks/{added(admin)['id']}"
    events = [happen(service) for _ in range(7)]
    first = admin.post(f"{path}/replay", json={"from_event": events[0], "to_event": events[6]}).json()
    assert first == {"deliveries": 4, "next_event": events[4]}
    rest = admin.post(f"{path}/replay", json={"from_event": events[4], "to_event": events[6]}).json()
    assert rest == {"deliveries": 3, "next_event": None}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({}, "webhook-range-invalid"),
        ({"to_event": "evt_9"}, "webhook-range-invalid"),
        ({"from_event": "evt_9", "to_event": "evt_8"}, "webhook-range-invalid"),
        ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "webhook-range-invalid"),
        *(({"from_event": event}, "event-id-invalid") for event in ("9", "evt_", "evt_-1", f"evt_{'9' * 30}")),
        ({"since": "2026-01-02T00:00:00"}, "request-invalid"),
        ({"since": "soon"}, "request-invalid"),
    ],
)
def test_a_range_that_is_none_is_refused(admin: httpx.Client, wanted: dict[str, str], code: str) -> None:
    answer = admin.post(f"/v1/webhooks/{added(admin)['id']}/replay", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_organisation_has_so_many_endpoints_and_no_more(
    admin: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.usecases.webhooks.endpoints.MOST_WEBHOOKS", 1)
    added(admin)
    answer = admin.post("/v1/webhooks", json=WISH)
    assert (answer.status_code, answer.json()["code"]) == (409, "webhooks-too-many")


def test_development_may_send_to_this_machine(service: Service, admin: httpx.Client) -> None:
    local = {"url": "http://127.0.0.1:9999/in"}
    assert admin.post("/v1/webhooks", json=local).json()["code"] == "webhook-url-invalid"
    service.world.limit(webhook_private=True)
    service.app.state.deps = service.world.deps
    assert admin.post("/v1/webhooks", json=local).json()["url"] == "http://127.0.0.1:9999/in"


def test_the_list_of_events_names_them_as_messages_do(service: Service, admin: httpx.Client) -> None:
    event = happen(service, "mail-run-open")
    listed = admin.get("/v1/events").json()["items"][-1]
    assert (listed["id"], listed["type"], listed["name"]) == (event, "mail_run.open", "mail-run-open")
