from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pypdf
import pytest
from PIL import Image

from api.ports import BatchState, FileRole, JobState, Mode, PieceState, Retryable
from api.usecases import writing
from api.usecases.jobs import cancel_job
from api.usecases.letters import letter_pdf
from api.usecases.stopping import stop_piece
from api.usecases.trash import KEPT, empty_trash
from docgen.postal.manifest import schema
from tests.api.usecases.world import ORG, record

if TYPE_CHECKING:
    from api.adapters.fakes import FakeClock
    from api.ports import Batch, PrintJob
    from tests.api.usecases.world import World

LONG = "woord " * 1500


def composed(world: World, *records: object, **wish: object) -> PrintJob:
    job = world.submit(list(records), **wish)
    world.run(until=lambda: world.job(job.id).state is JobState.BATCHING)
    return world.job(job.id)


def rows(world: World, batch: Batch) -> list[dict[str, str]]:
    (text,) = [data for name, data in world.files(batch).items() if name.endswith("manifest.csv")]
    return list(csv.DictReader(io.StringIO(text.decode())))


def pdfs(world: World, batch: Batch) -> dict[str, pypdf.PdfReader]:
    return {
        file.name: pypdf.PdfReader(io.BytesIO(world.files(batch)[file.name]))
        for file in batch.files
        if file.role is FileRole.PRINT
    }


def test_a_released_batch_has_its_files_and_the_job_is_released(world: World) -> None:
    job = world.released([record(i) for i in range(10)], title="Januari")
    (batch,) = world.batches(job.id)
    assert batch.state is BatchState.RELEASED
    assert batch.released_at is not None
    papers = [FileRole.MANIFEST_CSV, FileRole.MANIFEST_JSON, FileRole.JOB_TICKET, FileRole.CONTACT_SHEET]
    assert [file.role for file in batch.files] == [FileRole.PRINT, *papers]
    assert {piece.state for piece in world.pieces(job.id)} == {PieceState.PRINTED_READY}
    assert not world.run_one()


def test_print_files_and_papers_are_what_they_say(slow_world: World) -> None:
    job = slow_world.released([record(i) for i in range(3)], title="Januari")
    (batch,) = slow_world.batches(job.id)
    files = slow_world.files(batch)
    by_role = {file.role: files[file.name] for file in batch.files}
    print_file = pypdf.PdfReader(io.BytesIO(by_role[FileRole.PRINT]))
    (intent,) = print_file.root_object["/OutputIntents"]
    assert intent["/OutputConditionIdentifier"] == "FOGRA39"
    ticket = pypdf.PdfReader(io.BytesIO(by_role[FileRole.JOB_TICKET])).pages[0].extract_text()
    assert "Batch 1: Januari" in ticket
    assert f"{batch.id}-01.pdf" in ticket.replace("\n", "")
    picture = Image.open(io.BytesIO(by_role[FileRole.CONTACT_SHEET]))
    assert picture.format == "PNG"


def test_the_manifest_says_where_each_letter_is(world: World) -> None:
    world.limit(chunk_pieces=4, file_letters=4)
    job = world.released([record(i, **({"words": LONG} if i == 5 else {})) for i in range(10)])
    for batch in world.batches(job.id):
        readers = pdfs(world, batch)
        for row in rows(world, batch):
            first = int(row["first_page"]) - 1
            text = readers[row["file"]].pages[first].extract_text()
            assert f"Mevrouw {row['record_id'][1:]}" in text
        for name, reader in readers.items():
            letters = [row for row in rows(world, batch) if row["file"] == name]
            assert len(reader.pages) == sum(int(row["sheets"]) * 2 for row in letters)


def test_each_letter_is_in_one_file_once(world: World) -> None:
    world.limit(chunk_pieces=3, file_letters=4)
    job = world.released([record(i) for i in range(10)])
    (batch,) = world.batches(job.id)
    assert [row["piece_id"] for row in rows(world, batch)] == [
        piece.id for piece in sorted(world.pieces(job.id), key=lambda piece: piece.batch_position or 0)
    ]
    assert [row["file"][-6:] for row in rows(world, batch)] == ["01.pdf"] * 4 + ["02.pdf"] * 4 + ["03.pdf"] * 2


@pytest.mark.parametrize(("limits", "files"), [({"file_pages": 5}, 5), ({"file_bytes": 1}, 10)])
def test_a_file_ends_at_the_limit_of_pages_or_bytes(world: World, limits: dict[str, Any], files: int) -> None:
    world.limit(chunk_pieces=4, **limits)
    (batch,) = world.batches(world.released([record(i) for i in range(10)]).id)
    assert sum(file.role is FileRole.PRINT for file in batch.files) == files
    assert {row["file"] for row in rows(world, batch)} == set(pdfs(world, batch))


def test_the_json_manifest_fits_its_schema_and_the_other_one(world: World) -> None:
    (batch,) = world.batches(world.released([record(i) for i in range(3)]).id)
    (text,) = [data for name, data in world.files(batch).items() if name.endswith("manifest.json")]
    manifest = json.loads(text)
    jsonschema.validate(manifest, schema())
    assert [row["piece_id"] for row in manifest["rows"]] == [row["piece_id"] for row in rows(world, batch)]
    assert all(row["kix"].startswith(row["postcode"].replace(" ", "")) for row in manifest["rows"])
    assert manifest["totals"]["letters"] == 3
    assert "Mevrouw" not in text.decode()


def test_the_same_job_gives_the_same_bytes_whatever_the_chunks(world: World) -> None:
    job = composed(world, *(record(i) for i in range(9)))
    with world.deps.database.read() as uow:
        before = {chunk.result for chunk in uow.chunks.of_batch(ORG, world.batches(job.id)[0].id)}
    assert len(before) == 3
    world.run()
    files = world.files(world.batches(job.id)[0])
    with world.deps.database.write() as uow:
        assert uow.outbox.again(ORG, "write_batch", world.batches(job.id)[0].id)
    world.run()
    assert world.files(world.batches(job.id)[0]) == files


def test_pages_are_those_of_the_single_letter(world: World) -> None:
    job = world.released([record(i) for i in range(2)])
    (reader,) = pdfs(world, world.batches(job.id)[0]).values()
    for row in rows(world, world.batches(job.id)[0]):
        single = pypdf.PdfReader(io.BytesIO(letter_pdf(world.deps, ORG, row["piece_id"])))
        page = reader.pages[int(row["first_page"]) - 1]
        assert single.pages[0].get_contents().get_data() == page.get_contents().get_data()  # type: ignore[union-attr] # every page has contents


def test_a_piece_stopped_after_composing_is_left_out_and_keeps_its_reason(world: World) -> None:
    job = composed(world, *(record(i) for i in range(5)))
    stopped = world.pieces(job.id)[2]
    stop_piece(world.deps, ORG, stopped.id, "overleden")
    world.run()
    (batch,) = world.batches(job.id)
    reasons = {row["piece_id"]: (row["stop_reason"], row["file"]) for row in rows(world, batch)}
    assert reasons.pop(stopped.id) == ("overleden", "")
    assert all(reason == "" and file for reason, file in reasons.values())
    (reader,) = pdfs(world, batch).values()
    assert len(reader.pages) == 8
    assert not any("Mevrouw 2" in page.extract_text() for page in reader.pages)


def test_a_batch_of_only_stopped_pieces_has_a_manifest_and_no_print_file(world: World) -> None:
    job = composed(world, record(1), record(2))
    for piece in world.pieces(job.id):
        stop_piece(world.deps, ORG, piece.id, "ingetrokken")
    world.run()
    (batch,) = world.batches(job.id)
    assert batch.state is BatchState.RELEASED
    assert [file.role for file in batch.files] == [FileRole.MANIFEST_CSV, FileRole.MANIFEST_JSON, FileRole.JOB_TICKET]


def test_a_piece_stopped_while_the_files_are_written_is_not_in_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = composed(world, *(record(i) for i in range(3)))
    stopped = world.pieces(job.id)[1]
    finish = writing._finish

    def late(*given: Any) -> None:  # noqa: ANN401 - those of _finish
        stop_piece(world.deps, ORG, stopped.id, "betaald")
        finish(*given)

    monkeypatch.setattr(writing, "_finish", late)
    world.run()
    (batch,) = world.batches(job.id)
    assert [row["stop_reason"] for row in rows(world, batch) if row["piece_id"] == stopped.id] == ["betaald"]
    (reader,) = pdfs(world, batch).values()
    assert len(reader.pages) == 4


@pytest.mark.parametrize("state", [JobState.CANCELLED, JobState.FAILED])
def test_a_job_that_stopped_while_its_files_were_written_releases_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, state: JobState
) -> None:
    job = composed(world, record(1))
    finish = writing._finish

    def late(*given: Any) -> None:  # noqa: ANN401 - those of _finish
        with world.deps.database.write() as uow:
            uow.jobs.set_state(ORG, job.id, state, world.deps.clock.now())
        finish(*given)

    monkeypatch.setattr(writing, "_finish", late)
    world.run()
    (batch,) = world.batches(job.id)
    assert (batch.state, batch.files) == (BatchState.WRITING, ())
    assert world.pieces(job.id)[0].state is PieceState.COMPOSED


def test_files_are_written_at_the_cut_off_and_not_before(world: World, clock: FakeClock) -> None:
    job = composed(world, record(1), cut_off_at=clock.now() + timedelta(hours=1))
    assert not world.run_one()
    clock.advance(3600)
    world.run()
    assert world.job(job.id).state is JobState.RELEASED


def test_files_of_a_test_say_so(world: World) -> None:
    (batch,) = world.batches(world.released([record(1)], mode=Mode.TEST).id)
    assert batch.mode is Mode.TEST
    assert all(file.name.startswith("TEST-") for file in batch.files)
    (reader,) = pdfs(world, batch).values()
    assert (reader.metadata or {})["/Title"].startswith("TEST-")


def test_a_store_that_is_away_for_a_while_does_no_harm(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = composed(world, record(1))
    monkeypatch.setattr(writing, "papers_of", lambda *_: (_ for _ in ()).throw(Retryable("blobs-unavailable", "away")))
    world.run()
    assert world.job(job.id).state is JobState.BATCHING
    monkeypatch.undo()
    clock.advance(600)
    world.run()
    assert world.job(job.id).state is JobState.RELEASED


def test_several_batches_release_the_job_with_the_last(world: World) -> None:
    job = composed(world, record(1), record(2, words=LONG))
    # files are written before the next chunk is composed
    assert [batch.state for batch in world.batches(job.id)] == [BatchState.RELEASED, BatchState.WRITING]
    assert world.job(job.id).state is JobState.BATCHING
    world.run_one()
    assert world.job(job.id).state is JobState.RELEASED


def test_nothing_in_a_file_names_the_service(world: World) -> None:
    (batch,) = world.batches(world.released([record(1)]).id)
    for name, data in world.files(batch).items():
        assert b"posthoorn" not in data.lower(), name


def test_composed_pages_are_removed_after_release_and_files_stay(world: World, clock: FakeClock) -> None:
    job = world.released([record(i) for i in range(6)])
    with world.deps.database.read() as uow:
        results = [chunk.result for batch in world.batches(job.id) for chunk in uow.chunks.of_batch(ORG, batch.id)]
    clock.advance(KEPT.total_seconds())
    assert empty_trash(world.deps) == len(results) == 2
    assert not any(result is not None and world.deps.blobs.exists(ORG, result) for result in results)
    assert all(world.files(batch) for batch in world.batches(job.id))
    assert world.deps.blobs.exists(ORG, job.input)


def test_composed_pages_of_a_cancelled_job_are_removed(world: World, clock: FakeClock) -> None:
    job = world.submit([record(i) for i in range(6)])
    world.run(until=lambda: world.job(job.id).counts.composed == 4)
    cancel_job(world.deps, ORG, job.id)
    clock.advance(KEPT.total_seconds())
    assert empty_trash(world.deps) == 1
