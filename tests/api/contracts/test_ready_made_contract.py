"""One contract for every database: jobs without a template, their wishes, and pictures of their pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.ports import BlobRef, JobKind, Overlay
from tests.api.builders import NOW, ORG, OTHER, job, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

DATA = BlobRef("d" * 64, 9)
READY = replace(
    job("job_ready"),
    kind=JobKind.READY_MADE,
    template_id=None,
    brand_id=None,
    wishes={"split": "pages", "pages": 2, "duplex": True, "data": str(DATA)},
)


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    with database.write() as uow:
        uow.jobs.add(READY)
    return database


def ref(number: int) -> BlobRef:
    return BlobRef(f"{number:064x}", 5)


def test_a_job_without_a_template_comes_back_as_it_went(db: SqlDatabase) -> None:
    with db.read() as uow:
        assert uow.jobs.get(ORG, READY.id) == READY


def test_overlays_are_replaced_and_listed_by_file_and_page(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.overlays.replace(ORG, READY.id, [Overlay(0, 9, ref(1))])
        uow.overlays.replace(ORG, READY.id, [Overlay(1, 2, ref(2)), Overlay(0, 7, ref(3)), Overlay(0, 3, ref(3))])
    with db.read() as uow:
        assert uow.overlays.of_job(ORG, READY.id) == [
            Overlay(0, 3, ref(3)),
            Overlay(0, 7, ref(3)),
            Overlay(1, 2, ref(2)),
        ]
        assert uow.overlays.of_job(OTHER, READY.id) == []
    with db.write() as uow:
        uow.overlays.replace(ORG, READY.id, [])
        assert uow.overlays.of_job(ORG, READY.id) == []


def test_the_list_of_letters_is_kept_with_its_job(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.jobs.set_letters(OTHER, READY.id, ref(3))
        assert uow.jobs.get(ORG, READY.id).letters is None
        uow.jobs.set_letters(ORG, READY.id, ref(4))
        assert uow.jobs.get(ORG, READY.id).letters == ref(4)


def test_data_files_and_overlays_are_not_taken_as_trash_while_a_job_has_them(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.jobs.set_letters(ORG, READY.id, ref(4))
        uow.trash.add(ORG, [ref(4)], NOW, shared=True)
        uow.overlays.replace(ORG, READY.id, [Overlay(0, 1, ref(1))])
        uow.trash.add(ORG, [DATA, ref(1), ref(2)], NOW, shared=True)
        uow.trash.add(OTHER, [DATA], NOW, shared=True)
    with db.write() as uow:
        assert sorted(uow.trash.take(NOW), key=str) == [(ORG, ref(2)), (OTHER, DATA)]
