"""Composed letters between worker and print file: a chunk that is read as it comes, or a shelf with places.

Both hold packed letters, all numbers big-endian: ``>HHH`` (bytes of the piece id, number of pages, bytes of the
resource names) with id and names, and per page ``>I32s`` (bytes of its deflated stream, digest of its content) with the
stream. So a letter is moved from a shelf to a chunk without being looked into.

* A chunk is its magic, the letters, and a mark of the end: a cut file is never taken for a short one.
* A shelf has numbered places, of which some may be empty: its magic, ``>I`` places, ``>Q`` for where each begins and
  where the last one ends, which is the end of the file, and the letters.

Containers of version 1, whose pages have no digests, may be there after an upgrade. Chunks can wait for a cut-off, so
those are read; shelves are refused by a name of their own, for what is on them can be composed.
"""

from __future__ import annotations

import io
import struct
from itertools import accumulate, starmap
from typing import TYPE_CHECKING, BinaryIO

from docgen.drawing.pages import content_digest
from docgen.drawing.print_file import DrawnLetter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MAGIC = b"DRAWN-2\n"
_FIRST_MAGIC = b"DRAWN-1\n"
_SHELF_MAGIC = b"SHELF-2\n"
_FIRST_SHELF_MAGIC = b"SHELF-1\n"
_HEAD = struct.Struct(">HHH")
_SIZE = struct.Struct(">I")
_PAGE = struct.Struct(">I32s")
_OFFSET = struct.Struct(">Q")
_SPAN = struct.Struct(">QQ")
_END = _HEAD.pack(0, 0, 0)


class OldShelfError(ValueError):
    """A shelf of an earlier version: whatever is on it is to be composed."""


def pack_letter(piece_id: str, letter: DrawnLetter) -> bytes:
    """A letter as it lies in chunks and on shelves.

    Raises:
        ValueError: there is no piece id; the letter would be read as the end.
    """
    if not piece_id:
        raise ValueError("a composed letter needs its piece id")
    name, uses = piece_id.encode("ascii"), b" ".join(sorted(letter.uses))
    parts = [_HEAD.pack(len(name), len(letter.pages), len(uses)), name, uses]
    for page, digest in zip(letter.pages, letter.digests, strict=True):
        parts += (_PAGE.pack(len(page), bytes.fromhex(digest)), page)
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
    read_page = _read_first_page if _take_magic(stream, _MAGIC, _FIRST_MAGIC) == _FIRST_MAGIC else _read_page
    while True:
        name_size, page_count, uses_size = _HEAD.unpack(_take(stream, _HEAD.size))
        if not name_size:
            return
        piece_id = _take(stream, name_size).decode("ascii")
        uses = frozenset(_take(stream, uses_size).split())
        pages = [read_page(stream) for _ in range(page_count)]
        yield piece_id, DrawnLetter(tuple([page for page, _ in pages]), uses, tuple([digest for _, digest in pages]))


def shelf_of(packed: Sequence[bytes]) -> Iterator[bytes]:
    """A shelf of packed letters by place; an empty place is ``b""``."""
    begin = len(_SHELF_MAGIC) + _SIZE.size + _OFFSET.size * (len(packed) + 1)
    offsets = accumulate(map(len, packed), initial=begin)
    yield _SHELF_MAGIC + _SIZE.pack(len(packed)) + struct.pack(f">{len(packed) + 1}Q", *offsets)
    yield from packed


def take_from_shelf(stream: BinaryIO, places: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Packed letters at these places, each with its place; empty ones are left out. Read upwards it costs least.

    Raises:
        OldShelfError: the shelf is of an earlier version.
        ValueError: the container is cut short or is something else.
        IndexError: it has no such place.
    """
    if _take_magic(stream, _SHELF_MAGIC, _FIRST_SHELF_MAGIC) == _FIRST_SHELF_MAGIC:
        raise OldShelfError("a shelf of composed letters is of an earlier version")
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


def _read_page(stream: BinaryIO) -> tuple[bytes, str]:
    """A page's stream and digest."""
    size, digest = _PAGE.unpack(_take(stream, _PAGE.size))
    return _take(stream, size), digest.hex()


def _read_first_page(stream: BinaryIO) -> tuple[bytes, str]:
    """The same of a chunk of version 1, which does not tell the digest."""
    page = _take(stream, *_SIZE.unpack(_take(stream, _SIZE.size)))
    return page, content_digest(page)


def _take_magic(stream: BinaryIO, *known: bytes) -> bytes:
    """The magic that the container begins with; all that are known are of one size."""
    magic = _take(stream, len(known[0]))
    if magic not in known:
        raise ValueError("not a container of composed letters")
    return magic


def _take(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("a container of composed letters is cut short")
    return data
