"""Ready-made PDFs go the whole way: divided, checked, planned, marked, written, read back, released."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pypdf

from api.ports import BatchState, FileRole, JobState, ReadBackPolicy
from tests.api.usecases.ready import many, submit_pdf
from tests.api.usecases.room import by_rules, manifest

if TYPE_CHECKING:
    from tests.api.usecases.world import World


def test_a_pdf_of_many_letters_is_released_with_marks_that_were_read_back(world: World) -> None:
    by_rules(world, mark_profile="datamatrix")
    world.limit(read_back=ReadBackPolicy.FULL, check_pieces=5)
    job = submit_pdf(world, many(12), title="Uitnodigingen")
    world.run()
    ended = world.job(job.id)
    assert ended.state is JobState.RELEASED, (ended, world.findings(job.id), world.batches(job.id))
    (batch,) = world.batches(job.id)
    assert (batch.state, batch.pieces, batch.sheets, batch.envelopes) == (BatchState.RELEASED, 12, 12, 12)
    with world.deps.database.read() as uow:
        checks = uow.checks.of_batch(job.organisation_id, batch.id)
    # of each a KIX, a matrix and a text
    assert [check.symbols for check in checks] == [15, 15, 6]
    (pdf,) = [file for file in batch.files if file.role is FileRole.PRINT]
    pages = pypdf.PdfReader(BytesIO(world.files(batch)[pdf.name])).pages
    assert len(pages) == 24
    rows = manifest(world, batch)
    assert [row["postcode"] for row in rows] == sorted(row["postcode"] for row in rows)
    for row in rows:
        text = pages[row["first_page"] - 1].extract_text()
        assert f"Brief {row['record_id']}" in text
