"""Campaigns on pages: begun, changed, revoked, with counts of now and who is missing; and who may."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from api.ports import ImportState, Role
from api.usecases.answering import campaigns
from api.usecases.answering.import_jobs import SentFile, begin_import
from api.usecases.answering.importing import ImportWish
from api.usecases.answering.inviting import SEEN_FOR
from api.usecases.answering.pages import note_visit
from tests.api.builders import ORG, OTHER
from tests.api.usecases.answer_world import CAMPAIGN

if TYPE_CHECKING:
    from tests.api.http.staff.answers.desk_world import DeskWorld
    from tests.api.http.staff.browser import Browser, Staff

HOME = "/staff/campaigns"
ONE = f"{HOME}/{CAMPAIGN}"


def numbers(browser: Browser) -> dict[str, str]:
    return {
        each.find("dt").text_content(): " ".join(each.find("dd").text_content().split())
        for each in browser.page.xpath("//dl[@class='numbers']/div")
    }


def test_counts_and_the_picture_are_of_now_and_the_table_says_the_same(world: DeskWorld, fay: Browser) -> None:
    assert "No answer has come in yet" in fay.get(ONE).text
    note_visit(world.deps, world.entry(0))
    world.give(0, {"reading": "12150"})
    world.dispute(1)
    fay.get(ONE)
    found = numbers(fay)
    assert found["recipients"] == "8"
    assert found["opened their page"].startswith("1 ")
    assert (found["answered"], found["complete"]) == ("2 25 %", "1 12 %")
    assert found["wait for a person"] == "1"
    assert len(fay.page.xpath("//*[name()='svg'][@role='img']//*[name()='rect']")) == 2
    (row,) = fay.page.xpath("//figure//tbody/tr")
    assert [cell.text_content() for cell in row] == ["Thu 1 Jan 2026", "2", "1", "3"]


def test_the_list_has_every_campaign_with_its_counts(world: DeskWorld, fay: Browser) -> None:
    world.dispute(1)
    fay.get(HOME)
    assert "Meters of 2026" in fay.text
    assert fay.page.xpath(f"//a[@href='/staff/settle?campaign={CAMPAIGN}']")


def test_who_is_missing_is_a_list_with_a_way_to_each_and_a_csv(world: DeskWorld, fay: Browser) -> None:
    world.give(0, {"reading": "12150"})
    fay.get(f"{ONE}/missing")
    assert "7 recipients have not answered" in fay.text
    first = fay.page.xpath("//tbody//a/@href")[0]
    answer = fay.client.get(f"{ONE}/missing.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="missing-meters-2026.csv"'
    assert answer.text.count("record-") == 7
    assert fay.get(first).answer.url.path == "/staff/front-office/ent_1"


def test_a_campaign_is_opened_of_a_template_that_asks(world: DeskWorld, fay: Browser) -> None:
    fay.get(f"{HOME}/new")
    assert [each.text for each in fay.page.xpath("//select[@id='template']/option")] == [
        "Watermeter opnemen (water-meter-reading 1.0)"
    ]
    fay.send(f"{HOME}/new", **{"name": "Meters of 2027", "campaign-key": "meters-2027", "reminder": "2026-02-01"})
    assert "Send letters with campaign meters-2027" in fay.text
    made = campaigns.get_campaign(world.deps, ORG, "meters-2027")
    assert (made.closes_at, len(made.reminders)) == (world.start + timedelta(days=120), 1)


WRONG: Final = (
    ({"campaign-key": "a key", "name": "x"}, "A key has 1 to 64"),
    ({"campaign-key": "meters-2026", "name": "x"}, "a campaign meters-2026 already"),
    *(
        ({"campaign-key": "k", "name": "x", "closes_at": when}, "Give day and time")
        for when in ("soon", "0001-01-01T00:00", "9999-12-31T23:59")
    ),
    ({"campaign-key": "k", "name": "x", "reminder": "monday"}, "Give the day of a reminder"),
    ({"campaign-key": "k", "name": "x", "opens_at": "2029-01-01T00:00"}, "opens, then closes"),
)


def test_what_cannot_be_a_campaign_is_said_and_what_was_entered_stays(fay: Browser) -> None:
    for changes, said in WRONG:
        fay.get(f"{HOME}/new").send(f"{HOME}/new", **changes)
        assert fay.answer.status_code in {409, 422}, changes
        assert said in fay.text
        assert fay.page.xpath("string(//input[@id='campaign-key']/@value)") == changes["campaign-key"]


def test_the_deadline_is_moved_and_the_rest_stays(world: DeskWorld, fay: Browser) -> None:
    before = campaigns.get_campaign(world.deps, ORG, CAMPAIGN)
    fay.get(ONE).send(f"{ONE}/change", closes_at="2026-02-10T17:00")
    assert "The campaign is changed" in fay.text
    after = campaigns.get_campaign(world.deps, ORG, CAMPAIGN)
    assert after.closes_at.isoformat() == "2026-02-10T16:00:00+00:00"
    assert (after.name, after.opens_at) == (before.name, before.opens_at)
    fay.send(f"{ONE}/change", gone_at="2026-01-10T17:00")
    assert fay.answer.status_code == 422
    assert "then is gone" in fay.text


def test_an_opening_that_is_cleared_is_gone_and_a_time_of_reminders_is_kept(world: DeskWorld, fay: Browser) -> None:
    fay.get(ONE).send(f"{ONE}/change", opens_at="2026-01-01T08:00", gone_at="2026-09-01T08:00", remind_at="10:30")
    before = campaigns.get_campaign(world.deps, ORG, CAMPAIGN)
    assert before.opens_at is not None
    assert before.remind_at == "10:30"
    assert fay.get(ONE).page.xpath("string(//input[@id='remind_at']/@value)") == "10:30"
    fay.send(f"{ONE}/change", opens_at="", gone_at="")
    after = campaigns.get_campaign(world.deps, ORG, CAMPAIGN)
    assert (after.opens_at, after.gone_at - after.closes_at) == (None, SEEN_FOR)
    assert after.remind_at == "10:30"


def test_files_of_answers_are_shown_with_how_far_they_are(world: DeskWorld, fay: Browser) -> None:
    assert "Files of answers" not in fay.get(ONE).text
    file = SentFile(io.BytesIO(b"record_id;number\nrecord-0;1234\n"), "text/csv")
    made = begin_import(world.deps, ORG, CAMPAIGN, file, ImportWish("key_1"))
    assert "looking at its rows" in fay.get(ONE).text
    with world.deps.database.write() as uow:
        uow.answer_imports.change(replace(made, state=ImportState.TAKING, rows=200, written=50))
    assert "being kept: 25 %" in fay.get(ONE).text


def test_revoking_needs_a_tick_and_ends_the_page_of_changes(world: DeskWorld, fay: Browser) -> None:
    fay.get(ONE).send(f"{ONE}/revoke")
    assert "Tick the box" in fay.text
    assert campaigns.get_campaign(world.deps, ORG, CAMPAIGN).revoked_at is None
    fay.send(f"{ONE}/revoke", sure="yes")
    assert "The campaign is revoked" in fay.text
    assert f"{ONE}/change" not in fay.actions()


@pytest.mark.parametrize(
    ("role", "reads", "makes", "sees_people"),
    [(Role.SUBMITTER, 200, 200, 200), (Role.APPROVER, 200, 403, 403), (Role.MAILROOM, 200, 403, 200)],
)
def test_approvers_see_counts_and_only_senders_make(
    staff: Staff, role: Role, reads: int, makes: int, sees_people: int
) -> None:
    with staff.browser("eva", role) as eva:
        assert eva.get(ONE).answer.status_code == reads
        assert (f"{ONE}/change" in eva.actions()) is (makes == 200)
        assert eva.get(f"{HOME}/new").answer.status_code == makes
        assert eva.get(f"{ONE}/missing").answer.status_code == sees_people
        assert eva.get(f"{ONE}/missing.csv").answer.status_code == sees_people


def test_campaigns_of_another_organisation_are_not_there(staff: Staff) -> None:
    with staff.browser("eva", Role.ADMIN, organisation=OTHER) as eva:
        assert "no campaign yet" in eva.get(HOME).text
        assert eva.get(ONE).answer.status_code == 404
        assert eva.get(f"{ONE}/missing.csv").answer.status_code == 404
