"""Answers by any road: kept whole or not at all, once, with what was told, and settled to one record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import MomentKind, PageRequest, RecordState, Road
from api.usecases.answering import judging, pages
from api.usecases.answering.giving import says_nothing
from api.usecases.answering.pages import PageState
from docgen.findings import Refusal
from docgen.reply_form import Choice, ReplyField, ReplyForm, ReplyKind
from scanning.validators.verdict import Checked, Verdict
from tests.api.builders import ORG
from tests.api.usecases.slips import DOUBTFUL, page, piece_id, slip

if TYPE_CHECKING:
    from tests.api.usecases.answer_world import AnswerWorld


def test_an_answer_of_the_page_becomes_a_record_with_its_road(answers: AnswerWorld) -> None:
    given = answers.give(0, {"reading": "12345", "number": "12"}, insists=frozenset({"number"}))
    assert given.kept
    record = answers.record(0, "reading")
    assert record is not None
    assert (record.value, record.state, record.source) == ("12345", RecordState.SETTLED, "page")
    assert (record.piece_id, record.record_id, record.slip_id) == (piece_id(0), "record-0", "")
    assert [moment.kind for moment in answers.moments(0)] == [MomentKind.ANSWERED]


def test_nothing_is_kept_while_one_answer_is_asked_again(answers: AnswerWorld) -> None:
    given = answers.give(0, {"reading": "12345", "number": "12"})
    assert not given.kept
    assert given.checked["number"].verdict is Verdict.ASK_AGAIN
    assert given.checked["reading"].verdict is Verdict.ACCEPT
    assert answers.record(0, "reading") is None
    assert answers.moments(0) == ()


def test_what_cannot_be_an_answer_is_never_kept_whoever_insists(answers: AnswerWorld) -> None:
    given = answers.give(0, {"number": "twelve"}, insists=frozenset({"number"}))
    assert not given.kept
    assert given.checked["number"].verdict is Verdict.REFUSE


def test_the_same_answers_sent_twice_are_one_submission_with_one_receipt(answers: AnswerWorld) -> None:
    first = answers.give(0, {"number": "1234"}, once="form-1")
    again = answers.give(0, {"number": "1234"}, once="form-1")
    assert first.submission == again.submission
    record = answers.record(0)
    assert record is not None
    assert record.revision == 1


def test_other_answers_of_the_same_form_are_a_correction_and_not_lost(answers: AnswerWorld) -> None:
    answers.give(0, {"number": "1234"}, once="form-1")
    answers.give(0, {"number": "1235"}, once="form-1")
    record = answers.record(0)
    assert record is not None
    assert (record.value, record.revision) == ("1235", 2)


def test_a_later_page_beats_a_slip_and_a_later_slip_that_differs_is_a_dispute(answers: AnswerWorld) -> None:
    answers.scan(page(1, slip(0, {"number": "1111"}), slip(0)))
    answers.give(0, {"number": "2222"})
    after_page = answers.record(0)
    assert after_page is not None
    assert (after_page.value, after_page.source) == ("2222", "page")
    answers.give(1, {"number": "3333"})
    answers.scan(page(1, slip(1, {"number": "3333"})))
    confirmed = answers.record(1)
    assert confirmed is not None
    assert (confirmed.state, confirmed.confirmations, confirmed.source) == (RecordState.SETTLED, 1, "page")
    answers.give(2, {"number": "4444"})
    answers.scan(page(1, slip(2, {"number": "5555"})))
    disputed = answers.record(2)
    assert disputed is not None
    assert (disputed.state, disputed.value) == (RecordState.DISPUTED, "4444")


def test_a_slip_that_is_read_later_by_people_meets_what_came_by_the_page(answers: AnswerWorld) -> None:
    answers.scan(page(1, slip(0, {"number": "1111"}, confidence=DOUBTFUL)))
    answers.give(0, {"number": "1112"})
    record = answers.record(0)
    assert record is not None
    assert (record.value, record.source) == ("1112", "page")


def test_a_person_settles_a_dispute_and_all_that_was_said_stays(answers: AnswerWorld) -> None:
    answers.give(0, {"number": "4444"})
    answers.scan(page(1, slip(0, {"number": "5555"})))
    (record,) = judging.waiting(answers.deps, ORG, RecordState.DISPUTED, PageRequest()).items
    doubt = judging.doubt_of(answers.deps, ORG, record.id)
    assert [(answer.road, answer.value) for answer in doubt.answers] == [(Road.PAGE, "4444"), (Road.SLIP, "5555")]
    judged = judging.judge(answers.deps, ORG, record.id, "5555", "usr_1")
    assert (judged.record.state, judged.record.value, judged.record.person) == (RecordState.SETTLED, "5555", "usr_1")
    assert len(judging.doubt_of(answers.deps, ORG, record.id).answers) == 3
    assert answers.moments(0)[-1].kind is MomentKind.SETTLED


def test_a_person_is_asked_again_too(answers: AnswerWorld) -> None:
    answers.give(0, {"number": "4444"})
    record = answers.record(0)
    assert record is not None
    judged = judging.judge(answers.deps, ORG, record.id, "44", "usr_1")
    assert judged.checked is not None
    assert judged.checked.verdict is Verdict.ASK_AGAIN
    assert judged.record.value == "4444"
    assert judging.judge(answers.deps, ORG, record.id, "44", "usr_1", insists=True).record.value == "44"


def test_what_was_given_can_be_taken_back(answers: AnswerWorld) -> None:
    answers.give(0, {"number": "4444"})
    assert answers.give(0, {"number": ""}).kept
    record = answers.record(0)
    assert record is not None
    assert (record.state, record.value) == (RecordState.WITHDRAWN, "")


def test_a_page_shows_what_was_given_until_it_is_gone(answers: AnswerWorld) -> None:
    answers.give(0, {"number": "4444"})
    asked = pages.what_to_ask(answers.deps, answers.entry(0))
    assert (asked.state, asked.given) == (PageState.OPEN, {"number": "4444"})


@pytest.mark.parametrize(
    ("changes", "days", "state"),
    [
        ({"opens_at": 1}, 0, PageState.NOT_YET),
        ({}, 0, PageState.OPEN),
        ({}, 30, PageState.CLOSED),
        ({}, 60, PageState.GONE),
        ({"revoked_at": 0}, 0, PageState.REVOKED),
    ],
)
def test_a_page_is_open_between_its_dates(
    answers: AnswerWorld, changes: dict[str, int], days: int, state: PageState
) -> None:
    answers.change(**{name: answers.start + timedelta(days=day) for name, day in changes.items()})
    answers.clock.advance(days * 86_400)  # type: ignore[attr-defined] # a fake clock
    assert pages.what_to_ask(answers.deps, answers.entry(0)).state is state
    if state is not PageState.OPEN:
        with pytest.raises(Refusal, match="answers-not-open"):
            answers.give(0, {"number": "4444"})


def test_staff_may_answer_for_somebody_after_the_deadline_but_not_when_all_is_over(answers: AnswerWorld) -> None:
    answers.clock.advance(31 * 86_400)  # type: ignore[attr-defined] # a fake clock
    assert answers.give(0, {"number": "4444"}, Road.STAFF).kept
    answers.clock.advance(31 * 86_400)  # type: ignore[attr-defined] # a fake clock
    with pytest.raises(Refusal, match="answers-not-open"):
        answers.give(0, {"number": "4445"}, Road.STAFF)


def test_the_page_of_a_letter_that_was_stopped_asks_nothing(answers: AnswerWorld) -> None:
    with answers.deps.database.write() as uow:
        uow.pieces.stop(ORG, piece_id(0), "paid", answers.clock.now())
    asked = pages.what_to_ask(answers.deps, answers.entry(0))
    assert (asked.state, asked.why) == (PageState.STOPPED, "paid")


def test_a_visit_is_one_contact_moment(answers: AnswerWorld) -> None:
    for _ in range(3):
        pages.note_visit(answers.deps, answers.entry(0))
    assert [moment.kind for moment in answers.moments(0)] == [MomentKind.PAGE_OPENED]


def test_an_answer_to_what_was_not_asked_is_refused(answers: AnswerWorld) -> None:
    with pytest.raises(Refusal, match="answer-field-unknown"):
        answers.give(0, {"shoe": "44"})


def test_no_is_an_answer_to_a_choice_and_a_box_left_alone_is_none() -> None:
    yes_no = (Choice("yes", {"nl": "Ja"}), Choice("no", {"nl": "Nee"}))
    fields = (
        ReplyField("may", ReplyKind.CHOICE, {"nl": "Mag het?"}, choices=yes_no),
        ReplyField("box", ReplyKind.TICK, {"nl": "Ja"}),
    )
    form = ReplyForm("asked", {"nl": "Vraag"}, fields)
    no = Checked(Verdict.ACCEPT, "no")
    assert not says_nothing(form, "may", no)
    assert says_nothing(form, "box", no)
    assert says_nothing(form, "may", Checked(Verdict.ACCEPT, ""))
