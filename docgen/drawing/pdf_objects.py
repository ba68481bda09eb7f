"""PDF syntax (ISO 32000-1, 7.3): the few kinds of objects a print file needs, as bytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def ref(number: int) -> bytes:
    """An indirect reference."""
    return b"%d 0 R" % number


def dictionary(entries: Mapping[str, bytes]) -> bytes:
    """A dictionary; values are written as they are."""
    return b"<<" + b"".join([b"/%s %s" % (key.encode("ascii"), value) for key, value in entries.items()]) + b">>"


def array(values: list[bytes]) -> bytes:
    """An array."""
    return b"[" + b" ".join(values) + b"]"


def text_string(text: str) -> bytes:
    """A text string: UTF-16BE with byte order mark, in hexadecimal, so that nothing needs escaping."""
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode("ascii") + b">"


def stream(data: bytes, entries: Mapping[str, bytes] | None = None, *, compress: bool = True) -> bytes:
    """A stream object's body."""
    head = dict(entries or {})
    if compress:
        data = zlib.compress(data, 6)
        head["Filter"] = b"/FlateDecode"
    return dictionary({**head, "Length": b"%d" % len(data)}) + b"\nstream\n" + data + b"\nendstream"


def deflated_stream(data: bytes) -> bytes:
    """A stream whose data is deflated already."""
    return b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(data), data)
