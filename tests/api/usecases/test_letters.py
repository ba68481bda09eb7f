from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pypdf
import pytest
from PIL import Image

from api.ports import PackageKind
from api.usecases.composers import composer_of
from api.usecases.letters import letter_pdf, letter_png
from docgen.findings import Refusal
from docgen.qr.entry_code import derive_code, format_code
from tests.api.usecases.world import ORG, OTHER, SECRET, record, sample, sample_records

if TYPE_CHECKING:
    from tests.api.usecases.world import World

LONG = "woord " * 1500


def piece_ids(world: World, *records: object, **wish: object) -> list[str]:
    job = world.submit(list(records), **wish)
    world.run_one()
    return [piece.id for piece in world.pieces(job.id)]


def test_a_letter_can_be_had_as_soon_as_the_job_is_accepted(world: World) -> None:
    short, long = piece_ids(world, record(1), record(2, words=LONG))
    assert len(pypdf.PdfReader(io.BytesIO(letter_pdf(world.deps, ORG, short))).pages) == 1
    reader = pypdf.PdfReader(io.BytesIO(letter_pdf(world.deps, ORG, long)))
    assert len(reader.pages) == 3
    assert "Mevrouw 2" in reader.pages[0].extract_text()


def test_a_letter_is_the_same_bytes_each_time(world: World) -> None:
    (piece_id,) = piece_ids(world, record(1))
    assert letter_pdf(world.deps, ORG, piece_id) == letter_pdf(world.deps, ORG, piece_id)


def test_the_way_in_is_made_from_the_piece_and_the_secret(world: World) -> None:
    name = "contact-data-request"
    world.put(PackageKind.TEMPLATE, name, sample("template", name))
    (piece_id,) = piece_ids(world, sample_records(name)[0], template=name)
    text = pypdf.PdfReader(io.BytesIO(letter_pdf(world.deps, ORG, piece_id))).pages[0].extract_text()
    assert format_code(derive_code(SECRET, piece_id)) in text


def test_a_page_is_a_picture_of_the_size_asked_for(world: World) -> None:
    (piece_id,) = piece_ids(world, record(2, words=LONG))
    picture = Image.open(io.BytesIO(letter_png(world.deps, ORG, piece_id, 3, 72)))
    assert (picture.format, picture.size) == ("PNG", (596, 842))


@pytest.mark.parametrize(
    ("page", "dpi", "code"),
    [(0, 100, "page-not-found"), (2, 100, "page-not-found"), (1, 35, "dpi-invalid"), (1, 301, "dpi-invalid")],
)
def test_a_picture_that_cannot_be_made_is_refused(world: World, page: int, dpi: int, code: str) -> None:
    (piece_id,) = piece_ids(world, record(1))
    with pytest.raises(Refusal) as refused:
        letter_png(world.deps, ORG, piece_id, page, dpi)
    assert refused.value.code == code


def test_a_letter_whose_values_were_deleted_is_gone(world: World) -> None:
    job = world.submit([record(1)])
    world.run_one()
    (piece,) = world.pieces(job.id)
    with world.deps.database.write() as uow:
        uow.pieces.delete_values(ORG, job.id)
    with pytest.raises(Refusal) as refused:
        letter_pdf(world.deps, ORG, piece.id)
    assert refused.value.code == "letter-deleted"


def test_another_organisations_letter_is_not_there(world: World) -> None:
    (piece_id,) = piece_ids(world, record(1))
    with pytest.raises(Refusal) as refused:
        letter_pdf(world.deps, OTHER, piece_id)
    assert refused.value.code == "piece-not-found"


def test_a_composer_is_made_once_and_only_a_few_are_kept(world: World) -> None:
    job = world.submit([record(1)])
    first = composer_of(world.deps, job)
    assert composer_of(world.deps, job) is first
    names = ("rent-reminder", "fourteen-day-letter", "contact-data-request", "digital-post-consent")
    for name in names:
        world.put(PackageKind.TEMPLATE, name, sample("template", name))
        composer_of(world.deps, world.submit([record(1)], template=name))
    assert composer_of(world.deps, job) is not first
