"""An event row is enough: each goes once to each endpoint that asked for its type, of its organisation and mode."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.ports import Event, Mode
from api.usecases.webhooks import dealing, endpoints, switching
from api.usecases.webhooks.dealing import DELIVERIES_KEPT
from tests.api.usecases.webhooks.hooks import ORG, OTHER, URL

if TYPE_CHECKING:
    from tests.api.usecases.webhooks.hooks import Hooks


def test_what_happens_is_told_once(hooks: Hooks) -> None:
    hooks.add(types=["thing.*"])
    number = hooks.happen("thing-half-done", "thg_1", by="usr_01jd8m2x4c7n3k5p9qrstv0wxy", note="Mevrouw Jansen")
    hooks.run()
    hooks.run(3600)
    (message,) = hooks.receiver.sent
    assert json.loads(message.body) == {
        "type": "thing.half_done",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "data": {"id": "thg_1", "event_id": f"evt_{number}", "by": "usr_01jd8m2x4c7n3k5p9qrstv0wxy"},
    }
    assert message.headers["webhook-id"] == f"evt_{number}"
    assert message.headers["content-type"] == "application/json"


def test_a_payload_is_small_and_holds_no_word_that_somebody_typed(hooks: Hooks) -> None:
    hooks.add(types=["thing.*"])
    typed = {f"word{number}": "Mevrouw Jansen " * 500 for number in range(50)} | {"number": 7, "list": ["a"]}
    many = {f"id{number:03}": f"pce_{number:020}" for number in range(500)}
    hooks.happen(**typed)
    hooks.happen(**many, **{"id": "job_01jd8m2x4c7n3k5p9qrstv0wxy", "With Spaces": "job_01jd8m2x4c7n3k5p9qrstv0wxy"})
    hooks.run()
    first, second = (message.body for message in hooks.receiver.sent)
    assert len(second) < 20_000
    assert json.loads(second)["data"]["id"] == "thg_1"
    assert b"Jansen" not in first
    assert set(json.loads(first)["data"]) == {"id", "event_id"}


def test_only_the_types_that_were_asked_for_are_sent(hooks: Hooks) -> None:
    wanted = {f"{URL}/1": ["thing.done"], f"{URL}/2": ["thing.*"], f"{URL}/3": ["thin.*"], f"{URL}/4": []}
    for url, types in wanted.items():
        hooks.add(url, types=types)
    hooks.run()
    hooks.receiver.sent.clear()
    hooks.happen("thing-done")
    hooks.happen("thing-lost")
    hooks.happen("thing")
    hooks.run()
    assert sorted(hooks.sent()) == [
        (f"{URL}/1", "thing.done"),
        *((f"{URL}/2", f"thing.{word}") for word in ("done", "lost", "thing")),
        *((f"{URL}/4", f"thing.{word}") for word in ("done", "lost", "thing")),
    ]


def test_one_organisation_is_not_told_of_another(hooks: Hooks) -> None:
    hooks.add(f"{URL}/1", types=["thing.*"])
    hooks.add(f"{URL}/2", organisation=OTHER, types=["thing.*"])
    hooks.happen("thing-one")
    hooks.happen("thing-two", organisation=OTHER)
    hooks.run()
    assert sorted(hooks.sent()) == [(f"{URL}/1", "thing.one"), (f"{URL}/2", "thing.two")]


def test_tests_go_to_endpoints_of_tests_and_what_has_no_mode_to_both(hooks: Hooks) -> None:
    hooks.add(f"{URL}/live", types=["thing.*"])
    hooks.add(f"{URL}/test", mode=Mode.TEST, types=["thing.*"])
    hooks.happen("thing-live", mode="live")
    hooks.happen("thing-test", mode="test")
    hooks.happen("thing-both")
    hooks.happen("thing-gone", subject="job_01jd8m2x4c7n3k5p9qrstv0wxy")
    hooks.run()
    told = {url.rpartition("/")[2]: [] for url, _ in hooks.sent()}
    for url, kind in hooks.sent():
        told[url.rpartition("/")[2]].append(kind.removeprefix("thing."))
    assert told == {"live": ["live", "both", "gone"], "test": ["test", "both"]}


def test_what_was_before_an_endpoint_or_while_it_is_off_is_not_told(hooks: Hooks) -> None:
    hooks.happen("thing-before")
    webhook = hooks.add(types=["thing.*"])
    switching.disable(hooks.deps, ORG, webhook.id, "key_1")
    hooks.happen("thing-between")
    switching.enable(hooks.deps, ORG, webhook.id, "key_1")
    hooks.happen("thing-after")
    hooks.run()
    assert hooks.sent() == [(URL, "thing.after")]


def test_what_is_rolled_back_is_not_told(hooks: Hooks) -> None:
    hooks.add(types=["thing.*"])

    def fail() -> None:
        with hooks.deps.database.write() as uow:
            uow.events.append(Event(ORG, "thg_1", "thing-done", hooks.clock.now()))
            _ = 1 // 0

    with pytest.raises(ZeroDivisionError):
        fail()
    hooks.run()
    assert hooks.sent() == []


def test_nothing_is_noted_while_there_is_no_endpoint(hooks: Hooks) -> None:
    hooks.happen()
    with hooks.deps.database.read() as uow:
        assert not uow.webhooks.fresh()


def test_more_than_one_round_takes_are_all_told(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dealing, "AT_ONCE", 7)
    hooks.add(types=["thing.*"])
    numbers = [hooks.happen() for _ in range(20)]
    hooks.run()
    assert [message.headers["webhook-id"] for message in hooks.receiver.sent] == [f"evt_{each}" for each in numbers]


def test_deliveries_are_forgotten_after_their_time(hooks: Hooks) -> None:
    webhook = hooks.add(types=["thing.*"])
    hooks.happen()
    hooks.run()
    assert len(hooks.deliveries(webhook)) == 1
    hooks.run(DELIVERIES_KEPT.total_seconds() + 1)
    assert hooks.deliveries(webhook) == ()


def test_a_test_goes_to_its_endpoint_only_whatever_it_asked_for(hooks: Hooks) -> None:
    webhook = hooks.add(f"{URL}/1", types=["record.*"])
    hooks.add(f"{URL}/2", types=["webhook.test"])
    endpoints.send_test(hooks.deps, ORG, webhook.id, "key_1")
    hooks.run()
    assert hooks.sent() == [(f"{URL}/1", "webhook.test")]


def test_an_endpoint_is_not_told_of_itself(hooks: Hooks) -> None:
    webhook = hooks.add(f"{URL}/1")
    hooks.add(f"{URL}/2", types=["webhook.*"])
    endpoints.rotate_secret(hooks.deps, ORG, webhook.id, 24, "key_1")
    hooks.run()
    told = [(f"{URL}/2", f"webhook.{what}") for what in ("added", "secret_rotated")]
    assert sorted(hooks.sent()) == [(f"{URL}/1", "webhook.added"), *told]


def test_what_does_not_say_its_mode_has_that_of_what_it_is_about(hooks: Hooks) -> None:
    of_test = hooks.add(f"{URL}/0", mode=Mode.TEST)
    hooks.add(f"{URL}/live", types=["webhook.*"])
    hooks.add(f"{URL}/test", mode=Mode.TEST, types=["webhook.*"])
    hooks.run()
    hooks.receiver.sent.clear()
    endpoints.rotate_secret(hooks.deps, ORG, of_test.id, 24, "key_1")
    hooks.run()
    assert hooks.sent() == [(f"{URL}/test", "webhook.secret_rotated")]
