"""One contract for every database: endpoints of webhooks, events that are still to be told, deliveries."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    DeliveryState,
    Event,
    JournalPart,
    Mode,
    PageRequest,
    Webhook,
    WebhookDelivery,
    WebhookOff,
    WebhookState,
)
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, OTHER, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

LATER = NOW + timedelta(hours=1)
HOOK = Webhook("whk_1", ORG, Mode.LIVE, "https://hooks.example.org/", NOW, "ours", ("job.*", "record.new"))


def delivery(number: int, webhook_id: str = "whk_1", organisation: str = ORG) -> WebhookDelivery:
    row_id = f"whd_{webhook_id}_{number}"
    return WebhookDelivery(row_id, organisation, webhook_id, number, "job.done", NOW, next_try_at=NOW)


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    with database.write() as uow:
        uow.webhooks.add(HOOK)
        uow.webhooks.add(replace(HOOK, id="whk_2", mode=Mode.TEST))
        uow.webhooks.add(replace(HOOK, id="whk_9", organisation_id=OTHER))
        uow.webhooks.take_fresh(1000)
    return database


def test_endpoints_are_found_by_their_organisation_only(db: SqlDatabase) -> None:
    with db.read() as uow:
        assert uow.webhooks.get(ORG, "whk_1") == uow.webhooks.find(ORG, "whk_1") == HOOK
        assert uow.webhooks.find(OTHER, "whk_1") is None
        with pytest.raises(Refusal, match="webhook-not-found"):
            uow.webhooks.get(OTHER, "whk_1")
        first = uow.webhooks.list(ORG, PageRequest(1))
        assert [each.id for each in first.items] == ["whk_2"]
        rest = uow.webhooks.list(ORG, PageRequest(1, first.next_after))
        assert ([each.id for each in rest.items], rest.next_after) == (["whk_1"], None)
        assert (uow.webhooks.count(ORG), uow.webhooks.count(OTHER)) == (2, 1)
        (event,) = uow.events.of_subject(ORG, "whk_2", PageRequest()).items
    assert (event.name, event.data) == ("webhook-added", {"mode": "test"})


def test_every_field_can_be_changed_and_comes_back(db: SqlDatabase) -> None:
    changed = replace(
        HOOK,
        url="https://other.example.org/",
        description="",
        types=(),
        state=WebhookState.DISABLED,
        disabled_why=WebhookOff.GONE,
        disabled_at=LATER,
        generation=3,
        signs_from=2,
        previous_until=LATER,
        failures=4,
        failing_since=NOW,
        paused_until=LATER,
    )
    fields = {name: getattr(changed, name) for name in Webhook.__slots__ if name not in ("id", "organisation_id")}
    with db.write() as uow:
        uow.webhooks.change(ORG, "whk_1", **fields)
        uow.webhooks.change(OTHER, "whk_2", **fields)
    with db.write() as uow:
        assert uow.webhooks.get(ORG, "whk_1") == uow.webhooks.hold(ORG, "whk_1") == changed
        assert uow.webhooks.hold(OTHER, "whk_1") is None
        assert uow.webhooks.get(ORG, "whk_2").state is WebhookState.ENABLED
        assert [each.id for each in uow.webhooks.enabled([ORG, OTHER])] == ["whk_2", "whk_9"]
        assert uow.webhooks.enabled([]) == []


def test_events_are_fresh_once_and_only_where_somebody_is_to_be_told(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert not uow.webhooks.fresh()
        uow.webhooks.change(OTHER, "whk_9", state=WebhookState.DISABLED)
        numbers = [uow.events.append(Event(ORG, "job_1", "job-done", NOW, {"n": n})).number for n in range(3)]
        uow.events.append(Event(OTHER, "job_1", "job-done", NOW))
    with db.write() as uow:
        assert uow.webhooks.fresh()
        first = uow.webhooks.take_fresh(2)
        assert [(each.number, each.data) for each in first] == [(numbers[n], {"n": n}) for n in range(2)]
        assert [each.number for each in uow.webhooks.take_fresh(2)] == numbers[2:]
        assert uow.webhooks.take_fresh(2) == []
        assert not uow.webhooks.fresh()


def test_an_event_that_commits_late_is_not_passed_by(db: SqlDatabase) -> None:
    if db._engine.dialect.name == "sqlite":
        # there is one writer: numbers and commits have the same order
        return
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with db.write() as uow:
            uow.events.append(Event(ORG, "job_1", "job-late", NOW))
            begun.set()
            go_on.wait(10)

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(10)
    with db.write() as uow:
        uow.events.append(Event(ORG, "job_2", "job-quick", NOW))
    with db.write() as uow:
        assert [each.name for each in uow.webhooks.take_fresh(10)] == ["job-quick"]
    go_on.set()
    thread.join()
    with db.write() as uow:
        assert [each.name for each in uow.webhooks.take_fresh(10)] == ["job-late"]


def test_the_journal_is_read_by_number_and_by_time(db: SqlDatabase) -> None:
    with db.write() as uow:
        moments = [NOW + timedelta(minutes=n) for n in range(5)]
        numbers = [uow.events.append(Event(ORG, "job_1", "job-done", moment)).number for moment in moments]
        uow.events.append(Event(OTHER, "job_1", "job-done", NOW))
    before = numbers[0] - 1
    with db.read() as uow:
        journal = uow.webhooks.journal

        def found(part: JournalPart, limit: int = 100) -> list[int]:
            return [each.number for each in journal(ORG, part, limit)]

        assert found(JournalPart(before)) == numbers
        assert found(JournalPart(before), 2) == numbers[:2]
        assert found(JournalPart(numbers[0], numbers[2])) == numbers[1:3]
        assert found(JournalPart(before, None, moments[1], moments[3])) == numbers[1:3]
        event = uow.webhooks.event(ORG, numbers[1])
        assert event is not None
        assert event.at == moments[1]
        assert uow.webhooks.event(OTHER, numbers[1]) is None


def test_a_delivery_is_made_once_and_begins_anew_when_asked(db: SqlDatabase) -> None:
    last = {"last_at": NOW, "last_status": 500, "last_code": "x", "last_answer": "y"}
    tried = replace(delivery(1), attempts=1, next_try_at=LATER, **last)
    with db.write() as uow:
        uow.webhooks.deliver([delivery(1), delivery(2)])
        assert uow.webhooks.settle(delivery(1), tried)
        assert not uow.webhooks.settle(delivery(1), tried)
        uow.webhooks.deliver([delivery(1), delivery(3)])
        assert uow.webhooks.delivery(ORG, "whk_1", tried.id) == tried
        uow.webhooks.deliver([delivery(1), delivery(4)], again=True)
        anew = uow.webhooks.delivery(ORG, "whk_1", tried.id)
    assert anew == replace(tried, attempts=0, next_try_at=NOW)


def test_deliveries_are_listed_by_event_of_one_endpoint(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.webhooks.deliver([delivery(number) for number in (1, 3, 10)])
        uow.webhooks.deliver([delivery(2, "whk_2"), delivery(2, "whk_9", OTHER)])
        over = replace(delivery(3), state=DeliveryState.DELIVERED, attempts=1, next_try_at=None)
        uow.webhooks.settle(delivery(3), over)
    with db.read() as uow:
        first = uow.webhooks.deliveries(ORG, "whk_1", PageRequest(2))
        assert [each.event_number for each in first.items] == [10, 3]
        rest = uow.webhooks.deliveries(ORG, "whk_1", PageRequest(2, first.next_after))
        assert [each.event_number for each in rest.items] == [1]
        assert uow.webhooks.deliveries(ORG, "whk_1", PageRequest(), DeliveryState.DELIVERED).items == (over,)
        assert uow.webhooks.deliveries(OTHER, "whk_1", PageRequest()).items == ()
        with pytest.raises(Refusal, match="webhook-delivery-not-found"):
            uow.webhooks.delivery(ORG, "whk_2", delivery(1).id)
        with pytest.raises(Refusal, match="webhook-delivery-not-found"):
            uow.webhooks.delivery(OTHER, "whk_1", delivery(1).id)


def test_what_is_due_longest_goes_first_and_only_where_something_goes(db: SqlDatabase) -> None:
    with db.write() as uow:
        later = replace(delivery(1), next_try_at=LATER)
        uow.webhooks.deliver([later, delivery(7), delivery(5), delivery(2, "whk_2"), delivery(2, "whk_9", OTHER)])
    with db.write() as uow:
        first = uow.webhooks.next_due(ORG, "whk_1", NOW)
        assert first == delivery(5)
        assert uow.webhooks.settle(first, replace(first, state=DeliveryState.FAILED, next_try_at=None))
        assert uow.webhooks.next_due(ORG, "whk_1", LATER) == delivery(7)
        assert uow.webhooks.next_due(OTHER, "whk_1", LATER) is None
        assert uow.webhooks.due(NOW, 10) == [(ORG, "whk_1"), (ORG, "whk_2"), (OTHER, "whk_9")]
        assert uow.webhooks.due(NOW, 1) == [(ORG, "whk_1")]
        assert uow.webhooks.due(NOW - timedelta(seconds=1), 10) == []
        uow.webhooks.change(ORG, "whk_1", paused_until=LATER)
        uow.webhooks.change(ORG, "whk_2", state=WebhookState.DISABLED)
        assert uow.webhooks.due(NOW, 10) == [(OTHER, "whk_9")]
        assert uow.webhooks.due(LATER, 10) == [(ORG, "whk_1"), (OTHER, "whk_9")]


def test_what_is_removed_takes_its_deliveries_along(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.webhooks.deliver([delivery(1), delivery(1, "whk_2")])
        uow.webhooks.remove(OTHER, "whk_1")
        assert uow.webhooks.find(ORG, "whk_1") is not None
        uow.webhooks.remove(ORG, "whk_1")
        assert uow.webhooks.find(ORG, "whk_1") is None
        assert len(uow.webhooks.deliveries(ORG, "whk_2", PageRequest()).items) == 1


def test_nobody_removes_what_is_held(db: SqlDatabase) -> None:
    removed = threading.Event()

    def remove() -> None:
        with db.write() as uow:
            uow.webhooks.remove(ORG, "whk_1")
        removed.set()

    thread = threading.Thread(target=remove)
    with db.write() as uow:
        assert uow.webhooks.hold(ORG, "whk_1") == HOOK
        thread.start()
        assert not removed.wait(0.2)
        uow.webhooks.deliver([delivery(1)])
        uow.webhooks.change(ORG, "whk_1", failures=1)
    thread.join(10)
    with db.read() as uow:
        assert uow.webhooks.find(ORG, "whk_1") is None


def test_old_deliveries_that_are_over_are_forgotten_some_at_a_time(db: SqlDatabase) -> None:
    over = [replace(delivery(number), state=DeliveryState.DELIVERED, next_try_at=None) for number in range(1, 5)]
    with db.write() as uow:
        uow.webhooks.deliver([*over, delivery(9), replace(over[0], id="whd_new", created_at=LATER)])
        assert uow.webhooks.forget(NOW, 10) == 0
        assert uow.webhooks.forget(LATER, 3) == 3
        assert uow.webhooks.forget(LATER, 3) == 1
        left = uow.webhooks.deliveries(ORG, "whk_1", PageRequest()).items
        assert sorted(each.event_number for each in left) == [1, 9]
