from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agreements.lifecycle.deciding import Method, RequestState, Said
from agreements.questions.model import Purpose, Verb
from api.usecases.agreeing import staffing, timing
from api.usecases.agreeing.staffing import Attested
from tests.api.usecases.agreeing.agree_world import OTHER_PHONE, PHONE, person
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from api.ports import AgreementRequest
    from tests.api.usecases.agreeing.agree_world import AgreeWorld

PURPOSE = (Purpose("nieuws", {"nl": "Nieuws", "en": "News"}),)


@pytest.fixture
def texted(agree: AgreeWorld) -> AgreementRequest:
    return agree.ask(agree.make(), person("T1", email="", phone=PHONE))[0]


@pytest.mark.parametrize(
    ("words", "state"), [("Ja!", RequestState.AGREED), ("NEE", RequestState.DECLINED), ("ok", RequestState.OPEN)]
)
def test_one_word_decides_and_nothing_else_does(
    agree: AgreeWorld, texted: AgreementRequest, words: str, state: RequestState
) -> None:
    agree.text(words)
    after = agree.now(texted)
    assert after.state is state
    if after.decided_at is not None:
        assert after.how is Method.SMS_KEYWORD
        assert agree.kinds(texted)[-1] == "confirmation sms"


def test_yes_but_goes_to_a_person_who_says_what_it_means(agree: AgreeWorld, texted: AgreementRequest) -> None:
    agree.text("Ja maar pas in juni")
    assert agree.now(texted).state is RequestState.OPEN
    (waiting,) = agree.unclear()
    assert (waiting.request_id, waiting.text) == (texted.id, "Ja maar pas in juni")
    staffing.settle_unclear(agree.deps, ORG, waiting.id, Attested(Said.YES, "usr_1", "asked back"))
    assert agree.now(texted).state is RequestState.AGREED
    assert agree.unclear() == ()
    assert [one.kind for one in agree.evidence(texted.id)][2:4] == ["unclear", "settled-by-person"]


def test_what_came_in_time_counts_though_it_was_read_late(agree: AgreeWorld, texted: AgreementRequest) -> None:
    agree.wait(days=29)
    agree.text("ja graag hoor")
    (waiting,) = agree.unclear()
    agree.wait(days=5)
    timing.expire_requests(agree.deps)
    staffing.settle_unclear(agree.deps, ORG, waiting.id, Attested(Said.YES, "usr_1"))
    assert agree.now(texted).state is RequestState.AGREED


def test_two_requests_to_a_number_need_a_code(agree: AgreeWorld, texted: AgreementRequest) -> None:
    other = agree.ask(agree.make(key="news"), person("T2", email="", phone=PHONE))[0]
    agree.text("ja")
    assert {agree.now(one).state for one in (texted, other)} == {RequestState.OPEN}
    assert agree.kinds(texted)[-1] == agree.kinds(other)[-1] == "needs-code sms"
    agree.text(f"ja {other.code}")
    assert agree.now(other).state is RequestState.AGREED
    assert agree.now(texted).state is RequestState.OPEN


def test_a_code_of_nobody_decides_nothing(agree: AgreeWorld, texted: AgreementRequest) -> None:
    wrong = "1000" if texted.code != "1000" else "1001"
    agree.text(f"ja {wrong}")
    assert agree.now(texted).state is RequestState.OPEN
    assert [one.why for one in agree.unclear()] == ["unknown-code"]


def test_another_number_decides_nothing(agree: AgreeWorld, texted: AgreementRequest) -> None:
    agree.text("ja", OTHER_PHONE)
    assert agree.now(texted).state is RequestState.OPEN
    assert [one.why for one in agree.unclear()] == ["other-number"]


def test_stop_takes_back_a_consent_and_silences_the_number(agree: AgreeWorld) -> None:
    consent = agree.make(verb=Verb.CONSENT, purposes=PURPOSE)
    request = agree.ask(consent, person("T1", email="", phone=PHONE))[0]
    agree.text("ja")
    agree.text("STOP")
    assert agree.now(request).state is RequestState.WITHDRAWN
    assert agree.kinds(request)[-1] == "stopped sms"
    fresh = agree.ask(agree.make(key="more"), person("T9", email="", phone=PHONE))[0]
    assert agree.kinds(fresh) == []
    agree.text("START")
    assert agree.now(request).state is RequestState.WITHDRAWN
    again = agree.ask(agree.make(key="again"), person("T8", email="", phone=PHONE))[0]
    assert agree.kinds(again) == ["request sms"]


def test_stop_leaves_an_agreement_as_it_is(agree: AgreeWorld, texted: AgreementRequest) -> None:
    agree.text("ja")
    agree.text("stop")
    assert agree.now(texted).state is RequestState.AGREED


def test_a_stop_among_words_is_silence_until_somebody_has_read_it(agree: AgreeWorld, texted: AgreementRequest) -> None:
    agree.text("stop de automatische incasso, ja")
    assert agree.now(texted).state is RequestState.OPEN
    other = agree.make(key="more")
    assert agree.kinds(agree.ask(other, person("T9", email="", phone=PHONE))[0]) == []
    (waiting,) = agree.unclear()
    staffing.settle_unclear(agree.deps, ORG, waiting.id, Attested(None, "usr_1", "about direct debit"))
    third = agree.make(key="third")
    assert agree.kinds(agree.ask(third, person("T8", email="", phone=PHONE))[0]) == ["request sms"]


def test_no_after_yes_takes_it_back(agree: AgreeWorld, texted: AgreementRequest) -> None:
    agree.text("ja")
    agree.text("nee")
    assert agree.now(texted).state is RequestState.WITHDRAWN


def test_yes_after_the_end_is_late(agree: AgreeWorld, texted: AgreementRequest) -> None:
    agree.wait(days=31)
    agree.text("ja")
    assert agree.now(texted).state is RequestState.OPEN
    assert agree.kinds(texted)[-1] == "late sms"


def test_help_is_answered(agree: AgreeWorld, texted: AgreementRequest) -> None:
    agree.text("help")
    assert agree.kinds(texted)[-1] == "help sms"
