"""Composed letters between worker and print file: deflated page streams in a container that is read as it comes.

Layout, all numbers big-endian: the magic, then per letter ``>HHH`` (bytes of the piece id, number of pages, bytes of
the resource names) with id and names, and per page ``>I`` with its stream. The end is marked, so that a cut file is
never taken for a short one.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from docgen.drawing.print_file import DrawnLetter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MAGIC = b"DRAWN-1\n"
_HEAD = struct.Struct(">HHH")
_SIZE = struct.Struct(">I")
_END = _HEAD.pack(0, 0, 0)


def write_chunk(letters: Iterable[tuple[str, DrawnLetter]]) -> Iterator[bytes]:
    """The container's bytes; each letter with its piece id, in the order given.

    Raises:
        ValueError: a letter has no piece id; it would be read as the end.
    """
    yield _MAGIC
    for piece_id, letter in letters:
        if not piece_id:
            raise ValueError("a composed letter needs its piece id")
        name, uses = piece_id.encode("ascii"), b" ".join(sorted(letter.uses))
        yield _HEAD.pack(len(name), len(letter.pages), len(uses)) + name + uses
        for page in letter.pages:
            yield _SIZE.pack(len(page)) + page
    yield _END


def read_chunk(stream: BinaryIO) -> Iterator[tuple[str, DrawnLetter]]:
    """Letters with their piece ids.

    Raises:
        ValueError: the container is cut short or is something else.
    """
    if _take(stream, len(_MAGIC)) != _MAGIC:
        raise ValueError("not a container of composed letters")
    while True:
        name_size, page_count, uses_size = _HEAD.unpack(_take(stream, _HEAD.size))
        if not name_size:
            return
        piece_id = _take(stream, name_size).decode("ascii")
        uses = frozenset(_take(stream, uses_size).split())
        pages = tuple(_take(stream, *_SIZE.unpack(_take(stream, _SIZE.size))) for _ in range(page_count))
        yield piece_id, DrawnLetter(pages, uses)


def _take(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("a container of composed letters is cut short")
    return data
