from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.drawing.chunks import (
    OldShelfError,
    chunk_of,
    pack_letter,
    packed_head,
    read_chunk,
    shelf_of,
    take_from_shelf,
    write_chunk,
)
from docgen.drawing.pages import drawn_letter

if TYPE_CHECKING:
    from docgen.drawing.print_file import DrawnLetter

_names = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=20)
_fonts = st.frozensets(st.from_regex(rb"F[0-4](x[0-9])?", fullmatch=True), max_size=5)
_drawn = st.builds(drawn_letter, st.lists(st.binary(max_size=60), max_size=4), _fonts)
_letters = st.lists(st.tuples(_names, _drawn), max_size=6)
_places = st.lists(st.one_of(st.just(b""), st.builds(pack_letter, _names, _drawn)), max_size=6)


@settings(max_examples=30)
@given(_letters)
def test_what_is_written_is_read_back(letters: list[tuple[str, DrawnLetter]]) -> None:
    assert list(read_chunk(BytesIO(b"".join(write_chunk(letters))))) == letters


@settings(max_examples=30)
@given(_letters, st.data())
def test_a_container_that_is_cut_anywhere_is_refused(
    letters: list[tuple[str, DrawnLetter]], data: st.DataObject
) -> None:
    whole = b"".join(write_chunk(letters))
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ValueError, match="composed letters"):
        list(read_chunk(BytesIO(whole[:cut])))


@settings(max_examples=30)
@given(_letters)
def test_the_same_letters_give_the_same_bytes(letters: list[tuple[str, DrawnLetter]]) -> None:
    assert b"".join(write_chunk(letters)) == b"".join(write_chunk(letters))


def test_something_else_is_no_container() -> None:
    with pytest.raises(ValueError, match="not a container"):
        list(read_chunk(BytesIO(b"%PDF-1.6\n")))


def test_a_letter_without_a_piece_id_is_a_bug_and_never_an_early_end() -> None:
    with pytest.raises(ValueError, match="piece id"):
        list(write_chunk([("", drawn_letter([], frozenset())), ("pce_2", drawn_letter([], frozenset()))]))


@settings(max_examples=30)
@given(_letters)
def test_packed_letters_make_the_same_chunk_and_say_whose_they_are(letters: list[tuple[str, DrawnLetter]]) -> None:
    packed = [pack_letter(*letter) for letter in letters]
    assert b"".join(chunk_of(packed)) == b"".join(write_chunk(letters))
    assert [packed_head(each) for each in packed] == [(name, len(drawn.pages)) for name, drawn in letters]


@settings(max_examples=30)
@given(_places, st.data())
def test_any_places_of_a_shelf_are_read_back_in_any_order(packed: list[bytes], data: st.DataObject) -> None:
    shelf = BytesIO(b"".join(shelf_of(packed)))
    wanted = data.draw(st.lists(st.sampled_from(range(len(packed))))) if packed else []
    assert list(take_from_shelf(shelf, wanted)) == [(place, packed[place]) for place in wanted if packed[place]]


@settings(max_examples=30)
@given(_places, st.data())
def test_a_shelf_that_is_cut_anywhere_is_refused_before_a_letter_is_taken(
    packed: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(shelf_of(packed))
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ValueError, match="composed letters"):
        next(take_from_shelf(BytesIO(whole[:cut]), []), None)


@pytest.mark.parametrize("place", [-1, 2])
def test_a_place_that_a_shelf_does_not_have_is_a_bug(place: int) -> None:
    with pytest.raises(IndexError, match="no place"):
        list(take_from_shelf(BytesIO(b"".join(shelf_of([b"", b""]))), [place]))


def test_a_chunk_is_no_shelf_and_a_shelf_no_chunk() -> None:
    with pytest.raises(ValueError, match="not a container"):
        list(take_from_shelf(BytesIO(b"".join(write_chunk([]))), []))
    with pytest.raises(ValueError, match="not a container"):
        list(read_chunk(BytesIO(b"".join(shelf_of([])))))


@settings(max_examples=30)
@given(_letters)
def test_a_chunk_of_version_1_is_read_as_if_it_told_the_digests(letters: list[tuple[str, DrawnLetter]]) -> None:
    old = [b"DRAWN-1\n", *(_of_version_1(*letter) for letter in letters), bytes(6)]
    assert list(read_chunk(BytesIO(b"".join(old)))) == letters


def test_a_shelf_of_version_1_is_known_as_one() -> None:
    with pytest.raises(OldShelfError):
        next(take_from_shelf(BytesIO(b"SHELF-1\n" + bytes(12)), [0]))


def _of_version_1(name: str, drawn: DrawnLetter) -> bytes:
    uses = b" ".join(sorted(drawn.uses))
    pages = b"".join(len(page).to_bytes(4, "big") + page for page in drawn.pages)
    sizes = b"".join(size.to_bytes(2, "big") for size in (len(name), len(drawn.pages), len(uses)))
    return sizes + name.encode("ascii") + uses + pages
