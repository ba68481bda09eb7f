"""Answers by file: judged by the same rules, once, all or what can be taken, and what is strange left to a person."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.ports import MomentKind, PageRequest, Policy, RecordState, Road, Standing
from api.usecases.answering import judging
from api.usecases.answering.bringing import bring_recipients
from api.usecases.answering.campaigns import report
from api.usecases.answering.importing import Imported, ImportWish, import_answers
from api.usecases.answering.links import revoke_links
from api.usecases.answering.rows import RowsFile
from api.usecases.formats import RecordsType
from docgen.findings import Refusal, Severity
from scanning.validators.verdict import Verdict
from tests.api.builders import ORG, OTHER
from tests.api.usecases.answer_world import CAMPAIGN, AnswerWorld

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


def file_of(body: bytes, media: RecordsType = RecordsType.CSV) -> RowsFile:
    return RowsFile(io.BytesIO(body), str(media), hashlib.sha256(body).hexdigest())


def csv(*rows: str, heading: str = "record_id;number") -> RowsFile:
    return file_of("\n".join([heading, *rows, ""]).encode())


def bring(answers: AnswerWorld, file: RowsFile, **wish: Any) -> Imported:  # noqa: ANN401 - fields of a wish
    return import_answers(answers.deps, ORG, CAMPAIGN, file, ImportWish("key_1", **wish))


def counted(found: Imported) -> tuple[int, int, int, int, int]:
    return (found.rows, found.taken, found.for_review, found.unchanged, found.invalid)


def test_a_row_becomes_a_record_with_its_road_and_who_brought_it(answers: AnswerWorld) -> None:
    found = bring(answers, csv("record-0;1234;meter in kelder", heading="record_id;number;note"))
    assert (counted(found), found.applied) == ((1, 1, 0, 0, 0), True)
    record = answers.record(0)
    assert record is not None
    assert (record.value, record.state, record.source, record.person) == (
        "1234",
        RecordState.SETTLED,
        "import",
        "key_1",
    )
    assert [moment.kind for moment in answers.moments(0)] == [MomentKind.ANSWERED]
    with answers.deps.database.read() as uow:
        assert uow.submissions.get(ORG, record.submission_id).note == "meter in kelder"
        events = uow.events.of_subject(ORG, CAMPAIGN, PageRequest()).items
        assert events[-1].name == "campaign-answers-imported"


def test_the_same_file_twice_adds_nothing(answers: AnswerWorld) -> None:
    file = csv("record-0;1234", "record-1;12")
    assert counted(bring(answers, file)) == (2, 2, 1, 0, 0)
    answers.give(0, {"number": "7777"})
    again = bring(answers, file)
    assert counted(again) == (2, 0, 0, 2, 0)
    record = answers.record(0)
    assert record is not None
    assert (record.value, record.revision) == ("7777", 2)
    with answers.deps.database.read() as uow:
        assert len(uow.submissions.list(ORG, PageRequest(), CAMPAIGN).items) == 3


def test_a_corrected_file_adds_only_what_is_new_in_it(answers: AnswerWorld) -> None:
    bring(answers, csv("record-0;1234", "record-1;1111"))
    assert counted(bring(answers, csv("record-0;1234", "record-1;2222"))) == (2, 1, 0, 1, 0)
    first, second = answers.record(0), answers.record(1)
    assert first is not None
    assert second is not None
    assert (first.revision, second.value, second.revision) == (1, "2222", 2)


def test_what_would_be_asked_again_waits_for_a_person_unless_the_row_insists(answers: AnswerWorld) -> None:
    heading = "record_id;number;insists"
    found = bring(answers, csv("record-0;12;", "record-1;12;ja", "record-2;12;nee", heading=heading))
    assert counted(found) == (3, 3, 2, 0, 0)
    states = {number: answers.record(number) for number in range(3)}
    assert [record.state for record in states.values() if record] == [
        RecordState.REVIEW,
        RecordState.SETTLED,
        RecordState.REVIEW,
    ]
    warned = [(one.code, one.severity, one.place.row, one.place.column) for one in found.noted.shown]
    assert warned == [("answer-for-review", Severity.WARNING, row, "number") for row in (2, 4)]
    assert "digits-count" in found.noted.shown[0].message
    waiting = judging.waiting(answers.deps, ORG, RecordState.REVIEW, PageRequest()).items
    (answer,) = judging.doubt_of(answers.deps, ORG, waiting[0].id).answers
    assert (answer.verdict, answer.standing, answer.insisted) == (Verdict.ASK_AGAIN, Standing.REVIEW, False)
    assert judging.judge(answers.deps, ORG, waiting[0].id, "1212", "usr_1").record.state is RecordState.SETTLED


def test_nothing_is_kept_of_a_file_with_a_fault_and_every_fault_is_told(answers: AnswerWorld) -> None:
    rows = ("record-0;1234", "record-1;twelve", "nobody;1234", "record-0;4321")
    with pytest.raises(Refusal, match="answers-invalid") as refused:
        bring(answers, csv(*rows))
    assert [(one.code, one.place.row, one.place.column) for one in refused.value.findings] == [
        ("answer-refused", 3, "number"),
        ("recipient-not-found", 4, "record_id"),
        ("record-id-duplicate", 5, "record_id"),
    ]
    assert answers.record(0) is None


def test_the_rest_of_a_file_with_faults_can_be_taken(answers: AnswerWorld) -> None:
    file = csv("record-0;1234", "record-1;twelve", "nobody;1234", "record-0;4321")
    found = bring(answers, file, policy=Policy.VALID_ONLY)
    assert counted(found) == (4, 1, 0, 0, 3)
    assert [one.code for one in found.noted.shown] == ["answer-refused", "recipient-not-found", "record-id-duplicate"]
    record = answers.record(0)
    assert record is not None
    assert record.value == "1234"


def test_a_check_says_what_would_happen_and_keeps_nothing(answers: AnswerWorld) -> None:
    found = bring(answers, csv("record-0;1234", "nobody;1"), check=True)
    assert (counted(found), found.applied) == ((2, 1, 0, 0, 1), False)
    assert answers.record(0) is None


def test_an_empty_cell_leaves_what_was_said(answers: AnswerWorld) -> None:
    answers.give(0, {"number": "1234"})
    assert counted(bring(answers, csv("record-0;;12345", heading="record_id;number;reading"))) == (1, 1, 0, 0, 0)
    record = answers.record(0)
    assert record is not None
    assert (record.value, record.source) == ("1234", "page")
    assert counted(bring(answers, csv("record-1;"))) == (1, 0, 0, 1, 0)


def test_a_file_that_says_otherwise_than_the_page_is_a_dispute(answers: AnswerWorld) -> None:
    answers.give(0, {"number": "1234"})
    bring(answers, csv("record-0;4321"))
    record = answers.record(0)
    assert record is not None
    assert (record.state, record.value) == (RecordState.DISPUTED, "1234")


def test_json_and_xlsx_say_the_same_as_csv(answers: AnswerWorld) -> None:
    rows = [{"record_id": "record-0", "number": "1234", "reading": 12345, "answered_at": "2026-01-02"}]
    bring(answers, file_of(json.dumps(rows).encode(), RecordsType.JSON))
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for line in (["record_id", "number", "reading"], ["record-1", "1234", 12345]):
        book.active.append(line)
    book.save(out)
    bring(answers, file_of(out.getvalue(), RecordsType.XLSX))
    bring(answers, csv("record-2;1234;12345", heading="record_id;number;reading"))
    for field in ("number", "reading"):
        found = [answers.record(number, field) for number in range(3)]
        said = {(one.value, one.state, one.code, one.source) for one in found if one}
        assert len(said) == 1
        assert None not in found
    first = answers.record(0)
    assert first is not None
    with answers.deps.database.read() as uow:
        assert uow.submissions.get(ORG, first.submission_id).note == "Answered 2026-01-02."


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"record_id": "record-0", "number": {}}, "field-type"),
        ({"record_id": "record-0", "colour": "red"}, "field-unknown"),
        ({"record_id": "record-0", "half \ud800": "red"}, "field-unknown"),
        ({"record_id": "record-0", "number": "1234", "note": "half \ud800"}, "text-control-character"),
        ({"record_id": "record-0", "number": "12\x0034"}, "text-control-character"),
        ({"record_id": "record-0", "number": "1234", "insists": "perhaps"}, "field-type"),
        ({"record_id": "record-0", "number": "1234", "note": "x" * 501}, "note-too-long"),
        ({"record_id": 7, "number": "1234"}, "recipient-not-found"),
        ({"number": "1234"}, "record-id-missing"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_with_its_pointer(
    answers: AnswerWorld, row: dict[str, object], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        bring(answers, file_of(json.dumps({"records": [row]}).encode(), RecordsType.JSON))
    (finding,) = refused.value.findings
    assert finding.code == code
    assert (finding.place.pointer or "").encode().startswith(b"/records/0/")


def test_the_deadline_does_not_hold_for_files_but_a_moved_recipient_does(answers: AnswerWorld) -> None:
    answers.clock.advance(31 * 86_400)  # type: ignore[attr-defined] # a fake clock
    assert bring(answers, csv("record-0;1234")).taken == 1
    revoke_links(answers.deps, ORG, CAMPAIGN, "record-1", "moved", "usr_1")
    found = bring(answers, csv("record-1;1234"), policy=Policy.VALID_ONLY)
    assert (found.invalid, found.noted.shown[0].code) == (1, "answers-not-open")


def test_nobody_brings_answers_to_the_campaign_of_another(answers: AnswerWorld) -> None:
    with pytest.raises(Refusal, match="campaign-not-found"):
        import_answers(answers.deps, OTHER, CAMPAIGN, csv("record-0;1234"), ImportWish("key_1"))


def test_findings_of_a_large_file_are_bounded_and_errors_are_not_lost_among_warnings(answers: AnswerWorld) -> None:
    rows = [f"nobody-{number};1234" for number in range(250)]
    found = bring(answers, csv("record-0;12", *rows), check=True)
    assert (len(found.noted.shown), found.noted.left_out, found.invalid) == (200, 51, 250)
    assert found.noted.counts == {Severity.WARNING: 1, Severity.ERROR: 250}


def test_roads_of_slip_and_file_settle_the_same(answers: AnswerWorld) -> None:
    answers.give(0, {"number": "1234"}, Road.STAFF)
    bring(answers, csv("record-0;1234"))
    record = answers.record(0)
    assert record is not None
    assert (record.state, record.confirmations, record.source) == (RecordState.SETTLED, 1, "staff")


def test_files_of_recipients_and_answers_are_taken_by_each_database(
    database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds
) -> None:
    world = AnswerWorld(database, memory_blobs, clock, ids)
    people = csv("A/1 é;1234ab;1", "A/2;;", heading="record_id;postcode;house")
    for added in (2, 0):
        assert bring_recipients(world.deps, ORG, CAMPAIGN, people, ImportWish("key_1")).added == added
    file = csv("A/1 é;1234", "A/2;12", "record-0;4321")
    assert counted(bring(world, file)) == (3, 3, 1, 0, 0)
    assert counted(bring(world, file)) == (3, 0, 0, 3, 0)
    standing = report(world.deps, ORG, CAMPAIGN)
    assert (standing.counts.recipients, standing.counts.answered, standing.counts.waiting) == (10, 3, 1)
    assert [(one.road, one.submissions) for one in standing.per_day] == [(Road.IMPORT, 3)]
