"""One contract for every database: rules, checks, results, reprints, mail runs, alarms, and batches in the room."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    Alarm,
    BatchFile,
    BatchState,
    BlobRef,
    Check,
    CheckState,
    FileRole,
    JobFinding,
    JobState,
    Lingering,
    Loop,
    MailRun,
    MailRunState,
    Mode,
    PageRequest,
    PieceInRoom,
    PieceResult,
    PieceState,
    Placement,
    Reprint,
    ReprintState,
    ResultSource,
    Rules,
)
from docgen.findings import Refusal
from docgen.postal.results import Outcome
from tests.api.builders import NOW, ORG, OTHER, REF, batch, job, piece, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.ports import UnitOfWork

BATCH = "bat_job_1_1"
OTHER_BATCH = "bat_job_1_2"
LATER = NOW + timedelta(hours=1)
FILE = BatchFile(FileRole.REPRINT, 1, "again.pdf", "application/pdf", REF, 4)


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    """Two batches of a job, the first with four pieces in three envelopes."""
    two_organisations(database)
    with database.write() as uow:
        uow.batches.add_many(ORG, [replace(batch(), code="7F3K9M"), batch(2)])
        uow.pieces.add_many(ORG, [(piece(number), b"{}") for number in range(4)])
        uow.pieces.place_many(ORG, [_placed(number, number) for number in range(4)])
    return database


def _id(number: int) -> str:
    return piece(number).id


def _placed(number: int, position: int) -> Placement:
    """The third and fourth share an envelope."""
    return Placement(_id(number), BATCH, position, _id(min(number, 2)), min(position, 2) + 1)


def events(uow: UnitOfWork, subject: str) -> list[str]:
    return [event.name for event in uow.events.of_subject(ORG, subject, PageRequest()).items]


def check(number: int = 1, blob: BlobRef = REF) -> Check:
    return Check(f"rbk_{number}_{blob.size}", ORG, "job_1", BATCH, number, "one.pdf", blob, 2 * number, 2)


def result(number: int, outcome: Outcome = Outcome.OK, batch_id: str = BATCH) -> PieceResult:
    return PieceResult(ORG, batch_id, _id(number), 1, outcome, ResultSource.INSERTER, "key_1", NOW, "why")


def reprint(number: int = 1) -> Reprint:
    return Reprint(f"rpr_{number}", ORG, BATCH, number, Loop.CLOSED, (_id(0), _id(1)), "usr_1", NOW)


def run(number: int = 1) -> MailRun:
    return MailRun(f"run_{number}", ORG, f"Run {number}", NOW, "usr_1")


def alarm(since_h: int = 0) -> Alarm:
    return Alarm(ORG, BATCH, "released", NOW + timedelta(hours=since_h), LATER)


def test_rules_are_the_defaults_until_they_are_put_and_then_replaced_whole(db: SqlDatabase) -> None:
    schedule = {"timezone": "Europe/Amsterdam", "times": {"monday": "17:00"}, "holidays": "NL", "closed": []}
    first = Rules(ORG, four_eyes=True, cut_offs=schedule, mark_profile="datamatrix", updated_by="usr_1")
    with db.write() as uow:
        assert uow.rules.get(ORG) == Rules(ORG)
        uow.rules.put(first, NOW)
        assert uow.rules.get(ORG) == replace(first, updated_at=NOW)
        uow.rules.put(Rules(ORG, sort_plan="nl-2", household="# none\n"), LATER)
    with db.read() as uow:
        assert uow.rules.get(ORG) == Rules(ORG, sort_plan="nl-2", household="# none\n", updated_at=LATER)
        assert uow.rules.get(OTHER) == Rules(OTHER)
        assert events(uow, ORG)[-2:] == ["rules-changed", "rules-changed"]


def test_checks_are_replaced_by_batch_and_those_that_stay_keep_what_they_found(db: SqlDatabase) -> None:
    found = JobFinding(0, None, "error", "readback-differs", "Other.", {"page": 3, "file": "one.pdf"})
    newer = BlobRef("cd" * 32, 13)
    with db.write() as uow:
        uow.checks.replace(ORG, BATCH, [check(2), check(1)])
        uow.checks.replace(ORG, OTHER_BATCH, [replace(check(3), batch_id=OTHER_BATCH)])
        assert uow.checks.finish(ORG, check(1).id, 7, [found], REF)
        assert not uow.checks.finish(ORG, check(1).id, 9, [], None)
        assert not uow.checks.finish(OTHER, check(2).id, 9, [], None)
    done = replace(check(1), state=CheckState.CHECKED, symbols=7, findings=(found,), picture=REF)
    with db.write() as uow:
        assert uow.checks.of_batch(ORG, BATCH) == [done, check(2)]
        uow.checks.replace(ORG, BATCH, [check(1), check(2, newer)])
        assert uow.checks.of_batch(ORG, BATCH) == [done, check(2, newer)]
        assert uow.checks.of_batch(OTHER, BATCH) == []
        assert uow.checks.get(ORG, check(3).id).batch_id == OTHER_BATCH
        with pytest.raises(Refusal, match="check-not-found"):
            uow.checks.get(OTHER, check(1).id)
        uow.checks.replace(ORG, BATCH, [])
        assert uow.checks.of_batch(ORG, BATCH) == []


def test_results_are_only_added_and_come_in_the_order_in_which_they_were_said(db: SqlDatabase) -> None:
    said = [result(0, Outcome.REPRINT), result(0, Outcome.OK, OTHER_BATCH), result(1), result(0, Outcome.PULL)]
    with db.write() as uow:
        assert uow.results.add_many(ORG, said[:2]) == 2
        assert uow.results.add_many(ORG, iter(said[2:])) == 2
        with pytest.raises(ValueError, match="another organisation"):
            uow.results.add_many(OTHER, [result(2)])
    with db.read() as uow:
        of_batch, of_piece = uow.results.of_batch(ORG, BATCH), uow.results.of_piece(ORG, _id(0))
        assert [replace(each, number=0) for each in of_batch] == [said[0], said[2], said[3]]
        assert [replace(each, number=0) for each in of_piece] == [said[0], said[1], said[3]]
        numbers = [each.number for each in of_piece]
        assert numbers == sorted(set(numbers))
        assert (uow.results.of_batch(OTHER, BATCH), uow.results.of_piece(OTHER, _id(0))) == ([], [])


def test_a_results_file_is_remembered_once_for_each_batch(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert uow.results.remember_file(ORG, BATCH, "ab" * 32, NOW)
        assert not uow.results.remember_file(ORG, BATCH, "ab" * 32, LATER)
        assert uow.results.remember_file(ORG, OTHER_BATCH, "ab" * 32, NOW)
        assert uow.results.remember_file(ORG, BATCH, "cd" * 32, NOW)


def test_a_reprint_is_released_once_with_its_files(db: SqlDatabase) -> None:
    opened = replace(reprint(2), loop=Loop.OPEN, child_id=OTHER_BATCH)
    with db.write() as uow:
        uow.reprints.add(opened)
        uow.reprints.add(reprint())
        assert uow.reprints.of_batch(ORG, BATCH) == [reprint(), opened]
        assert uow.reprints.release(ORG, "rpr_1", NOW, [FILE])
        assert not uow.reprints.release(ORG, "rpr_1", LATER, [])
        assert uow.reprints.get(ORG, "rpr_1") == replace(reprint(), state=ReprintState.RELEASED, files=(FILE,))
        assert uow.reprints.of_batch(OTHER, BATCH) == []
        with pytest.raises(Refusal, match="reprint-not-found"):
            uow.reprints.release(OTHER, "rpr_2", NOW)
        assert events(uow, BATCH)[-3:] == ["reprint-asked", "reprint-asked", "reprint-released"]


def test_mail_runs_come_newest_first_and_in_parts(db: SqlDatabase) -> None:
    runs = [replace(run(number), created_at=NOW + timedelta(hours=number // 2)) for number in range(1, 5)]
    with db.write() as uow:
        for each in runs:
            uow.mail_runs.add(each)
        found: list[str] = []
        after = None
        while True:
            page = uow.mail_runs.list(ORG, PageRequest(1, after))
            found += [each.id for each in page.items]
            after = page.next_after
            if after is None:
                break
        assert found == ["run_4", "run_3", "run_2", "run_1"]
        assert uow.mail_runs.list(OTHER, PageRequest()).items == ()
        with pytest.raises(Refusal, match="mail-run-not-found"):
            uow.mail_runs.get(OTHER, "run_1")


def test_a_mail_run_goes_once_and_then_its_papers_stay(db: SqlDatabase) -> None:
    gone = replace(
        run(),
        state=MailRunState.HANDED_OVER,
        files=(FILE,),
        handed_over_at=NOW,
        handed_over_by="usr_2",
        reference="3S1",
        proof=REF,
    )
    with db.write() as uow:
        uow.mail_runs.add(run())
        uow.mail_runs.set_files(ORG, "run_1", [FILE])
        assert uow.mail_runs.hand_over(ORG, "run_1", "usr_2", NOW, "3S1", REF) == gone
        assert uow.mail_runs.hand_over(ORG, "run_1", "usr_3", LATER, "3S2", None) == gone
        with pytest.raises(Refusal, match="state-conflict"):
            uow.mail_runs.set_files(ORG, "run_1", [])
        with pytest.raises(Refusal, match="mail-run-not-found"):
            uow.mail_runs.hand_over(OTHER, "run_1", "usr_3", LATER, "", None)
        assert events(uow, "run_1") == ["mail-run-open", "mail-run-handed_over"]


def test_an_alarm_rings_once_for_a_stay_in_a_state(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert uow.alarms.raise_(alarm())
        assert not uow.alarms.raise_(replace(alarm(), raised_at=LATER + timedelta(hours=1)))
        assert uow.alarms.open(ORG) == uow.alarms.all_open() == [alarm()]
        assert uow.alarms.open(OTHER) == []
        uow.alarms.close([alarm()], LATER)
        uow.alarms.close([alarm()], LATER)
        assert uow.alarms.all_open() == []
        assert uow.alarms.raise_(replace(alarm(), raised_at=LATER + timedelta(hours=1)))
        assert [ring.raised_at for ring in uow.alarms.all_open()] == [LATER + timedelta(hours=1)]
        uow.alarms.close(uow.alarms.all_open(), LATER)
        assert uow.alarms.raise_(alarm(since_h=1))
        assert uow.alarms.open(ORG) == [alarm(since_h=1)]
        assert [name for name in events(uow, BATCH) if name.startswith("alarm")] == [
            "alarm-raised",
            "alarm-cleared",
            "alarm-raised",
            "alarm-cleared",
            "alarm-raised",
        ]


def test_pieces_in_the_room_come_by_position_with_their_envelope(db: SqlDatabase) -> None:
    with db.read() as uow:
        assert uow.pieces.in_room(ORG, BATCH) == [
            PieceInRoom(_id(number), _id(min(number, 2)), min(number, 2) + 1, number, PieceState.ACCEPTED, 1, 0)
            for number in range(4)
        ]
        assert uow.pieces.in_room(OTHER, BATCH) == []
        assert [found.id for found in uow.pieces.at_envelope(ORG, BATCH, 3)] == [_id(2), _id(3)]
        assert uow.pieces.at_envelope(OTHER, BATCH, 3) == []


def test_pieces_move_together_as_far_as_they_may_and_a_release_is_a_print(db: SqlDatabase) -> None:
    ids = [_id(number) for number in range(4)]
    with db.write() as uow:
        uow.pieces.stop(ORG, ids[3], "betaald", NOW)
        assert uow.pieces.move_many(ORG, ids, PieceState.INSERTED) == 0
        uow.pieces.advance_batch(ORG, BATCH, PieceState.COMPOSED, NOW)
        uow.pieces.advance_batch(ORG, BATCH, PieceState.PRINTED_READY, NOW)
        assert uow.pieces.move_many(OTHER, ids, PieceState.DAMAGED) == 0
        assert uow.pieces.move_many(ORG, ids[:1], PieceState.DAMAGED) == 1
        assert uow.pieces.move_many(ORG, ids, PieceState.REPRINTING) == 1
        assert uow.pieces.move_many(ORG, ids[:1], PieceState.PRINTED_READY) == 1
        assert uow.pieces.move_many(ORG, [], PieceState.PRINTED_READY) == 0
        room = uow.pieces.in_room(ORG, BATCH)
    ready, stopped = PieceState.PRINTED_READY, PieceState.STOPPED
    assert [(each.state, each.prints) for each in room] == [(ready, 2), (ready, 1), (ready, 1), (stopped, 0)]


def test_pieces_are_found_by_their_id_and_by_the_record(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.jobs.add(job("job_2"))
        uow.pieces.add_many(ORG, [(piece(0, "job_2"), b"{}")])
        assert [each.id for each in uow.pieces.find(ORG, _id(0), 9)] == [_id(0)]
        assert {each.job_id for each in uow.pieces.find(ORG, "record-0", 9)} == {"job_1", "job_2"}
        assert len(uow.pieces.find(ORG, "record-0", 1)) == 1
        assert uow.pieces.find(OTHER, _id(0), 9) == []


def test_batches_are_found_by_their_code_in_their_organisation(db: SqlDatabase) -> None:
    with db.read() as uow:
        found = uow.batches.by_code(ORG, "7F3K9M")
        assert found is not None
        assert found.id == BATCH
        assert uow.batches.by_code(OTHER, "7F3K9M") is None
        assert uow.batches.by_code(ORG, "000000") is None


def test_batches_are_in_a_mail_run_until_they_are_taken_out(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.mail_runs.add(run())
        for batch_id in (BATCH, OTHER_BATCH):
            uow.batches.set_mail_run(ORG, batch_id, "run_1")
        assert [each.id for each in uow.batches.of_mail_run(ORG, "run_1")] == [BATCH, OTHER_BATCH]
        assert uow.batches.of_mail_run(OTHER, "run_1") == []
        uow.batches.set_mail_run(ORG, BATCH, None)
        assert [each.mail_run_id for each in uow.batches.of_mail_run(ORG, "run_1")] == ["run_1"]
        assert uow.batches.get(ORG, BATCH).mail_run_id is None


def test_what_was_counted_is_kept_and_numbers_go_on(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.batches.count(ORG, BATCH, 12, "a double feed")
        found = uow.batches.get(ORG, BATCH)
        assert (found.sheets_counted, found.note) == (12, "a double feed")
        assert uow.batches.next_number(ORG, "job_1") == 3
        assert uow.batches.next_number(OTHER, "job_1") == 1


def test_batches_in_some_states_come_newest_first(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.batches.add_many(ORG, [replace(batch(3), created_at=LATER), replace(batch(4), state=BatchState.RELEASED)])
        found = uow.batches.in_states(ORG, {BatchState.PLANNED}, 2)
        assert [each.number for each in found] == [3, 2]
        assert uow.batches.in_states(OTHER, set(BatchState), 9) == []


def test_live_jobs_without_batches_linger(db: SqlDatabase) -> None:
    states = [JobState.VALIDATING, JobState.ACCEPTED, JobState.FAILED, JobState.COMPOSING, JobState.RELEASED]
    with db.write() as uow:
        for number, state in enumerate(states, 2):
            uow.jobs.add(replace(job(f"job_{number}"), state=state))
        uow.jobs.add(replace(job("job_7"), state=JobState.ACCEPTED, validate_only=True))
        uow.jobs.add(replace(job("job_8"), mode=Mode.TEST))
        assert list(uow.jobs.lingering()) == [
            Lingering(ORG, f"job_{number}", state, NOW, None)
            for number, state in enumerate([JobState.RECEIVED, *states[:3]], 1)
        ]


def test_what_is_not_at_its_end_lingers_but_a_test_that_is_released(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.batches.set_state(ORG, OTHER_BATCH, BatchState.CANCELLED, LATER)
        uow.batches.add_many(
            ORG,
            [
                replace(batch(3), state=BatchState.HANDED_OVER),
                replace(batch(4), state=BatchState.RELEASED, mode=Mode.TEST),
                replace(batch(5), state=BatchState.BLOCKED, mode=Mode.TEST),
            ],
        )
        uow.batches.set_state(ORG, BATCH, BatchState.COMPOSING, LATER)
        assert list(uow.batches.lingering()) == [
            Lingering(ORG, BATCH, BatchState.COMPOSING, LATER, NOW),
            Lingering(ORG, "bat_job_1_5", BatchState.BLOCKED, NOW, NOW),
        ]
