"""One contract for every database: what jobs wait for, and what carriers gave back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import CARRIER, BlobRef, Exchange, JobState, PageRequest, Rules
from docgen.postal.enrichment import Enriched
from tests.api.builders import NOW, ORG, OTHER, REF, job, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

LATER = NOW + timedelta(hours=1)
GIVEN = [Enriched(f"pce_{number}", 10 - number, f"B{number}", "* 1", bytes([0, 255, number])) for number in range(3)]


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    with database.write() as uow:
        uow.jobs.add(job("job_2"))
        for state in (JobState.VALIDATING, JobState.ACCEPTED):
            uow.jobs.set_state(ORG, "job_2", state, NOW)
    return database


def test_a_job_waits_until_it_goes_on(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.jobs.wait(ORG, "job_2", CARRIER, NOW)
        uow.jobs.wait(ORG, "job_2", CARRIER, LATER)
        uow.jobs.wait(OTHER, "job_2", "", NOW)
    with db.read() as uow:
        assert [(each.id, each.waiting_for) for each in uow.jobs.waiting(ORG, 10)] == [("job_2", CARRIER)]
        assert uow.jobs.waiting(OTHER, 10) == []
        assert uow.jobs.waiting(ORG, 0) == []
        told = [
            event for event in uow.events.of_subject(ORG, "job_2", PageRequest()).items if event.name == "job-waits"
        ]
    assert [(event.at, event.data) for event in told] == [(NOW, {"waiting_for": CARRIER})]
    with db.write() as uow:
        assert uow.jobs.set_state(ORG, "job_2", JobState.COMPOSING, LATER).waiting_for == ""
    with db.read() as uow:
        assert uow.jobs.waiting(ORG, 10) == []
        assert uow.jobs.get(ORG, "job_2").waiting_for == ""


def test_what_came_back_is_found_by_job_and_by_envelope(db: SqlDatabase) -> None:
    exchange = Exchange(ORG, "job_2", "postnl", NOW, "usr_1", REF, len(GIVEN))
    with db.write() as uow:
        assert uow.exchanges.find(ORG, "job_2") is None
        uow.exchanges.add(exchange, GIVEN)
    with db.read() as uow:
        assert uow.exchanges.find(ORG, "job_2") == exchange
        assert uow.exchanges.find(OTHER, "job_2") is None
        assert uow.exchanges.of_job(ORG, "job_2") == {each.own_id: each for each in GIVEN}
        assert uow.exchanges.of_job(OTHER, "job_2") == {}
        assert uow.exchanges.of_envelopes(ORG, {"pce_2", "pce_9"}) == {"pce_2": GIVEN[2]}
        assert uow.exchanges.of_envelopes(OTHER, {"pce_2"}) == {}
        assert uow.exchanges.of_envelopes(ORG, ()) == {}
        (event,) = [each for each in uow.events.of_subject(ORG, "job_2", PageRequest()).items if "carrier" in each.name]
    told = {"sha256": REF.sha256, "envelopes": 3, "profile": "postnl", "by": "usr_1"}
    assert (event.name, event.data) == ("carrier-imported", told)


def test_going_on_without_is_kept_with_its_reason(db: SqlDatabase) -> None:
    exchange = Exchange(ORG, "job_2", "postnl", NOW, "usr_1", reason="no answer")
    with db.write() as uow:
        uow.exchanges.add(exchange)
    with db.read() as uow:
        assert uow.exchanges.find(ORG, "job_2") == exchange
        assert uow.exchanges.of_job(ORG, "job_2") == {}


def test_ten_thousand_envelopes_are_kept_and_found(db: SqlDatabase) -> None:
    many = [Enriched(f"pce_{number:05}", number, "", "", b"") for number in range(10_000)]
    with db.write() as uow:
        uow.exchanges.add(Exchange(ORG, "job_2", "plain", NOW, "u", REF, len(many)), many)
    with db.read() as uow:
        assert len(uow.exchanges.of_job(ORG, "job_2")) == len(many)
        some = [each.own_id for each in many[::7]]
        assert uow.exchanges.of_envelopes(ORG, some).keys() == set(some)


def test_the_file_of_a_carrier_is_no_trash(db: SqlDatabase) -> None:
    kept, free = BlobRef("cd" * 32, 5), BlobRef("ef" * 32, 5)
    with db.write() as uow:
        uow.exchanges.add(Exchange(ORG, "job_2", "plain", NOW, "u", kept))
        uow.trash.add(ORG, [kept, free], NOW, shared=True)
    with db.write() as uow:
        assert uow.trash.take(NOW) == [(ORG, free)]


def test_the_rule_is_kept(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert uow.rules.get(ORG).carrier == "none"
        uow.rules.put(Rules(ORG, carrier="postnl"), NOW)
        assert uow.rules.get(ORG) == replace(Rules(ORG), carrier="postnl", updated_at=NOW)
        assert uow.rules.get(ORG).of_job()["carrier"] == "postnl"
