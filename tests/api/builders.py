"""Rows for tests, with everything that a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.ports import (
    ApiKey,
    Batch,
    BlobRef,
    Chunk,
    Mode,
    Organisation,
    Package,
    PackageKind,
    Piece,
    Policy,
    PrintJob,
    Role,
)

if TYPE_CHECKING:
    from api.ports import Database

ORG = "org_one"
OTHER = "org_two"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REF = BlobRef("ab" * 32, 12)


def package(kind: PackageKind, key: str = "house", version: str = "1", organisation: str = ORG) -> Package:
    row_id = f"{kind}_{organisation}_{key}_{version}"
    return Package(row_id, organisation, kind, key, version, REF, f"digest-{version}", NOW)


def api_key(row_id: str = "key_1", organisation: str = ORG) -> ApiKey:
    roles = frozenset({Role.SUBMITTER, Role.PRINT_ROOM})
    return ApiKey(row_id, organisation, f"digest-{row_id}", roles, Mode.LIVE, "tests", NOW)


def job(row_id: str = "job_1", organisation: str = ORG) -> PrintJob:
    return PrintJob(
        id=row_id,
        organisation_id=organisation,
        mode=Mode.LIVE,
        policy=Policy.ALL_OR_NOTHING,
        validate_only=False,
        template_id=f"template_{organisation}_house_1",
        brand_id=f"brand_{organisation}_house_1",
        input=REF,
        media_type="text/csv",
        created_at=NOW,
        cut_off_at=NOW,
        title="January",
    )


def piece(sequence: int, job_id: str = "job_1", organisation: str = ORG) -> Piece:
    return Piece(
        id=f"pce_{job_id}_{sequence:06d}",
        organisation_id=organisation,
        job_id=job_id,
        sequence=sequence,
        record_id=f"record-{sequence}",
        record_index=sequence,
        pages=2,
        sheets=1,
        weight_mg=9_990,
        country="NL",
        language="nl",
        sort_key=f"NL{sequence:06d}",
    )


def batch(number: int = 1, job_id: str = "job_1", organisation: str = ORG) -> Batch:
    group = {"envelope": "c5", "duplex": "yes"}
    row_id = f"bat_{job_id}_{number}"
    return Batch(row_id, organisation, job_id, number, group, 3, 6, 3, 29_970, NOW, state_at=NOW)


def chunk(number: int, batch_id: str = "bat_job_1_1", organisation: str = ORG) -> Chunk:
    return Chunk(f"chk_{batch_id}_{number}", organisation, "job_1", batch_id, number, number * 2, 2)


def two_organisations(database: Database) -> None:
    """Two organisations, each with a brand and a template; the first with a job."""
    with database.write() as uow:
        for organisation in (ORG, OTHER):
            uow.organisations.add(Organisation(organisation, organisation.title(), NOW))
            uow.brands.add(package(PackageKind.BRAND, organisation=organisation))
            uow.templates.add(package(PackageKind.TEMPLATE, organisation=organisation))
        uow.jobs.add(job())
