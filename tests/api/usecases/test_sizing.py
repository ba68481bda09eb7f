"""The size of a print file is bounded before it is written, and the limit holds with every kind of mark."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.usecases.sizing import FileSize, cost_of
from docgen.drawing.print_file import (
    DrawnEnvelope,
    DrawnLetter,
    DrawnMarks,
    EnvelopePart,
    FileInfo,
    PrintFileWriter,
    Resources,
)
from docgen.postal.marks.profiles import builtin
from tests.api.usecases.room import TOGETHER, by_rules, manifest, to_one_person
from tests.api.usecases.world import World, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Batch

INFO = FileInfo("a file", datetime(2026, 1, 1, tzinfo=UTC), parts=True)
PIECE = "pce_00000000000000000000000000"
LONG = "woord " * 1500
# what the bounds may be too much by, for each page
LOOSE_BYTES = 250


def envelope(letters: Sequence[Sequence[int]], mark_bytes: int, *, duplex: bool) -> DrawnEnvelope:
    """Letters with pages of so many bytes, and a mark on each front."""
    drawn = [DrawnLetter(tuple(b"x" * size for size in pages), frozenset(), ("",) * len(pages)) for pages in letters]
    pages = sum(len(each) + (len(each) % 2 if duplex else 0) for each in letters)
    marked = [b"m" * mark_bytes if not duplex or page % 2 == 0 else b"" for page in range(pages)]
    part = EnvelopePart((PIECE,) * len(letters), PIECE, "7H3K9Q000012", pages, 9999, 9999)
    return DrawnEnvelope(tuple(drawn), DrawnMarks(tuple(marked)) if mark_bytes else None, part=part)


ENVELOPES = st.lists(
    st.tuples(
        st.lists(st.lists(st.integers(1, 3000), min_size=1, max_size=5), min_size=1, max_size=3), st.integers(0, 900)
    ),
    min_size=1,
    max_size=40,
)


@given(ENVELOPES, st.booleans())
def test_a_closed_file_is_never_larger_than_was_said_and_hardly_smaller(
    said: list[tuple[list[list[int]], int]],
    duplex: bool,  # noqa: FBT001 - drawn by the strategy
) -> None:
    writer = PrintFileWriter(io.BytesIO(), Resources({}), INFO, None, duplex=duplex)
    size = FileSize(Resources({}), INFO, None, duplex, {})
    bound = 0
    for letters, mark_bytes in said:
        each = envelope(letters, mark_bytes, duplex=duplex)
        bound = size.with_one_more(writer.size, each)
        size.add(each)
        writer.add_envelope(each)
    written = writer.close()
    assert written.size <= bound <= written.size + 2_000 + LOOSE_BYTES * written.pages


def test_numbers_of_seven_digits_are_within_the_bounds() -> None:
    each = envelope([[10, 10], [10]], 10, duplex=True)
    writer = PrintFileWriter(io.BytesIO(), Resources({}), INFO, None, duplex=True)
    # so many objects are reserved before
    writer._offsets.extend([0] * 9_000_000)
    before = writer.size
    writer.add_envelope(each)
    assert writer.size - before <= cost_of(each, duplex=True).now


def printed(world: World, profile: str, limit: int) -> list[tuple[int, int]]:
    """Bytes and envelopes of each print file."""
    world.limit(file_bytes=limit)
    by_rules(world, mark_profile=profile, household=TOGETHER)
    long = [record(number, words=LONG) for number in range(2)]
    job = world.released([*long, *(record(number) for number in range(2, 12)), *to_one_person(20, 3)])
    return [file for batch in world.batches(job.id) for file in files_of(world, batch)]


def files_of(world: World, batch: Batch) -> list[tuple[int, int]]:
    rows = manifest(world, batch)
    inside = {name: {row["set_id"] for row in rows if row["file"] == name} for name in {row["file"] for row in rows}}
    return [(file.blob.size, len(inside[file.name])) for file in batch.files if file.name in inside]


@pytest.mark.parametrize("profile", sorted(builtin()))
def test_no_file_is_over_the_limit_but_one_of_a_single_envelope(world: World, profile: str) -> None:
    smallest = min(size for size, _ in printed(world, profile, 1))
    limit = smallest + 20_000
    files = printed(world, profile, limit)
    assert any(envelopes > 1 for _, envelopes in files)
    assert len(files) > 1
    assert all(size <= limit or envelopes == 1 for size, envelopes in files)
