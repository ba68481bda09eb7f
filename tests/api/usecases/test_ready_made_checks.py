"""What is wrong with an upload is told with its place and a picture; its job is rejected, and never fails for it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from api.ports import JobState, Mode, Policy
from api.usecases.ready_made.showing import overlay_png, overlays_of
from api.usecases.ready_made.wishes import ZIP, SplitBy, Wishes
from docgen.findings import Refusal
from docgen.readymade import isolation
from docgen.readymade.policy import CoverSheets
from tests.api.usecases.ready import BY_TWO, address, in_the_margin, letter, many, pdf_of, submit_pdf, with_data
from tests.api.usecases.world import ORG, OTHER, zipped

if TYPE_CHECKING:
    from api.ports import PrintJob
    from tests.api.usecases.world import World

ONE_WRONG = pdf_of(letter(1), letter(2, also=in_the_margin), letter(3))


def checked(world: World, body: bytes, wishes: Wishes = BY_TWO, **more: object) -> PrintJob:
    """A job that is only validated."""
    job = submit_pdf(world, body, wishes, validate_only=True, **more)
    world.run()
    return world.job(job.id)


def told(world: World, job: PrintJob) -> list[str]:
    return [finding.code for finding in world.findings(job.id)]


def test_one_wrong_letter_rejects_all_with_a_picture_of_its_page(world: World) -> None:
    job = submit_pdf(world, ONE_WRONG)
    world.run()
    ended = world.job(job.id)
    assert (ended.state, ended.error_code) == (JobState.REJECTED, "records-invalid")
    assert (ended.counts.total, ended.counts.valid, ended.counts.invalid) == (3, 2, 1)
    assert world.pieces(job.id) == ()
    (finding,) = world.findings(job.id)
    assert (finding.code, finding.record_index) == ("pdf-ink-outside-printable", 1)
    assert finding.place == {"page": 3, "record": "2"}
    (overlay,) = overlays_of(world.deps, ORG, job.id)
    assert (overlay.file, overlay.page) == (0, 3)
    assert overlay_png(world.deps, ORG, job.id, 3).startswith(b"\x89PNG")
    with pytest.raises(Refusal, match="overlay-not-found"):
        overlay_png(world.deps, ORG, job.id, 1)
    with pytest.raises(Refusal, match="job-not-found"):
        overlay_png(world.deps, OTHER, job.id, 3)


def test_valid_only_prints_the_others(world: World) -> None:
    job = submit_pdf(world, ONE_WRONG, policy=Policy.VALID_ONLY)
    world.run()
    assert world.job(job.id).state is JobState.RELEASED
    assert [piece.record_id for piece in world.pieces(job.id)] == ["1", "3"]
    (batch,) = world.batches(job.id)
    assert batch.files[0].pages == 4


def test_a_picture_is_kept_as_long_as_its_job(world: World) -> None:
    job = checked(world, ONE_WRONG)
    (overlay,) = overlays_of(world.deps, ORG, job.id)
    with world.deps.database.write() as uow:
        uow.trash.add(ORG, [overlay.blob, job.input], world.deps.clock.now(), shared=True)
    with world.deps.database.write() as uow:
        assert uow.trash.take(world.deps.clock.now()) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"%PDF-1.7 and no more", "pdf-broken"),
        (b"GIF89a", "pdf-not-a-pdf"),
        (pdf_of(letter(1, font="Helvetica")), "pdf-font-not-embedded"),
        (many(3, pages=1), "readymade-split-remainder"),
    ],
)
def test_a_pdf_of_no_use_rejects_the_job(world: World, body: bytes, code: str) -> None:
    job = checked(world, body)
    assert (job.state, job.counts.total) == (JobState.REJECTED, None)
    assert job.error_code == code
    assert code in told(world, job)


@pytest.mark.parametrize(
    ("status", "code"), [(-signal.SIGSEGV, "pdf-broken"), (-signal.SIGKILL, "pdf-too-costly"), (0, "pdf-check-failed")]
)
def test_a_child_that_crashes_or_hangs_rejects_the_job_and_the_worker_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int, code: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(isolation, "_run", lambda *_: status)
        job = checked(world, many(1))
    assert (job.state, job.error_code) == (JobState.REJECTED, code)
    assert checked(world, many(1)).state is JobState.ACCEPTED


def test_a_data_file_gives_references_and_addresses(world: World) -> None:
    rows = "reference;first_page;name;street_and_number;postcode;town\n" + "\n".join(
        [f"K-{number};{2 * number - 1};{';'.join(_cells(number))}" for number in (1, 2, 3)]
    )
    body = pdf_of(*[letter(number, address=()) for number in (1, 2, 3)])
    wishes = with_data(world, rows, split=SplitBy.DATA, cover_sheets=CoverSheets.WHEN_NEEDED)
    job = submit_pdf(world, body, wishes)
    world.run()
    assert world.job(job.id).state is JobState.RELEASED, world.findings(job.id)
    pieces = world.pieces(job.id)
    # a cover sheet, its back and the two pages
    assert [(piece.record_id, piece.pages, piece.sheets) for piece in pieces] == [
        (f"K-{number}", 4, 2) for number in (1, 2, 3)
    ]
    assert [piece.postcode for piece in pieces] == [_cells(number)[2] for number in (1, 2, 3)]


def test_an_address_that_differs_from_the_data_file_is_an_error(world: World) -> None:
    rows = "reference;name;street_and_number;postcode;town\nA;" + ";".join(_cells(2))
    job = checked(world, many(1), with_data(world, rows, cover_sheets=CoverSheets.ALWAYS))
    assert job.state is JobState.REJECTED
    assert told(world, job) == ["readymade-address-differs"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("reference\nA\nB", "readymade-data-count"),
        ("reference\nA\nA", "readymade-data-repeated"),
        ("nothing\nA", "readymade-data-columns"),
    ],
)
def test_a_data_file_of_no_use_rejects_the_job(world: World, rows: str, code: str) -> None:
    job = checked(world, many(1), with_data(world, rows))
    assert (job.state, job.error_code) == (JobState.REJECTED, code)


def test_bookmarks_or_a_text_tell_where_letters_begin(world: World) -> None:
    job = checked(world, many(3), Wishes(split=SplitBy.TEXT, text="Brief"))
    assert (job.state, job.counts.valid, job.counts.sheets) == (JobState.ACCEPTED, 3, 3)
    assert checked(world, many(1), Wishes(split=SplitBy.BOOKMARKS)).error_code == "readymade-split-no-match"


def test_each_pdf_of_a_zip_is_a_letter_and_a_broken_one_a_faulty_letter(world: World) -> None:
    body = zipped({"post/b.pdf": many(1, 1), "post/a.pdf": pdf_of(letter(2)), "post/c.pdf": b"GIF89a"})
    job = submit_pdf(world, body, Wishes(), media_type=ZIP, policy=Policy.VALID_ONLY)
    world.run()
    ended = world.job(job.id)
    assert (ended.state, ended.counts.valid, ended.counts.invalid) == (JobState.RELEASED, 2, 1)
    assert [(piece.record_id, piece.pages) for piece in world.pieces(job.id)] == [("a", 2), ("b", 1)]
    assert [(row.record_index, row.place["record"]) for row in world.findings(job.id)] == [(2, "c")]
    (batch,) = world.batches(job.id)
    assert batch.files[0].pages == 4


def test_rows_and_pdfs_of_a_zip_must_belong_together(world: World) -> None:
    body = zipped({"a.pdf": many(1, 1)})
    wishes = with_data(world, "reference;name\na;Mevrouw 1\nb;Mevrouw 2")
    assert checked(world, body, wishes, media_type=ZIP).error_code == "readymade-data-no-file"
    two = zipped({"a.pdf": many(1, 1), "b.pdf": many(1, 1)})
    wishes = with_data(world, "reference\na")
    assert told(world, checked(world, two, wishes, media_type=ZIP)) == ["readymade-data-no-row"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"PK no zip", "readymade-zip-malformed"),
        (zipped({"a.txt": b""}), "readymade-zip-file-kind"),
        (zipped({"x/a.pdf": b"", "y/A.PDF": b""}), "readymade-zip-duplicate"),
        (zipped({".DS_Store": b""}), "readymade-zip-empty"),
        (zipped({f"{number}.pdf": b"" for number in range(501)}), "readymade-zip-bomb"),
    ],
)
def test_a_zip_of_no_use_rejects_the_job(world: World, body: bytes, code: str) -> None:
    job = checked(world, body, Wishes(), media_type=ZIP)
    assert (job.state, job.error_code) == (JobState.REJECTED, code)


@pytest.mark.parametrize(
    ("wishes", "media_type", "code"),
    [
        (Wishes(envelope="none"), "application/pdf", "envelope-unknown"),
        (Wishes(split=SplitBy.PAGES), "application/pdf", "readymade-split-invalid"),
        (Wishes(split=SplitBy.DATA), "application/pdf", "readymade-split-invalid"),
        (BY_TWO, ZIP, "readymade-split-invalid"),
        (Wishes(split=SplitBy.TEXT, text="(a", is_pattern=True), "application/pdf", "readymade-pattern-invalid"),
        (BY_TWO, "image/png", "media-type-unsupported"),
    ],
)
def test_wishes_that_cannot_be_are_refused(world: World, wishes: Wishes, media_type: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        submit_pdf(world, b"%PDF", wishes, media_type=media_type)


def test_a_test_says_so_in_the_names_of_its_files(world: World) -> None:
    job = submit_pdf(world, many(1), mode=Mode.TEST)
    world.run()
    (batch,) = world.batches(job.id)
    assert all(file.name.startswith("TEST-") for file in batch.files)


def _cells(number: int) -> tuple[str, str, str, str]:
    name, street, town = address(number)
    postcode, _, place = town.partition("  ")
    return name, street, postcode, place
