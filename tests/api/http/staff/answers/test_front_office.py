"""Somebody on the phone: found, shown as they are now, answered for, given a fresh link; and who may do that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from api.ports import RecordState, Road, Role
from api.usecases.answering import doors
from docgen.qr.entry_code import derive_code, derive_token
from tests.api.builders import ORG, OTHER
from tests.api.usecases.answer_world import CAMPAIGN
from tests.api.usecases.slips import page, piece_id, slip
from tests.api.usecases.world import SECRET

if TYPE_CHECKING:
    from tests.api.http.staff.answers.desk_world import DeskWorld
    from tests.api.http.staff.browser import Browser, Staff

FRONT = "/staff/front-office"
ONE = f"{FRONT}/ent_0"


def enter(browser: Browser, **answers: str) -> Browser:
    return browser.send(f"{ONE}/answer", **{f"f-{name}": value for name, value in answers.items()})


def test_a_code_or_number_goes_straight_to_the_person(fay: Browser) -> None:
    fay.get(FRONT, number=derive_code(SECRET, piece_id(3)))
    assert fay.answer.url.path == f"{FRONT}/ent_3"
    assert "Mevrouw Jansen" in fay.text
    assert fay.get(FRONT, number="record-5").answer.url.path == f"{FRONT}/ent_5"


def test_an_address_with_several_is_a_list_and_one_without_anybody_says_so(fay: Browser) -> None:
    fay.get(FRONT, postcode="1234ab", house="12")
    assert "8 people" in fay.text
    assert "Nobody was found" in fay.get(FRONT, postcode="1234 AC", house="12").text
    fay.get(FRONT, postcode="", house="", number="")
    assert fay.answer.status_code == 422
    assert "Type a postcode" in fay.text


def test_the_page_shows_all_roads_with_what_was_told(world: DeskWorld, fay: Browser) -> None:
    world.give(0, {"reading": "12150", "road": "mail"})
    world.scan(page(1, slip(0, {"reading": "12150", "remark": ""})))
    fay.get(ONE)
    for said in (
        "12150",
        "per e-mail",
        "Answered (page, by QR)",
        "Slip came back",
        "Hiermee maken wij",
        "1 other said",
    ):
        assert said in fay.text
    assert "Reading before: 12000 on 1-1-2025" in fay.text
    assert fay.get(fay.page.xpath("//a[text()='Picture of the slip']/@href")[0]).answer.status_code == 200


def test_an_answer_is_entered_by_staff_and_the_rest_stays(world: DeskWorld, fay: Browser) -> None:
    world.give(0, {"road": "mail"})
    enter(fay.get(ONE), reading="12150", phone="06 12345678")
    assert fay.answer.url.path == ONE
    assert "Entered: Stand, Mobiel nummer." in fay.text
    assert "Answer entered by staff by Fay" in fay.text
    record = world.record(0, "reading")
    assert record is not None
    assert (record.value, record.source, record.state) == ("12150", Road.STAFF, RecordState.SETTLED)
    road = world.record(0, "road")
    assert road is not None
    assert road.source == "page"


def test_a_strange_answer_is_asked_about_with_candidates_and_enter_once_more_insists(
    world: DeskWorld, fay: Browser
) -> None:
    enter(fay.get(ONE), reading="19000")
    assert fay.answer.status_code == 422
    assert "You used 7000" in fay.text
    assert world.record(0, "reading") is None
    fay.send(f"{ONE}/answer", note="a leak")
    record = world.record(0, "reading")
    assert record is not None
    assert (record.value, record.code) == ("19000", "very-high")
    assert "a leak" in fay.text
    assert "kept to it" in fay.text
    # a digit too many offers what it may be
    enter(fay, reading="121500")
    (pick,) = [each for each in fay.page.xpath("//button[@name='pick']/@value") if each.endswith("12150")]
    fay.send(f"{ONE}/answer", pick=pick)
    after = world.record(0, "reading")
    assert after is not None
    assert after.value == "12150"


def test_nothing_typed_or_nonsense_changes_nothing(world: DeskWorld, fay: Browser) -> None:
    enter(fay.get(ONE))
    assert "Nothing is changed" in fay.text
    enter(fay, reading="twelve")
    assert "Fill in only the digits" in fay.text
    assert "once more" not in fay.text
    enter(fay)
    assert world.record(0, "reading") is None


def test_an_answer_and_a_consent_are_taken_back(world: DeskWorld, fay: Browser) -> None:
    world.give(0, {"reading": "12150", "digital": "yes"})
    fay.get(ONE)
    (form,) = [
        form for form in fay.page.forms if form.action == f"{ONE}/take-back" and form.fields["field"] == "digital"
    ]
    headers = {"Origin": "http://testserver"}
    fay.answer = fay.client.post(form.action, data=dict(form.fields), headers=headers, follow_redirects=True)
    assert "Taken back: Ik wil post per e-mail" in fay.text
    record = world.record(0, "digital")
    assert record is not None
    assert record.state is RecordState.WITHDRAWN
    kept = world.record(0, "reading")
    assert kept is not None
    assert kept.state is RecordState.SETTLED


def test_a_fresh_link_is_shown_once_leads_in_and_ends_the_old_one(world: DeskWorld, fay: Browser) -> None:
    fay.get(ONE).send(f"{ONE}/link")
    url = re.search(r"HTTPS://MIJN\.GRACHTSTAD\.EXAMPLE\.NL/[0-9A-Z]{26}", fay.text)
    assert url is not None
    assert fay.page.xpath("//svg[@class='symbol']/path/@d")[0].startswith("M4 4h7")
    entry = doors.entry_of_token(world.deps, ORG, url[0].rpartition("/")[2])
    assert entry is not None
    assert (entry.recipient, entry.revoked_at) == ("record-0", None)
    old = doors.entry_of_token(world.deps, ORG, derive_token(SECRET, piece_id(0)))
    assert old is not None
    assert old.revoked_why == "replaced"
    # the same form once more shows it no more
    assert url[0] not in fay.get(f"{FRONT}/{entry.id}").answer.text
    # and the page is found by what is read out on the phone
    assert fay.get(FRONT, number="record-0").answer.url.path == f"{FRONT}/{entry.id}"


def test_links_end_with_a_reason_and_nothing_is_entered_any_more(world: DeskWorld, fay: Browser) -> None:
    fay.get(ONE).send(f"{ONE}/revoke", why="moved")
    assert "Their link is ended" in fay.text
    assert f"{ONE}/answer" not in fay.actions()
    assert "moved" in fay.text
    assert world.entry(0).revoked_why == "moved"


def test_links_without_a_reason_do_not_end(world: DeskWorld, fay: Browser) -> None:
    fay.get(ONE).send(f"{ONE}/revoke", why="  ")
    assert fay.answer.status_code == 422
    assert world.entry(0).revoked_at is None


@pytest.mark.parametrize(("role", "status"), [(Role.MAILROOM, 200), (Role.APPROVER, 403), (Role.PRINT_ROOM, 403)])
def test_the_front_office_is_for_who_sends_letters_and_who_handles_answers(
    staff: Staff, role: Role, status: int
) -> None:
    with staff.browser("eva", role) as eva:
        for url in (FRONT, ONE, f"{FRONT}/recipient?campaign={CAMPAIGN}&number=record-0", "/staff/settle"):
            assert eva.get(url).answer.status_code == status, url


def test_nobody_sees_a_person_of_another_organisation(staff: Staff) -> None:
    with staff.browser("eva", Role.ADMIN, organisation=OTHER) as eva:
        assert eva.get(ONE).answer.status_code == 404
        assert eva.get(f"{ONE}/page-1.png").answer.status_code == 404
        assert "Nobody was found" in eva.get(FRONT, number="record-0").text


def test_what_they_answer_on_their_page_meanwhile_is_not_undone_by_the_form(world: DeskWorld, fay: Browser) -> None:
    fay.get(ONE)
    world.give(0, {"number": "1234"})
    enter(fay, reading="19000")
    assert fay.answer.status_code == 422
    enter(fay)
    assert "Entered: Stand." in fay.text
    record = world.record(0)
    assert record is not None
    assert record.value == "1234"


@pytest.mark.parametrize(("to", "channel"), [("bewoner@example.org", "mail"), ("06 12 34 56 78", "text message")])
def test_a_fresh_link_is_sent_to_who_is_on_the_phone_and_shown_to_nobody(
    world: DeskWorld, fay: Browser, to: str, channel: str
) -> None:
    fay.get(ONE).send(f"{ONE}/send-link", to=to)
    assert f"A new link goes by {channel}" in fay.text
    assert "HTTPS://" not in fay.answer.text
    url = re.search(r"HTTPS://MIJN\.GRACHTSTAD\.EXAMPLE\.NL/([0-9A-Z]{26})", world.sent())
    assert url is not None
    entry = doors.entry_of_token(world.deps, ORG, url[1])
    assert entry is not None
    assert entry.recipient == "record-0"
    old = doors.entry_of_token(world.deps, ORG, derive_token(SECRET, piece_id(0)))
    assert old is not None
    assert old.revoked_why == "replaced"


def test_what_is_no_address_gets_no_link_and_the_old_one_stays(world: DeskWorld, fay: Browser) -> None:
    fay.get(ONE).send(f"{ONE}/send-link", to="050 123 45 67")
    assert "mobile number" in fay.text
    assert world.entry(0).revoked_at is None
