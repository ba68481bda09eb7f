"""One contract for every database: requests to agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agreements.lifecycle.deciding import Method, RequestState
from api.ports import (
    AgreementCounts,
    AgreementFilter,
    Mode,
    PageRequest,
    Reach,
)
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, OTHER
from tests.api.contracts.agreement_rows import (
    ALL,
    EVERY,
    LATER,
    MINUTE,
    PERSONAL,
    PHONE,
    SECOND,
    add,
    as_written,
    asking,
    of_other,
    question,
    request,
    unclear,
    waits_for,
    with_questions,
)

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase, SqlUnitOfWork


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    return with_questions(database)


def test_a_request_comes_back_as_it_was_written_and_is_that_of_its_organisation_only(db: SqlDatabase) -> None:
    made = request(
        2,
        mode=Mode.TEST,
        name="J. de Vries ë",
        email="jan@example.org",
        phone=PHONE,
        code="4711",
        state=RequestState.AGREED,
        how=Method.SMS_KEYWORD,
        decided_at=LATER,
        decided_seq=2**40,
        reach=Reach.OPENED,
        reminded=1,
        remind_at=LATER,
        annexes=("anx_1", "anx_2"),
    )
    add(db, made)
    with db.write() as uow:
        found = uow.agreements
        assert as_written(found.get(ORG, "agr_2")) == as_written(found.hold(ORG, "agr_2")) == made
        assert as_written(found.by_token(ORG, made.token_digest)) == made
        assert as_written(found.of_recipient(ORG, "qst_1", "record-2")) == made
        assert as_written(found.get(ORG, "agr_1")) == request()
        for look in (found.get, found.hold):
            with pytest.raises(Refusal, match="agreement-not-found"):
                look(OTHER, "agr_2")
        assert found.by_token(OTHER, made.token_digest) is None
        assert found.of_recipient(OTHER, "qst_1", "record-2") is None
        assert not found.of_phone(OTHER, Mode.TEST, PHONE)
        assert not found.codes_of_phone(OTHER, PHONE)
        assert found.list(OTHER, EVERY, ALL).items == ()
        assert found.counts(OTHER, "qst_1") == AgreementCounts()
        assert uow.events.of_subject(ORG, "agr_2", ALL).items == ()


def test_a_recipient_is_asked_a_question_once(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.questions.add(question(2))
        assert not uow.agreements.add(request(7, recipient="record-1", name="Somebody else"))
        assert uow.agreements.add(request(8, recipient="record-1", question_id="qst_2"))
    with db.read() as uow:
        assert as_written(uow.agreements.of_recipient(ORG, "qst_1", "record-1")) == request()


def test_an_id_or_token_of_another_request_is_a_bug_and_not_somebody_who_was_asked(db: SqlDatabase) -> None:
    for same in (replace(request(7), id="agr_1"), request(7, token_digest=request().token_digest)):
        with db.write() as uow, pytest.raises(ValueError, match="another request"):
            uow.agreements.add(same)


def test_of_two_that_ask_the_same_recipient_at_once_one_does(db: SqlDatabase) -> None:
    given = waits_for(
        db,
        lambda uow: uow.agreements.add(request(2, recipient="record-x")),
        lambda uow: uow.agreements.add(request(3, recipient="record-x")),
    )
    assert given is False
    with db.read() as uow:
        found = uow.agreements.of_recipient(ORG, "qst_1", "record-x")
        assert as_written(found) == request(2, recipient="record-x")


def test_who_holds_a_request_keeps_others_from_it_and_they_see_what_was_made_of_it(db: SqlDatabase) -> None:
    changed = request(state=RequestState.AGREED, revision=2)
    seen = waits_for(
        db,
        lambda uow: uow.agreements.hold(ORG, "agr_1"),
        lambda uow: as_written(uow.agreements.hold(ORG, "agr_1")),
        lambda uow: uow.agreements.change(changed),
    )
    assert seen == changed


def test_of_two_that_change_a_request_at_once_the_second_is_refused(db: SqlDatabase) -> None:
    def late(uow: SqlUnitOfWork) -> str:
        with pytest.raises(Refusal) as refused:
            uow.agreements.change(request(state=RequestState.DECLINED, revision=2))
        return refused.value.code

    first = request(state=RequestState.AGREED, revision=2)
    assert waits_for(db, lambda uow: uow.agreements.change(first), late) == "agreement-changed"
    with db.read() as uow:
        assert as_written(uow.agreements.get(ORG, "agr_1")) == first


def test_only_the_next_revision_takes_the_place_of_a_request_and_personal_data_can_be_emptied(db: SqlDatabase) -> None:
    known = request(2, name="J. de Vries", email="jan@example.org", phone=PHONE, code="4711", annexes=("anx_1",))
    add(db, known)
    emptied = replace(known, name="", email="", phone="", code="", annexes=(), revision=2)
    with db.write() as uow:
        uow.agreements.change(emptied)
        for wrong in (emptied, replace(emptied, revision=4), replace(emptied, organisation_id=OTHER, revision=3)):
            with pytest.raises(Refusal, match="agreement-changed"):
                uow.agreements.change(wrong)
    with db.read() as uow:
        assert as_written(uow.agreements.get(ORG, "agr_2")) == emptied
        # a number that was emptied is nobody's
        assert not uow.agreements.of_phone(ORG, Mode.LIVE, "")
        assert not uow.agreements.codes_of_phone(ORG, "")


def test_what_was_asked_of_a_number_is_found_newest_first(db: SqlDatabase) -> None:
    add(
        db,
        request(2, phone=PHONE, asked_at=NOW + MINUTE, code="1111"),
        request(3, phone=PHONE, asked_at=LATER, code="2222", state=RequestState.DECLINED),
        request(4, phone=PHONE, asked_at=NOW, code=""),
        request(5, phone=PHONE, asked_at=NOW, code="3333", mode=Mode.TEST),
        request(6, phone="+31612345679", code="4444"),
        of_other(7, phone=PHONE, code="5555"),
    )
    with db.read() as uow:
        found = [uow.agreements.of_phone(ORG, mode, PHONE) for mode in (Mode.LIVE, Mode.TEST)]
        assert [[one.id for one in part] for part in found] == [["agr_3", "agr_2", "agr_4"], ["agr_5"]]
        assert set(uow.agreements.codes_of_phone(ORG, PHONE)) == {"1111", "3333"}


WANTED = (
    (EVERY, "7654321"),
    (AgreementFilter(question_id="qst_1"), "654321"),
    (AgreementFilter(state=RequestState.AGREED), "73"),
    (AgreementFilter(question_id="qst_1", state=RequestState.AGREED), "3"),
    (AgreementFilter(reach=Reach.NONE), "765431"),
    (AgreementFilter(question_id="qst_1", reach=Reach.DELIVERED), "2"),
    (AgreementFilter(recipient="record-2"), "72"),
    # by last change and id, those of the moment itself left out
    (AgreementFilter(updated_after=NOW - MINUTE), "1723465"),
    (AgreementFilter(updated_after=NOW + SECOND), "23465"),
    (AgreementFilter(question_id="qst_1", state=RequestState.OPEN, updated_after=NOW + SECOND), "2465"),
    (AgreementFilter(updated_after=LATER), ""),
)


def test_requests_are_listed_as_wanted_whole_and_in_parts(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.questions.add(question(2))
    add(
        db,
        request(7, question_id="qst_2", recipient="record-2", state=RequestState.AGREED),
        request(2, updated_at=NOW + MINUTE, reach=Reach.DELIVERED),
        request(3, updated_at=NOW + MINUTE, state=RequestState.AGREED),
        request(4, updated_at=NOW + MINUTE),
        request(6, updated_at=LATER - MINUTE),
        request(5, updated_at=LATER),
        of_other(8, updated_at=LATER),
    )
    with db.read() as uow:
        for wanted, expected in WANTED:
            ids = [f"agr_{number}" for number in expected]
            assert ([one.id for one in uow.agreements.list(ORG, wanted, ALL).items], wanted) == (ids, wanted)
            assert (in_parts(uow, wanted), wanted) == (ids, wanted)


def in_parts(uow: SqlUnitOfWork, wanted: AgreementFilter) -> list[str]:
    """Ids of a whole list, two at a time."""
    found, page = list[str](), PageRequest(2)
    while True:
        part = uow.agreements.list(ORG, wanted, page)
        found += [one.id for one in part.items]
        if part.next_after is None:
            return found
        page = PageRequest(2, part.next_after)


def test_a_reader_of_changes_goes_on_where_it_was_and_misses_nothing_that_changed_since(db: SqlDatabase) -> None:
    wanted = AgreementFilter(updated_after=NOW - MINUTE)
    add(db, *(request(number, updated_at=NOW + timedelta(microseconds=number)) for number in (2, 3, 4)))
    with db.read() as uow:
        first = uow.agreements.list(ORG, wanted, PageRequest(2))
    with db.write() as uow:
        uow.agreements.change(request(1, updated_at=LATER, revision=2))
    with db.write() as uow:
        if uow.agreements.has_unplaced(ORG):
            uow.agreements.place(ORG, LATER, 1)
    with db.read() as uow:
        rest = uow.agreements.list(ORG, wanted, PageRequest(1000, first.next_after))
    assert [one.id for one in first.items] == ["agr_1", "agr_2"]
    assert [one.id for one in rest.items] == ["agr_3", "agr_4", "agr_1"]


def test_a_cursor_of_another_list_is_refused(db: SqlDatabase) -> None:
    with db.read() as uow:
        with pytest.raises(Refusal, match="bad-cursor"):
            uow.agreements.list(ORG, AgreementFilter(updated_after=NOW), PageRequest(2, "agr_1"))
        with pytest.raises(Refusal, match="bad-cursor"):
            uow.unclear.waiting(ORG, PageRequest(2, "unc_1"))


def test_counts_say_how_a_question_stands(db: SqlDatabase) -> None:
    reaches = (Reach.SENT, Reach.DELIVERED, Reach.OPENED, Reach.OPENED, Reach.UNREACHABLE, Reach.NONE)
    states = (state for state in RequestState if state is not RequestState.OPEN)
    add(
        db,
        *(request(number, reach=reach) for number, reach in enumerate(reaches, 10)),
        *(request(number, state=state, reach=Reach.OPENED) for number, state in enumerate(states, 20)),
        of_other(30),
    )
    with db.write() as uow:
        for number in (1, 2, 3):
            uow.unclear.add(unclear(number, question_id="qst_1"))
        uow.unclear.add(unclear(4))
        uow.unclear.settle(unclear(3, settled_at=LATER))
    with db.read() as uow:
        assert uow.agreements.counts(ORG, "qst_1") == AgreementCounts(
            asked=12,
            open=7,
            agreed=1,
            declined=1,
            withdrawn=1,
            expired=1,
            cancelled=1,
            sent=9,
            delivered=8,
            opened=7,
            unreachable=1,
            unclear=2,
        )
        assert uow.agreements.counts(ORG, "qst_7") == AgreementCounts()


def test_reminders_are_due_over_all_organisations_longest_due_first(db: SqlDatabase) -> None:
    add(
        db,
        request(2, remind_at=NOW),
        of_other(3, remind_at=NOW - MINUTE),
        request(4, remind_at=NOW - MINUTE),
        request(5, remind_at=LATER),
        request(6, remind_at=NOW, state=RequestState.AGREED),
    )
    with db.read() as uow:
        assert [one.id for one in uow.agreements.to_remind(NOW, 10)] == ["agr_3", "agr_4", "agr_2"]
        assert [one.id for one in uow.agreements.to_remind(NOW, 2)] == ["agr_3", "agr_4"]


def test_requests_end_over_all_organisations_after_their_last_moment(db: SqlDatabase) -> None:
    add(
        db,
        request(2, valid_until=NOW),
        of_other(3, valid_until=NOW - 2 * MINUTE),
        request(4, valid_until=NOW - MINUTE),
        request(5, valid_until=NOW - MINUTE, state=RequestState.EXPIRED),
    )
    with db.read() as uow:
        assert [one.id for one in uow.agreements.to_expire(NOW, 10)] == ["agr_3", "agr_4", "agr_2"]
        assert [one.id for one in uow.agreements.to_expire(NOW - MINUTE, 10)] == ["agr_3", "agr_4"]


def test_events_hold_no_personal_data(db: SqlDatabase) -> None:
    name, email, phone, text = PERSONAL
    with db.write() as uow:
        uow.questions.add(question(2))
        uow.agreements.add(request(2, name=name, email=email, phone=phone))
        uow.agreements.change(request(2, name=name, email=email, phone=phone, revision=2))
        uow.agreements.add_asking(asking())
        uow.unclear.add(unclear(1, sender=phone, text=text))
    with db.read() as uow:
        events = [
            one for subject in ("qst_2", "ask_1", "unc_1") for one in uow.events.of_subject(ORG, subject, ALL).items
        ]
    assert [event.name for event in events] == ["question-new", "asking-new", "unclear-new"]
    assert not [value for value in PERSONAL if value in str(events)]
