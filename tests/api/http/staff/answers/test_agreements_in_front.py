"""Somebody on the phone who was asked to agree: their page says so, and leads to the request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agreements.lifecycle.deciding import Said
from api.adapters.fakes import FakeChannels
from api.ports import ChannelKind, ChannelSetup
from api.usecases.agreeing import asking, questions, staffing
from api.usecases.agreeing.people import Person
from api.usecases.agreeing.questions import QuestionWish
from api.usecases.agreeing.staffing import Attested
from tests.api.usecases.agreeing.agree_world import MAIL, SMS, question
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from api.ports import AgreementRequest
    from tests.api.http.staff.answers.desk_world import DeskWorld
    from tests.api.http.staff.browser import Browser

ONE = "/staff/front-office/ent_0"
CHANNELS = (
    ChannelSetup(ORG, MAIL, ChannelKind.EMAIL, "post@grachtstad.example"),
    ChannelSetup(ORG, SMS, ChannelKind.SMS, "+3197012345678"),
)


@pytest.fixture
def asked(world: DeskWorld) -> AgreementRequest:
    """The recipient of the first letter is asked to agree, too."""
    deps = replace(world.deps, channels=FakeChannels(*CHANNELS))
    made = questions.make_question(deps, ORG, QuestionWish(question(), "Betalen met een link", "grachtstad"), "key_1")
    with deps.database.write() as uow:
        whom = Person("record-0", "nl", "Mevrouw Een", "een@example.org")
        asking.make_request(deps, uow, made, whom, asking.Ask("key_1", deps.clock.now()))
    with deps.database.read() as uow:
        found = uow.agreements.of_recipient(ORG, made.id, "record-0")
    assert found is not None
    staffing.attest(deps, ORG, found.id, Attested(Said.YES, "usr_1"))
    return found


def test_what_they_were_asked_and_decided_is_among_all_that_passed(asked: AgreementRequest, fay: Browser) -> None:
    passed = fay.get(ONE).page.xpath("//section[@id='timeline']//li")
    words = [" ".join(each.text_content().split()) for each in passed]
    assert any("Asked to agree" in each and "Betalen met een link" in each for each in words)
    assert any("Agreed told to staff" in each for each in words)
    here = f"/staff/agreements/requests/{asked.id}"
    assert fay.page.xpath(f"//section[@id='timeline']//a[@href='{here}']")
    assert fay.page.xpath(f"//section[@aria-label='Requests to agree']//a[@href='{here}']")
    assert "Mevrouw Een" in fay.get(here).text


def test_the_page_of_somebody_else_says_nothing_of_it(asked: AgreementRequest, fay: Browser) -> None:
    assert asked.id not in fay.get("/staff/front-office/ent_1").answer.text
