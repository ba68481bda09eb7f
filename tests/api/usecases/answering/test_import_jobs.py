"""Large files of answers: taken in by a worker, from the row it had, whatever is killed."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import AnswerImport, BlobRef, ImportState, PageRequest, Policy, Retryable, WorkState
from api.usecases.answering import import_jobs, importing
from api.usecases.answering.import_jobs import SentFile, begin_import, get_import, go_on_with_import, list_imports
from api.usecases.answering.importing import ImportWish
from api.usecases.jobs import job_failed
from api.usecases.kinds import WorkKind
from api.usecases.trash import empty_trash
from api.worker.runner import Runner, WorkRules
from docgen.findings import Finding, Place, Refusal, Severity
from tests.api.builders import NOW, ORG, OTHER
from tests.api.usecases.answer_world import CAMPAIGN, AnswerWorld

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds

HEADING = "record_id;number"
EIGHT = tuple([f"record-{number};{1000 + number}" for number in range(8)])


class Importer:
    """Brings files in, and works on them as a worker does that can do nothing else."""

    def __init__(self, answers: AnswerWorld) -> None:
        self.answers, self.deps = answers, answers.deps

    def send(self, *rows: str, heading: str = HEADING, **wish: Any) -> AnswerImport:  # noqa: ANN401 - fields of a wish
        body = "\n".join([heading, *rows, ""]).encode()
        file = SentFile(io.BytesIO(body), "text/csv")
        return begin_import(self.deps, ORG, CAMPAIGN, file, ImportWish("key_1", **wish))

    def work(self, most: int = 100, owner: str = "worker") -> int:
        handlers = {WorkKind.IMPORT_ANSWERS: partial(go_on_with_import, self.deps)}
        runner = Runner(self.deps.database, self.deps.clock, handlers, WorkRules(), partial(job_failed, self.deps))
        done = 0
        while done < most and runner.run_next(owner):
            done += 1
        return done

    def wait(self) -> None:
        self.deps.clock.advance(600)  # type: ignore[attr-defined] # a fake clock

    def now(self, made: AnswerImport) -> AnswerImport:
        return get_import(self.deps, ORG, CAMPAIGN, made.id)

    def submissions(self) -> int:
        with self.deps.database.read() as uow:
            return len(uow.submissions.list(ORG, PageRequest(), CAMPAIGN).items)

    def values(self) -> list[str]:
        return [record.value for number in range(8) if (record := self.answers.record(number))]


@pytest.fixture
def importer(answers: AnswerWorld) -> Importer:
    return Importer(answers)


def counted(row: AnswerImport) -> tuple[str, int, int, int, int, int]:
    return (row.state, row.rows, row.written, row.taken, row.unchanged, row.invalid)


def test_a_file_is_taken_in_by_a_worker_and_told(importer: Importer) -> None:
    made = importer.send(*EIGHT)
    assert counted(made) == ("judging", 0, 0, 0, 0, 0)
    assert importer.work() == 1
    after = importer.now(made)
    assert counted(after) == ("done", 8, 8, 8, 0, 0)
    assert after.ended_at is not None
    assert importer.values() == [str(1000 + number) for number in range(8)]
    with importer.deps.database.read() as uow:
        event = uow.events.of_subject(ORG, CAMPAIGN, PageRequest()).items[-1]
    assert (event.name, event.data["import"], event.data["taken"]) == ("campaign-answers-imported", made.id, 8)


def killed_at(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], None]:
    """The worker falls over in the transaction of the row with this number, and its successor does not."""
    real, calls = importing.give_in, [0]

    def give_in(*given: Any) -> object:  # noqa: ANN401 - passed on
        calls[0] += 1
        if calls[0] == at:
            raise Retryable("database-unavailable", "gone")
        return real(*given)

    monkeypatch.setattr(importing, "give_in", give_in)
    return lambda: monkeypatch.setattr(importing, "give_in", real)


@pytest.mark.parametrize("at", [1, 2, 3, 5, 8])
def test_killed_at_any_row_it_goes_on_from_there_and_takes_none_twice(
    importer: Importer, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(importing, "_WRITTEN_AT_ONCE", 2)
    made = importer.send(*EIGHT)
    killed_at(monkeypatch, at)
    assert importer.work(most=1) == 1
    half = importer.now(made)
    kept = (at - 1) // 2 * 2
    # nothing is written before the first rows are, not even that all were judged
    assert (half.state, half.written) == (("taking" if kept else "judging"), kept)
    assert importer.submissions() == kept
    importer.wait()
    importer.work()
    assert counted(importer.now(made)) == ("done", 8, 8, 8, 0, 0)
    assert importer.submissions() == 8


def test_other_work_goes_first_now_and_then_and_the_file_goes_on_after_it(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "SLICE", timedelta(0))
    monkeypatch.setattr(importing, "_WRITTEN_AT_ONCE", 3)
    made = importer.send(*EIGHT)
    # judged, and three times some rows, each by a claim of its own, and the end
    assert importer.work() == 5
    assert counted(importer.now(made)) == ("done", 8, 8, 8, 0, 0)
    assert importer.submissions() == 8


def test_who_lost_the_file_to_another_worker_writes_nothing_more(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_WRITTEN_AT_ONCE", 2)
    made = importer.send(*EIGHT)
    real, calls = import_jobs.keep_lease, [0]

    def keep_lease(*given: Any) -> None:  # noqa: ANN401 - passed on
        calls[0] += 1
        if calls[0] == 3:
            # as if it had slept for an hour: the lease is over
            with importer.deps.database.read() as uow:
                item = uow.work.find(ORG, WorkKind.IMPORT_ANSWERS, made.id)
            assert item is not None
            given[1].work.expire_leases(importer.deps.clock.now() + timedelta(hours=1))
        real(*given)

    monkeypatch.setattr(import_jobs, "keep_lease", keep_lease)
    importer.work(most=1)
    with importer.deps.database.write() as uow:
        uow.work.expire_leases(importer.deps.clock.now() + timedelta(hours=1))
    importer.work(owner="another")
    assert counted(importer.now(made)) == ("done", 8, 8, 8, 0, 0)
    assert importer.submissions() == 8


def test_of_a_file_with_a_fault_nothing_is_kept_and_every_fault_is_told(importer: Importer) -> None:
    made = importer.send("record-0;1234", "record-1;12", "nobody;1234")
    importer.work()
    after = importer.now(made)
    assert (after.state, after.code, after.invalid, after.blob) == ("refused", "answers-invalid", 1, None)
    assert [(one.code, one.severity) for one in after.findings] == [
        ("recipient-not-found", Severity.ERROR),
        ("answer-for-review", Severity.WARNING),
    ]
    assert importer.submissions() == 0
    made = importer.send("record-0;1234", "nobody;1234", policy=Policy.VALID_ONLY)
    importer.work()
    assert counted(importer.now(made)) == ("done", 2, 2, 1, 0, 1)


def test_a_check_keeps_nothing(importer: Importer) -> None:
    made = importer.send(*EIGHT, check=True)
    importer.work()
    assert counted(importer.now(made)) == ("done", 8, 0, 8, 0, 0)
    assert importer.submissions() == 0


def test_a_file_that_is_none_is_refused_with_why(importer: Importer) -> None:
    made = importer.send("1;2", heading="number;note")
    importer.work()
    assert (importer.now(made).state, importer.now(made).code) == ("refused", "records-column-missing")


def test_what_was_given_up_is_told_and_what_the_file_said_goes(importer: Importer) -> None:
    made = importer.send(*EIGHT)
    with importer.deps.database.read() as uow:
        item = uow.work.find(ORG, WorkKind.IMPORT_ANSWERS, made.id)
    assert item is not None
    Runner(importer.deps.database, importer.deps.clock, {}, None, partial(job_failed, importer.deps)).give_up(
        item, "worker-lost"
    )
    after = importer.now(made)
    assert (after.state, after.blob, after.code) == ("failed", None, "worker-lost")
    with importer.deps.database.read() as uow:
        again = uow.work.find(ORG, WorkKind.IMPORT_ANSWERS, made.id)
    assert again is not None
    assert again.state is WorkState.FAILED


def test_a_file_stays_until_it_is_over(importer: Importer) -> None:
    made = importer.send(*EIGHT)
    assert made.blob is not None
    importer.deps.clock.advance(7200)  # type: ignore[attr-defined] # a fake clock
    empty_trash(importer.deps)
    assert importer.deps.blobs.exists(ORG, made.blob)
    importer.work()
    importer.deps.clock.advance(7200)  # type: ignore[attr-defined] # a fake clock
    empty_trash(importer.deps)
    assert not importer.deps.blobs.exists(ORG, made.blob)


def test_files_are_listed_newest_first_and_are_of_one_campaign_and_organisation(importer: Importer) -> None:
    first, second = importer.send(*EIGHT), importer.send("record-0;1234")
    assert [one.id for one in list_imports(importer.deps, ORG, "meters-2026", PageRequest(9)).items] == [
        *(second.id, first.id)
    ]
    with pytest.raises(Refusal, match="answer-import-not-found"):
        get_import(importer.deps, ORG, CAMPAIGN, "imp_none")
    with pytest.raises(Refusal, match="campaign-not-found"):
        get_import(importer.deps, OTHER, CAMPAIGN, first.id)


def test_a_row_comes_back_as_it_was_written_on_each_database(
    database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds
) -> None:
    AnswerWorld(database, memory_blobs, clock, ids)
    finding = Finding("field-type", "Say yes or no.", Place(row=3, column="insists", record="ë"), Severity.NOTE)
    made = AnswerImport(
        *("imp_1", ORG, CAMPAIGN, "key_1", Policy.VALID_ONLY, True, "text/csv", BlobRef("ab" * 32, 3), "ab" * 32, NOW),
        state=ImportState.TAKING,
        rows=5,
        findings=(finding,),
        finding_counts={"note": 7},
    )
    with database.write() as uow:
        uow.answer_imports.add(made)
    with database.read() as uow:
        assert uow.answer_imports.get(ORG, "imp_1") == made
        assert uow.answer_imports.list(ORG, CAMPAIGN, PageRequest(1)).items == (made,)
        assert uow.answer_imports.list(OTHER, CAMPAIGN, PageRequest(1)).items == ()
