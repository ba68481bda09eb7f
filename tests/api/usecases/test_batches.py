from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import FileRole, JobState
from api.usecases.batches import find_batch_file, get_batch, list_batches, open_batch_file
from docgen.findings import Refusal
from tests.api.usecases.world import ALL, ORG, OTHER, record

if TYPE_CHECKING:
    from tests.api.usecases.world import World


def test_a_file_is_opened_where_it_is_wanted(world: World) -> None:
    (batch,) = world.batches(world.released([record(1)]).id)
    name = next(file.name for file in batch.files if file.role is FileRole.PRINT)
    with open_batch_file(world.deps, ORG, batch.id, name) as (file, stream):
        assert file.media_type == "application/pdf"
        assert stream.read(5) == b"%PDF-"
        stream.seek(file.blob.size - 6)
        assert stream.read() == b"%%EOF\n"


def test_batches_are_listed_of_a_job_and_of_all(world: World) -> None:
    first, second = world.released([record(1)]), world.released([record(2)])
    assert [batch.job_id for batch in list_batches(world.deps, ORG, ALL, first.id).items] == [first.id]
    assert {batch.job_id for batch in list_batches(world.deps, ORG, ALL).items} == {first.id, second.id}


def test_a_batch_that_is_not_released_gives_no_file(world: World) -> None:
    job = world.submit([record(1)])
    world.run(until=lambda: world.job(job.id).state is JobState.BATCHING)
    with pytest.raises(Refusal) as refused:
        find_batch_file(world.deps, ORG, world.batches(job.id)[0].id, "x.pdf")
    assert refused.value.code == "batch-not-released"


def test_what_is_not_there_is_refused(world: World) -> None:
    (batch,) = world.batches(world.released([record(1)]).id)
    cases = [
        (lambda: find_batch_file(world.deps, ORG, batch.id, "../x"), "batch-file-not-found"),
        (lambda: get_batch(world.deps, OTHER, batch.id), "batch-not-found"),
        (lambda: list_batches(world.deps, OTHER, ALL, batch.job_id), "job-not-found"),
    ]
    for call, code in cases:
        with pytest.raises(Refusal) as refused:
            call()
        assert refused.value.code == code
