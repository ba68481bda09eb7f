"""One request on a page: what passed, what was sent, and what staff enter for somebody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agreements.lifecycle.deciding import Method, RequestState, Said
from agreements.questions.model import AskRoad
from api.ports import Role
from api.usecases.agreeing import pages
from api.usecases.agreeing.pages import Visitor
from api.usecases.messaging.tokens import token_of
from tests.api.http.staff.agreements.ask_desk import HOME
from tests.api.usecases.agreeing.agree_world import BROWSER, PHONE, person
from tests.api.usecases.world import ORG, SECRET

if TYPE_CHECKING:
    from api.ports import AgreementRequest
    from tests.api.http.staff.agreements.ask_desk import AskDesk
    from tests.api.http.staff.browser import Browser, Staff


def url(request: AgreementRequest) -> str:
    return f"{HOME}/requests/{request.id}"


def test_all_that_passed_is_told_with_its_place_in_the_evidence(world: AskDesk, fay: Browser) -> None:
    request = world.one()
    token = token_of(SECRET, request.id)
    shown = pages.page_of(world.deps, ORG, token)
    assert shown is not None
    pages.note_fetch(world.deps, shown, Visitor("192.0.2.1", "Mimecast scanner"))
    world.wait(hours=1)
    pages.note_fetch(world.deps, shown, Visitor("192.0.2.1", BROWSER))
    world.press(request, Said.YES)
    world.press(request, Said.WITHDRAW)
    text = fay.get(url(request)).text
    assert "Page fetched (perhaps a scanner)" in text
    assert "Page fetched, it seems by a person" in text
    assert "Answered: yes (on their page)" in text
    assert "Took it back (on their page)" in text
    numbers = [int(each.text.split()[1]) for each in fay.page.xpath("//span[@class='seq']")]
    assert numbers == sorted(numbers, reverse=True)
    assert {one.seq for one in world.evidence(request.id)} >= set(numbers)


def test_messages_are_shown_as_they_went_and_without_the_secret_of_their_link(world: AskDesk, fay: Browser) -> None:
    request = world.one()
    fay.get(url(request))
    (text,) = [each.text_content() for each in fay.page.xpath("//pre")]
    assert "Wilt u betalen met een link?" in text
    assert "/a/" + "X" * 26 in text
    assert token_of(SECRET, request.id) not in fay.answer.text


def test_what_they_say_on_the_phone_counts_with_the_name_of_who_heard_it(world: AskDesk, fay: Browser) -> None:
    request = world.one()
    here = url(request)
    fay.get(here).send(f"{here}/attest")
    assert "Say what was answered" in fay.text
    fay.send(f"{here}/attest", said="yes", note="belde om 14:05")
    assert "Noted: they agreed" in fay.text
    assert "“belde om 14:05”" in fay.text
    assert "by Fay" in fay.text
    after = world.now(request)
    assert (after.state, after.how) == (RequestState.AGREED, Method.STAFF_ON_PHONE)
    fay.send(f"{here}/attest", said="withdraw")
    assert world.now(request).state is RequestState.WITHDRAWN


def test_a_note_that_is_too_long_is_said_and_kept_in_the_form(world: AskDesk, fay: Browser) -> None:
    here = url(world.one())
    fay.get(here).send(f"{here}/attest", said="no", note="x" * 501)
    assert "at most 500" in fay.text
    assert fay.fields(f"{here}/attest")["said"] == "no"


def test_where_staff_may_not_answer_there_is_no_form_but_taking_back(world: AskDesk, fay: Browser) -> None:
    asked = world.make(roads=(AskRoad.EMAIL,))
    (request,) = world.ask(asked, person("T1"))
    here = url(request)
    assert f"{here}/attest" not in fay.get(here).actions()
    assert "does not allow answers by staff" in fay.text
    world.press(request, Said.YES)
    fay.get(here)
    assert fay.page.xpath("//input[@name='said']/@value") == ["withdraw"]


def test_a_request_is_cancelled_when_somebody_is_sure(world: AskDesk, fay: Browser) -> None:
    request = world.one()
    here = url(request)
    fay.get(here).send(f"{here}/cancel")
    assert "Tick the box" in fay.text
    fay.send(f"{here}/cancel", sure="yes", why="verhuisd")
    assert world.now(request).state is RequestState.CANCELLED
    assert f"{here}/cancel" not in fay.actions()


def test_the_proof_is_a_download_for_who_may_see_the_request(world: AskDesk, fay: Browser, staff: Staff) -> None:
    request = world.one()
    world.press(request, Said.YES)
    answer = fay.client.get(f"{url(request)}/proof.pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["cache-control"] == "private, no-store"
    document = json.loads(fay.client.get(f"{url(request)}/proof.json").content)
    assert document["format"] == "agreement-evidence/1"
    with staff.browser("eve", Role.SUBMITTER, organisation="org_two") as eve:
        assert eve.client.get(f"{url(request)}/proof.pdf").status_code == 404
        assert eve.get(url(request)).answer.status_code == 404


def test_what_was_asked_of_them_besides_is_one_step_away(world: AskDesk, fay: Browser) -> None:
    first, second = world.one(), world.texted()
    fay.get(url(first))
    assert fay.page.xpath(f"//a[@href='{url(second)}']")
    assert PHONE in fay.text
