"""Reminders: to whoever has not answered, once, and with links that work beside the old ones."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import JobState, PackageKind, PageRequest, RecordFilter, Retryable, Road, Rules
from api.usecases import packages
from api.usecases.answering import planned_reminders, reminding
from api.usecases.answering.bringing import bring_recipients
from api.usecases.answering.campaigns import (
    Change,
    Plan,
    change_campaign,
    get_campaign,
    open_campaign,
    revoke_campaign,
)
from api.usecases.answering.giving import Offer, give
from api.usecases.answering.importing import ImportWish
from api.usecases.answering.links import revoke_links
from api.usecases.answering.pages import PageState, what_to_ask
from api.usecases.answering.planned_reminders import ask_for_due
from api.usecases.answering.reminding import REMINDER_FAILED, LeftOut, Reminder, remind
from api.usecases.answering.rows import RowsFile
from api.usecases.formats import RecordsType
from api.usecases.intake import store_body
from api.usecases.jobs import job_failed
from api.usecases.kinds import WorkKind
from api.usecases.rules import set_rules
from api.usecases.stopping import stop_piece
from api.worker.runner import Runner, WorkRules
from docgen.findings import Refusal
from docgen.records.letter_json import read_letter
from tests.api.usecases.world import ORG, SAMPLES, World, sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Campaign, Entry, PrintJob
    from api.usecases.deps import Deps

METER = "water-meter-reading"
KEY = "meters"
READING = {"reading": "12345", "reading_date": "2025-12-30"}


class Campaigning:
    """A campaign of six letters that are made and can still be stopped."""

    def __init__(self, world: World) -> None:
        self.world, self.deps = world, world.deps
        world.put(PackageKind.TEMPLATE, METER, sample("template", METER))
        world.put(PackageKind.BRAND, "zandeland", sample("brand", "zandeland"))
        self.now = self.deps.clock.now()
        self.campaign = open_campaign(self.deps, ORG, Plan(KEY, "Meters", METER, "zandeland"), "key_1")
        text = (SAMPLES / "records" / f"{METER}.csv").read_bytes()
        body = b"".join(text.splitlines(keepends=True)[:7])
        self.job = world.submit(
            body,
            RecordsType.CSV,
            template=METER,
            brand="zandeland",
            campaign=KEY,
            cut_off_at=self.now + timedelta(days=20),
        )
        world.run(lambda: world.job(self.job.id).state is not JobState.VALIDATING and self.has_pieces())

    def has_pieces(self) -> bool:
        return len(self.world.pieces(self.job.id)) == 6

    def entries(self, number: int) -> Sequence[Entry]:
        with self.deps.database.read() as uow:
            return uow.entries.of_recipient(ORG, self.campaign.id, f"ZA-{number:05d}")

    def give(self, number: int, **given: str) -> None:
        entry = self.entries(number)[0]
        assert give(self.deps, entry, Offer(Road.STAFF, given, frozenset(given))).kept

    def jobs(self) -> Sequence[PrintJob]:
        with self.deps.database.read() as uow:
            return [one for one in uow.jobs.list(ORG, PageRequest()).items if one.id != self.job.id]

    def now_campaign(self) -> Campaign:
        return get_campaign(self.deps, ORG, self.campaign.id)

    def events(self) -> list[str]:
        with self.deps.database.read() as uow:
            return [event.name for event in uow.events.of_subject(ORG, self.campaign.id, PageRequest()).items]

    def wait_until(self, day: date, at: time) -> None:
        seconds = (datetime.combine(day, at, UTC) - self.deps.clock.now()).total_seconds()
        self.deps.clock.advance(seconds)  # type: ignore[attr-defined] # a fake clock

    def work(self, owner: str = "worker") -> None:
        """As a worker that makes reminders and nothing else."""
        handlers = {WorkKind.REMIND: partial(planned_reminders.make_reminder, self.deps)}
        Runner(self.deps.database, self.deps.clock, handlers, WorkRules(), partial(job_failed, self.deps)).drain(owner)

    def send_due(self) -> int:
        """How many were asked for; all are made."""
        asked = ask_for_due(self.deps)
        self.work()
        return asked

    def plan(self, *days: date) -> None:
        change_campaign(self.deps, ORG, KEY, Change(reminders=days), "key_1")


@pytest.fixture
def campaign(world: World) -> Campaigning:
    return Campaigning(world)


def test_who_has_not_answered_completely_is_written_to_again_and_old_links_stay_good(campaign: Campaigning) -> None:
    deps = campaign.deps
    campaign.give(1, **READING)
    campaign.give(2, reading="12345")
    stop_piece(deps, ORG, campaign.entries(3)[0].piece_id or "", "deceased")
    revoke_links(deps, ORG, KEY, "ZA-00004", "moved", "usr_1")
    content = b"record_id\nH-1\n"
    file = RowsFile(io.BytesIO(content), "text/csv", hashlib.sha256(content).hexdigest())
    bring_recipients(deps, ORG, KEY, file, ImportWish("key_1"))
    deps.clock.advance(5 * 86_400)  # type: ignore[attr-defined] # a fake clock
    done = remind(deps, ORG, KEY, Reminder("key_1", title="Again"))
    assert done.letters == 3
    left_out = {LeftOut.COMPLETE: 1, LeftOut.STOPPED: 1, LeftOut.REVOKED: 1, LeftOut.NO_LETTER: 1}
    assert done.left_out == left_out
    campaign.world.run(lambda: len(campaign.world.pieces(done.job_id or "")) == 3)
    pieces = campaign.world.pieces(done.job_id or "")
    assert [piece.record_id for piece in pieces] == ["ZA-00002", "ZA-00005", "ZA-00006"]
    first, second = campaign.entries(5)
    assert (first.job_id, second.job_id) == (campaign.job.id, done.job_id)
    assert {what_to_ask(deps, one).state for one in (first, second)} == {PageState.OPEN}
    assert second.known == first.known
    assert second.campaign_id == campaign.campaign.id
    with deps.database.read() as uow:
        (values,) = uow.pieces.values(ORG, [pieces[0].id]).values()
    assert read_letter(values).values["letter_date"] == deps.clock.now().date()
    job = campaign.world.job(done.job_id or "")
    assert (job.title, job.created_by, job.campaign_id) == ("Again", "key_1", campaign.campaign.id)
    assert "campaign-reminded" in campaign.events()


def test_nobody_left_to_write_to_makes_no_job(campaign: Campaigning) -> None:
    for number in range(1, 7):
        campaign.give(number, **READING)
    done = remind(campaign.deps, ORG, KEY, Reminder("key_1"))
    assert (done.letters, done.job_id, done.left_out) == (0, None, {LeftOut.COMPLETE: 6})
    assert campaign.jobs() == []


def test_who_waits_for_a_person_of_ours_is_not_written_to(campaign: Campaigning) -> None:
    entry = campaign.entries(1)[0]
    give(campaign.deps, entry, Offer(Road.IMPORT, {"reading": "1", "reading_date": "2025-12-30"}))
    with campaign.deps.database.read() as uow:
        records = uow.records.list(ORG, PageRequest(), RecordFilter(campaign_id=campaign.campaign.id)).items
    assert {record.state for record in records} == {"review", "settled"}
    assert remind(campaign.deps, ORG, KEY, Reminder("key_1")).left_out == {LeftOut.WAITING: 1}


def test_a_reminder_is_of_an_open_campaign_and_of_a_template_that_asks_the_same(campaign: Campaigning) -> None:
    campaign.world.put(PackageKind.TEMPLATE, "other", sample("template", "contact-data-request"))
    with pytest.raises(Refusal, match="campaign-form-differs"):
        remind(campaign.deps, ORG, KEY, Reminder("key_1", template="other"))
    campaign.deps.clock.advance(130 * 86_400)  # type: ignore[attr-defined] # a fake clock
    with pytest.raises(Refusal, match="campaign-closed"):
        remind(campaign.deps, ORG, KEY, Reminder("key_1"))


DAY = 86_400
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")


def test_a_planned_reminder_is_sent_once_from_its_hour_where_the_corporation_is(campaign: Campaigning) -> None:
    today = campaign.now.date()
    campaign.plan(today + timedelta(days=3), today + timedelta(days=9))
    assert campaign.send_due() == 0
    # 09:00 in Amsterdam is 08:00 UTC in winter
    campaign.wait_until(today + timedelta(days=3), time(7, 59))
    assert campaign.send_due() == 0
    campaign.wait_until(today + timedelta(days=3), time(8, 0))
    assert campaign.send_due() == 1
    assert campaign.send_due() == 0
    (job,) = campaign.jobs()
    assert job.created_by == "key_1"
    assert campaign.now_campaign().reminded == (today + timedelta(days=3),)
    campaign.deps.clock.advance(30 * DAY)  # type: ignore[attr-defined] # a fake clock
    assert campaign.send_due() == 1
    assert len(campaign.jobs()) == 2


def test_the_hour_is_that_of_the_campaign_and_the_zone_that_of_the_corporation(campaign: Campaigning) -> None:
    schedule = {
        "timezone": "America/New_York",
        "times": dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "17:30"),
    }
    set_rules(campaign.deps, Rules(ORG, cut_offs=schedule))
    day = campaign.now.date() + timedelta(days=3)
    change_campaign(campaign.deps, ORG, KEY, Change(reminders=(day,), remind_at="10:30"), "key_1")
    campaign.wait_until(day, time(15, 29))
    assert campaign.send_due() == 0
    campaign.wait_until(day, time(15, 30))
    assert campaign.send_due() == 1


@pytest.mark.parametrize("at", ["24:00", "9:00", "09.00", "", "09:00\n"])
def test_a_time_that_is_none_is_refused(campaign: Campaigning, at: str) -> None:
    with pytest.raises(Refusal, match="campaign-dates-invalid"):
        change_campaign(campaign.deps, ORG, KEY, Change(remind_at=at), "key_1")


def test_the_sweeper_only_asks_and_asks_once(campaign: Campaigning) -> None:
    campaign.plan(campaign.now.date())
    campaign.wait_until(campaign.now.date(), time(8))
    assert (ask_for_due(campaign.deps), ask_for_due(campaign.deps)) == (1, 0)
    assert campaign.jobs() == []
    assert campaign.now_campaign().reminded == ()


def test_killed_before_the_job_is_committed_there_is_exactly_one_in_the_end(
    campaign: Campaigning, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign.plan(campaign.now.date())
    campaign.wait_until(campaign.now.date(), time(8))

    def killed(*_: object) -> None:
        raise Retryable("database-unavailable", "gone")

    with monkeypatch.context() as patched:
        patched.setattr(planned_reminders, "mark", killed)
        assert campaign.send_due() == 1
    assert campaign.jobs() == []
    campaign.deps.clock.advance(60)  # type: ignore[attr-defined] # a fake clock
    campaign.work()
    assert len(campaign.jobs()) == 1


def test_of_two_workers_at_once_one_sends(campaign: Campaigning, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign.plan(campaign.now.date())
    campaign.wait_until(campaign.now.date(), time(8))
    calls: list[int] = []

    def with_another_in_between(deps: Deps, *more: Any) -> object:  # noqa: ANN401 - passed on
        stored = store_body(deps, *more)
        calls.append(1)
        if len(calls) == 1:
            with deps.database.write() as uow:
                assert uow.work.expire_leases(deps.clock.now() + timedelta(hours=1)) == 1
            campaign.work("another")
        return stored

    monkeypatch.setattr(reminding, "store_body", with_another_in_between)
    campaign.send_due()
    assert len(calls) == 2
    assert len(campaign.jobs()) == 1
    assert campaign.events().count("campaign-reminded") == 1


def test_a_campaign_that_is_changed_meanwhile_gets_its_reminder_all_the_same(
    campaign: Campaigning, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign.plan(campaign.now.date())
    campaign.wait_until(campaign.now.date(), time(8))

    def with_a_change(deps: Deps, *more: Any) -> object:  # noqa: ANN401 - passed on
        change_campaign(deps, ORG, KEY, Change(name="Other"), "usr_1")
        return store_body(deps, *more)

    with monkeypatch.context() as patched:
        patched.setattr(reminding, "store_body", with_a_change)
        assert campaign.send_due() == 1
    assert campaign.jobs() == []
    campaign.deps.clock.advance(60)  # type: ignore[attr-defined] # a fake clock
    campaign.work()
    assert [job.title[:5] for job in campaign.jobs()] == ["Other"]


def test_what_was_revoked_before_a_worker_came_is_not_sent(campaign: Campaigning) -> None:
    campaign.plan(campaign.now.date())
    campaign.wait_until(campaign.now.date(), time(8))
    assert ask_for_due(campaign.deps) == 1
    revoke_campaign(campaign.deps, ORG, KEY, "usr_1")
    campaign.work()
    assert campaign.jobs() == []
    with campaign.deps.database.read() as uow:
        assert not uow.alarms.open(ORG)


def test_what_cannot_be_sent_rings_until_it_is_sent_by_hand(campaign: Campaigning) -> None:
    campaign.plan(campaign.now.date())
    campaign.wait_until(campaign.now.date(), time(8))
    packages.retire(campaign.deps, ORG, PackageKind.TEMPLATE, METER)
    assert campaign.send_due() == 1
    assert campaign.send_due() == 0
    with campaign.deps.database.read() as uow:
        (alarm,) = uow.alarms.open(ORG)
    assert (alarm.state, alarm.subject_id) == (REMINDER_FAILED, campaign.campaign.id)
    assert campaign.events()[-2:] == ["campaign-reminder-failed", "alarm-raised"]
    campaign.world.put(PackageKind.TEMPLATE, "again", sample("template", METER))
    assert remind(campaign.deps, ORG, KEY, Reminder("key_1", template="again")).letters == 6
    with campaign.deps.database.read() as uow:
        assert not uow.alarms.open(ORG)


def test_a_reminder_that_kills_every_worker_rings(campaign: Campaigning) -> None:
    campaign.plan(campaign.now.date())
    campaign.wait_until(campaign.now.date(), time(8))
    ask_for_due(campaign.deps)
    with campaign.deps.database.read() as uow:
        item = uow.work.find(ORG, WorkKind.REMIND, f"{campaign.campaign.id}:{campaign.now.date()}")
    assert item is not None
    campaign.world.runner().give_up(item, "worker-lost")
    with campaign.deps.database.read() as uow:
        (alarm,) = uow.alarms.open(ORG)
    assert alarm.state == REMINDER_FAILED
    assert campaign.now_campaign().reminded == (campaign.now.date(),)
    assert campaign.send_due() == 0
