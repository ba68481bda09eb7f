"""A question is written on a page: kept, refused at its fields without losing a word, and looked at beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agreements.questions.model import AskRoad
from api.ports import PageRequest, Role
from api.usecases.agreeing import questions
from tests.api.http.staff.agreements.ask_desk import DEAR, FORM, HOME
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from tests.api.http.staff.agreements.ask_desk import AskDesk
    from tests.api.http.staff.browser import Browser, Staff

NEW = f"{HOME}/new"


def test_a_question_is_kept_as_a_draft_with_every_word_of_the_form(world: AskDesk, fay: Browser) -> None:
    fay.get(NEW).send(NEW, **FORM, transliterate="yes")
    assert "kept as a draft" in fay.text
    (asked,) = questions.list_questions(world.deps, ORG, PageRequest()).items
    question = questions.text_of(asked)
    assert (asked.key, question.wordings["nl"].yes, list(question.wordings)) == ("pay-by-link", "Ja, graag", ["nl"])
    assert question.wordings["nl"].explanation == "Elke maand een link.\nU betaalt met uw eigen bank."
    assert question.reminders.after_days == (7,)
    assert set(question.roads) == {AskRoad.EMAIL, AskRoad.SMS_LINK, AskRoad.STAFF}
    assert question.transliterate
    # the form of a draft has it all again, so keeping it changes nothing
    change = f"{HOME}/{asked.id}/change"
    fay.get(change).send(change)
    assert questions.text_of(questions.get_question(world.deps, ORG, asked.id).asked) == question


def test_each_mistake_stands_at_its_field_and_in_the_summary_and_nothing_typed_is_lost(
    world: AskDesk, fay: Browser
) -> None:
    wrong = {"nl-title": "", "valid_days": "veel", "quiet-zone": "Mars", "controller-contact": "", "remind-1": "40"}
    fay.get(NEW).send(NEW, **FORM | wrong)
    assert fay.answer.status_code == 422
    linked = set(fay.page.xpath("//section[@role='alert']//li/a/@href"))
    assert {"#nl-title", "#valid_days", "#quiet-zone", "#controller-contact", "#remind-1"} <= linked
    for link in linked:
        (field,) = fay.page.xpath(f"//*[@id='{link[1:]}']")
        assert field.get("aria-invalid") == "true"
        assert fay.page.xpath(f"//*[@id='{link[1:]}-error']")[0].text_content()
    kept = fay.fields(NEW)
    assert all(kept[name] == (wrong | {"nl-title": ""}).get(name, value) for name, value in FORM.items())
    assert not questions.list_questions(world.deps, ORG, PageRequest()).items


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"verb": "consent"}, "purpose-1-key"),
        ({"verb": "attest"}, "road-email"),
        ({"preference-name": "pay", "preference-value": "direct-debit"}, "mandate-name"),
        ({"en-title": "Pay"}, "en-question"),
        ({"purpose-1-key": "news"}, "purpose-1-nl"),
        ({"question-key": "Not a key"}, "question-key"),
        ({"policy-url": "http://x.example"}, "policy-url"),
        ({"name": " "}, "name"),
        ({"signature": "yes"}, "signature"),
        ({"nl-no": "Ja, graag"}, "nl-no"),
        ({"quiet-from": "25"}, "quiet-from"),
    ],
)
def test_every_kind_of_mistake_leads_to_a_field_that_is_there(
    changes: dict[str, str], field: str, fay: Browser
) -> None:
    fay.get(NEW).send(NEW, **FORM | changes)
    assert fay.answer.status_code == 422
    first = fay.page.xpath("//section[@role='alert']//a/@href")
    assert f"#{field}" in first
    assert all(fay.page.xpath(f"//*[@id='{link[1:]}']") for link in first if link.startswith("#"))


def test_a_preview_needs_no_script_and_keeps_nothing_of_the_question(world: AskDesk, fay: Browser) -> None:
    fay.get(NEW)
    fay.answer = fay.client.post(f"{HOME}/preview", data=fay.fields(NEW) | FORM | DEAR)
    assert "4 parts" in fay.text
    assert "€ 0.30" in fay.text
    marked = [(each.text_content(), each.get("title")) for each in fay.page.xpath("//p[@class='bubble']/mark")]
    assert marked == [("ï", "could become i"), ("³", "could become 3")]
    assert fay.fields(NEW)["nl-title"] == DEAR["nl-title"]
    assert not questions.list_questions(world.deps, ORG, PageRequest()).items
    cheap = FORM | DEAR | {"transliterate": "yes"}
    fay.answer = fay.client.post(f"{HOME}/preview", data=fay.fields(NEW) | cheap)
    assert "takes 2 parts and not 4 parts" in fay.text
    assert "geinde huur per m3" in fay.page.xpath("//p[@class='bubble']")[0].text_content()


def test_mail_and_page_are_documents_of_their_own_that_may_do_nothing(fay: Browser) -> None:
    fay.get(NEW)
    shown = FORM | {"nl-title": "<script>alert(1)</script>"}
    fay.answer = fay.client.post(f"{HOME}/preview", data=fay.fields(NEW) | shown)
    assert "frame-src 'self'" in fay.answer.headers["content-security-policy"]
    frames = fay.page.xpath("//iframe")
    assert [each.get("sandbox") for each in frames] == ["", ""]
    for frame in frames:
        answer = fay.client.get(frame.get("src"))
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("sandbox; default-src 'none'")
        assert "script-src" not in policy
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert "<script" not in answer.text
        assert "Wilt u betalen met een link?" in answer.text
        assert "cid:" not in answer.text


def test_what_one_organisation_looked_at_is_not_shown_to_another(fay: Browser, staff: Staff) -> None:
    fay.get(NEW)
    fay.answer = fay.client.post(f"{HOME}/preview", data=fay.fields(NEW) | FORM)
    url = fay.page.xpath("//iframe/@src")[0]
    with staff.browser("eve", Role.SUBMITTER, organisation="org_two") as eve:
        assert "not of your organisation" in eve.get(url).text
        assert eve.get(f"{url}x").answer.status_code == 422


def test_a_question_that_was_asked_is_not_changed_but_has_a_next_version(world: AskDesk, fay: Browser) -> None:
    asked = world.several()
    assert "question-frozen" in fay.get(f"{HOME}/{asked.id}/change").answer.text
    fay.get(NEW, after=asked.id).send(NEW)
    newest = questions.list_questions(world.deps, ORG, PageRequest()).items[0]
    assert (newest.key, newest.version) == (asked.key, 2)


def test_only_who_sends_letters_writes_questions(staff: Staff) -> None:
    for role in (Role.APPROVER, Role.MAILROOM):
        with staff.browser(role, role) as browser:
            assert browser.get(HOME).answer.status_code == 200
            assert not browser.page.xpath("//main//a[contains(@href, '/new')]")
            assert "role-missing" in browser.get(NEW).answer.text
    with staff.browser("prue", Role.PRINT_ROOM) as browser:
        assert "role-missing" in browser.get(HOME).answer.text
