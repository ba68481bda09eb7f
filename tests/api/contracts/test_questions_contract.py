"""One contract for every database: questions, files of people, answers that wait for a person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    AskingState,
    BlobRef,
    Mode,
    PageRequest,
    QuestionState,
)
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, OTHER
from tests.api.contracts.agreement_rows import (
    ALL,
    LATER,
    MINUTE,
    PHONE,
    asking,
    question,
    unclear,
    waits_for,
    with_questions,
)

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase, SqlUnitOfWork


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    return with_questions(database)


def test_a_question_comes_back_as_it_was_written(db: SqlDatabase) -> None:
    made = question(
        2,
        mode=Mode.TEST,
        state=QuestionState.CLOSED,
        frozen_at=LATER,
        campaign_id="cmp_1",
        answer_field="agree",
        signature_field="signed",
        yes_value="ja",
        no_value="nee",
        mail="office",
        sms="short",
    )
    with db.write() as uow:
        uow.questions.add(made)
    with db.read() as uow:
        assert uow.questions.get(ORG, "qst_2") == made
        (event,) = uow.events.of_subject(ORG, "qst_2", ALL).items
        assert (event.name, event.at, event.data["key"], event.data["mode"]) == ("question-new", NOW, "solar-2", "test")
        for key in ("qst_2", "solar-2"):
            with pytest.raises(Refusal, match="question-not-found"):
                uow.questions.get(OTHER, key)


def test_a_key_has_each_version_once_in_a_mode(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.questions.add(question(2, key="solar-1", version=2, state=QuestionState.DRAFT))
        uow.questions.add(question(3, key="solar-1", version=3, mode=Mode.TEST))
        uow.questions.add(question(4, OTHER, key="solar-1"))
        uow.questions.add(question(5, key="tests", mode=Mode.TEST))
    with db.write() as uow, pytest.raises(Refusal, match="question-key-taken"):
        uow.questions.add(question(6, key="solar-1", version=2))
    with db.read() as uow:
        # live before test, then the newest
        assert uow.questions.get(ORG, "solar-1").id == "qst_2"
        assert uow.questions.get(ORG, "tests").id == "qst_5"
        newest = [uow.questions.newest(ORG, mode, "solar-1") for mode in (Mode.LIVE, Mode.TEST)]
        assert [one and one.id for one in newest] == ["qst_2", "qst_3"]
        assert uow.questions.newest(OTHER, Mode.TEST, "solar-1") is None


def test_only_the_next_revision_takes_the_place_of_a_question(db: SqlDatabase) -> None:
    changed = question(name="Panels", state=QuestionState.CLOSED, revision=2)
    with db.write() as uow:
        uow.questions.change(changed)
        with pytest.raises(Refusal, match="question-changed"):
            uow.questions.change(changed)
        with pytest.raises(Refusal, match="question-changed"):
            uow.questions.change(replace(changed, organisation_id=OTHER, revision=3))
    with db.read() as uow:
        assert uow.questions.get(ORG, "qst_1") == changed
        events = uow.events.of_subject(ORG, "qst_1", ALL).items
    assert [event.name for event in events] == ["question-new", "question-changed"]
    assert (events[1].data["state"], events[1].data["revision"]) == ("closed", 2)


def test_questions_are_listed_newest_first_and_in_parts(db: SqlDatabase) -> None:
    with db.write() as uow:
        for number in (2, 3):
            uow.questions.add(question(number))
    with db.read() as uow:
        first = uow.questions.list(ORG, PageRequest(2))
        rest = uow.questions.list(ORG, PageRequest(2, first.next_after))
    assert [one.id for one in (*first.items, *rest.items)] == ["qst_3", "qst_2", "qst_1"]
    assert rest.next_after is None


def test_answers_of_a_campaign_count_for_questions_that_were_asked(db: SqlDatabase) -> None:
    with db.write() as uow:
        states = (QuestionState.CLOSED, QuestionState.DRAFT, QuestionState.FROZEN)
        for number, state in enumerate(states, 2):
            uow.questions.add(question(number, campaign_id="cmp_1", state=state))
        uow.questions.add(question(5, OTHER, campaign_id="cmp_1"))
    with db.read() as uow:
        assert [one.id for one in uow.questions.of_campaign(ORG, "cmp_1")] == ["qst_2", "qst_4"]
        assert uow.questions.of_campaign(ORG, "") == []


def test_of_two_that_make_the_same_version_at_once_one_does(db: SqlDatabase) -> None:
    def late(uow: SqlUnitOfWork) -> str:
        with pytest.raises(Refusal) as refused:
            uow.questions.add(question(3, key="heat"))
        return refused.value.code

    assert waits_for(db, lambda uow: uow.questions.add(question(2, key="heat")), late) == "question-key-taken"


def test_files_of_people_come_back_newest_first(db: SqlDatabase) -> None:
    made = [asking(), asking(2, done=3, made=2, state=AskingState.STOPPED, people=BlobRef("cd" * 32, 9))]
    with db.write() as uow:
        for one in made:
            uow.agreements.add_asking(one)
    with db.read() as uow:
        assert [uow.agreements.asking(ORG, one.id) for one in made] == made
        assert uow.agreements.askings(ORG, "qst_1") == made[::-1]
        assert uow.agreements.askings(OTHER, "qst_1") == []
        with pytest.raises(Refusal, match="asking-not-found"):
            uow.agreements.asking(OTHER, "ask_1")
        (event,) = uow.events.of_subject(ORG, "ask_1", ALL).items
    assert (event.name, event.at) == ("asking-new", NOW)
    assert event.data == {"question": "qst_1", "mode": "live", "total": 3, "by": "key_1"}


def test_a_file_of_people_is_of_a_question_of_its_organisation(db: SqlDatabase) -> None:
    with db.write() as uow, pytest.raises(Refusal, match="question-not-found"):
        uow.agreements.add_asking(asking(organisation_id=OTHER))


def test_a_step_through_a_file_is_taken_once(db: SqlDatabase) -> None:
    before, after = asking(), asking(done=2, made=1)
    with db.write() as uow:
        uow.agreements.add_asking(before)
        assert uow.agreements.change_asking(before, after)
        assert not uow.agreements.change_asking(before, asking(done=3))
        assert not uow.agreements.change_asking(replace(after, organisation_id=OTHER), asking(done=3))
        stopped = replace(after, state=AskingState.STOPPED)
        assert uow.agreements.change_asking(after, stopped)
        assert not uow.agreements.change_asking(after, asking(done=3))
    with db.read() as uow:
        assert uow.agreements.asking(ORG, "ask_1") == stopped


def test_of_two_workers_at_a_file_one_takes_the_step(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.agreements.add_asking(asking())

    def step(uow: SqlUnitOfWork) -> bool:
        return uow.agreements.change_asking(asking(), asking(done=2))

    assert waits_for(db, step, step) is False


def test_a_file_of_people_stays_until_all_were_asked(db: SqlDatabase) -> None:
    with db.write() as uow:
        people = BlobRef("cd" * 32, 9)
        uow.agreements.add_asking(asking(people=people))
        uow.trash.add(ORG, [people], NOW, shared=True)
        assert uow.trash.take(NOW) == []
        uow.agreements.change_asking(asking(), asking(people=people, state=AskingState.DONE))
        uow.trash.add(ORG, [people], NOW, shared=True)
        assert uow.trash.take(NOW) == [(ORG, people)]


def test_what_is_unclear_waits_oldest_first_until_somebody_settles_it(db: SqlDatabase) -> None:
    full = unclear(1, request_id="agr_1", question_id="qst_1", sender=PHONE, text="Ja hoor, doe maar", seq=2**40)
    waiting = [full, unclear(2, came_at=NOW - MINUTE), unclear(3), unclear(4, came_at=LATER, mode=Mode.TEST)]
    with db.write() as uow:
        for one in (*waiting, unclear(5, organisation_id=OTHER)):
            uow.unclear.add(one)
    with db.read() as uow:
        assert uow.unclear.get(ORG, "unc_1") == full
        first = uow.unclear.waiting(ORG, PageRequest(2))
        rest = uow.unclear.waiting(ORG, PageRequest(2, first.next_after))
        assert [one.id for one in (*first.items, *rest.items)] == ["unc_2", "unc_1", "unc_3", "unc_4"]
        assert rest.next_after is None
        assert uow.unclear.waiting(ORG, ALL, "qst_1").items == (full,)
        assert (uow.unclear.count(ORG), uow.unclear.count(OTHER)) == (4, 1)
        with pytest.raises(Refusal, match="unclear-not-found"):
            uow.unclear.get(OTHER, "unc_1")
    settled = unclear(3, settled_at=LATER, settled_by="usr_1", outcome="yes", request_id="agr_1")
    with db.write() as uow:
        # only what a person made of it is written
        uow.unclear.settle(replace(settled, text="other", why="other", seq=1))
        with pytest.raises(Refusal, match="unclear-settled"):
            uow.unclear.settle(replace(settled, outcome="no"))
        with pytest.raises(Refusal, match="unclear-not-found"):
            uow.unclear.settle(replace(settled, organisation_id=OTHER))
        with pytest.raises(ValueError, match="moment"):
            uow.unclear.settle(replace(settled, settled_at=None))
        assert uow.unclear.get(ORG, "unc_3") == settled
        assert uow.unclear.count(ORG) == 3


def test_of_two_that_settle_at_once_the_second_is_told(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.unclear.add(unclear())

    def late(uow: SqlUnitOfWork) -> str:
        with pytest.raises(Refusal) as refused:
            uow.unclear.settle(unclear(settled_at=LATER, outcome="no"))
        return refused.value.code

    first = unclear(settled_at=LATER, outcome="yes")
    assert waits_for(db, lambda uow: uow.unclear.settle(first), late) == "unclear-settled"
