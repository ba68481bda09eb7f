"""One contract for every database: what the edges of the print room read in parts and count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import BatchState, BlobRef, MailRun, PageRequest, PieceResult, ResultSource
from docgen.findings import Refusal
from docgen.postal.results import Outcome
from tests.api.builders import NOW, ORG, OTHER, REF, batch, piece, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

BATCH = "bat_job_1_1"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    with database.write() as uow:
        uow.batches.add_many(ORG, [batch(1), batch(2), batch(3)])
        uow.batches.add_many(OTHER, [replace(batch(4), organisation_id=OTHER)])
    return database


def test_results_come_in_parts_that_meet(db: SqlDatabase) -> None:
    said = [
        PieceResult(ORG, BATCH, piece(number).id, 1, Outcome.OK, ResultSource.INSERTER, "key_1", NOW)
        for number in range(5)
    ]
    with db.write() as uow:
        uow.results.add_many(ORG, [*said, replace(said[0], batch_id="bat_job_1_2")])
        first = uow.results.list(ORG, BATCH, PageRequest(2))
        rest = uow.results.list(ORG, BATCH, PageRequest(1000, first.next_after))
        assert [*first.items, *rest.items] == list(uow.results.of_batch(ORG, BATCH))
        assert (len(first.items), rest.next_after) == (2, None)
        assert uow.results.list(OTHER, BATCH, PageRequest()).items == ()
        with pytest.raises(Refusal, match="bad-cursor"):
            uow.results.list(ORG, BATCH, PageRequest(2, "x"))


def test_batches_are_listed_and_counted_by_state(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.batches.set_state(ORG, BATCH, BatchState.COMPOSING, LATER)
        assert uow.batches.counts() == {BatchState.PLANNED: 3, BatchState.COMPOSING: 1}
        for job_id in (None, "job_1"):
            listed = uow.batches.list(ORG, PageRequest(), job_id, BatchState.COMPOSING).items
            assert [each.id for each in listed] == [BATCH]
        assert len(uow.batches.list(ORG, PageRequest(), "job_1", BatchState.PLANNED).items) == 2


def test_a_proof_is_replaced_and_handing_over_keeps_it(db: SqlDatabase) -> None:
    other = BlobRef("b" * 64, 7)
    with db.write() as uow:
        uow.mail_runs.add(MailRun("run_1", ORG, "Evening", NOW, "key_1"))
        for _ in range(2):
            assert uow.mail_runs.set_proof(ORG, "run_1", "key_1", NOW, REF).proof == REF
        gone = uow.mail_runs.hand_over(ORG, "run_1", "key_1", LATER, "3S1", None)
        assert (gone.proof, gone.reference) == (REF, "3S1")
        uow.mail_runs.set_proof(ORG, "run_1", "key_2", LATER, other)
        assert uow.mail_runs.get(ORG, "run_1") == replace(gone, proof=other)
        names = [event.name for event in uow.events.of_subject(ORG, "run_1", PageRequest()).items]
        assert names == ["mail-run-open", "mail-run-proof", "mail-run-handed_over", "mail-run-proof"]
        with pytest.raises(Refusal, match="mail-run-not-found"):
            uow.mail_runs.set_proof(OTHER, "run_1", "key_1", NOW, REF)
