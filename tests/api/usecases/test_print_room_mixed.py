"""Two thousand letters of every sample, duplex and simplex, alone and in sets, with marks: each symbol reads back."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest

from api.ports import BatchFile, BatchState, CheckState, JobState, PackageKind, Policy, ReadBackPolicy
from api.usecases import reading_back
from api.usecases.formats import read_format
from docgen.records.letter_json import read_letter
from tests.api.usecases.room import TOGETHER, by_rules, reload
from tests.api.usecases.test_samples import XLSX
from tests.api.usecases.world import ALL, ORG, SAMPLES, as_json, sample, sample_records, unzipped, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.ports import Batch, PrintJob
    from tests.api.usecases.world import World

JSON = "application/json"
LETTERS = 2_000
CODED = {"datamatrix", "omr-di425", "omr-quadient", "code39", "i2of5"}


def simplex(template: str) -> bytes:
    """A sample template that prints on one side."""
    files = unzipped(sample("template", template))
    files["template.toml"] = files["template.toml"].replace(b"duplex = true", b"duplex = false")
    return zipped(files)


def demonstration(count: int, twice: int) -> bytes:
    """Records of the demonstration; some people get two letters."""
    records = sample_records("rent-reminder")[:count]
    more = [each | {"record_id": f"{each['record_id']}-2"} for each in records[:: count // twice][:twice]]
    return as_json([*records, *more])


def file(name: str) -> bytes:
    return (SAMPLES / "records" / name).read_bytes()


def jobs(scale: int) -> list[tuple[str, bool, str, str, bytes, str]]:
    """Template, whether it is simplex, brand, marks, records, their type; large jobs divided by ``scale``."""
    return [
        ("rent-reminder", False, "grachtstad", "datamatrix", demonstration(1_000 // scale, 50 // scale), JSON),
        ("rent-reminder", True, "grachtstad", "omr-di425", demonstration(610 // scale, 34 // scale), JSON),
        ("rent-reminder", False, "grachtstad", "omr-quadient", file("hard-cases.json"), JSON),
        ("water-meter-reading", True, "zandeland", "code39", file("water-meter-reading.csv"), "text/csv"),
        ("service-cost-statement", False, "grachtstad", "datamatrix", file("service-cost-statement.xlsx"), XLSX),
        ("fourteen-day-letter", False, "grachtstad", "i2of5", file("fourteen-day-letter.csv"), "text/csv"),
        ("contact-data-request", False, "zandeland", "datamatrix", file("contact-data-request.json"), JSON),
        ("digital-post-consent", False, "zandeland", "text", file("digital-post-consent.json"), JSON),
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scale", [32, *(pytest.param(each, marks=pytest.mark.long) for each in (8, 1))])
def test_every_mark_and_code_of_mixed_letters_reads_back(world: World, scale: int) -> None:
    world.limit(read_back=ReadBackPolicy.FULL, chunk_pieces=250)
    world.put(PackageKind.BRAND, "zandeland", sample("brand", "zandeland"))
    letters = sets = 0
    for template, one_sided, brand, marks, body, media in jobs(scale):
        key = _template(world, template, one_sided=one_sided)
        by_rules(world, mark_profile=marks, household=TOGETHER)
        wish: dict[str, Any] = {"template": key, "brand": brand, "format": read_format(media)}
        job = world.submit(body, policy=Policy.VALID_ONLY, **wish)
        world.run()
        assert world.job(job.id).state is JobState.RELEASED, world.findings(job.id)
        letters += _all_read(world, job, marks)
        sets += len(world.pieces(job.id)) - len({piece.set_id for piece in world.pieces(job.id)})
    assert letters >= LETTERS // scale
    assert sets >= 50 // scale


def _template(world: World, template: str, *, one_sided: bool) -> str:
    if not one_sided:
        with world.deps.database.read() as uow:
            known = {each.key for each in uow.templates.list(ORG, ALL).items}
        if template not in known:
            world.put(PackageKind.TEMPLATE, template, sample("template", template))
        return template
    world.put(PackageKind.TEMPLATE, f"{template}-simplex", simplex(template))
    return f"{template}-simplex"


def _all_read(world: World, job: PrintJob, marks: str) -> int:
    """How many letters were read back without a difference."""
    pieces = world.pieces(job.id)
    with world.deps.database.read() as uow:
        checks = [check for batch in world.batches(job.id) for check in uow.checks.of_batch(ORG, batch.id)]
    assert all(check.state is CheckState.CHECKED and not check.findings for check in checks)
    symbols = sum(check.symbols for check in checks)
    marked = sum(piece.sheets for piece in pieces) if marks in CODED else 0
    assert symbols >= marked + sum(piece.kix is not None for piece in pieces)
    assert sum(check.count for check in checks) == len(pieces)
    return len(pieces)


def swapped(pdf: pikepdf.Pdf) -> None:
    """The fronts of two letters change places."""
    first, third = pdf.pages[0].obj.Contents, pdf.pages[2].obj.Contents
    pdf.pages[0].obj.Contents, pdf.pages[2].obj.Contents = third, first


def missing(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[1]


def shifted(pdf: pikepdf.Pdf) -> None:
    """All of the first page four millimetres to the right."""
    page = pdf.pages[0]
    page.contents_add(b"q 1 0 0 1 11.34 0 cm", prepend=True)
    page.contents_add(b"Q", prepend=False)


@pytest.mark.parametrize("spoil", [swapped, missing, shifted])
def test_a_file_that_was_spoiled_is_not_released(world: World, spoil: Callable[[pikepdf.Pdf], None]) -> None:
    batch = _checking(world)
    (print_file, *papers) = batch.files
    with pikepdf.open(io.BytesIO(world.files(batch)[print_file.name])) as pdf:
        spoil(pdf)
        out = io.BytesIO()
        pdf.save(out)
    ref = world.deps.blobs.put(ORG, [out.getvalue()])
    changed = BatchFile(
        print_file.role, print_file.number, print_file.name, print_file.media_type, ref, print_file.pages
    )
    with world.deps.database.write() as uow:
        uow.batches.set_files(ORG, batch.id, [changed, *papers])
    _is_blocked(world, batch)


def test_a_wrong_amount_in_a_code_is_not_released(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = _checking(world)
    # the record said a cent more than what was printed
    monkeypatch.setattr(
        reading_back,
        "read_letter",
        lambda data: read_letter(re.sub(rb'"c(\d+)"', lambda amount: b'"c%d"' % (int(amount[1]) + 1), data)),
    )
    _is_blocked(world, batch)


def _checking(world: World) -> Batch:
    """Files that are written and not yet read back."""
    world.limit(read_back=ReadBackPolicy.FULL)
    by_rules(world, mark_profile="datamatrix")
    world.put(PackageKind.TEMPLATE, "rent-reminder", sample("template", "rent-reminder"))
    job = world.submit(sample_records("rent-reminder")[:6], template="rent-reminder")
    world.run(until=lambda: any(batch.state is BatchState.CHECKING for batch in world.batches(job.id)))
    return next(batch for batch in world.batches(job.id) if batch.state is BatchState.CHECKING)


def _is_blocked(world: World, batch: Batch) -> None:
    world.run()
    assert reload(world, batch).state is BatchState.BLOCKED
    with world.deps.database.read() as uow:
        checks = uow.checks.of_batch(ORG, batch.id)
    assert any(check.findings for check in checks)
