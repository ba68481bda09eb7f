"""One contract for every database: campaigns, ways in, and submissions with their answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    Answer,
    CampaignCounts,
    DayCount,
    DecidedBy,
    Mode,
    MomentKind,
    PageRequest,
    Recipient,
    Record,
    RecordState,
    Road,
    Standing,
    Submission,
)
from docgen.findings import Refusal
from docgen.reply_form import ReplyKind
from scanning.validators.verdict import Verdict
from tests.api.builders import NOW, ORG, OTHER, REF
from tests.api.contracts.campaign_rows import CAMPAIGN, campaign, entry, moment, two_campaigns

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

LATER = NOW + timedelta(hours=1)
ALL = PageRequest(1000)


def submission(number: int, recipient: str = "record-1", **changes: object) -> Submission:
    made = Submission(
        id=f"sub_{number}",
        organisation_id=ORG,
        mode=Mode.LIVE,
        campaign_id=CAMPAIGN,
        recipient=recipient,
        road=Road.PAGE,
        came_at=NOW,
        language="nl",
        once=f"once-{number}",
        receipt="ABCD-EFGH",
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a submission


def answer(number: int, field: str = "reading", **changes: object) -> Answer:
    made = Answer(
        organisation_id=ORG,
        submission_id=f"sub_{number}",
        campaign_id=CAMPAIGN,
        recipient="record-1",
        field=field,
        kind=ReplyKind.METER_READING,
        road=Road.PAGE,
        raw="1300",
        value="1300",
        verdict=Verdict.ACCEPT,
        code="",
        insisted=False,
        told="For the bill",
        standing=Standing.READY,
        confidence=1.0,
        decided_by=DecidedBy.PERSON,
        person="",
        at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of an answer


def record(number: int, recipient: str, field: str, state: RecordState = RecordState.SETTLED) -> Record:
    return Record(
        id=f"rec_{number}",
        organisation_id=ORG,
        mode=Mode.LIVE,
        piece_id="",
        job_id="",
        record_id=recipient,
        form="",
        field=field,
        kind=ReplyKind.TEXT,
        value="x",
        state=state,
        source=Road.PAGE,
        slip_id="",
        field_id="",
        confidence=1.0,
        decided_by=DecidedBy.PERSON,
        person="",
        decided_at=NOW,
        updated_at=NOW,
        campaign_id=CAMPAIGN,
    )


@pytest.fixture
def known(database: SqlDatabase) -> SqlDatabase:
    two_campaigns(database)
    return database


def test_a_campaign_comes_back_as_it_was_written(known: SqlDatabase) -> None:
    days = (date(2026, 1, 9), date(2026, 1, 20))
    made = campaign("cmp_2", opens_at=NOW, reminders=days, reminded=days[:1], mode=Mode.TEST)
    with known.write() as uow:
        assert uow.campaigns.add(made)
        assert not uow.campaigns.add(made)
    with known.read() as uow:
        assert uow.campaigns.get(ORG, "cmp_2") == made
        events = uow.events.of_subject(ORG, "cmp_2", ALL).items
        assert [(event.name, event.data["key"]) for event in events] == [("campaign-new", "cmp_2")]


def test_a_key_is_used_once_in_a_mode_and_the_live_one_is_found_first(known: SqlDatabase) -> None:
    with known.write() as uow:
        uow.campaigns.add(campaign("cmp_t", key="meters", mode=Mode.TEST))
        uow.campaigns.add(campaign("cmp_l", key="meters"))
    with known.write() as uow, pytest.raises(Refusal, match="campaign-key-taken"):
        uow.campaigns.add(campaign("cmp_m", key="meters"))
    with known.read() as uow:
        assert uow.campaigns.get(ORG, "meters").id == "cmp_l"
        with pytest.raises(Refusal, match="campaign-not-found"):
            uow.campaigns.get(OTHER, "meters")
        assert uow.campaigns.find(OTHER, "cmp_l") is None


def test_only_the_next_revision_takes_the_place_of_a_campaign(known: SqlDatabase) -> None:
    changed = campaign(name="Meters", revision=2, revoked_at=LATER)
    with known.write() as uow:
        uow.campaigns.change(changed)
        with pytest.raises(Refusal, match="campaign-changed"):
            uow.campaigns.change(changed)
    with known.read() as uow:
        assert uow.campaigns.get(ORG, CAMPAIGN) == changed


def test_campaigns_are_listed_newest_first_and_in_parts(known: SqlDatabase) -> None:
    with known.write() as uow:
        for number in (2, 3):
            uow.campaigns.add(campaign(f"cmp_{number}"))
    with known.read() as uow:
        first = uow.campaigns.list(ORG, PageRequest(2))
        rest = uow.campaigns.list(ORG, PageRequest(2, first.next_after))
    assert [one.id for one in (*first.items, *rest.items)] == ["cmp_3", "cmp_2", CAMPAIGN]
    assert rest.next_after is None


@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({}, True),
        ({"reminded": (date(2026, 1, 1),)}, False),
        ({"reminders": (date(2026, 1, 2),)}, True),
        ({"mode": Mode.TEST}, False),
        ({"revoked_at": NOW}, False),
        ({"closes_at": NOW}, False),
        ({"opens_at": LATER}, False),
        ({"opens_at": NOW}, True),
    ],
)
def test_who_is_to_be_reminded_is_live_and_open_and_has_a_day_that_is_not_over(
    known: SqlDatabase, changes: dict[str, object], is_due: object
) -> None:
    with known.write() as uow:
        uow.campaigns.add(replace(campaign("cmp_2", reminders=(date(2026, 1, 1),)), **changes))  # type: ignore[arg-type] # fields of a campaign
    with known.read() as uow:
        assert [one.id for one in uow.campaigns.to_remind(NOW)] == (["cmp_2"] if is_due else [])


def test_counts_say_how_many_recipients_are_how_far(known: SqlDatabase) -> None:
    with known.write() as uow:
        for kind in (MomentKind.LETTER_SENT, MomentKind.LETTER_SENT, MomentKind.PAGE_OPENED):
            uow.contact_moments.add(moment(kind))
        uow.records.put(record(1, "record-1", "reading"))
        uow.records.put(record(2, "record-1", "phone"))
        uow.records.put(record(3, "record-2", "reading"))
        uow.records.put(record(4, "record-2", "phone", RecordState.REVIEW))
        uow.records.put(record(5, "record-3", "phone", RecordState.WITHDRAWN))
    with known.read() as uow:
        counts = uow.campaigns.counts(ORG, CAMPAIGN, ("reading", "phone"))
        assert counts == CampaignCounts(recipients=3, sent=1, opened=1, complete=1, answered=2, waiting=1)
        assert uow.campaigns.counts(ORG, CAMPAIGN, ()).complete == 2
        assert uow.campaigns.counts(OTHER, CAMPAIGN, ("reading",)) == CampaignCounts()


def test_submissions_are_counted_by_day_in_utc_and_road(known: SqlDatabase) -> None:
    midnight = datetime(2026, 1, 2, tzinfo=UTC)
    with known.write() as uow:
        for number, (road, at) in enumerate(
            [
                (Road.SLIP, midnight - timedelta(microseconds=1)),
                (Road.PAGE, midnight),
                (Road.SLIP, midnight),
                (Road.SLIP, midnight + timedelta(hours=23, minutes=59)),
            ]
        ):
            uow.submissions.add(submission(number, road=road, came_at=at))
    with known.read() as uow:
        assert uow.campaigns.per_day(ORG, CAMPAIGN) == [
            DayCount(date(2026, 1, 1), Road.SLIP, 1),
            DayCount(date(2026, 1, 2), Road.PAGE, 1),
            DayCount(date(2026, 1, 2), Road.SLIP, 2),
        ]
        assert uow.campaigns.per_day(OTHER, CAMPAIGN) == []


def test_entries_come_back_as_they_were_written_with_and_without_a_time(known: SqlDatabase) -> None:
    link = entry(8, job_id=None, piece_id=None, made_at=LATER, made_by="usr_1", revoked_at=LATER, revoked_why="moved")
    none = entry(9, job_id=None, piece_id=None, token_digest=None, code_digest=None, mode=Mode.TEST)
    with known.write() as uow:
        uow.entries.add_many(ORG, [link, none])
        with pytest.raises(ValueError, match="organisation"):
            uow.entries.add_many(OTHER, [link])
    with known.read() as uow:
        assert uow.entries.get(ORG, "ent_1") == entry(1)
        assert uow.entries.get(ORG, "ent_8") == link
        assert uow.entries.get(ORG, "ent_9") == none
        assert isinstance(uow.entries.get(ORG, "ent_9").mode, Mode)
        with pytest.raises(Refusal, match="entry-not-found"):
            uow.entries.get(OTHER, "ent_1")


def test_ways_in_are_found_by_what_people_bring(known: SqlDatabase) -> None:
    with known.read() as uow:
        assert uow.entries.by_token(ORG, f"{2:064x}") == entry(2)
        assert uow.entries.by_token(OTHER, f"{2:064x}") is None
        assert [one.id for one in uow.entries.by_code(ORG, f"{1:064x}")] == ["ent_1", "ent_3"]
        assert uow.entries.by_code(OTHER, f"{1:064x}") == []
        assert uow.entries.of_piece(ORG, "pce_3") == entry(3)
        assert uow.entries.of_piece(OTHER, "pce_3") is None


def test_letters_of_a_recipient_come_before_links_and_the_latest_last(known: SqlDatabase) -> None:
    bare = {"job_id": None, "piece_id": None}
    links = [entry(number, "record-1", **bare, made_at=NOW + timedelta(days=9 - number)) for number in (7, 6)]
    with known.write() as uow:
        uow.entries.add_many(ORG, links)
    with known.read() as uow:
        found = uow.entries.of_recipient(ORG, CAMPAIGN, "record-1")
        assert [one.id for one in found] == ["ent_1", "ent_4", "ent_7", "ent_6"]
        assert uow.entries.of_recipient(OTHER, CAMPAIGN, "record-1") == []
        every = uow.entries.of_recipients(ORG, CAMPAIGN, ["record-1", "record-2", "nobody"])
        assert every == {"record-1": found, "record-2": [entry(2)]}


def test_a_recipient_without_a_letter_comes_before_all_others(known: SqlDatabase) -> None:
    with known.write() as uow:
        uow.entries.add_many(ORG, [entry(7, "record-1", job_id=None, piece_id=None, token_digest=None)])
    with known.read() as uow:
        found = uow.entries.of_recipient(ORG, CAMPAIGN, "record-1")
    assert [one.id for one in found] == ["ent_7", "ent_1", "ent_4"]


def test_a_way_in_is_revoked_once(known: SqlDatabase) -> None:
    with known.write() as uow:
        uow.entries.revoke(ORG, {"ent_1", "ent_4"}, "moved", NOW)
        uow.entries.revoke(ORG, ["ent_1"], "again", LATER)
        uow.entries.revoke(OTHER, ["ent_2"], "not theirs", LATER)
        uow.entries.revoke(ORG, [], "nobody", LATER)
    with known.read() as uow:
        found = uow.entries.of_recipient(ORG, CAMPAIGN, "record-1")
        assert [(one.revoked_at, one.revoked_why) for one in found] == [(NOW, "moved")] * 2
        assert uow.entries.get(ORG, "ent_2").revoked_at is None


def test_entries_of_a_job_are_removed_alone(known: SqlDatabase) -> None:
    with known.write() as uow:
        uow.entries.clear(OTHER, "job_1")
        uow.entries.clear(ORG, "job_1")
        uow.entries.hold(ORG, CAMPAIGN, "record-1")
    with known.read() as uow:
        assert [one.id for one in uow.entries.of_recipient(ORG, CAMPAIGN, "record-1")] == ["ent_4"]


def test_recipients_are_listed_with_how_far_they_are(known: SqlDatabase) -> None:
    with known.write() as uow:
        uow.records.put(record(1, "record-1", "reading"))
        uow.records.put(record(2, "record-2", "reading", RecordState.DISPUTED))
        uow.records.put(record(3, "record-3", "phone"))
        uow.entries.add_many(
            ORG, [entry(5, "a b/é", piece_id=None, job_id=None, token_digest=None, code_digest=None, house="")]
        )
    with known.read() as uow:
        first = uow.entries.recipients(ORG, CAMPAIGN, PageRequest(2))
        rest = uow.entries.recipients(ORG, CAMPAIGN, PageRequest(2, first.next_after))
        missing = uow.entries.recipients(ORG, CAMPAIGN, ALL, missing=("reading",))
        both = uow.entries.recipients(ORG, CAMPAIGN, ALL, missing=("reading", "phone"))
        nothing = uow.entries.recipients(ORG, CAMPAIGN, ALL, missing=())
        assert uow.entries.recipients(OTHER, CAMPAIGN, ALL).items == ()
    assert (*first.items, *rest.items) == (
        Recipient("a b/é", "nl", "1234AB", "", 0, 0, 0),
        Recipient("record-1", "en", "1234AB", "12-A", 2, 1, 0),
        Recipient("record-2", "nl", "1234AB", "12-A", 1, 0, 1),
        Recipient("record-3", "nl", "1234AB", "12-A", 1, 1, 0),
    )
    assert rest.next_after is None
    assert [one.recipient for one in missing.items] == ["a b/é", "record-2", "record-3"]
    assert len(both.items) == 4
    assert [one.recipient for one in nothing.items] == ["a b/é", "record-2"]


def test_every_recipient_is_listed_once_whatever_signs_its_key_has(known: SqlDatabase) -> None:
    keys = ["B", "a", "A-1", "A1", "a_", "É", "10", "9", "A 2"]
    with known.write() as uow:
        uow.campaigns.add(campaign("cmp_2"))
        rows = [entry(10 + at, key, campaign_id="cmp_2", piece_id=f"pce_k{at}") for at, key in enumerate(keys)]
        uow.entries.add_many(ORG, rows)
    found: list[str] = []
    after: str | None = None
    with known.read() as uow:
        while True:
            part = uow.entries.recipients(ORG, "cmp_2", PageRequest(2, after))
            found += [one.recipient for one in part.items]
            after = part.next_after
            if after is None:
                break
    assert sorted(found) == sorted(keys)


def test_people_are_found_by_address_or_key(known: SqlDatabase) -> None:
    with known.write() as uow:
        uow.entries.add_many(ORG, [entry(5, house="12%", job_id="job_3")])
    with known.read() as uow:
        assert [one.id for one in uow.entries.search(ORG, "1234AB", "12-", "", 10)] == [
            "ent_4",
            "ent_3",
            "ent_2",
            "ent_1",
        ]
        assert [one.id for one in uow.entries.search(ORG, "1234AB", "12%", "", 10)] == ["ent_5"]
        assert [one.id for one in uow.entries.search(ORG, "", "", "record-1", 10)] == ["ent_4", "ent_1"]
        assert uow.entries.search(ORG, "", "12", "", 10) == []
        assert uow.entries.search(OTHER, "1234AB", "", "record-1", 10) == []


def test_who_has_no_letter_is_found_behind_those_who_have(known: SqlDatabase) -> None:
    with known.write() as uow:
        uow.entries.add_many(ORG, [entry(5, job_id=None, piece_id=None, token_digest=None)])
    with known.read() as uow:
        found = uow.entries.search(ORG, "1234AB", "", "", 10)
    assert [one.id for one in found] == ["ent_4", "ent_3", "ent_2", "ent_1", "ent_5"]


def test_a_submission_comes_back_and_is_there_once(known: SqlDatabase) -> None:
    made = submission(1, photo=REF, note="Leak ☂", slip_id="slp_1", entry_id="ent_1", by="usr_1")
    with known.write() as uow:
        assert uow.submissions.add(made)
        assert not uow.submissions.add(submission(2, once="once-1"))
        assert uow.submissions.add(submission(3, organisation_id=OTHER, once="once-1"))
    with known.read() as uow:
        assert uow.submissions.get(ORG, "sub_1") == made
        assert uow.submissions.once(ORG, "once-1") == made
        assert uow.submissions.once(ORG, "once-9") is None
        assert uow.submissions.of_slip(ORG, "slp_1") == made
        assert uow.submissions.of_slip(OTHER, "slp_1") is None
        with pytest.raises(Refusal, match="submission-not-found"):
            uow.submissions.get(OTHER, "sub_1")
        assert [event.name for event in uow.events.of_subject(ORG, "sub_1", ALL).items] == ["submission-new"]


def test_submissions_are_listed_by_campaign_and_recipient(known: SqlDatabase) -> None:
    with known.write() as uow:
        for number, recipient in enumerate(("record-1", "record-2", "record-1"), 1):
            uow.submissions.add(submission(number, recipient))
        uow.submissions.add(submission(4, campaign_id="cmp_2"))
    with known.read() as uow:
        first = uow.submissions.list(ORG, PageRequest(3))
        rest = uow.submissions.list(ORG, PageRequest(3, first.next_after))
        assert [one.id for one in (*first.items, *rest.items)] == ["sub_1", "sub_2", "sub_3", "sub_4"]
        own = uow.submissions.list(ORG, ALL, CAMPAIGN, "record-1").items
        assert [one.id for one in own] == ["sub_1", "sub_3"]
        assert uow.submissions.list(OTHER, ALL).items == ()


def test_answers_are_numbered_and_only_their_standing_changes(known: SqlDatabase) -> None:
    with known.write() as uow:
        for number in (1, 2):
            uow.submissions.add(submission(number))
        first = uow.submissions.add_answer(answer(1, slip_field_id="fld_1", insisted=True, code="low"))
        second = uow.submissions.add_answer(answer(2, slip_field_id="fld_2"))
        uow.submissions.add_answer(answer(2, "phone", kind=ReplyKind.PHONE))
    assert first.number < second.number
    with known.read() as uow:
        assert uow.submissions.live_answers(ORG, CAMPAIGN, "record-1", {"reading"}) == [first, second]
        assert uow.submissions.live_answers(OTHER, CAMPAIGN, "record-1", {"reading"}) == []
        answers = uow.submissions.answers(ORG, ["sub_1", "sub_2"])
        assert {name: [one.field for one in found] for name, found in answers.items()} == {
            "sub_1": ["reading"],
            "sub_2": ["reading", "phone"],
        }
        assert not uow.submissions.answers(OTHER, ["sub_1"])
        assert not uow.submissions.answers(ORG, [])
    with known.write() as uow:
        assert uow.submissions.set_standing(ORG, "fld_2", Standing.CONTESTED) == 1
        assert uow.submissions.end_answers(OTHER, "fld_1", LATER) == 0
        assert uow.submissions.end_answers(ORG, "fld_1", LATER) == 1
        assert uow.submissions.end_answers(ORG, "fld_1", LATER) == 0
    with known.read() as uow:
        expected = replace(second, standing=Standing.CONTESTED)
        assert uow.submissions.live_answers(ORG, CAMPAIGN, "record-1", {"reading"}) == [expected]
        assert uow.submissions.answers(ORG, ["sub_1"])["sub_1"][0].ended_at == LATER


def test_a_record_is_in_the_hands_of_one_person_until_the_time_is_over(known: SqlDatabase) -> None:
    soon = NOW + timedelta(minutes=5)
    with known.write() as uow:
        uow.records.put(record(1, "record-1", "reading"))
        assert uow.records.lend(ORG, "rec_1", "usr_1", NOW, soon)
        assert uow.records.lend(ORG, "rec_1", "usr_1", NOW, LATER)
        assert not uow.records.lend(ORG, "rec_1", "usr_2", soon, LATER)
        assert uow.records.lent(ORG, soon) == {"rec_1": "usr_1"}
        assert uow.records.lent(OTHER, soon) == {}
        uow.records.give_back(ORG, "rec_1", "usr_2")
        uow.records.give_back(OTHER, "rec_1", "usr_1")
        assert uow.records.lent(ORG, soon) == {"rec_1": "usr_1"}
        assert uow.records.lent(ORG, LATER) == {}
        assert uow.records.lend(ORG, "rec_1", "usr_2", LATER, LATER + timedelta(minutes=5))
        uow.records.give_back(ORG, "rec_1", "usr_2")
        assert uow.records.lend(ORG, "rec_1", "usr_1", LATER, LATER + timedelta(minutes=5))
