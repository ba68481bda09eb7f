from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agreements.lifecycle.deciding import RequestState
from agreements.questions.model import AskRoad, Wording
from api.ports import AskingState, Policy, QuestionState
from api.usecases.agreeing import asking, questions
from api.usecases.messaging.private import shown
from docgen.findings import Refusal
from tests.api.usecases.agreeing.agree_world import PHONE, person, question, rows
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from tests.api.usecases.agreeing.agree_world import AgreeWorld


def test_everybody_on_a_list_is_asked_once_by_the_first_road_that_reaches_them(agree: AgreeWorld) -> None:
    asked = agree.make()
    people = [person("T1"), person("T2", email="", phone=PHONE)]
    first, second = agree.ask(asked, *people)
    assert agree.ask(asked, *people) == [first, second]
    assert agree.kinds(first) == ["request email"]
    assert agree.kinds(second) == ["request sms"]
    assert first.state is RequestState.OPEN
    # it was noon on the first of January, and the last day counts whole
    assert first.valid_until.isoformat() == "2026-01-31T23:00:00+00:00"


def test_a_question_is_frozen_by_the_first_who_is_asked(agree: AgreeWorld) -> None:
    asked = agree.make()
    agree.ask(asked, person("T1"))
    frozen = questions.get_question(agree.deps, ORG, asked.id).asked
    assert frozen.state is QuestionState.FROZEN
    assert [one.kind for one in agree.evidence(asked.id)] == ["question-frozen"]
    wish = questions.QuestionWish(question(), "Anders", "grachtstad")
    with pytest.raises(Refusal, match="question-frozen"):
        questions.change_question(agree.deps, ORG, asked.id, wish)
    assert agree.make().version == 2


def test_evidence_of_a_request_names_nobody(agree: AgreeWorld) -> None:
    request = agree.one()
    kept = agree.evidence(request.id)
    assert [one.kind for one in kept] == ["requested", "message-queued"]
    assert not any(secret in str(one) for one in kept for secret in (PHONE, "t1@example.org", "Mevrouw"))
    assert all(request.token_digest.startswith("sha256:") for _ in kept)


def test_a_list_with_a_mistake_asks_nobody_unless_that_is_wished(agree: AgreeWorld) -> None:
    asked = agree.make(roads=(AskRoad.EMAIL, AskRoad.SMS_LINK))
    people = [person("T1"), person("T2", email="geen adres")]
    with pytest.raises(Refusal, match="people-invalid") as refused:
        agree.ask(asked, *people)
    assert {one.code for one in refused.value.findings} == {"person-address-doubtful", "person-without-road"}
    assert agree.request(asked, "T1") is None
    assert len(agree.ask(asked, *people, policy=Policy.VALID_ONLY)) == 1


def test_a_check_asks_nobody(agree: AgreeWorld) -> None:
    asked = agree.make()
    result = asking.ask(agree.deps, ORG, asked.id, rows([person("T1")]), asking.AskWish("key_1", check=True))
    assert (result.rows, result.people, result.asking) == (1, 1, None)
    assert questions.get_question(agree.deps, ORG, asked.id).asked.state is QuestionState.DRAFT


def test_a_list_that_was_begun_goes_on_where_it_was(agree: AgreeWorld) -> None:
    asked = agree.make()
    people = [person(f"T{number}") for number in range(60)]
    file = rows(people)
    made = asking.ask(agree.deps, ORG, asked.id, file, asking.AskWish("key_1")).asking
    assert made is not None
    first = next(asking._from(agree.deps, made))
    after = asking._take_up(agree.deps, questions.get_question(agree.deps, ORG, asked.id).asked, made, first)
    assert 0 < after.done < 60
    agree.run()
    standing = questions.get_question(agree.deps, ORG, asked.id)
    assert (standing.counts.asked, standing.askings[0].state) == (60, AskingState.DONE)
    assert (standing.askings[0].done, standing.askings[0].made) == (60, 60)


def test_who_is_stopped_asks_nobody_more(agree: AgreeWorld) -> None:
    asked = agree.make()
    made = asking.ask(agree.deps, ORG, asked.id, rows([person("T1")]), asking.AskWish("key_1")).asking
    assert made is not None
    asking.stop_asking(agree.deps, ORG, made.id, "usr_1")
    agree.run()
    assert agree.request(asked, "T1") is None
    with pytest.raises(Refusal, match="asking-over"):
        asking.stop_asking(agree.deps, ORG, made.id, "usr_1")


def test_nobody_is_written_to_at_night(agree: AgreeWorld) -> None:
    agree.wait(hours=11)
    request = agree.one()
    (message,) = agree.messages(request)
    # quiet until eight in Amsterdam
    assert message.not_before.isoformat() == "2026-01-02T07:00:00+00:00"
    assert request.valid_until.isoformat() == "2026-02-01T23:00:00+00:00"


def test_without_its_channel_a_question_cannot_be_made(agree: AgreeWorld) -> None:
    agree.channels.fakes.clear()
    agree.channels._setups = ()
    with pytest.raises(Refusal, match="question-invalid") as refused:
        agree.make()
    assert {one.code for one in refused.value.findings} == {"question-channel-missing"}


def test_keywords_need_a_sender_that_can_be_answered(agree: AgreeWorld) -> None:
    from api.ports import Capabilities  # noqa: PLC0415 - of this test alone

    agree.channels.fakes[ORG, "sms"]._capabilities = Capabilities(alphanumeric_sender=True)
    with pytest.raises(Refusal) as refused:
        agree.make()
    assert {one.code for one in refused.value.findings} == {"sms-sender-cannot-receive"}
    agree.make(roads=(AskRoad.SMS_LINK,))


def test_a_text_message_goes_in_the_cheap_alphabet_when_the_author_agreed(agree: AgreeWorld) -> None:
    words = {"nl": Wording("Geïnd", "Mag het geïnd worden?", "", "Ja", "Nee")}
    texts = []
    for number, agreed in enumerate((False, True)):
        asked = agree.make(key=f"debit-{number}", wordings=words, roads=(AskRoad.SMS_LINK,), transliterate=agreed)
        (request,) = agree.ask(asked, person("T1", email="", phone=PHONE))
        with agree.deps.database.read() as uow:
            texts += [one["text"] for one in shown(uow, uow.messages.of_subject(ORG, request.id)).values()]
    assert ["geïnd" in text for text in texts] == [True, False]
    assert "Mag het geind worden?" in texts[1]
