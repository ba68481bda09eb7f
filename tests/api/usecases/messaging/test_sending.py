"""Couriers send what is due over one connection, and know for each message what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    BlobRef,
    ChannelKind,
    MailExchange,
    MessagePurpose,
    MessageState,
    Mode,
    SendResult,
    SendState,
    SuppressionReason,
)
from api.usecases.evidence.keeping import forget
from api.usecases.messaging.lanes import ALARM
from api.usecases.messaging.outbox import drop_messages
from api.usecases.messaging.private import chain_of
from api.usecases.messaging.schedule import SCHEDULE_S
from api.usecases.messaging.sending import AT_ONCE
from api.usecases.messaging.suppressing import address_of, known_address, lift, suppress
from api.usecases.messaging.wire import read_return_path, read_stop
from tests.api.usecases.messaging.post import LINK, MAIL, ORG, REQUEST, SECRET

if TYPE_CHECKING:
    from api.ports import Message, OutboundMessage
    from tests.api.usecases.messaging.post import Post

LATER = SendResult(SendState.DEFERRED, code="4.2.2", detail="<huurder@example.org> mailbox of 0612345678 is full")
NEVER = SendResult(SendState.REJECTED, code="5.1.1", detail="no such user huurder@example.org")
NOBODY = SendResult(SendState.UNREACHABLE, code="4.4.1", detail="connection refused")


def test_a_message_goes_whole_with_what_tells_whose_it_is(post: Post) -> None:
    message = post.queue()
    assert post.run() == 1
    (sent,) = post.mail.sent
    assert (sent.id, sent.to, sent.subject) == (message.id, "huurder@example.org", "Een vraag")
    assert LINK in sent.text
    assert LINK in sent.html
    assert (sent.message_id, sent.reference) == (message.message_id, message.id)
    found = read_return_path(SECRET, sent.return_path)
    assert found == (message.id, True)
    assert sent.return_path.endswith("@bounces.example.org")
    now = post.of(message)
    assert (now.state, now.attempts, now.provider_id) == (MessageState.SENT, 1, "fake-1")
    assert post.names() == ["message-queued", "message-sent"]
    assert post.mail.closed == 1


def test_many_go_by_one_connection_in_order_of_their_time(post: Post) -> None:
    start = post.clock.now()
    queued = [post.queue(not_before=start - timedelta(seconds=n)) for n in range(AT_ONCE + 5)]
    assert post.run() == 1
    assert [sent.id for sent in post.mail.sent] == [message.id for message in reversed(queued)]
    assert post.mail.closed == 1


def test_a_test_message_never_leaves_the_machine_and_is_sent(post: Post) -> None:
    by_mail = post.queue(mode=Mode.TEST)
    by_sms = post.queue(mode=Mode.TEST, channel=ChannelKind.SMS, to="0612345678")
    post.run()
    assert [post.of(each).provider_id for each in (by_mail, by_sms)] == ["test", "test"]
    assert post.mail.sent == []
    assert post.channels.fakes[ORG, "sms"].sent == []


def test_nothing_goes_before_its_time(post: Post) -> None:
    post.queue(not_before=post.clock.now() + timedelta(hours=8))
    assert post.run(60) == 0
    assert post.run(8 * 3600) == 1
    assert len(post.mail.sent) == 1


def test_what_is_put_off_is_tried_again_and_later_each_time(post: Post) -> None:
    message = post.queue()
    post.mail.next_answers = [LATER, replace(LATER, retry_after_s=600.0)]
    post.run()
    now = post.of(message)
    first = (now.not_before - post.clock.now()).total_seconds()
    assert SCHEDULE_S[0] <= first <= SCHEDULE_S[0] * 1.2
    assert (now.state, now.code, now.detail) == (MessageState.WAITING, "4.2.2", "<…> mailbox of … is full")
    assert post.run(first - 1) == 0
    post.run(2)
    assert (post.of(message).not_before - post.clock.now()).total_seconds() == 600.0
    post.run(601)
    now = post.of(message)
    assert (now.state, now.attempts, now.code) == (MessageState.SENT, 3, "")
    assert post.names() == ["message-queued", "message-sent"]


def test_what_is_put_off_too_often_fails_and_three_such_stop_the_address(post: Post) -> None:
    post.mail.answers["huurder@example.org"] = LATER
    for number in range(3):
        message = post.queue()
        for _ in range(len(SCHEDULE_S) + 1):
            post.run(2 * 24 * 3600)
        now = post.of(message)
        assert (now.state, now.attempts, now.soft_bounces) == (MessageState.FAILED, len(SCHEDULE_S) + 1, 1)
        assert post.suppressions() == ([] if number < 2 else [("soft-bounces", "4.2.2")])
    last = post.queue(purpose=MessagePurpose.LEGAL)
    post.run()
    assert (post.of(last).state, post.of(last).code) == (MessageState.DROPPED, "soft-bounces")


def test_an_address_that_does_not_exist_gets_nothing_more(post: Post) -> None:
    post.mail.answers["huurder@example.org"] = NEVER
    message = post.queue()
    post.run()
    now = post.of(message)
    assert (now.state, now.code, now.detail) == (MessageState.FAILED, "5.1.1", "no such user …")
    assert post.suppressions() == [("hard-bounce", "5.1.1")]
    again = post.queue(to="HUURDER@example.org", purpose=MessagePurpose.LEGAL)
    post.run()
    assert post.of(again).state is MessageState.DROPPED
    other = post.queue(mode=Mode.TEST)
    post.run()
    assert post.of(other).state is MessageState.SENT


@pytest.mark.parametrize("code", ["5.7.1", "5.2.2", "5.1.0", "550", ""])
def test_a_refusal_that_says_nothing_of_the_mailbox_stops_no_address(post: Post, code: str) -> None:
    post.mail.next_answers = [replace(NEVER, code=code)]
    message = post.queue()
    post.run()
    assert (post.of(message).state, post.suppressions()) == (MessageState.FAILED, [])


def test_when_nobody_answers_all_waits_and_no_message_is_worse_for_it(post: Post) -> None:
    messages = [post.queue(to=f"h{number}@example.org") for number in range(3)]
    post.mail.next_answers = [NOBODY]
    post.run()
    assert {(post.of(each).state, post.of(each).attempts) for each in messages} == {(MessageState.WAITING, 0)}
    lane = post.lane()
    assert (lane.failures, lane.code, lane.detail) == (1, "4.4.1", "connection refused")
    assert post.run(1) == 0
    post.run(5)
    # the one that nobody took goes last: it may have been its fault
    assert [sent.to for sent in post.mail.sent][:2] == ["h1@example.org", "h2@example.org"]
    post.run(5)
    assert {post.of(each).state for each in messages} == {MessageState.SENT}
    assert (post.lane().failures, post.lane().code) == (0, "")


def test_a_lane_that_is_down_for_long_rings_until_something_goes_through(post: Post) -> None:
    post.queue()
    post.mail.answers["huurder@example.org"] = NOBODY
    for _ in range(10):
        post.run(300)
    with post.deps.database.read() as uow:
        assert [alarm.state for alarm in uow.alarms.open(ORG)] == [ALARM]
    post.mail.answers.clear()
    post.run(900)
    with post.deps.database.read() as uow:
        assert uow.alarms.open(ORG) == []
    assert len(post.mail.sent) == 1


def test_messages_of_a_channel_that_is_configured_no_more_wait(post: Post) -> None:
    message = post.queue()
    fake = post.channels.fakes.pop((ORG, "mail"))
    post.run()
    assert (post.of(message).state, post.lane().code) == (MessageState.WAITING, "channel-not-found")
    post.channels.fakes[ORG, "mail"] = fake
    post.run(5)
    assert post.of(message).state is MessageState.SENT


@pytest.mark.parametrize(
    ("reason", "stopped"),
    [
        (SuppressionReason.COMPLAINT, {"ask", "consent"}),
        (SuppressionReason.UNSUBSCRIBED, {"consent"}),
        (SuppressionReason.STOP, {"ask", "consent", "legal"}),
        (SuppressionReason.STAFF, {"ask", "consent", "legal", "reply"}),
    ],
)
def test_each_reason_stops_what_it_is_about(post: Post, reason: SuppressionReason, stopped: set[str]) -> None:
    address = known_address(post.deps, ORG, Mode.LIVE, ChannelKind.EMAIL, "huurder@example.org")
    with post.deps.database.write() as uow:
        assert suppress(post.deps, uow, address, reason)
        assert not suppress(post.deps, uow, address, reason)
    messages = [post.queue(purpose=purpose) for purpose in MessagePurpose]
    post.run()
    assert {post.of(each).purpose for each in messages if post.of(each).state is MessageState.DROPPED} == stopped
    with post.deps.database.write() as uow:
        assert lift(post.deps, uow, address, reason, "usr_1") == 1
        assert lift(post.deps, uow, address, reason, "usr_1") == 0
    assert post.suppressions() == []


def test_what_one_sender_was_told_to_stop_another_may_send(post: Post) -> None:
    message = post.queue()
    address = address_of(message)._replace(sender="+3197099999999")
    with post.deps.database.write() as uow:
        suppress(post.deps, uow, address, SuppressionReason.STOP)
    post.run()
    assert post.of(message).state is MessageState.SENT


def test_what_was_decided_while_it_was_taken_does_not_go(post: Post) -> None:
    first, second = post.queue(), post.queue()
    fake, send = post.mail, post.mail.send

    def decide(message: OutboundMessage) -> SendResult:
        with post.deps.database.write() as uow:
            drop_messages(post.deps, uow, ORG, REQUEST, "decided")
        return send(message)

    fake.send = decide  # type: ignore[method-assign] # something happens while a message is on its way
    post.run()
    # the first had gone, and is written so; the second has not
    assert [sent.id for sent in fake.sent] == [first.id]
    assert (post.of(first).state, post.of(second).state) == (MessageState.SENT, MessageState.DROPPED)


def test_what_was_deleted_does_not_go(post: Post) -> None:
    message = post.queue()
    with post.deps.database.write() as uow:
        forget(post.deps, uow, chain_of(message), [message.to_annex], "usr_1", "asked")
    post.run()
    assert (post.of(message).state, post.of(message).code) == (MessageState.DROPPED, "deleted")


def test_the_logo_goes_with_the_mail(post: Post) -> None:
    logo: BlobRef = post.deps.blobs.put(ORG, [b"PNG"])
    post.queue(logo=logo)
    post.run()
    assert post.mail.sent[0].pictures == {"logo": b"PNG"}


def test_answers_of_the_service_say_that_no_person_wrote_them(post: Post) -> None:
    for kind in ("request", "confirmation", "reminder", "link"):
        post.queue(kind=kind)
    post.run()
    said = [dict(sent.headers) for sent in post.mail.sent]
    assert said == [{}, {"Auto-Submitted": "auto-generated"}, {"Auto-Submitted": "auto-generated"}, {}]


def headers_of(post: Post, **changes: object) -> tuple[Message, dict[str, str]]:
    message = post.queue(**{"kind": "reminder", "host": "mijn.example.org", **changes})
    post.run()
    return message, dict(post.mail.sent[-1].headers)


def test_only_what_people_may_refuse_can_be_stopped_by_one_click(post: Post) -> None:
    message, headers = headers_of(post, purpose=MessagePurpose.CONSENT)
    link = headers["List-Unsubscribe"]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read_stop(SECRET, link.removeprefix("<https://mijn.example.org/stop/").removesuffix(">")) == message.id
    # one line of a header holds 78 signs with its name
    assert len(f"List-Unsubscribe: {link}") < 90
    for purpose in (MessagePurpose.ASK, MessagePurpose.LEGAL, MessagePurpose.REPLY):
        assert "List-Unsubscribe" not in headers_of(post, purpose=purpose)[1]
    assert "List-Unsubscribe" not in headers_of(post, purpose=MessagePurpose.CONSENT, kind="confirmation")[1]


def test_a_channel_that_takes_a_few_a_minute_is_asked_for_no_more(post: Post) -> None:
    post.channels._setups = (replace(MAIL, most_a_minute=30),)
    for number in range(7):
        post.queue(to=f"h{number}@example.org")
    post.run()
    assert len(post.mail.sent) == 2
    assert post.run(3) == 0
    post.run(2)
    assert len(post.mail.sent) == 4


@pytest.mark.parametrize(
    ("exchanges", "addresses", "code"),
    [
        ((MailExchange(10, "mx.example.org"),), (), ""),
        ((), ("192.0.2.1",), ""),
        ((), (), "5.1.2"),
        ((MailExchange(0, "."),), (), "5.1.10"),
    ],
)
def test_mail_goes_only_to_domains_that_take_it(
    post: Post, exchanges: tuple[MailExchange, ...], addresses: tuple[str, ...], code: str
) -> None:
    post.channels._setups = (replace(MAIL, check_domains=True),)
    post.dns.known_exchanges["example.org"] = exchanges
    post.dns.known_addresses["example.org"] = addresses
    message = post.queue()
    post.run()
    assert (post.of(message).state, post.of(message).code) == (
        (MessageState.FAILED, code) if code else (MessageState.SENT, "")
    )
    assert post.suppressions() == ([("hard-bounce", code)] if code == "5.1.10" else [])


def test_when_dns_is_silent_the_mail_server_may_know_better(post: Post) -> None:
    post.channels._setups = (replace(MAIL, check_domains=True),)
    post.dns.silent.add("example.org")
    message = post.queue()
    post.run()
    assert post.of(message).state is MessageState.SENT
