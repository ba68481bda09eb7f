from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agreements.lifecycle.deciding import Method, RequestState, Said, Why
from agreements.questions.as_json import write_question
from agreements.questions.frozen import text_digest
from agreements.questions.model import AskRoad, Preference, Verb
from api.ports import Reach
from api.usecases.agreeing import pages, staffing, timing
from api.usecases.agreeing.deciding import MOST_IDLE
from api.usecases.agreeing.pages import Look, Visitor
from api.usecases.agreeing.staffing import Attested
from api.usecases.messaging.tokens import token_of
from docgen.findings import Refusal
from tests.api.usecases.agreeing.agree_world import BROWSER, PHONE, person, question
from tests.api.usecases.world import ORG, SECRET

if TYPE_CHECKING:
    from api.ports import AgreementRequest
    from tests.api.usecases.agreeing.agree_world import AgreeWorld


def names(agree: AgreeWorld, request: AgreementRequest) -> list[str]:
    return [one.name for one in agree.events(request.id)]


def test_a_button_decides_and_what_was_decided_is_confirmed(agree: AgreeWorld) -> None:
    request = agree.one(preference=Preference("pay-method", "payment-link"))
    taken = agree.press(request, Said.YES)
    assert taken is not None
    assert taken.shown.look is Look.AGREED
    after = agree.now(request)
    assert (after.state, after.how) == (RequestState.AGREED, Method.WEB_POST)
    assert agree.kinds(request) == ["request email", "confirmation email"]
    assert names(agree, request)[-2:] == ["agreement-agreed", "preference-set"]
    act = next(one for one in agree.evidence(request.id) if one.kind == "answered")
    assert act.seq == after.decided_seq
    assert act.body["token_digest"] == request.token_digest
    assert act.body["question_digest"] == request.words


def test_the_same_button_twice_decides_once(agree: AgreeWorld) -> None:
    request = agree.one()
    agree.press(request, Said.YES)
    again = agree.press(request, Said.YES)
    assert again is not None
    assert again.outcome is not None
    assert again.outcome.why is Why.DUPLICATE
    assert names(agree, request).count("agreement-agreed") == 1
    assert agree.kinds(request).count("confirmation email") == 1


def test_a_page_of_another_request_or_of_yesterday_decides_nothing(agree: AgreeWorld) -> None:
    request = agree.one()
    other = agree.press(request, Said.YES, request_id="agr_other")
    assert other is not None
    assert other.outcome is None
    agree_later = replace(agree.now(request))
    old = agree.press(agree_later, Said.YES, at=request.asked_at.replace(year=2025))
    assert old is not None
    assert old.outcome is None
    assert agree.now(request).state is RequestState.OPEN


def test_whoever_only_looks_decides_nothing(agree: AgreeWorld) -> None:
    request = agree.one()
    token = token_of(SECRET, request.id)
    for agent in ("", "curl/8", BROWSER, "Mozilla/5.0 SafeLinks scanner") * 10:
        shown = pages.page_of(agree.deps, ORG, token)
        assert shown is not None
        pages.note_fetch(agree.deps, shown, Visitor("192.0.2.1", agent))
    assert agree.now(request).state is RequestState.OPEN
    fetched = [one for one in agree.evidence(request.id) if one.kind == "link-fetched"]
    assert len(fetched) == pages.MOST_FETCHES


def test_a_program_that_comes_right_after_the_message_is_no_person(agree: AgreeWorld) -> None:
    request = agree.one()
    token = token_of(SECRET, request.id)
    shown = pages.page_of(agree.deps, ORG, token)
    assert shown is not None
    pages.note_fetch(agree.deps, shown, Visitor("", BROWSER))
    assert agree.now(request).reach is Reach.NONE
    agree.wait(minutes=10)
    pages.note_fetch(agree.deps, shown, Visitor("", BROWSER))
    assert agree.now(request).reach is Reach.OPENED


def test_a_yes_is_taken_back_as_easily(agree: AgreeWorld) -> None:
    request = agree.one(preference=Preference("pay-method", "payment-link"))
    agree.press(request, Said.YES)
    agree.wait(days=100)
    agree.press(request, Said.WITHDRAW)
    assert agree.now(request).state is RequestState.WITHDRAWN
    kinds = [one.kind for one in agree.evidence(request.id)]
    assert kinds[-2:] == ["withdrawn", "message-queued"]
    assert names(agree, request)[-2:] == ["agreement-withdrawn", "preference-ended"]


def test_an_answer_that_is_late_is_kept_and_said_to_be(agree: AgreeWorld) -> None:
    request = agree.one()
    agree.wait(days=31)
    taken = agree.press(request, Said.YES)
    assert taken is not None
    assert taken.outcome is not None
    assert taken.outcome.why is Why.LATE
    assert agree.kinds(request)[-1] == "late email"
    assert agree.evidence(request.id)[-2].body["why"] == "late"
    timing.expire_requests(agree.deps)
    assert agree.now(request).state is RequestState.EXPIRED


def test_reminders_come_as_planned_and_never_after_a_decision(agree: AgreeWorld) -> None:
    asked = agree.make()
    silent, quick = agree.ask(asked, person("T1"), person("T2"))
    agree.press(quick, Said.NO)
    for _ in range(29):
        agree.wait(days=1)
        timing.remind_people(agree.deps)
        timing.remind_people(agree.deps)
    assert agree.kinds(silent) == ["request email", "reminder email", "reminder email"]
    assert agree.kinds(quick) == ["request email", "confirmation email"]
    assert names(agree, silent).count("agreement-reminded") == 2


def test_what_comes_back_is_tried_by_the_next_channel_and_then_nobody_is_reached(agree: AgreeWorld) -> None:
    request = agree.one()
    (mail,) = agree.messages(request)
    agree.happen(mail, "message-sent")
    assert agree.now(request).reach is Reach.SENT
    agree.happen(mail, "message-bounced")
    assert agree.kinds(request) == ["request email", "request sms"]
    agree.happen(agree.messages(request)[1], "message-failed")
    assert agree.now(request).reach is Reach.UNREACHABLE
    assert names(agree, request)[-1] == "agreement-unreachable"
    agree.wait(days=8)
    timing.remind_people(agree.deps)
    assert len(agree.kinds(request)) == 2


def test_staff_answer_for_who_is_on_the_phone(agree: AgreeWorld) -> None:
    request = agree.one()
    outcome = staffing.attest(agree.deps, ORG, request.id, Attested(Said.YES, "usr_1", "heard on the phone"))
    assert outcome.decided
    act = next(one for one in agree.evidence(request.id) if one.kind == "answered")
    assert (act.body["method"], act.body["attested_by"]) == ("staff-on-phone", "usr_1")
    assert "heard on the phone" not in str(act.body)


def test_what_nobody_decided_can_be_taken_back_by_the_corporation(agree: AgreeWorld) -> None:
    request, other = agree.ask(agree.make(), person("T1"), person("T2"))
    assert staffing.cancel_agreement(agree.deps, ORG, request.id, "usr_1").state is RequestState.CANCELLED
    taken = agree.press(request, Said.YES)
    assert taken is not None
    assert taken.shown.look is Look.CANCELLED
    agree.press(other, Said.NO)
    with pytest.raises(Refusal, match="agreement-decided"):
        staffing.cancel_agreement(agree.deps, ORG, other.id, "usr_1")


def test_what_somebody_stated_is_not_taken_back_without_a_person(agree: AgreeWorld) -> None:
    request = agree.one(verb=Verb.DECLARE)
    agree.press(request, Said.YES)
    agree.press(request, Said.NO)
    assert agree.now(request).state is RequestState.AGREED
    assert [one.why for one in agree.unclear()] == ["not-withdrawable"]


def test_a_page_shows_where_it_was_sent_and_no_more(agree: AgreeWorld) -> None:
    request = agree.ask(agree.make(), person("T1", phone=PHONE, email=""))[0]
    shown = pages.page_of(agree.deps, ORG, token_of(SECRET, request.id))
    assert shown is not None
    assert shown.sent_to == "***678"
    assert pages.page_of(agree.deps, "org_two", token_of(SECRET, request.id)) is None


def test_the_question_in_another_of_its_languages_decides_and_the_evidence_says_which_was_read(
    agree: AgreeWorld,
) -> None:
    request = agree.one()
    english = text_digest(question(), "en")
    agree.press(request, Said.YES, words=english, language="en")
    assert agree.now(request).state is RequestState.AGREED
    act = next(one for one in agree.evidence(request.id) if one.kind == "answered")
    assert (act.body["question_digest"], act.body["language"]) == (english, "en")
    assert english != request.words


def test_a_question_that_was_written_anew_after_it_was_frozen_decides_nothing(agree: AgreeWorld) -> None:
    asked = agree.make()
    (request,) = agree.ask(asked, person("T1"))
    english = replace(question().wordings["en"], question="Do you give us your house?")
    other = question(wordings={"nl": question().wordings["nl"], "en": english})
    with agree.deps.database.write() as uow:
        row = uow.questions.get(ORG, asked.id)
        uow.questions.change(replace(row, text=write_question(other), revision=row.revision + 1))
    taken = agree.press(request, Said.YES, words=text_digest(other, "en"), language="en")
    assert taken is not None
    assert taken.outcome is not None
    assert taken.outcome.why is Why.WORDS


def test_pressing_without_end_fills_nothing_and_keeps_nobody_from_deciding(agree: AgreeWorld) -> None:
    request = agree.one()
    for _ in range(MOST_IDLE + 3):
        agree.press(request, Said.YES)
    kinds = [one.kind for one in agree.evidence(request.id)]
    assert kinds.count("answered") == MOST_IDLE
    agree.press(request, Said.WITHDRAW)
    assert agree.now(request).state is RequestState.WITHDRAWN


def test_who_is_late_on_the_page_is_written_to_once(agree: AgreeWorld) -> None:
    request = agree.one()
    agree.wait(days=31)
    for _ in range(3):
        agree.press(request, Said.YES)
    assert agree.kinds(request) == ["request email", "late email"]


def test_whoever_fetches_without_end_costs_no_write(agree: AgreeWorld) -> None:
    request = agree.one()
    shown = pages.page_of(agree.deps, ORG, token_of(SECRET, request.id))
    assert shown is not None
    often = replace(shown, request=replace(shown.request, fetches=pages.MOST_FETCHES))
    pages.note_fetch(replace(agree.deps, database=None), often, Visitor("", BROWSER))  # type: ignore[arg-type] # none is asked


def test_a_question_by_keyword_alone_is_not_answered_on_its_page(agree: AgreeWorld) -> None:
    request = agree.one(roads=(AskRoad.SMS_KEYWORD,))
    shown = pages.page_of(agree.deps, ORG, token_of(SECRET, request.id))
    assert shown is not None
    assert (shown.can_answer, shown.by_page) == (False, False)
