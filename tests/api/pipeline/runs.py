"""A print job on real adapters in a folder: SQLite, blobs and messages as files; always the same job."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from api.adapters.fakes import FakeClock, SeededIds
from api.bootstrap import make_deps, migrate, open_service
from api.ports import FileRole, JobState, Organisation, PackageKind, WorkState
from api.settings import Settings
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.intake import Submission, store_body, submit_job
from api.usecases.jobs import batches_of
from api.usecases.packages import upload
from tests.api.usecases.world import ALL, NOTE_BODY, NOTE_TOML, ORG, as_json, note_template, record, sample

if TYPE_CHECKING:
    from pathlib import Path

    from api.bootstrap import Service
    from api.ports import Event, UnitOfWork

FEW, MANY = 90, 300
LONG = "woord " * 1500
ENTRY = '\n[blocks.entry]\ntext = { nl = "Scan de code." }\n'


def settings_of(folder: Path) -> Settings:
    """Small chunks and files, so that there are many moments to be killed at."""
    return Settings(
        data_folder=folder,
        secret_key="the same secret in every run of this test",
        shard_records=16,
        chunk_pieces=16,
        print_file_letters=100,
        lease_s=3,
        sweep_s=0.3,
        resend_after_s=1,
        max_attempts=1000,
        concurrency=2,
        log_level="error",
    )


def records(count: int) -> list[object]:
    """Mostly short letters, some abroad and, of many, some of three pages: two or three batches."""
    abroad = {"name": "A", "street": "Kerkstraat 1", "postcode": "1000", "town": "Brussel", "country": "BE"}
    changes: list[dict[str, object]] = [{} for _ in range(count)]
    for number in range(count):
        if number % 17 == 0:
            changes[number] = {"recipient": abroad}
        elif number % 23 == 0 and count == MANY:
            changes[number] = {"words": LONG}
    return [record(number, **change) for number, change in enumerate(changes)]


def prepare(folder: Path, letters: int) -> str:
    """An organisation, its template and brand, and the submitted job; returns the job's id."""
    settings = settings_of(folder)
    migrate(settings)
    service = open_service(settings)
    try:
        deps = replace(make_deps(service), clock=FakeClock(), ids=SeededIds())
        with deps.database.write() as uow:
            uow.organisations.add(Organisation(ORG, "Stichting Een", deps.clock.now()))
        upload(deps, ORG, PackageKind.BRAND, io.BytesIO(sample("brand", "grachtstad")))
        template = note_template(template_toml=NOTE_TOML + ENTRY, body_nl_md=f"{NOTE_BODY}\n::: entry\n")
        upload(deps, ORG, PackageKind.TEMPLATE, io.BytesIO(template))
        body = store_body(deps, ORG, [as_json(records(letters))])
        wish = Submission("note", "grachtstad", RecordsFormat(RecordsType.JSON), title="Januari")
        return submit_job(deps, ORG, wish, body).id
    finally:
        service.close()


def at_work(service: Service) -> bool:
    """True when a worker has something in hands."""
    with service.database.read() as uow:
        return uow.work.counts()[WorkState.RUNNING] > 0


def state_of(service: Service, job_id: str) -> JobState:
    with service.database.read() as uow:
        return uow.jobs.get(ORG, job_id).state


def outcome(service: Service, job_id: str, letters: int) -> dict[str, bytes]:
    """Every file of the job by name, after a check that no piece is lost and none is there twice."""
    deps = make_deps(service)
    found: dict[str, bytes] = {}
    manifests: list[bytes] = []
    with deps.database.read() as uow:
        job = uow.jobs.get(ORG, job_id)
        batches = batches_of(uow, ORG, job_id)
        pieces = {piece.id for piece in uow.pieces.of_job(ORG, job_id)}
        events = Counter((event.subject_id, event.name) for event in _events(uow))
    for file in [file for batch in batches for file in batch.files]:
        with deps.blobs.open(ORG, file.blob) as stream:
            found[file.name] = stream.read()
        if file.role is FileRole.MANIFEST_CSV:
            manifests.append(found[file.name])
    rows = Counter(row["piece_id"] for text in manifests for row in csv.DictReader(io.StringIO(text.decode())))
    assert rows == dict.fromkeys(pieces, 1)
    assert len(pieces) == letters
    assert job.state is JobState.RELEASED
    assert (job.counts.total, job.counts.valid, job.counts.composed) == (letters, letters, letters)
    assert all(events[batch.id, "batch-released"] == 1 for batch in batches)
    return found


def _events(uow: UnitOfWork) -> list[Event]:
    page = uow.events.list(ORG, ALL)
    found = list(page.items)
    while page.next_after is not None:
        page = uow.events.list(ORG, replace(ALL, after=page.next_after))
        found += page.items
    return found
