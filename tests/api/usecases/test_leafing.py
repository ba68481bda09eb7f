"""Letters of PDFs are leafed through before and after they are sent; faulty ones show what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.ports import JobState, Policy
from api.usecases import looking, sending
from api.usecases.ready_made import leafing
from api.usecases.ready_made.wishes import ZIP, SplitBy, Wishes
from docgen.findings import Refusal
from docgen.qr.token import derive_piece_id
from docgen.readymade import safely
from tests.api.usecases.ready import address, in_the_margin, letter, many, pdf_of, submit_pdf, with_data
from tests.api.usecases.world import ORG, zipped
from tests.docgen.readymade.makers import Sheet, drawn

if TYPE_CHECKING:
    from api.ports import PrintJob
    from docgen.readymade.answers import Look
    from tests.api.usecases.world import World

PNG = b"\x89PNG"


def checked(world: World, body: bytes, **more: object) -> PrintJob:
    job = submit_pdf(world, body, **{"validate_only": True, **more})  # type: ignore[arg-type] # fields of a submission
    world.run()
    return world.job(job.id)


def test_letters_of_a_check_are_shown_as_they_will_be_and_then_as_pieces(world: World) -> None:
    check = checked(world, many(3))
    assert (check.state, world.pieces(check.id)) == (JobState.ACCEPTED, ())
    assert looking.count_records(world.deps, check) == 3
    looked = looking.look_at_record(world.deps, check, 1)
    assert (looked.pages, looked.may_be_printed, looked.findings) == (2, True, ())
    assert looked.raw.values["pages of the PDF"] == "3 to 4"
    assert "Dorpsstraat 2" in str(looked.raw.values["address"])
    first = looking.record_png(world.deps, check, 1, 2, 40)
    assert first.startswith(PNG)
    job = sending.send_checked(world.deps, ORG, check.id, "usr_sam", Policy.ALL_OR_NOTHING)
    world.run()
    job = world.job(job.id)
    assert (job.state, job.wishes) == (JobState.RELEASED, check.wishes)
    assert looking.piece_of(world.deps, job, 1) is not None
    assert looking.record_png(world.deps, job, 1, 2, 40) == first
    assert looking.record_pdf(world.deps, job, 1).startswith(b"%PDF")


def test_letters_are_found_by_number_reference_piece_and_name(world: World) -> None:
    rows = "reference\nLid-7\nLid-8\nLid-9"
    check = checked(world, many(3), wishes=with_data(world, rows, split=SplitBy.PAGES, pages=2))
    piece_id = derive_piece_id(check.id, 2)
    for text, places in (("2", [1]), ("Lid-7", [0]), (piece_id, [2]), ("mevrouw", [0, 1, 2]), ("niemand", [])):
        assert [each.place for each in looking.find_records(world.deps, check, text)] == places, text


def test_a_faulty_letter_shows_its_pages_with_what_is_wrong(world: World) -> None:
    check = checked(world, pdf_of(letter(1), letter(2, also=in_the_margin), letter(3)))
    assert check.state is JobState.REJECTED
    looked = looking.look_at_record(world.deps, check, 1)
    assert [finding.code for finding in looked.findings] == ["pdf-ink-outside-printable"]
    assert (looked.pages, looked.may_be_printed) == (2, False)
    with world.deps.database.read() as uow:
        (overlay,) = uow.overlays.of_job(ORG, check.id)
    with world.deps.blobs.open(ORG, overlay.blob) as stream:
        assert looking.record_png(world.deps, check, 1, 1, 40) == stream.read()
    assert looking.record_png(world.deps, check, 1, 2, 40).startswith(PNG)
    assert leafing.page_png(world.deps, check, 0, 5, 40).startswith(PNG)
    assert looking.record_pdf(world.deps, check, 1).startswith(b"%PDF")


def test_a_file_of_a_zip_that_is_none_is_a_letter_without_a_picture(world: World) -> None:
    body = zipped({"a.pdf": b"no pdf", "b.pdf": drawn([Sheet(address=address(2))])})
    check = checked(world, body, wishes=Wishes(), media_type=ZIP, policy=Policy.VALID_ONLY)
    assert (check.counts.valid, check.counts.invalid) == (1, 1)
    assert looking.first_to_show(world.deps, check) == 1
    looked = looking.look_at_record(world.deps, check, 0)
    assert (looked.pages, looked.may_be_printed, looked.raw.values["record_id"]) == (0, False, "a")
    for page, code in ((1, "page-not-found"), (0, "page-not-found")):
        with pytest.raises(Refusal) as refused:
            looking.record_png(world.deps, check, 0, page, 40)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        looking.record_pdf(world.deps, check, 0)
    assert refused.value.code == "record-without-letter"
    with pytest.raises(Refusal) as refused:
        leafing.page_png(world.deps, check, 0, 1, 40)
    assert refused.value.code == "page-not-drawn"


def test_numbers_that_are_not_there_are_refused(world: World) -> None:
    check = checked(world, many(1))
    with pytest.raises(Refusal, match="no letter 2"):
        looking.record_at(world.deps, check, 1)
    with pytest.raises(Refusal, match="no page 3"):
        looking.record_png(world.deps, check, 0, 3, 40)
    with pytest.raises(Refusal) as refused:
        leafing.page_png(world.deps, check, 0, 900, 40)
    assert refused.value.code == "page-not-drawn"


def test_pdfs_of_no_use_have_no_letters(world: World) -> None:
    check = checked(world, b"%PDF-1.7 nothing")
    assert (check.state, looking.count_records(world.deps, check)) == (JobState.REJECTED, 0)


def test_a_check_with_faulty_letters_is_sent_without_them(world: World) -> None:
    check = checked(world, pdf_of(letter(1), letter(2, also=in_the_margin)))
    with pytest.raises(Refusal) as refused:
        sending.send_checked(world.deps, ORG, check.id, "usr_sam", Policy.ALL_OR_NOTHING)
    assert refused.value.code == "check-has-faults"
    job = sending.send_checked(world.deps, ORG, check.id, "usr_sam", Policy.VALID_ONLY)
    world.run()
    assert [piece.record_id for piece in world.pieces(job.id)] == ["1"]


def test_who_looks_sees_how_many_letters_were_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.usecases.ready_made.validating._PAGES_AT_ONCE", 4)
    monkeypatch.setattr("api.usecases.ready_made.validating._LETTERS_BETWEEN_TELLING", 2)
    seen: list[tuple[int, int | None]] = []
    look = safely.look

    def looking_on(*args: Any) -> Look:  # noqa: ANN401 - as it is called
        counts = world.job(job.id).counts
        seen.append((counts.valid, counts.total))
        return look(*args)

    monkeypatch.setattr("docgen.readymade.safely.look", looking_on)
    job = submit_pdf(world, many(6), validate_only=True)
    world.run()
    assert seen == [(0, None), (2, 6), (4, 6)]
    assert world.job(job.id).counts.valid == 6


def test_of_a_zip_each_pdf_is_inspected_and_looked_at_in_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.usecases.ready_made.validating._LETTERS_BETWEEN_TELLING", 1)
    seen: list[tuple[int, int, int | None]] = []
    look = safely.look

    def looking_on(*args: Any) -> Look:  # noqa: ANN401 - as it is called
        counts = world.job(job.id).counts
        seen.append((counts.valid, counts.invalid, counts.total))
        return look(*args)

    monkeypatch.setattr("docgen.readymade.safely.look", looking_on)
    files = {f"{number}.pdf": drawn([Sheet(address=address(number))]) for number in range(1, 4)}
    body = zipped({"0.pdf": b"no pdf"} | files)
    job = submit_pdf(world, body, Wishes(), media_type=ZIP, validate_only=True)
    world.run()
    assert seen == [(0, 1, 4), (1, 1, 4), (2, 1, 4)]
    assert (world.job(job.id).counts.valid, world.job(job.id).counts.invalid) == (3, 1)
