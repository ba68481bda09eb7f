"""Ready-made PDFs go the whole way: divided, checked, planned, marked, written, read back, released."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from api.ports import BatchState, FileRole, JobState, ReadBackPolicy
from docgen.readymade import safely
from tests.api.usecases.ready import many, submit_pdf
from tests.api.usecases.room import by_rules, manifest

if TYPE_CHECKING:
    from docgen.readymade.answers import Assembled
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


@pytest.mark.parametrize("digests_too", [True, False])
def test_two_letters_that_changed_places_in_the_file_are_never_released(
    world: World, monkeypatch: pytest.MonkeyPatch, *, digests_too: bool
) -> None:
    by_rules(world, mark_profile="datamatrix")
    world.limit(read_back=ReadBackPolicy.FULL)
    assemble = safely.assemble

    def swapped(sources: Any, envelopes: Any, settings: Any, out: Any) -> Assembled:  # noqa: ANN401 - as it is called
        done = assemble(sources, envelopes[::-1], settings, out)
        told = [
            replace(here, piece_id=said.piece_id, page_digests=(said if digests_too else here).page_digests)
            for here, said in zip(done.letters, done.letters[::-1], strict=True)
        ]
        return replace(done, letters=tuple(told))

    monkeypatch.setattr(safely, "assemble", swapped)
    job = submit_pdf(world, many(2))
    world.run()
    (batch,) = world.batches(job.id)
    assert batch.state is BatchState.BLOCKED
    with world.deps.database.read() as uow:
        (check,) = uow.checks.of_batch(job.organisation_id, batch.id)
    assert {finding.code for finding in check.findings} == {
        "readback-page-differs" if digests_too else "readback-differs"
    }
    assert check.picture is not None
