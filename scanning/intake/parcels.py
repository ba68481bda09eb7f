"""What a child hands to its parent: a JSON value and grey pictures. Nothing in it is ever executed or unpickled.

On the wire: the lengths of head and pictures (two unsigned 64-bit numbers, big-endian), the head in JSON, then the
bytes of the pictures one after the other. The head has the JSON value, the page, and height and width of each picture.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import socket

    from scanning.page import GreyImage

_LENGTHS = struct.Struct(">QQ")
_MOST_HEAD_BYTES = 16_000_000
_MOST_PICTURES = 10_000


class BadParcelError(Exception):
    """What came is no parcel, or is larger than one may be."""


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """``value`` is what ``json`` can write; ``page`` is the page it is about, when it is about one."""

    value: Any
    pictures: tuple[GreyImage, ...] = ()
    page: int | None = None


def send_parcel(line: socket.socket, parcel: Parcel) -> None:
    """Send a parcel; waits as long as the other side does not read."""
    shapes = [picture.shape for picture in parcel.pictures]
    head = json.dumps([parcel.value, parcel.page, shapes]).encode("utf-8")
    line.sendall(_LENGTHS.pack(len(head), sum(picture.nbytes for picture in parcel.pictures)) + head)
    for picture in parcel.pictures:
        line.sendall(np.ascontiguousarray(picture).data.cast("B") if picture.size else b"")


def receive_parcel(line: socket.socket, most_bytes: int) -> Parcel | None:
    """The next parcel; None when the other side has ended, between parcels or within one.

    Raises:
        BadParcelError: its shape is wrong, or it has more than ``most_bytes`` of pictures.
        TimeoutError: nothing came in the time that is set for ``line``.
    """
    lengths = _received(line, _LENGTHS.size)
    if lengths is None:
        return None
    head_bytes, picture_bytes = _LENGTHS.unpack(lengths)
    if head_bytes > _MOST_HEAD_BYTES or picture_bytes > most_bytes:
        raise BadParcelError("too large")
    head = _received(line, head_bytes)
    body = None if head is None else _received(line, picture_bytes)
    return None if head is None or body is None else _parcel(head, body)


def _parcel(head: bytearray, body: bytearray) -> Parcel:
    try:
        value, page, shapes = json.loads(head)
        sizes = [(int(height), int(width)) for height, width in shapes]
    except (ValueError, TypeError, RecursionError) as error:
        raise BadParcelError("no head") from error
    if len(sizes) > _MOST_PICTURES or any(side < 0 for size in sizes for side in size):
        raise BadParcelError("no sizes")
    if not (page is None or isinstance(page, int)) or sum(height * width for height, width in sizes) != len(body):
        raise BadParcelError("sizes and bytes differ")
    return Parcel(value, tuple(_cut(np.frombuffer(body, np.uint8), sizes)), page)


def _cut(pixels: GreyImage, sizes: list[tuple[int, int]]) -> list[GreyImage]:
    pictures, start = [], 0
    for height, width in sizes:
        pictures.append(pixels[start : start + height * width].reshape(height, width))
        start += height * width
    return pictures


def _received(line: socket.socket, length: int) -> bytearray | None:
    """Exactly ``length`` bytes; None when the other side ended before."""
    buffer = bytearray(length)
    view = memoryview(buffer)
    while view:
        try:
            count = line.recv_into(view)
        except ConnectionError:
            return None
        if not count:
            return None
        view = view[count:]
    return buffer
