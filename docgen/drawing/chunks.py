"""Composed letters between worker and print file: a chunk that is read as it comes, or a shelf with places.

Both hold packed letters, all numbers big-endian: ``>HHH`` (bytes of the piece id, number of pages, bytes of the
resource names) with id and names, and per page ``>I`` with its deflated stream. So a letter is moved from a shelf to a
chunk without being looked into.

* A chunk is its magic, the letters, and a mark of the end: a cut file is never taken for a short one.
* A shelf has numbered places, of which some may be empty: its magic, ``>I`` places, ``>Q`` for where each begins and
  where the last one ends, which is the end of the file, and the letters.
"""

from __future__ import annotations

import io
import struct
from itertools import accumulate, starmap
from typing import TYPE_CHECKING, BinaryIO

from docgen.drawing.print_file import DrawnLetter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MAGIC = b"DRAWN-1\n"
_SHELF_MAGIC = b"SHELF-1\n"
_HEAD = struct.Struct(">HHH")
_SIZE = struct.Struct(">I")
_OFFSET = struct.Struct(">Q")
_SPAN = struct.Struct(">QQ")
_END = _HEAD.pack(0, 0, 0)


def pack_letter(piece_id: str, letter: DrawnLetter) -> bytes:
    """A letter as it lies in chunks and on shelves.

    Raises:
        ValueError: there is no piece id; the letter would be read as the end.
    """
    if not piece_id:
        raise ValueError("a composed letter needs its piece id")
    name, uses = piece_id.encode("ascii"), b" ".join(sorted(letter.uses))
    parts = [_HEAD.pack(len(name), len(letter.pages), len(uses)), name, uses]
    for page in letter.pages:
        parts += (_SIZE.pack(len(page)), page)
    return b"".join(parts)


def packed_head(packed: bytes) -> tuple[str, int]:
    """Piece id and number of pages of a packed letter."""
    name_size, page_count, _ = _HEAD.unpack_from(packed)
    return packed[_HEAD.size : _HEAD.size + name_size].decode("ascii"), page_count


def chunk_of(packed: Iterable[bytes]) -> Iterator[bytes]:
    """A chunk of packed letters, in the order given."""
    yield _MAGIC
    yield from packed
    yield _END


def write_chunk(letters: Iterable[tuple[str, DrawnLetter]]) -> Iterator[bytes]:
    """The chunk's bytes; each letter with its piece id, in the order given.

    Raises:
        ValueError: a letter has no piece id.
    """
    return chunk_of(starmap(pack_letter, letters))


def read_chunk(stream: BinaryIO) -> Iterator[tuple[str, DrawnLetter]]:
    """Letters with their piece ids.

    Raises:
        ValueError: the container is cut short or is something else.
    """
    _take_magic(stream, _MAGIC)
    while True:
        name_size, page_count, uses_size = _HEAD.unpack(_take(stream, _HEAD.size))
        if not name_size:
            return
        piece_id = _take(stream, name_size).decode("ascii")
        uses = frozenset(_take(stream, uses_size).split())
        pages = tuple(_take(stream, *_SIZE.unpack(_take(stream, _SIZE.size))) for _ in range(page_count))
        yield piece_id, DrawnLetter(pages, uses)


def shelf_of(packed: Sequence[bytes]) -> Iterator[bytes]:
    """A shelf of packed letters by place; an empty place is ``b""``."""
    begin = len(_SHELF_MAGIC) + _SIZE.size + _OFFSET.size * (len(packed) + 1)
    offsets = accumulate(map(len, packed), initial=begin)
    yield _SHELF_MAGIC + _SIZE.pack(len(packed)) + struct.pack(f">{len(packed) + 1}Q", *offsets)
    yield from packed


def take_from_shelf(stream: BinaryIO, places: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Packed letters at these places, each with its place; empty ones are left out. Read upwards it costs least.

    Raises:
        ValueError: the container is cut short or is something else.
        IndexError: it has no such place.
    """
    _take_magic(stream, _SHELF_MAGIC)
    (count,) = _SIZE.unpack(_take(stream, _SIZE.size))
    offsets = _take(stream, _OFFSET.size * (count + 1))
    (end_of_last,) = _OFFSET.unpack_from(offsets, _OFFSET.size * count)
    if stream.seek(0, io.SEEK_END) != end_of_last:
        raise ValueError("a container of composed letters is cut short")
    for place in places:
        if not 0 <= place < count:
            raise IndexError(f"a shelf of {count} composed letters has no place {place}")
        begin, end = _SPAN.unpack_from(offsets, _OFFSET.size * place)
        if end > begin:
            stream.seek(begin)
            yield place, _take(stream, end - begin)


def _take_magic(stream: BinaryIO, magic: bytes) -> None:
    if _take(stream, len(magic)) != magic:
        raise ValueError("not a container of composed letters")


def _take(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("a container of composed letters is cut short")
    return data
