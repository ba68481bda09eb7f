"""A message is a row with an id of its own; what is personal stands beside it, and no link is whole in what is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import ChannelKind, MessageState, Mode, PageRequest
from api.usecases.evidence.keeping import forget
from api.usecases.kinds import WorkKind
from api.usecases.messaging.outbox import drop_messages, lane_id_of, setup_for
from api.usecases.messaging.private import chain_of, shown
from api.usecases.messaging.tokens import MASK, mask, reveal, token_of
from docgen.findings import Refusal
from tests.api.usecases.messaging.post import LINK, ORG, REQUEST, SECRET

if TYPE_CHECKING:
    from tests.api.usecases.messaging.post import Post


def test_a_message_is_queued_with_its_work_and_an_event(post: Post) -> None:
    message = post.queue()
    assert post.of(message) == message
    assert (message.state, message.lane, message.attempts) == (MessageState.WAITING, "mail", 0)
    assert message.message_id == f"<{message.id}@wonen.example.org>"
    assert post.names() == ["message-queued"]
    with post.deps.database.read() as uow:
        assert uow.work.find(ORG, WorkKind.SEND_MESSAGES, lane_id_of(ORG, "mail"))
        (event,) = uow.events.of_subject(ORG, message.id, PageRequest()).items
    assert event.data == {"mode": "live", "channel": "email", "kind": "request", "request_id": REQUEST}


def test_what_is_kept_has_no_whole_link_and_is_as_long_as_what_goes(post: Post) -> None:
    message = post.queue()
    with post.deps.database.read() as uow:
        kept = shown(uow, [message])[message.id]
    assert kept["to"] == "huurder@example.org"
    assert kept["text"] == f"Bekijk de vraag: https://mijn.example.org/a/{MASK}\n"
    assert token_of(SECRET, REQUEST).lower() not in str(kept).lower()
    assert reveal(kept["text"], token_of(SECRET, REQUEST)) == f"Bekijk de vraag: {LINK}\n"


def test_a_token_is_masked_in_any_case_and_only_links_are_made_whole() -> None:
    token = token_of(SECRET, REQUEST)
    assert (len(token), token == token_of(SECRET, "agr_2")) == (26, False)
    assert mask(f"/A/{token.lower()}?", token) == f"/A/{MASK}?"
    assert reveal(f"{MASK} /a/{MASK}X /a/{MASK}.", token) == f"{MASK} /a/{MASK}X /a/{token}."


def test_personal_data_goes_and_the_message_stays(post: Post) -> None:
    message = post.queue()
    with post.deps.database.write() as uow:
        assert forget(post.deps, uow, chain_of(message), [message.to_annex], "usr_1", "asked") == [message.to_annex]
        assert shown(uow, [message]) == {}
    assert post.of(message) == message
    assert "huurder" not in str(message)


def test_the_same_reason_makes_one_message(post: Post) -> None:
    first = post.queue(once="agr_1 reminder 1")
    assert post.queue(once="agr_1 reminder 1", text="changed") == first
    assert post.queue(once="agr_1 reminder 2") != first
    assert post.names() == ["message-queued"] * 2


def test_what_is_for_later_asks_for_no_work_yet(post: Post) -> None:
    later = post.clock.now() + timedelta(hours=8)
    assert post.queue(not_before=later).not_before == later
    with post.deps.database.read() as uow:
        assert uow.work.find(ORG, WorkKind.SEND_MESSAGES, lane_id_of(ORG, "mail")) is None
        assert uow.messages.due_lanes(later, 9) == [(ORG, lane_id_of(ORG, "mail"))]


def test_a_test_message_goes_by_a_lane_that_ends_here(post: Post) -> None:
    message = post.queue(mode=Mode.TEST)
    assert (message.lane, message.message_id) == ("test", "")


@pytest.mark.parametrize("address", ["", "no address", "a@b\r\nBcc: x@y.nl", "a@localhost", "jan@@example.org"])
def test_an_address_that_cannot_be_one_is_refused(post: Post, address: str) -> None:
    with pytest.raises(Refusal, match="address-unusable"):
        post.queue(to=address)


@pytest.mark.parametrize("number", ["0201234567", "0900-1234", "112", "jan@example.org"])
def test_only_mobile_numbers_get_texts(post: Post, number: str) -> None:
    with pytest.raises(Refusal, match="address-unusable"):
        post.queue(channel=ChannelKind.SMS, to=number)
    assert post.queue(channel=ChannelKind.SMS, to="06 1234 5678").lane == "sms"


def test_without_a_channel_there_is_no_message(post: Post) -> None:
    assert setup_for(post.deps, ORG, ChannelKind.EMAIL, "mail").name == "mail"
    with pytest.raises(Refusal, match="channel-missing"):
        post.queue(lane="nowhere")
    with pytest.raises(Refusal, match="channel-missing"):
        post.queue(organisation_id="org_two")
    assert post.names() == []


def test_what_waits_about_a_thing_is_dropped_with_an_event(post: Post) -> None:
    first, second = post.queue(), post.queue(kind="reminder")
    with post.deps.database.write() as uow:
        assert drop_messages(post.deps, uow, ORG, REQUEST, "decided", ["reminder"]) == [second.id]
        assert drop_messages(post.deps, uow, ORG, REQUEST, "decided", ["reminder"]) == []
    assert (post.of(first).state, post.of(second).state) == (MessageState.WAITING, MessageState.DROPPED)
    assert post.of(second).code == "decided"
    assert post.names()[-1] == "message-dropped"


def test_what_happens_is_evidence_that_holds_nothing_personal(post: Post) -> None:
    message = post.queue()
    post.run()
    with post.deps.database.read() as uow:
        events = uow.evidence.of_subject(chain_of(message), REQUEST)
    assert [event.kind for event in events] == ["message-queued", "message-sent"]
    queued, sent = (event.body for event in events)
    assert (queued["message"], queued["channel"], queued["kind"]) == (message.id, "email", "request")
    assert queued["rendered"]["annex"] == message.rendered_annex
    assert queued["address"]["annex"] == message.to_annex
    assert sent == {"message": message.id, "provider_id": "fake-1"}
    assert "huurder" not in str(events)
