"""Manifests tell what is on the pages; what must never happen to a print file is a bug, and ends the writing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from api.ports import Chunk, ChunkState
from api.usecases.composers import composer_of
from api.usecases.marking import Marking
from api.usecases.pieces import mail_piece
from api.usecases.printing import Feed, Press, drawn_letters
from api.usecases.products import composed_product
from docgen.drawing.chunks import write_chunk
from docgen.drawing.pages import drawn_letter
from docgen.postal.batch import Batch, batch_key
from tests.api.usecases.world import ORG, record

if TYPE_CHECKING:
    from tests.api.usecases.world import World

LETTER = drawn_letter([b"page"], frozenset())


def chunk(world: World, *piece_ids: str) -> Chunk:
    ref = world.deps.blobs.put(ORG, write_chunk([(piece_id, LETTER) for piece_id in piece_ids]))
    return Chunk("chk_1", ORG, "job_1", "bat_1", 0, 0, len(piece_ids), ChunkState.COMPOSED, ref)


def places_of(world: World, chunks: list[Chunk], stopped: tuple[str, ...] = ()) -> list[int]:
    places = {"a": 0, "b": 1, "c": 2}
    return [place for place, _ in drawn_letters(world.deps, chunks, places, stopped)]


def test_letters_come_in_the_order_of_the_batch(world: World) -> None:
    assert places_of(world, [chunk(world, "a", "b"), chunk(world, "c")]) == [0, 1, 2]


def test_a_stopped_letter_is_left_out_whether_it_was_composed_or_not(world: World) -> None:
    assert places_of(world, [chunk(world, "a", "b", "c")], ("b",)) == [0, 2]
    assert places_of(world, [chunk(world, "a", "c")], ("b",)) == [0, 2]


def test_a_lost_letter_is_a_bug(world: World) -> None:
    with pytest.raises(RuntimeError, match="1 pieces are in no chunk, the first is c"):
        places_of(world, [chunk(world, "a", "b")])


def test_letters_out_of_order_are_a_bug(world: World) -> None:
    with pytest.raises(RuntimeError, match="a is not in postal order"):
        places_of(world, [chunk(world, "b", "a", "c")])


def test_a_letter_that_is_there_twice_is_printed_once(world: World) -> None:
    assert places_of(world, [chunk(world, "a", "b"), chunk(world, "b", "c")]) == [0, 1, 2]


def test_a_chunk_without_result_is_a_bug(world: World) -> None:
    with pytest.raises(RuntimeError, match="chk_1 is not composed"):
        places_of(world, [replace(chunk(world, "a"), result=None)])


def test_an_empty_feed_has_nothing_to_take() -> None:
    feed = Feed([], [])
    assert feed.next is None
    with pytest.raises(RuntimeError, match="no letter left"):
        feed.take()


def test_a_letter_outside_the_plan_is_a_bug(world: World) -> None:
    job = world.released([record(1)])
    (batch,) = world.batches(job.id)
    composer = composer_of(world.deps, job)
    product = composed_product(composer, job)
    piece = mail_piece(world.pieces(job.id)[0], product)
    marking = Marking(job, batch, product, [piece], world.pieces(job.id))
    press = Press(world.deps, job, batch, composer, batch.id, marking)
    with pytest.raises(RuntimeError, match=f"letter 7 of {batch.id} is in no print file"):
        press.print_all(Batch(1, batch_key(piece), ()), Feed([(7, LETTER)], [piece] * 8), ())


def test_the_manifest_has_the_digest_of_what_is_on_each_page(world: World) -> None:
    (batch,) = world.batches(world.released([record(i) for i in range(3)]).id)
    files = world.files(batch)
    (manifest,) = [data.decode() for name, data in files.items() if name.endswith("manifest.csv")]
    for row in csv.DictReader(io.StringIO(manifest)):
        pages: Any = pypdf.PdfReader(io.BytesIO(files[row["file"]])).pages
        first, digests = int(row["first_page"]) - 1, row["page_digests"].split()
        assert len(digests) == int(row["pages"])
        assert digests == [
            sha256(pages[first + at].get_contents().get_data()).hexdigest() for at in range(len(digests))
        ]
