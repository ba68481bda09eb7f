"""Every sample, in every format: what was accepted is printed, and what was not is reported with its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.ports import JobState, PackageKind, Policy
from api.usecases.formats import read_format
from tests.api.usecases.world import SAMPLES, as_json, sample

if TYPE_CHECKING:
    from tests.api.usecases.world import World

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# file, template, brand, media type; compiling six templates takes a while
SAMPLE_JOBS = [
    ("hard-cases.json", "rent-reminder", "grachtstad", "application/json"),
    ("faulty.json", "rent-reminder", "grachtstad", "application/json"),
]
MORE_JOBS = [
    ("contact-data-request.json", "contact-data-request", "zandeland", "application/json"),
    ("digital-post-consent.json", "digital-post-consent", "zandeland", "application/json"),
    ("rent-reminder.json", "rent-reminder", "grachtstad", "application/json"),
    ("fourteen-day-letter.csv", "fourteen-day-letter", "grachtstad", "text/csv"),
    ("water-meter-reading.csv", "water-meter-reading", "zandeland", "text/csv"),
    ("faulty.csv", "water-meter-reading", "zandeland", "text/csv"),
    ("faulty-cp1252.csv", "water-meter-reading", "zandeland", "text/csv; charset=cp1252"),
    ("service-cost-statement.xlsx", "service-cost-statement", "grachtstad", XLSX),
    ("faulty.xlsx", "service-cost-statement", "grachtstad", XLSX),
]


def body_of(file: str) -> bytes:
    """The file; of the demonstration's thousand, which have a test of their own, the first forty."""
    data = (SAMPLES / "records" / file).read_bytes()
    return as_json(json.loads(data)["records"][:40]) if file == "rent-reminder.json" else data


@pytest.mark.parametrize(
    ("file", "template", "brand", "media_type"),
    [*SAMPLE_JOBS, *(pytest.param(*job, marks=pytest.mark.slow) for job in MORE_JOBS)],
)
def test_samples_are_printed_or_reported(world: World, file: str, template: str, brand: str, media_type: str) -> None:
    world.put(PackageKind.TEMPLATE, template, sample("template", template))
    if brand != "grachtstad":
        world.put(PackageKind.BRAND, brand, sample("brand", brand))
    wish = {"template": template, "brand": brand, "format": read_format(media_type), "policy": Policy.VALID_ONLY}
    job = world.submit(body_of(file), **wish)
    world.run()
    ended, findings = world.job(job.id), world.findings(job.id)
    errors = {finding.record_index for finding in findings if finding.severity == "error"}
    assert len(errors) == ended.counts.invalid
    assert bool(errors) == file.startswith("faulty."), findings
    assert all("pointer" in finding.place or "row" in finding.place for finding in findings)
    assert ended.counts.composed == ended.counts.valid == len(world.pieces(job.id))
    assert ended.state is (JobState.RELEASED if ended.counts.valid else JobState.REJECTED)
