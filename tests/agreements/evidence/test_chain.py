from __future__ import annotations

import datetime as dt
import json

import pytest

from agreements.evidence.annex import AnnexValue, annex_digest, annexes_of, reference
from agreements.evidence.canonical import canonical, digest
from agreements.evidence.chain import ZERO, Draft, Event, Head, chain_name, event_digest, extend, moment
from agreements.evidence.checkpoint import path_to, take
from agreements.evidence.kinds import BODY_FIELDS, EventKind, check_body
from agreements.evidence.tiers import Tier, sentence
from tests.agreements.evidence.stories import CHAIN, Teller, told


def test_an_event_holds_what_the_format_says_and_in_one_order() -> None:
    event = extend(CHAIN, Head(), Draft("2026-11-23T08:00:00.000000Z", "expired", "agr_1", {"request": "agr_1"}))
    assert list(json.loads(event.line())) == ["at", "body", "chain", "digest", "kind", "prev", "seq", "subject"]
    assert (event.seq, event.prev) == (1, ZERO)
    assert event.line() == canonical(json.loads(event.line()))


def test_the_digest_is_over_the_digest_of_the_body() -> None:
    event = told(5).events[4]
    parts = {"at": event.at, "chain": event.chain, "kind": event.kind, "prev": event.prev, "seq": event.seq}
    body = digest(dict(event.body or {}))
    assert event.digest == digest({**parts, "subject": event.subject, "body": body}) == event_digest(event)


def test_a_copy_without_body_links_as_the_event_does() -> None:
    event = told(3).events[2]
    copy = event.without_body()
    assert (copy.head, event_digest(copy)) == (event.head, event.digest)
    assert "body" not in json.loads(copy.line())
    assert json.loads(copy.line())["body_digest"] == digest(dict(event.body or {}))


def test_moments_are_utc_and_of_one_length() -> None:
    amsterdam = dt.timezone(dt.timedelta(hours=1))
    assert moment(dt.datetime(2026, 11, 23, 9, tzinfo=amsterdam)) == "2026-11-23T08:00:00.000000Z"


def test_live_and_test_are_chains_apart() -> None:
    assert chain_name("grachtstad", "live") != chain_name("grachtstad", "test")


def test_checkpoints_go_on_from_each_other() -> None:
    teller = told(20)
    first, second = (one.checkpoint for one in teller.checkpoints(12, 20))
    assert (first.number, first.first, first.last, first.prev) == (1, 1, 12, ZERO)
    assert (second.number, second.first, second.last, second.prev) == (2, 13, 20, first.digest)
    assert second.head == teller.events[19].digest
    assert path_to(second, [event.digest for event in teller.events[12:]], 15).seq == 15


def test_a_checkpoint_is_over_something() -> None:
    with pytest.raises(ValueError, match="at least one event"):
        take(CHAIN, None, [], "2026-11-23T08:00:00.000000Z")


def test_an_annex_shows_nothing_of_its_value_without_its_key() -> None:
    shown = reference("anx_1", bytes(32), "+31612345678")
    assert "612345678" not in json.dumps(shown)
    assert shown["hmac"] != reference("anx_1", b"\1" * 32, "+31612345678")["hmac"]
    assert shown["hmac"] == annex_digest(bytes(32), "+31612345678")
    assert AnnexValue("anx_1", bytes(32), "x").shown() == {"id": "anx_1", "key": "00" * 32, "value": "x"}


def test_a_key_of_an_annex_is_long_enough() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        annex_digest(b"short", "x")


def test_annexes_are_found_wherever_they_are_named() -> None:
    teller = Teller()
    event = teller.ask("agr_1")
    assert list(annexes_of(dict(event.body or {}))) == ["anx_00001", "anx_00002"]


def test_every_kind_says_what_its_body_holds() -> None:
    assert set(BODY_FIELDS) == set(EventKind)


def _checked(event: Event) -> None:
    check_body(EventKind(event.kind), dict(event.body or {}))


def test_bodies_as_they_are_made_pass() -> None:
    for event in told(40).events:
        _checked(event)


def test_a_body_that_lacks_something_is_refused() -> None:
    body = dict(told(4).events[3].body or {})
    del body["page_digest"]
    with pytest.raises(ValueError, match="page_digest"):
        check_body(EventKind.ANSWERED, body)


@pytest.mark.parametrize("name", ["recipient", "addresses"])
def test_what_is_personal_cannot_stand_in_clear(name: str) -> None:
    clear = {"recipient": "J. de Vries", "addresses": [{"channel": "sms", "annex": "+31612345678"}]}[name]
    with pytest.raises(ValueError, match="personal"):
        _checked(Teller().ask("agr_1", **{name: clear}))  # type: ignore[arg-type] # JSON of two kinds


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_tier_says_what_it_detects_and_what_not(language: str) -> None:
    told_of = [sentence(tier, language) for tier in Tier]
    assert all(one.detects and one.not_detected for one in told_of)
    assert len({one.not_detected for one in told_of}) == 4
