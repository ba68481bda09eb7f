"""One contract for every database: shards, and blobs that nobody needs any more."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import BatchFile, BlobRef, FileRole, PackageKind, Shard, ShardState
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, OTHER, REF, batch, job, package, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    return database


def ref(number: int) -> BlobRef:
    return BlobRef(f"{number:064x}", 5)


def shard(number: int) -> Shard:
    return Shard(f"shd_{number}", ORG, "job_1", number, number * 2, 2, ref(number))


def test_a_shard_is_there_once_and_ends_once(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert [uow.shards.add(shard(n)) for n in (1, 0, 1)] == [True, True, False]
    with db.write() as uow:
        assert uow.shards.of_job(ORG, "job_1") == [shard(0), shard(1)]
        assert uow.shards.of_job(OTHER, "job_1") == []
        assert uow.shards.unfinished(ORG, "job_1") == 2
        assert [uow.shards.finish(OTHER, "shd_1"), uow.shards.finish(ORG, "shd_1", ref(9))] == [False, True]
        assert not uow.shards.finish(ORG, "shd_1", ref(8))
        assert uow.shards.unfinished(ORG, "job_1") == 1
        assert uow.shards.get(ORG, "shd_1") == replace(shard(1), state=ShardState.VALIDATED, drawn=ref(9))
        with pytest.raises(Refusal, match="shard-not-found"):
            uow.shards.get(OTHER, "shd_1")


def test_blobs_are_taken_once_when_they_are_due(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.trash.add(ORG, [ref(1), ref(2)], NOW)
        uow.trash.add(ORG, [ref(3)], LATER)
        uow.trash.add(OTHER, [], NOW)
    with db.write() as uow:
        assert sorted(uow.trash.take(NOW), key=str) == [(ORG, ref(1)), (ORG, ref(2))]
    with db.write() as uow:
        assert uow.trash.take(NOW) == []
        assert uow.trash.take(LATER) == [(ORG, ref(3))]


def test_naming_a_blob_again_gives_it_more_time_and_never_less(db: SqlDatabase) -> None:
    for at in (NOW, LATER, NOW):
        with db.write() as uow:
            uow.trash.add(ORG, [ref(1)], at)
    with db.write() as uow:
        assert uow.trash.take(NOW) == []
        assert uow.trash.take(LATER) == [(ORG, ref(1))]


def test_some_are_taken_at_a_time_the_oldest_first(db: SqlDatabase) -> None:
    with db.write() as uow:
        for number in range(5):
            uow.trash.add(ORG, [ref(number)], NOW - timedelta(seconds=number))
    with db.write() as uow:
        assert [blob for _, blob in uow.trash.take(NOW, 2)] == [ref(4), ref(3)]


def test_what_was_not_removed_is_taken_again(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.trash.add(ORG, [ref(1)], NOW)
    with pytest.raises(OSError, match="power"):
        take_and_fail(db)
    with db.write() as uow:
        assert uow.trash.take(NOW) == [(ORG, ref(1))]


def take_and_fail(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.trash.take(NOW)
        raise OSError("power")


def test_a_blob_that_is_wanted_after_all_is_kept(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.trash.add(ORG, [ref(1)], NOW)
        uow.trash.add(OTHER, [ref(1)], NOW)
        uow.trash.keep(ORG, ref(1))
    with db.write() as uow:
        assert uow.trash.take(NOW) == [(OTHER, ref(1))]


def test_shared_blobs_stay_while_anything_refers_to_them(db: SqlDatabase) -> None:
    bodies, packed, printed, free = (ref(number) for number in range(4))
    with db.write() as uow:
        uow.jobs.add(replace(job("job_2"), input=bodies))
        uow.templates.add(replace(package(PackageKind.TEMPLATE, "letter"), package=packed))
        uow.batches.add_many(ORG, [batch()])
        uow.batches.set_files(ORG, batch().id, [BatchFile(FileRole.PRINT, 1, "x.pdf", "application/pdf", printed)])
        for organisation in (ORG, OTHER):
            uow.trash.add(organisation, [bodies, packed, printed, free, REF], NOW, shared=True)
    with db.write() as uow:
        taken = set(uow.trash.take(NOW))
    assert taken == {(ORG, free), *((OTHER, blob) for blob in (bodies, packed, printed, free))}


def test_whoever_wants_a_blob_waits_for_its_removal(db: SqlDatabase) -> None:
    """Either it is kept, or it is gone by the time that `keep` returns: never removed afterwards."""
    with db.write() as uow:
        uow.trash.add(ORG, [ref(1)], NOW)
    removed, kept_at = threading.Event(), list[bool]()

    def want() -> None:
        with db.write() as uow:
            uow.trash.keep(ORG, ref(1))
            kept_at.append(removed.is_set())

    with db.write() as uow:
        assert uow.trash.take(NOW) == [(ORG, ref(1))]
        wanting = threading.Thread(target=want)
        wanting.start()
        time.sleep(0.2)
        removed.set()
    wanting.join()
    assert kept_at == [True]
