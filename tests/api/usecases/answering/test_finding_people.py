"""Somebody on the phone is found by what they can say, and their timeline shows what passed and nothing of others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.ports import MomentKind, PageRequest, Road
from api.usecases.answering import links
from api.usecases.answering.missing import list_missing, missing_csv
from api.usecases.answering.pages import note_visit
from api.usecases.answering.searching import Wanted, find_people
from api.usecases.answering.timeline import entry_of_recipient, person_of
from api.usecases.scanning.forms import reply_json
from docgen.findings import Refusal
from docgen.qr.entry_code import derive_code, format_code
from tests.api.builders import ORG, OTHER
from tests.api.usecases.answer_world import CAMPAIGN, AnswerWorld
from tests.api.usecases.slips import ASKED, page, piece_id, slip
from tests.api.usecases.world import SECRET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Entry


def _found(answers: AnswerWorld, *wanted: str, organisation: str = ORG) -> list[str]:
    return [one.entry.recipient for one in find_people(answers.deps, organisation, Wanted(*wanted))]


def _add(answers: AnswerWorld, *entries: Entry) -> None:
    with answers.deps.database.write() as uow:
        uow.entries.add_many(ORG, entries)


def _at(answers: AnswerWorld, house: str, recipient: str, postcode: str = "9876 ZX") -> Entry:
    made = answers.entry(0)._replace(recipient=recipient, postcode=postcode, house=house, piece_id=None)
    return made._replace(id=f"ent_{recipient}", token_digest=None, code_digest=None)


@pytest.mark.parametrize(
    ("postcode", "house", "expected"),
    [
        ("9876 zx", "1", {"a", "b"}),
        ("9876ZX", "1a", {"b"}),
        ("9876 ZX", "1-A", {"b"}),
        ("9876ZX", "12", {"c"}),
        ("9876ZX", "", {"a", "b", "c"}),
        ("9876ZY", "1", set()),
    ],
)
def test_an_address_finds_whoever_lives_there_however_it_is_typed(
    answers: AnswerWorld, postcode: str, house: str, expected: set[str]
) -> None:
    _add(answers, *[_at(answers, number, name) for number, name in (("1", "a"), ("1-A", "b"), ("12", "c"))])
    assert set(_found(answers, postcode, house)) == expected


def test_a_number_or_the_code_of_the_letter_finds_one_and_never_in_another_organisation(answers: AnswerWorld) -> None:
    code = format_code(derive_code(SECRET, piece_id(3))).lower()
    assert _found(answers, "", "", "record-3") == ["record-3"]
    assert _found(answers, "", "", code) == ["record-3"]
    assert _found(answers, "1234 AB", "12a", code) == ["record-3"]
    assert _found(answers, "1234 AC", "12a", code) == []
    for number in ("record-3", code):
        assert _found(answers, "", "", number, organisation=OTHER) == []


@pytest.mark.parametrize(("wanted", "code"), [(("", "", " "), "search-empty"), (("", "12"), "search-needs-postcode")])
def test_what_says_too_little_is_asked_for(answers: AnswerWorld, wanted: Sequence[str], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        _found(answers, *wanted)


def test_a_person_has_all_that_passed_the_latest_first(answers: AnswerWorld) -> None:
    note_visit(answers.deps, answers.entry(0))
    answers.give(0, {"number": "4444"})
    answers.scan(page(1, slip(0, {"number": "5555"})))
    answers.give(1, {"number": "9999"})
    person = person_of(answers.deps, ORG, "ent_0")
    kinds = [step.moment.kind for step in person.steps]
    assert kinds == [MomentKind.SLIP_CAME, MomentKind.ANSWERED, MomentKind.PAGE_OPENED]
    said = [(one.road, one.value) for step in person.steps for one in step.answers if one.field == "number"]
    assert said == [(Road.SLIP, "5555"), (Road.PAGE, "4444")]
    assert (person.in_force["number"].record.value, person.name) == ("4444", "Mevrouw Jansen")
    assert [letter.is_kept for letter in person.letters] == [True]


def test_the_same_number_at_another_address_is_not_taken_for_the_same_person(answers: AnswerWorld) -> None:
    for number, place in ((1, answers.entry(0)), (2, answers.entry(0)._replace(postcode="9999 ZZ"))):
        with answers.deps.database.write() as uow:
            uow.campaigns.add(replace(uow.campaigns.get(ORG, CAMPAIGN), id=f"cmp_{number}", key=f"other-{number}"))
        made = place._replace(id=f"ent_of_{number}", campaign_id=f"cmp_{number}", piece_id=None)
        _add(answers, made._replace(token_digest=None, code_digest=None))
        note_visit(answers.deps, made)
    person = person_of(answers.deps, ORG, "ent_0")
    assert [entry.id for entry, _ in person.others] == ["ent_of_1"]
    assert [entry.id for entry, _ in person.elsewhere] == ["ent_of_2"]
    assert [step.moment.subject_id for step in person.steps] == ["ent_of_1"]


def test_the_latest_way_in_that_still_leads_somewhere_stands_for_the_person(answers: AnswerWorld) -> None:
    assert entry_of_recipient(answers.deps, ORG, "meters-2026", "record-0").id == "ent_0"
    links.revoke_links(answers.deps, ORG, CAMPAIGN, "record-0", "moved", "usr_1")
    person = person_of(answers.deps, ORG, "ent_0")
    assert (person.live, person.entry.revoked_why) == (0, "moved")
    with pytest.raises(Refusal, match="recipient-not-found"):
        entry_of_recipient(answers.deps, ORG, CAMPAIGN, "nobody")


def test_who_has_not_answered_what_must_be_answered_is_missing(answers: AnswerWorld) -> None:
    answers.give(0, {"reading": "12345"})
    answers.give(1, {"number": "1234"})
    listed = list_missing(answers.deps, ORG, "meters-2026", PageRequest())
    assert [one.recipient for one in listed.items] == [f"record-{number}" for number in range(1, 8)]
    assert listed.items[0].answered == 1
    _add(answers, _at(answers, "1", "=cmd()"))
    lines = "".join(missing_csv(answers.deps, ORG, CAMPAIGN)).splitlines()
    assert lines[0] == "recipient,language,postcode,house,answered,waiting"
    assert lines[1].startswith("'=cmd()")
    assert len(lines) == 9


def test_an_answer_on_a_slip_keeps_what_the_slip_says_it_is_for(answers: AnswerWorld) -> None:
    told = tuple([replace(one, purpose={"nl": f"Voor {one.name}.", "en": "No."}) for one in ASKED.fields])
    answers.change(reply_form=reply_json(replace(ASKED, fields=told)))
    answers.scan(page(1, slip(0, {"number": "5555"})))
    found = person_of(answers.deps, ORG, "ent_0").in_force["number"].answer
    assert found is not None
    assert found.told == "Voor number."
