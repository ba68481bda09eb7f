"""Objects of foreign PDFs copied into one new file: only what a page's content needs, and each thing once.

What is the same bytes, whichever file it came from, is written once: letters of one sender share fonts and logos even
when each is a file of its own. A digest tells what a thing is, not where it stands, so a page has the same digest in
every file it is written to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

import pikepdf

from docgen.drawing.pdf_objects import ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docgen.readymade.pdf_out import PdfOut

    Known: TypeAlias = dict[tuple[int, int], int]  # object and generation of a source -> number in the new file
    Piece: TypeAlias = bytes | int  # an int is the number of an object that is referred to

_MAX_DEPTH = 60
_MAX_OBJECTS = 200_000
_KEY_BYTES = 16
# Beside what is drawn: structure, other programs' data, and content that would come from elsewhere.
_LEFT_OUT_OF_STREAMS = frozenset(
    [
        "/Length",
        "/F",
        "/FFilter",
        "/FDecodeParms",
        "/Metadata",
        "/PieceInfo",
        "/OPI",
        "/Ref",
        "/Alternates",
        "/AF",
        "/StructParent",
        "/StructParents",
        "/LastModified",
        "/Measure",
        "/PtData",
    ]
)
_PAGE_TREE = frozenset(("/Page", "/Pages", "/Catalog"))


class TooDeepError(ValueError):
    """Objects that hold each other deeper, or are more, than any page needs."""


@dataclass(frozen=True, slots=True)
class Copied:
    """An object that stands in the new file, and the digest of all it holds."""

    number: int
    digest: bytes


@dataclass(slots=True)
class Copier:
    """Copies into one file; call ``enter`` with what is known of a source before anything of it is copied."""

    out: PdfOut
    _digests: dict[int, bytes] = field(default_factory=dict)
    _written: dict[bytes, int] = field(default_factory=dict)
    _known: Known = field(default_factory=dict)
    _open: dict[tuple[int, int], int] = field(default_factory=dict)
    _count: int = 0

    def enter(self, known: Known) -> None:
        """Copy from a source from now on; ``known`` grows by what is copied, and may be thrown away with the source."""
        self._known = known
        self._open.clear()
        self._count = 0

    def stream(self, entries: dict[str, pikepdf.Object | bytes | None], data: bytes) -> Copied:
        """A stream with ``entries``: objects of the source, or bytes that are PDF already; None is left out."""
        parts: list[Piece] = [b"<<"]
        for key, value in entries.items():
            if value is not None:
                parts.append(b"/" + key.encode("ascii") + b" ")
                parts += [value] if isinstance(value, bytes) else self._value(value, 0)
        return self._write(_framed(parts, data))

    def _object(self, value: pikepdf.Object, depth: int) -> int:
        """The number of an indirect object in the new file."""
        key = value.objgen
        if key in self._known:
            return self._known[key]
        if key in self._open:
            # A circle: its number is given out before it is written, and it is not compared with others.
            self._open[key] = self._open[key] or self.out.reserve()
            return self._open[key]
        self._count += 1
        if self._count > _MAX_OBJECTS:
            raise TooDeepError("there are more objects than a page can need")
        self._open[key] = 0
        parts = self._body(value, depth)
        reserved = self._open.pop(key)
        number = self._write(parts, reserved).number
        self._known[key] = number
        return number

    def _write(self, parts: Iterable[Piece], reserved: int = 0) -> Copied:
        whole = list(parts)
        body = b"".join([ref(p) if isinstance(p, int) else p for p in whole])
        key = sha256(body).digest()[:_KEY_BYTES]
        if not reserved and key in self._written:
            number = self._written[key]
            return Copied(number, self._digests[number])
        digest = sha256(b"".join([self._token(p) if isinstance(p, int) else p for p in whole])).digest()
        number = reserved or self.out.reserve()
        self.out.put(number, body)
        self._digests[number] = digest
        if not reserved:
            self._written[key] = number
        return Copied(number, digest)

    def _token(self, number: int) -> bytes:
        return self._digests.get(number, b"circle")

    def _body(self, value: pikepdf.Object, depth: int) -> list[Piece]:
        if isinstance(value, pikepdf.Stream):
            entries = [key for key in sorted(value.keys()) if key not in _LEFT_OUT_OF_STREAMS]
            head = [b"<<", *self._entries(value, entries, depth)]
            return _framed(head, bytes(value.read_raw_bytes()))
        return self._direct(value, depth)

    def _direct(self, value: pikepdf.Object, depth: int) -> list[Piece]:
        if depth > _MAX_DEPTH:
            raise TooDeepError("objects hold each other deeper than a page can need")
        if isinstance(value, pikepdf.Dictionary):
            return [b"<<", *self._entries(value, sorted(value.keys()), depth), b">>"]
        if isinstance(value, pikepdf.Array):
            return self._array(value, depth)
        return [value.unparse()]

    def _array(self, value: pikepdf.Object, depth: int) -> list[Piece]:
        plain = value.unparse(resolved=True)
        # Widths and boxes are long and hold no references; a text with such letters only takes the slower way.
        if b" R" not in plain and b"<<" not in plain:
            return [plain]
        parts: list[Piece] = [b"["]
        for item in value:
            parts += [*self._value(item, depth + 1), b" "]
        return [*parts, b"]"]

    def _entries(self, value: pikepdf.Object, keys: Iterable[str], depth: int) -> list[Piece]:
        parts: list[Piece] = []
        for key in keys:
            item = value.get(key)
            if item is not None and not _is_of_page_tree(item):
                parts += [pikepdf.Name(key).unparse() + b" ", *self._value(item, depth + 1)]
        return parts

    def _value(self, value: object, depth: int) -> list[Piece]:
        if isinstance(value, pikepdf.Object):
            return [self._object(value, depth)] if value.is_indirect else self._direct(value, depth)
        return [_scalar(value)]


def _framed(head: list[Piece], data: bytes) -> list[Piece]:
    return [*head, b"/Length %d>>\nstream\n" % len(data), data, b"\nendstream"]


def _scalar(value: object) -> bytes:
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, Decimal):
        return format(value, "f").encode("ascii")
    return str(value).encode("ascii")


def _is_of_page_tree(value: object) -> bool:
    """True for pages and what is above them: following it would copy the whole file."""
    return isinstance(value, pikepdf.Dictionary) and str(value.get("/Type")) in _PAGE_TREE
