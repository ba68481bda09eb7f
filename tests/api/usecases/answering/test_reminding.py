"""Reminders: to whoever has not answered, once, and with links that work beside the old ones."""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import JobState, PackageKind, PageRequest, RecordFilter, Retryable, Road
from api.usecases import packages
from api.usecases.answering import reminding
from api.usecases.answering.bringing import bring_recipients
from api.usecases.answering.campaigns import Change, Plan, change_campaign, get_campaign, open_campaign
from api.usecases.answering.giving import Offer, give
from api.usecases.answering.importing import ImportWish
from api.usecases.answering.links import revoke_links
from api.usecases.answering.pages import PageState, what_to_ask
from api.usecases.answering.reminding import REMINDER_FAILED, LeftOut, Reminder, remind, remind_due
from api.usecases.answering.rows import RowsFile
from api.usecases.formats import RecordsType
from api.usecases.intake import store_body
from api.usecases.stopping import stop_piece
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


def test_a_planned_reminder_is_sent_once_on_its_day(campaign: Campaigning) -> None:
    today = campaign.now.date()
    campaign.plan(today + timedelta(days=3), today + timedelta(days=9))
    assert remind_due(campaign.deps) == 0
    campaign.deps.clock.advance(3 * 86_400)  # type: ignore[attr-defined] # a fake clock
    assert remind_due(campaign.deps) == 1
    assert remind_due(campaign.deps) == 0
    (job,) = campaign.jobs()
    assert job.created_by == "key_1"
    assert campaign.now_campaign().reminded == (today + timedelta(days=3),)
    campaign.deps.clock.advance(30 * 86_400)  # type: ignore[attr-defined] # a fake clock
    assert remind_due(campaign.deps) == 1
    assert len(campaign.jobs()) == 2


def test_killed_between_the_job_and_the_mark_there_is_exactly_one_job(
    campaign: Campaigning, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign.plan(campaign.now.date())

    def killed(*_: object) -> None:
        raise Retryable("database-unavailable", "gone")

    with monkeypatch.context() as patched:
        patched.setattr(reminding, "_mark", killed)
        with pytest.raises(Retryable):
            remind_due(campaign.deps)
    assert campaign.jobs() == []
    assert remind_due(campaign.deps) == 1
    assert len(campaign.jobs()) == 1


def test_of_two_sweepers_at_once_one_sends(campaign: Campaigning, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign.plan(campaign.now.date())
    calls: list[int] = []

    def with_another_in_between(deps: Deps, *more: Any) -> object:  # noqa: ANN401 - passed on
        stored = store_body(deps, *more)
        calls.append(1)
        if len(calls) == 1:
            remind_due(deps)
        return stored

    monkeypatch.setattr(reminding, "store_body", with_another_in_between)
    remind_due(campaign.deps)
    assert len(calls) == 2
    assert len(campaign.jobs()) == 1
    assert campaign.events().count("campaign-reminded") == 1


def test_what_cannot_be_sent_rings_until_it_is_sent_by_hand(campaign: Campaigning) -> None:
    campaign.plan(campaign.now.date())
    packages.retire(campaign.deps, ORG, PackageKind.TEMPLATE, METER)
    assert remind_due(campaign.deps) == 1
    assert remind_due(campaign.deps) == 0
    with campaign.deps.database.read() as uow:
        (alarm,) = uow.alarms.open(ORG)
    assert (alarm.state, alarm.subject_id) == (REMINDER_FAILED, campaign.campaign.id)
    assert campaign.events()[-2:] == ["campaign-reminder-failed", "alarm-raised"]
    campaign.world.put(PackageKind.TEMPLATE, "again", sample("template", METER))
    assert remind(campaign.deps, ORG, KEY, Reminder("key_1", template="again")).letters == 6
    with campaign.deps.database.read() as uow:
        assert not uow.alarms.open(ORG)
