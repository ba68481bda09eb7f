"""One contract for every database: chains of evidence, annexes, checkpoints."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from agreements import verify
from agreements.evidence.bundle import chain_lines
from agreements.evidence.chain import Head, moment
from agreements.evidence.checkpoint import take
from api.ports import (
    UNFINISHED,
    Annex,
    BlobRef,
    ChainOf,
    CheckpointState,
    EvidenceDraft,
    EvidenceKind,
    KeptCheckpoint,
    Mode,
    UnitOfWork,
)
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, OTHER, two_organisations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from api.adapters.database import SqlDatabase

LIVE, TEST, THEIRS = ChainOf(ORG, Mode.LIVE), ChainOf(ORG, Mode.TEST), ChainOf(OTHER, Mode.LIVE)
LATER = NOW + timedelta(hours=1)
REF = BlobRef("cd" * 32, 300)


def drafts(count: int, subject: str = "agr_1") -> list[EvidenceDraft]:
    body = {"request": subject, "guess": "person", "of": "Ünal 😀"}
    return [EvidenceDraft(NOW + timedelta(seconds=n), EvidenceKind.LINK_FETCHED, subject, body) for n in range(count)]


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    return database


def test_events_come_back_as_they_were_put_down_and_verify(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert uow.evidence.head(LIVE) == Head()
        first = uow.evidence.append(LIVE, drafts(3))
        (last,) = uow.evidence.append(LIVE, drafts(1, "agr_2"))
        assert uow.evidence.append(LIVE, []) == ()
    with db.read() as uow:
        found = uow.evidence.page(LIVE, 0, 10)
        assert found == [*first, last]
        assert uow.evidence.head(LIVE) == last.head == Head(4, last.digest)
        assert uow.evidence.page(LIVE, 2, 1) == [first[2]]
        assert uow.evidence.of_subject(LIVE, "agr_2") == [last]
        assert uow.evidence.some(LIVE, {4, 1, 9}) == [first[0], last]
        assert uow.evidence.digests(LIVE, 2, 3) == [first[1].digest, first[2].digest]
    report = verify.check(b"".join(chain_lines(LIVE.name, last.head, found, [])))
    assert (report.findings, report.last_seq) == ([], 4)
    assert found[0].at == moment(NOW)


def test_every_organisation_has_a_chain_for_live_and_one_for_tests(db: SqlDatabase) -> None:
    with db.write() as uow:
        for count, chain in ((1, LIVE), (2, TEST), (3, THEIRS)):
            uow.evidence.append(chain, drafts(count))
    with db.read() as uow:
        assert [uow.evidence.head(chain).seq for chain in (LIVE, TEST, THEIRS)] == [1, 2, 3]
        assert {event.chain for event in uow.evidence.page(TEST, 0, 9)} == {f"{ORG}/test"}
        assert uow.evidence.of_subject(LIVE, "agr_1") != uow.evidence.of_subject(THEIRS, "agr_1")[:1]


_CHANGES = (
    "UPDATE evidence_events SET body = '{}' WHERE seq = 2",
    "UPDATE evidence_events SET seq = 9 WHERE seq = 3",
    "DELETE FROM evidence_events WHERE seq = 3",
    "DELETE FROM evidence_events",
)


@pytest.mark.parametrize("statement", _CHANGES)
def test_the_database_refuses_to_change_or_remove_events(
    db: SqlDatabase, tables_engine: Engine, statement: str
) -> None:
    with db.write() as uow:
        uow.evidence.append(LIVE, drafts(3))
    with (
        pytest.raises(IntegrityError, match="evidence is only ever added"),
        tables_engine.execution_options(posthoorn_write=True).begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    with db.read() as uow:
        assert [event.seq for event in uow.evidence.page(LIVE, 0, 10)] == [1, 2, 3]


def test_nothing_takes_the_place_of_an_event_or_empties_the_table(db: SqlDatabase, tables_engine: Engine) -> None:
    with db.write() as uow:
        uow.evidence.append(LIVE, drafts(3))
    columns = "organisation_id, mode, seq, at, kind, subject_id, prev, body, body_digest, digest"
    if tables_engine.dialect.name == "sqlite":
        statement = f"INSERT OR REPLACE INTO evidence_events SELECT {columns} FROM evidence_events WHERE seq = 2"  # noqa: S608 (ours)
    else:
        statement = "TRUNCATE evidence_events"
    with (
        pytest.raises(IntegrityError, match="evidence is only ever added"),
        tables_engine.execution_options(posthoorn_write=True).begin() as connection,
    ):
        connection.exec_driver_sql(statement)


def test_a_transaction_that_is_undone_leaves_no_gap(db: SqlDatabase) -> None:
    def fails() -> None:
        with db.write() as uow:
            uow.evidence.append(LIVE, drafts(3))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with db.write() as uow:
        uow.evidence.append(LIVE, drafts(1))
    with db.read() as uow:
        assert [event.seq for event in uow.evidence.page(LIVE, 0, 10)] == [1]


def test_eight_that_write_at_once_leave_no_gap_and_no_fork(db: SqlDatabase) -> None:
    def write(name: int) -> None:
        for turn in range(6):
            with db.write() as uow:
                uow.evidence.append(LIVE, drafts(1 + turn % 3, f"agr_{name}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as uow:
        events, head = uow.evidence.page(LIVE, 0, 1000), uow.evidence.head(LIVE)
    assert [event.seq for event in events] == list(range(1, 8 * 12 + 1))
    assert not verify.check(b"".join(chain_lines(LIVE.name, head, events, []))).findings


def annex(number: int, chain: ChainOf = LIVE, subject: str = "agr_1") -> Annex:
    value = {"address": f"huurder{number}@example.org", "name": "Ünal 😀"}
    return Annex(f"anx_{chain.organisation_id}_{number}", chain, subject, bytes([number] * 32), value, REF.sha256, NOW)


def test_annexes_are_kept_and_can_go(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.evidence.add_annexes([annex(2), annex(1), annex(3, subject="agr_2"), annex(1, THEIRS)])
        uow.evidence.add_annexes([])
    with db.read() as uow:
        assert uow.evidence.annexes(LIVE, {"anx_org_one_2", "anx_org_two_1"}) == [annex(2)]
        assert uow.evidence.annexes_of(LIVE, "agr_1") == [annex(1), annex(2)]
        assert uow.evidence.annexes_of(TEST, "agr_1") == []
    with db.write() as uow:
        gone = uow.evidence.delete_annexes(LIVE, ["anx_org_one_2", "anx_org_one_3", "anx_org_one_9", "anx_org_two_1"])
        assert gone == ["anx_org_one_2", "anx_org_one_3"]
    with db.read() as uow:
        assert uow.evidence.annexes_of(LIVE, "agr_1") == [annex(1)]
        assert uow.evidence.annexes_of(THEIRS, "agr_1") == [annex(1, THEIRS)]


def kept(uow: UnitOfWork, last: int, chain: ChainOf = LIVE) -> KeptCheckpoint:
    before = uow.evidence.last_checkpoint(chain)
    digests: Sequence[str] = uow.evidence.digests(chain, before.checkpoint.last + 1 if before else 1, last)
    point = take(chain.name, before.checkpoint if before else None, digests, moment(NOW))
    row_id = f"ckp_{chain.organisation_id}_{point.number}"
    return KeptCheckpoint(row_id, chain, point, CheckpointState.WAITING, NOW)


def test_chains_ask_for_checkpoints_by_count_and_by_time(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.evidence.append(LIVE, drafts(5))
        uow.evidence.append(THEIRS, [replace_at(draft) for draft in drafts(2)])
        assert uow.evidence.uncovered(3, NOW - timedelta(hours=1), 9) == [LIVE]
        assert uow.evidence.uncovered(100, NOW, 9) == [LIVE]
        assert uow.evidence.uncovered(100, LATER, 9) == [LIVE, THEIRS]
        assert uow.evidence.uncovered(100, LATER, 1) == [LIVE]
        uow.evidence.add_checkpoint(kept(uow, 3))
        assert uow.evidence.uncovered(100, NOW + timedelta(seconds=2), 9) == []
        assert uow.evidence.uncovered(100, NOW + timedelta(seconds=3), 9) == [LIVE]
        uow.evidence.add_checkpoint(kept(uow, 5))
        assert uow.evidence.uncovered(1, LATER, 9) == [THEIRS]
        uow.evidence.append(LIVE, [replace_at(draft) for draft in drafts(1)])
        assert uow.evidence.uncovered(100, LATER - timedelta(seconds=1), 9) == []


def replace_at(draft: EvidenceDraft) -> EvidenceDraft:
    return draft._replace(at=LATER)


def test_checkpoints_are_found_and_move_on_once(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.evidence.append(LIVE, drafts(9))
        assert uow.evidence.last_checkpoint(LIVE) is None
        made = []
        for last in (2, 5, 9):
            made.append(kept(uow, last))
            uow.evidence.add_checkpoint(made[-1])
    with db.read() as uow:
        assert uow.evidence.last_checkpoint(LIVE) == made[2]
        assert uow.evidence.checkpoints(LIVE, 1, 9) == made[1:]
        assert uow.evidence.checkpoints(TEST, 0, 9) == []
        assert uow.evidence.covering(LIVE, {1, 2, 9, 40}) == [made[0], made[2]]
        assert uow.evidence.covering(LIVE, ()) == ()
        assert uow.evidence.checkpoint(ORG, made[1].id) == made[1]
        with pytest.raises(Refusal, match="checkpoint-not-found"):
            uow.evidence.checkpoint(OTHER, made[1].id)
    failed = replace(made[0], state=CheckpointState.STAMP_FAILED, tries=1, next_try_at=LATER, code="x", detail="y")
    stamped = replace(made[1], state=CheckpointState.STAMPED, document=REF, stamp=REF, state_at=LATER)
    with db.write() as uow:
        assert uow.evidence.settle(made[0], failed)
        assert not uow.evidence.settle(made[0], failed)
        assert uow.evidence.settle(made[1], stamped)
    with db.read() as uow:
        assert uow.evidence.checkpoint(ORG, made[0].id) == failed
        assert uow.evidence.checkpoint(ORG, made[1].id) == stamped
        assert uow.evidence.due(UNFINISHED, NOW, 9) == [made[2]]
        assert {each.id for each in uow.evidence.due(UNFINISHED, LATER, 9)} == {made[0].id, made[2].id}
        assert uow.evidence.due({CheckpointState.UNSTAMPED}, LATER, 9) == []


def test_a_number_of_a_checkpoint_is_given_once(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.evidence.append(LIVE, drafts(4))
        first = kept(uow, 2)
        uow.evidence.add_checkpoint(first)
    with pytest.raises(IntegrityError), db.write() as uow:
        uow.evidence.add_checkpoint(replace(first, id="ckp_other"))
