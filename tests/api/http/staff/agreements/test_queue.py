"""Unclear answers are settled by people, one by one, and what cannot be undone is asked twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agreements.lifecycle.deciding import RequestState
from api.ports import ChannelKind, Mode, Role
from api.usecases.agreeing import staffing
from api.usecases.agreeing.staffing import Attested
from api.usecases.messaging.addresses import to_digest
from tests.api.http.staff.agreements.ask_desk import HOME
from tests.api.usecases.agreeing.agree_world import OTHER_PHONE, PHONE
from tests.api.usecases.world import ORG, SECRET

if TYPE_CHECKING:
    from tests.api.http.staff.agreements.ask_desk import AskDesk
    from tests.api.http.staff.browser import Browser, Staff

QUEUE = f"{HOME}/queue"


def settled(browser: Browser, **fields: str) -> Browser:
    (action,) = [action for action in browser.actions() if action.startswith(QUEUE)]
    return browser.send(action, **fields)


def test_an_answer_counts_only_when_a_person_says_twice_what_it_means(world: AskDesk, mia: Browser) -> None:
    request = world.texted()
    world.text("Ja maar wat kost het?")
    mia.get(QUEUE)
    assert "Ja maar wat kost het?" in mia.text
    assert PHONE in mia.text
    assert mia.page.xpath("//input[@name='request'][@checked]/@value") == [request.id]
    settled(mia, do="yes")
    assert "cannot be undone" in mia.text
    assert world.now(request).state is RequestState.OPEN
    settled(mia, do="yes")
    assert "Noted: they agreed" in mia.text
    assert "Every answer is settled" in mia.text
    assert world.now(request).state is RequestState.AGREED


def test_another_meaning_than_was_asked_about_is_asked_about_again(world: AskDesk, mia: Browser) -> None:
    request = world.texted()
    world.text("Ik weet het niet zeker")
    mia.get(QUEUE)
    settled(mia, do="yes")
    settled(mia, do="no")
    assert "You read it as no" in mia.text
    assert world.now(request).state is RequestState.OPEN


def test_what_means_nothing_is_put_away_at_once(world: AskDesk, mia: Browser) -> None:
    world.texted()
    world.text("Hoi, met wie spreek ik?")
    mia.get(QUEUE)
    settled(mia, do="nothing", note="geen antwoord")
    assert "kept as it was said" in mia.text
    assert not world.unclear()


def test_of_several_requests_a_person_chooses_which(world: AskDesk, mia: Browser) -> None:
    first, second = world.texted("first"), world.texted("second")
    world.text("JA")
    mia.get(QUEUE)
    assert len(mia.page.xpath("//input[@name='request']")) == 2
    assert not mia.page.xpath("//input[@name='request'][@checked]")
    settled(mia, do="no")
    assert mia.answer.status_code == 422
    assert "Choose the question" in mia.text
    settled(mia, do="no", request=second.id)
    settled(mia, do="no")
    assert world.now(first).state is RequestState.OPEN
    assert world.now(second).state is RequestState.DECLINED


def test_of_an_unknown_number_only_nothing_can_be_said(world: AskDesk, mia: Browser) -> None:
    world.texted()
    world.text("JA", OTHER_PHONE)
    mia.get(QUEUE)
    assert "Nobody knows which request" in mia.text
    assert mia.page.xpath("//button[@data-pick]/@value") == ["nothing"]
    settled(mia, do="yes")
    assert "Choose the question" in mia.text


@pytest.mark.parametrize(("does", "left"), [("stop", 1), ("nothing", 0)])
def test_what_may_mean_stop_holds_until_somebody_has_read_it(
    world: AskDesk, mia: Browser, does: str, left: int
) -> None:
    world.texted()
    world.text("Laat mij met rust, stop hiermee")
    mia.get(QUEUE)
    assert "None goes to this number until you have read it" in mia.text
    settled(mia, do=does)
    if does == "stop":
        assert "wish for no more messages" in mia.text
        settled(mia, do=does)
    digest = to_digest(SECRET, ChannelKind.SMS, PHONE)
    with world.deps.database.read() as uow:
        assert len(uow.suppressions.of(ORG, Mode.LIVE, ChannelKind.SMS, digest)) == left


def test_the_next_one_is_named_and_what_is_left_for_later_comes_back(world: AskDesk, mia: Browser) -> None:
    world.texted()
    world.text("Ja maar eerst iets anders")
    world.text("Wat bedoelt u?")
    mia.get(QUEUE)
    assert "Wat bedoelt u?" in mia.page.xpath("//div[@class='next-one']")[0].text_content()
    settled(mia, do="skip")
    assert "Wat bedoelt u?" in mia.page.xpath("//p[@class='raw']")[0].text_content()
    settled(mia, do="skip")
    assert "Only what you left for later is left" in mia.text
    mia.get(mia.page.xpath("//main//a[contains(@href, '/queue')]/@href")[0])
    assert "Ja maar eerst" in mia.text


def test_what_a_colleague_settled_meanwhile_is_not_settled_twice(world: AskDesk, mia: Browser) -> None:
    request = world.texted()
    world.text("Ja maar wat kost het?")
    mia.get(QUEUE)
    settled(mia, do="yes")
    (unclear,) = world.unclear()
    staffing.settle_unclear(world.deps, ORG, unclear.id, Attested(None, "usr_x"))
    settled(mia, do="yes")
    assert "A colleague settled that one" in mia.text
    assert world.now(request).state is RequestState.OPEN


def test_a_form_that_says_nothing_settles_nothing(world: AskDesk, mia: Browser) -> None:
    world.texted()
    world.text("Ja maar wat kost het?")
    mia.get(QUEUE)
    settled(mia, do="none")
    assert mia.answer.status_code == 422
    assert len(world.unclear()) == 1


def test_how_many_wait_stands_on_every_page_of_who_may_settle_them(world: AskDesk, staff: Staff) -> None:
    request, other = world.texted(), world.make(key="other")
    world.text("Ja maar wat kost het?")
    for role, start in ((Role.SUBMITTER, "/staff"), (Role.APPROVER, "/staff"), (Role.MAILROOM, "/staff/mailroom")):
        with staff.browser(f"one-{role}", role) as browser:
            browser.get(start)
            assert browser.page.xpath("//nav//span[@class='badge']")[0].text == "1"
            assert browser.page.xpath(f"//main//a[@href='{QUEUE}']")
            assert request.id in browser.get(QUEUE, question=request.question_id).answer.text
            assert "Every answer is settled" in browser.get(QUEUE, question=other.id).text
    with staff.browser("prue", Role.PRINT_ROOM) as browser:
        assert not browser.get("/staff").page.xpath("//span[@class='badge']")
