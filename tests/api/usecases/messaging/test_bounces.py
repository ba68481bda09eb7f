"""Mail that comes back is kept, matched by what nobody can forge, and acted on once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ports import BounceOutcome, DeliveryEvent, DeliveryKind, MessageState, PageRequest
from api.usecases.messaging.bounce_reading import read_bounce
from api.usecases.messaging.bounces import (
    KEPT,
    ComingBack,
    forget_old,
    list_bounces,
    note_event,
    raw_bounce,
    take_bounce,
)
from api.usecases.messaging.wire import return_path
from api.usecases.trash import empty_trash
from docgen.findings import Refusal
from tests.api.usecases.messaging.post import MAIL, ORG, SECRET
from tests.api.usecases.messaging.returned import QMAIL, complaint, dsn, plain, whole

if TYPE_CHECKING:
    from api.ports import BouncedMail, Message
    from tests.api.usecases.messaging.post import Post


def sent(post: Post, **changes: object) -> Message:
    message = post.queue(**changes)
    post.run()
    return post.of(message)


def came(post: Post, raw: bytes, sent_to: str = "") -> BouncedMail:
    return take_bounce(post.deps, ComingBack(ORG, "mail", "pipe", raw, sent_to))


def path_of(message: Message) -> str:
    return return_path(SECRET, MAIL, message.id)


def test_a_report_to_the_signed_return_path_settles_its_message(post: Post) -> None:
    message = sent(post)
    row = came(post, dsn(), path_of(message))
    assert (row.outcome, row.message_id, row.code) == (BounceOutcome.HARD, message.id, "5.1.1")
    assert row.detail == "550 5.1.1 <…>: no such user"
    assert post.of(message).state is MessageState.BOUNCED
    assert post.suppressions() == [("hard-bounce", "5.1.1")]
    assert post.names()[-2:] == ["message-bounced", "suppression-added"]
    again = post.queue()
    post.run()
    assert post.of(again).state is MessageState.DROPPED


def test_the_return_path_may_stand_in_the_mail_and_in_capitals(post: Post) -> None:
    message = sent(post)
    row = came(post, dsn(to=path_of(message).upper()))
    assert (row.outcome, row.message_id) == (BounceOutcome.HARD, message.id)


@pytest.mark.parametrize("other", ["bounce+msg_0", "bounce+msg_1.aaaaaaaa@example.org bounce+"])
def test_a_forged_return_path_changes_nothing_and_is_kept(post: Post, other: str) -> None:
    message = sent(post)
    row = came(post, whole(message), path_of(message).replace("bounce+msg_", other))
    assert (row.outcome, row.message_id) == (BounceOutcome.FORGED, "")
    assert post.of(message).state is MessageState.SENT
    assert post.suppressions() == []
    assert raw_bounce(post.deps, ORG, row.id, "usr_1") == whole(message)


def test_a_signature_is_of_one_message_only(post: Post) -> None:
    first, second = sent(post), sent(post)
    stolen = path_of(first).replace(first.id, second.id)
    assert came(post, dsn(), stolen).outcome is BounceOutcome.FORGED


@pytest.mark.parametrize("make", [lambda message: dsn(message.message_id), whole])
def test_what_came_back_says_whose_it_is_when_its_address_does_not(post: Post, make: object) -> None:
    message = sent(post)
    row = came(post, make(message))  # type: ignore[operator] # a function
    assert (row.outcome, row.message_id) == (BounceOutcome.HARD, message.id)


def test_addresses_alone_count_only_without_return_paths(post: Post) -> None:
    message = sent(post)
    row = came(post, dsn())
    assert (row.outcome, post.of(message).state) == (BounceOutcome.UNMATCHED, MessageState.SENT)
    post.channels._setups = (replace(MAIL, return_domain=""),)
    other = came(post, plain("post@wonen.example.org", "failure notice", QMAIL))
    assert (other.outcome, other.message_id, other.code) == (BounceOutcome.HARD, message.id, "5.1.1")
    assert post.of(message).state is MessageState.BOUNCED


def test_the_same_mail_twice_counts_once(post: Post) -> None:
    message = sent(post)
    first = came(post, dsn(status="4.4.1", said="timed out"), path_of(message))
    assert came(post, dsn(status="4.4.1", said="timed out"), path_of(message)) == first
    assert post.of(message).soft_bounces == 1
    assert post.names().count("message-bounced") == 1


@pytest.mark.parametrize(
    ("status", "said", "outcome", "code", "suppressed"),
    [
        ("5.1.1", "no such user", "hard", "5.1.1", True),
        ("5.1.10", "null MX", "hard", "5.1.10", True),
        ("5.0.0", "550 5.1.1 no such user", "hard", "5.1.1", True),
        ("5.7.1", "blocked", "hard", "5.7.1", False),
        ("5.2.2", "mailbox full", "soft", "5.2.2", False),
        ("4.4.1", "given up after five days", "soft", "4.4.1", False),
        ("nonsense", "", "hard", "5.0.0", False),
    ],
)
def test_hard_and_soft_are_told_apart(
    post: Post, status: str, said: str, outcome: str, code: str, *, suppressed: bool
) -> None:
    message = sent(post)
    row = came(post, dsn(status=status, said=said), path_of(message))
    assert (row.outcome, row.code, bool(post.suppressions())) == (outcome, code, suppressed)
    assert post.of(message).state is MessageState.BOUNCED


def test_a_mailbox_that_is_full_three_times_gets_nothing_more(post: Post) -> None:
    for _ in range(3):
        assert post.suppressions() == []
        came(post, dsn(status="5.2.2"), path_of(sent(post)))
    assert post.suppressions() == [("soft-bounces", "5.2.2")]


def test_what_blocks_us_three_times_says_nothing_of_the_mailbox(post: Post) -> None:
    for _ in range(4):
        came(post, dsn(status="5.7.1"), path_of(sent(post)))
    assert post.suppressions() == []


def test_mail_that_is_still_tried_is_not_over(post: Post) -> None:
    message = sent(post)
    row = came(post, dsn(action="delayed", status="4.4.1"), path_of(message))
    assert (row.outcome, post.of(message).state) == (BounceOutcome.DELAYED, MessageState.SENT)
    assert post.names()[-1] == "message-deferred"


def test_a_report_of_delivery_is_noted(post: Post) -> None:
    message = sent(post)
    row = came(post, dsn(action="delivered", status="2.0.0"), path_of(message))
    assert (row.outcome, post.of(message).state) == (BounceOutcome.DELIVERED, MessageState.DELIVERED)
    assert came(post, dsn(action="relayed", status="2.0.0"), path_of(sent(post))).outcome is BounceOutcome.OTHER


def test_a_complaint_stops_what_need_not_go(post: Post) -> None:
    message = sent(post)
    row = came(post, complaint(path_of(message)))
    assert (row.outcome, post.suppressions()) == (BounceOutcome.COMPLAINT, [("complaint", "abuse")])
    assert post.of(message).state is MessageState.SENT
    assert "message-complained" in post.names()
    assert came(post, complaint(path_of(message), "not-spam")).outcome is BounceOutcome.OTHER


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("Afwezig: Een vraag", {}),
        ("Automatic reply: Een vraag", {}),
        ("Ik ben er niet", {"Auto_Submitted": "auto-replied"}),
        ("Ik ben er niet", {"X_Autoreply": "yes"}),
        ("Ik ben er niet", {"Precedence": "auto_reply"}),
    ],
)
def test_machines_that_answer_for_people_change_nothing(post: Post, subject: str, headers: dict[str, str]) -> None:
    message = sent(post)
    row = came(post, plain(path_of(message), subject, "Ik ben met vakantie.", **headers))
    assert (row.outcome, row.message_id) == (BounceOutcome.AUTOREPLY, message.id)
    assert (post.of(message).state, post.names()[-1]) == (MessageState.SENT, "message-autoresponded")


def test_a_letter_of_a_person_is_kept_and_shown_until_somebody_has_looked(post: Post) -> None:
    message = sent(post)
    raw = plain(path_of(message), "Re: Een vraag", "Ja, dat wil ik wel.")
    row = came(post, raw)
    assert (row.outcome, row.message_id, row.detail) == (BounceOutcome.OTHER, message.id, "")
    assert post.of(message).state is MessageState.SENT
    assert list_bounces(post.deps, ORG, PageRequest(), unseen=True).items == (row,)
    assert raw_bounce(post.deps, ORG, row.id, "usr_1") == raw
    assert list_bounces(post.deps, ORG, PageRequest(), unseen=True).items == ()
    assert len(list_bounces(post.deps, ORG, PageRequest(), BounceOutcome.OTHER).items) == 1


@pytest.mark.parametrize("state", [MessageState.FAILED, MessageState.DROPPED, MessageState.BOUNCED])
def test_what_is_over_stays_as_it_is(post: Post, state: MessageState) -> None:
    message = sent(post)
    over = replace(message, state=state)
    with post.deps.database.write() as uow:
        uow.messages.settle(message, over)
        for kind in (DeliveryKind.BOUNCED, DeliveryKind.DELIVERED, DeliveryKind.FAILED):
            assert not note_event(post.deps, uow, over, DeliveryEvent(kind, code="5.1.1", permanent=True))
    assert (post.of(message), post.suppressions()) == (over, [])


def test_a_carrier_that_had_it_may_say_that_it_failed(post: Post) -> None:
    message = sent(post)
    with post.deps.database.write() as uow:
        assert note_event(post.deps, uow, message, DeliveryEvent(DeliveryKind.FAILED, code="16"))
    assert (post.of(message).state, post.of(message).code) == (MessageState.FAILED, "16")


def test_mail_that_came_back_goes_after_a_while_and_what_followed_stays(post: Post) -> None:
    message = sent(post)
    row = came(post, dsn(), path_of(message))
    assert forget_old(post.deps) == 0
    post.clock.advance(KEPT.total_seconds() + 1)
    assert forget_old(post.deps) == 1
    assert list_bounces(post.deps, ORG, PageRequest()).items == ()
    post.clock.advance(2 * 3600)
    assert empty_trash(post.deps) == 1
    assert row.raw is not None
    assert not post.deps.blobs.exists(ORG, row.raw)
    assert (post.of(message).state, post.suppressions()) == (MessageState.BOUNCED, [("hard-bounce", "5.1.1")])


def test_only_channels_of_mail_take_mail(post: Post) -> None:
    for lane in ("sms", "nowhere"):
        with pytest.raises(Refusal, match="channel-not-found"):
            take_bounce(post.deps, ComingBack(ORG, lane, "pipe", b""))


_PIECES = (
    *(b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", b"\n--b\n", b"--b--"),
    *(b"Content-Type: message/delivery-status\n\n", b"Action: failed\n", b"Status: 5.1.1\n", b"Final-Recipient: x\n"),
    *(b"Content-Type: message/rfc822\n\n", b"Message-ID: <msg_1@x>\n", b"Content-Transfer-Encoding: base64\n"),
    *(b"Subject: =?utf-8?b?!!?=\n", b"To: \xff\xfe\n", b"Content-Type: text/plain; charset=\xff\n", b"\n", b"\x00"),
    *(b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n", b"Feedback-Type: abuse\n"),
    b"Content-Type: message/feedback-report\n\n",
)


@given(st.lists(st.sampled_from(_PIECES) | st.binary(max_size=20), max_size=14).map(b"".join))
def test_whatever_comes_is_something(raw: bytes) -> None:
    assert read_bounce(raw).outcome in set(BounceOutcome)
