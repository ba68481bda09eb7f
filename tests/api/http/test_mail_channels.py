"""Channels and messages over HTTP: what is configured, what became of each message, and what came back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from api.adapters.fakes import FakeChannels, FakeDns
from api.http.app import create_app
from api.http.edge import Edge
from api.ports import Mode, SendResult, SendState
from api.usecases.kinds import WorkKind
from api.usecases.messaging.outbox import queue_message
from api.usecases.messaging.sending import send_messages
from api.usecases.messaging.wire import return_path
from api.worker.runner import Runner
from tests.api.http.service import Service
from tests.api.usecases.messaging.post import DRAFT, MAIL, SMS
from tests.api.usecases.messaging.returned import dsn
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from pathlib import Path

    from api.ports import Message
    from api.usecases.deps import Deps

SETUPS = (replace(MAIL, organisation_id=ORG), replace(SMS, organisation_id=ORG))
RAW = {"Content-Type": "message/rfc822"}


class Posting:
    """The app with two channels in memory."""

    def __init__(self, service: Service, spool: Path) -> None:
        self.channels = FakeChannels(*SETUPS)
        self.deps: Deps = replace(service.world.deps, channels=self.channels, dns=FakeDns())
        self.service = Service(service.world, create_app(self.deps, Edge(spool_folder=spool)), service.keys)
        self.admin = self.service.client()

    def send(self, **changes: object) -> Message:
        with self.deps.database.write() as uow:
            draft = replace(DRAFT, organisation_id=ORG, **changes)  # type: ignore[arg-type] # of mixed types
            message = queue_message(self.deps, uow, draft)
        handlers = {WorkKind.SEND_MESSAGES: partial(send_messages, self.deps)}
        Runner(self.deps.database, self.deps.clock, handlers).drain("worker-1")
        return message


@pytest.fixture
def posting(service: Service, tmp_path: Path) -> Posting:
    return Posting(service, tmp_path)


def test_channels_say_what_goes_through_them_and_nothing_secret(posting: Posting) -> None:
    posting.send()
    mail, sms = posting.admin.get("/v1/channels").json()["items"]
    assert (mail["name"], mail["kind"], mail["sender"]) == ("mail", "email", MAIL.sender)
    assert (mail["messages"], mail["failures"], sms["messages"]) == ({"sent": 1}, 0, {})
    assert posting.service.client("other").get("/v1/channels").json()["items"] == []


def test_a_report_says_what_to_put_in_dns(posting: Posting) -> None:
    report = posting.admin.get("/v1/channels/mail/check").json()
    assert (report["channel"], report["good"]) == ("mail", False)
    dmarc = next(line for line in report["lines"] if line["topic"] == "DMARC")
    assert (dmarc["verdict"], dmarc["name"], dmarc["kind"]) == ("wrong", "_dmarc.wonen.example.org", "TXT")
    assert posting.admin.get("/v1/channels/nowhere/check").json()["code"] == "channel-not-found"


def test_a_test_message_tells_at_once_what_the_other_side_said(posting: Posting) -> None:
    fake = posting.channels.fakes[ORG, "mail"]
    answer = posting.admin.post("/v1/channels/mail/try", json={"to": "ict@example.org"})
    assert (answer.status_code, answer.json()["state"]) == (200, "sent")
    assert (fake.sent[0].to, fake.closed) == ("ict@example.org", 1)
    assert fake.sent[0].message_id.endswith("@wonen.example.org>")
    fake.next_answers = [SendResult(SendState.REJECTED, code="5.1.1", detail="no ict@example.org")]
    said = posting.admin.post("/v1/channels/mail/try", json={"to": "ict@example.org"}).json()
    assert (said["state"], said["code"], said["detail"]) == ("rejected", "5.1.1", "no …")
    assert posting.admin.post("/v1/channels/mail/try", json={"to": "nobody"}).json()["code"] == "address-unusable"
    assert posting.admin.post("/v1/channels/sms/try", json={"to": "0612345678"}).json()["state"] == "sent"
    assert posting.admin.get("/v1/messages").json()["items"] == []


def test_messages_are_listed_without_and_shown_with_what_is_personal(posting: Posting) -> None:
    message = posting.send()
    (listed,) = posting.admin.get("/v1/messages", params={"state": "sent"}).json()["items"]
    assert (listed["id"], listed["kind"], listed["attempts"]) == (message.id, "request", 1)
    assert "huurder" not in str(listed)
    assert posting.admin.get("/v1/messages", params={"subject_id": "agr_2"}).json()["items"] == []
    shown = posting.admin.get(f"/v1/messages/{message.id}").json()
    assert (shown["to"], shown["subject"]) == ("huurder@example.org", "Een vraag")
    assert "/a/XXXXXXXXXXXXXXXXXXXXXXXXXX" in shown["text"]
    other = posting.service.client("other").get(f"/v1/messages/{message.id}")
    assert other.json()["code"] == "message-not-found"


def test_mail_that_came_back_is_taken_by_whoever_handles_the_mail(posting: Posting) -> None:
    message = posting.send()
    mailroom = posting.service.client("mailroom")
    to = {"to": return_path(posting.deps.secret, SETUPS[0], message.id)}
    answer = mailroom.post("/v1/channels/mail/bounces", params=to, content=dsn(), headers=RAW)
    assert answer.status_code == 201, answer.text
    row = answer.json()
    assert (row["outcome"], row["message_id"], row["code"], row["source"]) == ("hard", message.id, "5.1.1", "api")
    assert posting.admin.get(f"/v1/messages/{message.id}").json()["state"] == "bounced"
    assert posting.admin.get("/v1/bounces", params={"outcome": "hard"}).json()["items"] == [row]
    assert posting.admin.get("/v1/bounces", params={"unseen": "true"}).json()["items"] == []
    raw = posting.admin.get(f"/v1/bounces/{row['id']}/raw")
    assert (raw.content, raw.headers["content-type"]) == (dsn(), "text/plain; charset=utf-8")
    assert posting.admin.get("/v1/bounces/bnc_1/raw").json()["code"] == "bounce-not-found"
    lost = mailroom.post("/v1/channels/nowhere/bounces", content=b"x", headers=RAW)
    assert lost.json()["code"] == "channel-not-found"


def test_an_address_is_stopped_looked_for_and_let_go_again(posting: Posting) -> None:
    wanted = {"channel": "email", "address": "Huurder@example.org"}
    made = posting.admin.post("/v1/suppressions", json=wanted).json()
    assert (made["reason"], made["mode"], "huurder" in str(made).lower()) == ("staff", "live", False)
    assert posting.admin.post("/v1/suppressions", json=wanted).json() == made
    assert posting.admin.get("/v1/suppressions").json()["items"] == [made]
    found = posting.admin.post("/v1/suppressions/of", json=wanted | {"address": "huurder@example.org"})
    assert found.json()["items"] == [made]
    message = posting.send()
    assert posting.admin.get(f"/v1/messages/{message.id}").json()["code"] == "staff"
    assert posting.admin.delete(f"/v1/suppressions/{made['id']}").status_code == 204
    assert posting.admin.delete(f"/v1/suppressions/{made['id']}").json()["code"] == "suppression-not-found"
    assert posting.admin.post("/v1/suppressions/of", json=wanted).json()["items"] == []
    bad = posting.admin.post("/v1/suppressions", json=wanted | {"address": "x"})
    assert bad.json()["code"] == "address-unusable"


def test_events_of_messages_are_of_the_mode_of_the_message(posting: Posting) -> None:
    posting.send(mode=Mode.TEST)
    events = posting.admin.get("/v1/events", params={"limit": 1000}).json()["items"]
    names = [event["type"] for event in events if event["type"].startswith("message.")]
    assert names == ["message.queued", "message.sent"]
