"""One contract for every database: messages, lanes, suppressions, mail that came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    BouncedMail,
    BounceOutcome,
    ChannelKind,
    Message,
    MessageFilter,
    MessageLane,
    MessagePurpose,
    MessageState,
    Mode,
    PageRequest,
    Suppression,
    SuppressionReason,
)
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, OTHER, REF, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

LATER = NOW + timedelta(hours=1)
WAITING, SENDING, SENT, DROPPED = (
    MessageState.WAITING,
    MessageState.SENDING,
    MessageState.SENT,
    MessageState.DROPPED,
)
MESSAGE = Message(
    id="msg_1",
    organisation_id=ORG,
    mode=Mode.LIVE,
    channel=ChannelKind.EMAIL,
    lane="mail",
    kind="request",
    purpose=MessagePurpose.ASK,
    subject_id="agr_1",
    language="nl",
    created_at=NOW,
    not_before=NOW,
    to_digest="d1",
    to_annex="anx_1",
    rendered_annex="anx_2",
)
SUPPRESSION = Suppression(
    "sup_1", ORG, Mode.LIVE, ChannelKind.EMAIL, "d1", SuppressionReason.HARD_BOUNCE, NOW, code="5.1.1"
)
BOUNCE = BouncedMail("bnc_1", ORG, "mail", NOW, "pipe", BounceOutcome.HARD, REF, "msg_1", "5.1.1", "no such user")


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    with database.write() as uow:
        for number in range(1, 5):
            message = replace(MESSAGE, id=f"msg_{number}", not_before=NOW + timedelta(seconds=number))
            assert uow.messages.add(message)
        uow.messages.add(replace(MESSAGE, id="msg_5", lane="other"))
        uow.messages.add(replace(MESSAGE, id="msg_9", organisation_id=OTHER))
    return database


def test_messages_are_found_by_their_organisation_only(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert not uow.messages.add(replace(MESSAGE, kind="reminder"))
        assert uow.messages.get(ORG, "msg_5") == replace(MESSAGE, id="msg_5", lane="other")
        assert uow.messages.find(OTHER, "msg_1") is None
        assert (uow.messages.whose("msg_9"), uow.messages.whose("msg_0")) == (OTHER, None)
        with pytest.raises(Refusal, match="message-not-found"):
            uow.messages.get(OTHER, "msg_1")


def test_messages_are_listed_newest_first_and_by_what_is_asked(db: SqlDatabase) -> None:
    with db.read() as uow:
        first = uow.messages.list(ORG, PageRequest(2), MessageFilter())
        assert [each.id for each in first.items] == ["msg_5", "msg_4"]
        rest = uow.messages.list(ORG, PageRequest(9, first.next_after), MessageFilter(lane="mail", kind="request"))
        assert [each.id for each in rest.items] == ["msg_3", "msg_2", "msg_1"]
        assert uow.messages.list(ORG, PageRequest(), MessageFilter(state=SENT)).items == ()
        assert len(uow.messages.list(ORG, PageRequest(), MessageFilter(WAITING, subject_id="agr_1")).items) == 5
        assert [each.id for each in uow.messages.of_subject(OTHER, "agr_1")] == ["msg_9"]
        assert uow.messages.counts(ORG, Mode.LIVE, "mail") == {WAITING: 4}
        assert uow.messages.counts(ORG, Mode.TEST, "mail") == {}


def test_what_is_due_longest_is_taken_first_and_what_a_killed_one_had_again(db: SqlDatabase) -> None:
    now = NOW + timedelta(seconds=3)
    with db.write() as uow:
        taken = uow.messages.take(ORG, "mail", now, 2)
        assert [(each.id, each.state, each.attempts) for each in taken] == [
            ("msg_1", SENDING, 1),
            ("msg_2", SENDING, 1),
        ]
        uow.messages.put_back(ORG, taken[1:])
        assert uow.messages.get(ORG, "msg_2").state is WAITING
        again = uow.messages.take(ORG, "mail", now, 9)
        assert [(each.id, each.attempts) for each in again] == [("msg_1", 2), ("msg_2", 1), ("msg_3", 1)]
        assert uow.messages.has_due(ORG, "mail", now)
        assert not uow.messages.has_due(OTHER, "other", now)


def test_only_who_took_a_message_settles_it(db: SqlDatabase) -> None:
    with db.write() as uow:
        (first,) = uow.messages.take(ORG, "mail", LATER, 1)
        (second,) = uow.messages.take(ORG, "mail", LATER, 1)
        assert first.id == second.id
        assert (uow.messages.is_taken(first), uow.messages.is_taken(second)) == (False, True)
        done = replace(second, state=SENT, state_at=LATER, provider_id="250", message_id="<a@b>", parts=2)
        assert not uow.messages.settle(first, replace(first, state=SENT))
        assert uow.messages.settle(second, done)
        assert not uow.messages.settle(second, done)
        assert uow.messages.get(ORG, first.id) == done
        assert uow.messages.of_provider(ORG, "mail", "250") == done
        assert uow.messages.of_provider(OTHER, "mail", "250") is None
        assert uow.messages.latest_to(ORG, Mode.LIVE, ChannelKind.EMAIL, "d1") == done
        assert uow.messages.latest_to(ORG, Mode.TEST, ChannelKind.EMAIL, "d1") is None
        assert uow.messages.settle(done, replace(done, state=MessageState.BOUNCED, soft_bounces=1, logo=REF))
        assert uow.messages.get(ORG, first.id).logo == REF
        assert (uow.messages.soft_bounced(done, NOW), uow.messages.soft_bounced(done, LATER)) == (1, 0)


def test_what_was_dropped_while_it_went_is_written_as_gone(db: SqlDatabase) -> None:
    with db.write() as uow:
        (taken,) = uow.messages.take(ORG, "mail", LATER, 1)
        assert uow.messages.drop(ORG, "agr_1", ["reminder"], "decided", LATER) == []
        dropped = uow.messages.drop(ORG, "agr_1", [], "decided", LATER)
        assert dropped == ["msg_1", "msg_2", "msg_3", "msg_4", "msg_5"]
        assert uow.messages.get(ORG, "msg_2").state is DROPPED
        assert uow.messages.get(OTHER, "msg_9").state is WAITING
        assert uow.messages.settle(taken, replace(taken, state=SENT))
        uow.messages.put_back(ORG, [replace(taken, id="msg_2")])
        assert uow.messages.get(ORG, "msg_2").state is DROPPED


def test_lanes_with_something_due_are_found_unless_they_are_paused(db: SqlDatabase) -> None:
    lane = MessageLane("lan_1", ORG, "mail", ChannelKind.EMAIL)
    with db.write() as uow:
        uow.messages.add_lane(lane)
        uow.messages.add_lane(replace(lane, failures=9))
        uow.messages.add_lane(MessageLane("lan_2", ORG, "silent", ChannelKind.EMAIL))
        uow.messages.add_lane(MessageLane("lan_9", OTHER, "mail", ChannelKind.EMAIL))
        assert uow.messages.due_lanes(LATER, 9) == [(ORG, "lan_1"), (OTHER, "lan_9")]
        assert uow.messages.due_lanes(NOW, 9) == [(OTHER, "lan_9")]
        paused = {"paused_until": LATER, "failures": 2, "failing_since": NOW, "code": "4.4.1", "detail": "no answer"}
        uow.messages.change_lane(ORG, "lan_1", **paused)
        uow.messages.change_lane(OTHER, "lan_2", **paused)
        assert uow.messages.due_lanes(LATER - timedelta(seconds=1), 9) == [(OTHER, "lan_9")]
        assert len(uow.messages.due_lanes(LATER, 1)) == 1
        assert uow.messages.lane(ORG, "lan_1") == replace(lane, **paused)  # type: ignore[arg-type] # of mixed types
        assert uow.messages.lane(OTHER, "lan_1") is None
        assert [each.name for each in uow.messages.lanes(ORG)] == ["mail", "silent"]


def test_an_address_is_suppressed_once_for_each_reason_and_can_be_lifted(db: SqlDatabase) -> None:
    stop = replace(SUPPRESSION, id="sup_2", reason=SuppressionReason.STOP, sender="+3197", at=LATER)
    with db.write() as uow:
        assert uow.suppressions.add(SUPPRESSION)
        assert not uow.suppressions.add(SUPPRESSION)
        assert uow.suppressions.add(stop)
        assert uow.suppressions.add(replace(SUPPRESSION, id="sup_9", organisation_id=OTHER))
        assert uow.suppressions.of(ORG, Mode.LIVE, ChannelKind.EMAIL, "d1") == [SUPPRESSION, stop]
        assert uow.suppressions.of(ORG, Mode.TEST, ChannelKind.EMAIL, "d1") == []
        assert uow.suppressions.among(ORG, Mode.LIVE, ChannelKind.SMS, ["d1"]) == []
        assert len(uow.suppressions.among(ORG, Mode.LIVE, ChannelKind.EMAIL, ["d0", "d1"])) == 2
        first = uow.suppressions.list(ORG, PageRequest(1))
        assert (first.items, uow.suppressions.list(ORG, PageRequest(1, first.next_after)).items) == (
            (SUPPRESSION,),
            (stop,),
        )
        with pytest.raises(Refusal, match="suppression-not-found"):
            uow.suppressions.lift(OTHER, "sup_1", "key_1", LATER)
        uow.suppressions.lift(ORG, "sup_1", "key_1", LATER)
        with pytest.raises(Refusal, match="suppression-not-found"):
            uow.suppressions.get(ORG, "sup_1")
        assert uow.suppressions.get(ORG, "sup_2") == stop
        events = uow.events.of_subject(ORG, "sup_1", PageRequest()).items
    assert [event.name for event in events] == ["suppression-added", "suppression-lifted"]
    assert events[1].data == {"mode": "live", "channel": "email", "reason": "hard-bounce", "by": "key_1"}


def test_mail_that_came_back_is_kept_and_shown_until_somebody_has_looked(db: SqlDatabase) -> None:
    other = replace(BOUNCE, id="bnc_2", outcome=BounceOutcome.OTHER, message_id="", at=LATER)
    with db.write() as uow:
        assert uow.bounces.add(BOUNCE)
        assert not uow.bounces.add(replace(BOUNCE, code="4.2.2"))
        assert uow.bounces.add(other)
        assert uow.bounces.get(ORG, "bnc_1") == BOUNCE
        with pytest.raises(Refusal, match="bounce-not-found"):
            uow.bounces.get(OTHER, "bnc_1")
        first = uow.bounces.list(ORG, PageRequest(1))
        assert first.items == (other,)
        assert uow.bounces.list(ORG, PageRequest(1, first.next_after)).items == (BOUNCE,)
        assert uow.bounces.list(ORG, PageRequest(), BounceOutcome.HARD).items == (BOUNCE,)
        assert uow.bounces.list(ORG, PageRequest(), unseen=True).items == (other,)
        uow.bounces.seen(OTHER, "bnc_2", "usr_1")
        assert uow.bounces.list(ORG, PageRequest(), unseen=True).items == (other,)
        uow.bounces.seen(ORG, "bnc_2", "usr_1")
        assert uow.bounces.list(ORG, PageRequest(), unseen=True).items == ()
        assert uow.bounces.forget(LATER, 9) == [BOUNCE]
        assert uow.bounces.forget(LATER, 9) == []
        assert [row.id for row in uow.bounces.list(ORG, PageRequest()).items] == ["bnc_2"]
