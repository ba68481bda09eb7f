"""Marks in the service: in the files, in the manifest, and read back as an inserter reads them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pypdf
import pytest

from api.ports import BatchState, CheckState, JobState, ReadBackPolicy
from api.usecases import marking
from api.usecases.composers import composer_of
from api.usecases.marking import Marking
from docgen.postal.marks.control import control_code
from docgen.postal.marks.model import Order
from docgen.postal.marks.sheets import mark_envelope
from tests.api.usecases.room import TOGETHER, by_rules, in_order, manifest, reload, to_one_person
from tests.api.usecases.world import ORG, World, record

if TYPE_CHECKING:
    from api.ports import Batch

LONG = "woord " * 1500
CODES = {"omr-quadient", "omr-di425", "datamatrix", "code39", "i2of5", "text"}


@pytest.fixture(autouse=True)
def read_whole(world: World) -> None:
    world.limit(read_back=ReadBackPolicy.FULL, check_pieces=3)


def records() -> list[object]:
    """Of one sheet and of two, and of several letters in an envelope."""
    long = [record(number, words=LONG) for number in (1, 2)]
    return [*long, *(record(number) for number in range(3, 7)), *to_one_person(8, 2), *to_one_person(9, 3)]


def symbols(world: World, batch: Batch) -> int:
    with world.deps.database.read() as uow:
        checks = uow.checks.of_batch(ORG, batch.id)
    assert checks
    assert all(check.state is CheckState.CHECKED and not check.findings for check in checks)
    return sum(check.symbols for check in checks)


@pytest.mark.parametrize("profile", sorted(CODES))
def test_every_mark_of_a_job_is_read_back_before_release(world: World, profile: str) -> None:
    by_rules(world, mark_profile=profile, household=TOGETHER)
    marked = world.released(records())
    by_rules(world, household=TOGETHER)
    plain = world.released(records())
    with_marks = sum(symbols(world, batch) for batch in world.batches(marked.id))
    without = sum(symbols(world, batch) for batch in world.batches(plain.id))
    sheets = sum(piece.sheets for piece in world.pieces(marked.id))
    # a text is looked at as ink and words, a Data Matrix comes with one
    assert with_marks - without >= sheets


@pytest.mark.parametrize("profile", ["datamatrix", "omr-di425"])
def test_what_is_folded_in_z_is_printed_last_sheet_first_and_read_back_so(
    world: World, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    monkeypatch.setattr(marking, "order_of", lambda *_: Order.REVERSE)
    by_rules(world, mark_profile=profile)
    job = world.released([record(1, words=LONG), record(2, words=LONG)])
    (batch,) = world.batches(job.id)
    assert {piece.sheets for piece in in_order(world, batch)} == {2}
    reader = pypdf.PdfReader(io.BytesIO(world.files(batch)[batch.files[0].name]))
    begins = [number for number, page in enumerate(reader.pages) if "Het bedrag" in page.extract_text()]
    assert begins == [2, 6]
    assert symbols(world, batch) >= sum(piece.sheets for piece in in_order(world, batch))


@pytest.mark.parametrize("profile", ["datamatrix", "omr-di425"])
def test_sets_in_reverse_are_where_the_manifest_says(
    world: World, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    monkeypatch.setattr(marking, "order_of", lambda *_: Order.REVERSE)
    by_rules(world, mark_profile=profile, household=TOGETHER)
    long = [each | {"words": LONG} for each in to_one_person(1, 2)]
    job = world.released([*long, *to_one_person(2, 3), *to_one_person(3, 2)])
    for batch in world.batches(job.id):
        assert symbols(world, batch)
        reader = pypdf.PdfReader(io.BytesIO(world.files(batch)[batch.files[0].name]))
        for row in manifest(world, batch):
            first = row["first_page"] - 1
            texts = [page.extract_text() for page in reader.pages[first : first + 2 * row["sheets"]]]
            number = row["record_id"][1]
            assert [f"Mevrouw {number}" in text for text in texts].count(True) == 1
            # its lowest page in the file is the first of its last sheet
            assert "Het bedrag" in texts[-2]


def test_the_manifest_says_what_the_marks_say(world: World) -> None:
    by_rules(world, mark_profile="datamatrix", household=TOGETHER)
    job = world.released(records())
    batches = world.batches(job.id)
    assert len({batch.code for batch in batches}) == len(batches) > 1
    for batch in batches:
        rows = manifest(world, batch)
        for row, piece in zip(rows, in_order(world, batch), strict=True):
            assert piece.envelope is not None
            assert row["control_code"] == control_code(batch.code, piece.envelope)
        numbers = list(dict.fromkeys(row["control_code"] for row in rows))
        assert numbers == [control_code(batch.code, number) for number in range(1, batch.envelopes + 1)]


def test_without_a_profile_there_are_codes_in_the_manifest_and_no_marks(world: World) -> None:
    job = world.released([record(1)])
    (batch,) = world.batches(job.id)
    assert manifest(world, batch)[0]["control_code"] == f"{batch.code}000001"
    composer = composer_of(world.deps, job)
    assert Marking(job, batch, composer, (), in_order(world, batch)).sheets(in_order(world, batch)[0].id) == ()


def test_a_mark_of_another_envelope_blocks_the_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    by_rules(world, mark_profile="datamatrix")
    job = world.submit([record(1), record(2)])
    world.run(until=lambda: world.job(job.id).state is JobState.BATCHING)
    with monkeypatch.context() as patch:
        patch.setattr(
            marking,
            "mark_envelope",
            lambda profile, order, inserted: mark_envelope(profile, order, inserted._replace(sequence=1)),
        )
        while world.batches(job.id)[0].state is BatchState.WRITING:
            world.run_one()
    world.run()
    (batch,) = world.batches(job.id)
    assert reload(world, batch).state is BatchState.BLOCKED
    with world.deps.database.read() as uow:
        findings = [finding.code for check in uow.checks.of_batch(ORG, batch.id) for finding in check.findings]
    assert "readback-differs" in findings
