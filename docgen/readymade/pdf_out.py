"""A PDF written object by object as it comes, so that memory stays flat however long the file is (ISO 32000-1, 7.5)."""

from __future__ import annotations

from array import array
from hashlib import sha256
from typing import TYPE_CHECKING

from docgen.drawing.pdf_objects import array as pdf_array
from docgen.drawing.pdf_objects import dictionary, ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.drawing.print_file import Sink

_KIDS = 64
_ROWS_AT_ONCE = 4_096


class PdfOut:
    """Numbers and writes objects; ``finish`` adds the cross-reference table."""

    def __init__(self, out: Sink) -> None:
        """Write the header."""
        self._out = out
        self._hash = sha256()
        self._offsets = array("Q", [0])
        self.size = 0
        self._write(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of everything written so far."""
        return self._hash.hexdigest()

    @property
    def file_id(self) -> str:
        """32 hex digits that follow from everything written so far."""
        return self.sha256[:32].upper()

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._offsets.append(0)
        return len(self._offsets) - 1

    def put(self, number: int, body: bytes) -> None:
        """Write the object of a reserved number."""
        self._offsets[number] = self.size
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def add(self, body: bytes) -> int:
        """Write an object; returns its number."""
        number = self.reserve()
        self.put(number, body)
        return number

    def finish(self, catalog: int, info: int, file_id: str) -> None:
        """Write the cross-reference table and the trailer."""
        start, count, identity = self.size, len(self._offsets), file_id.encode("ascii")
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        for first in range(1, count, _ROWS_AT_ONCE):
            rows = self._offsets[first : first + _ROWS_AT_ONCE]
            self._write(b"".join([b"%010d 00000 n \n" % row if row else b"0000000000 00001 f \n" for row in rows]))
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (count, catalog, info, identity, identity, start)
        )

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._hash.update(data)
        self.size += len(data)


class PageTree:
    """The page tree: pages in groups of 64, and groups of groups, so that a viewer finds any page quickly."""

    def __init__(self, out: PdfOut) -> None:
        """Start with no pages."""
        self._out = out
        self._groups: list[tuple[int, list[int]]] = []
        self.count = 0

    def add(self, entries: dict[str, bytes]) -> int:
        """Write a page with these entries; returns its object number."""
        if self.count % _KIDS == 0:
            self._groups.append((self._out.reserve(), []))
        parent, kids = self._groups[-1]
        page = self._out.add(dictionary({"Type": b"/Page", "Parent": ref(parent), **entries}))
        kids.append(page)
        self.count += 1
        return page

    def close(self) -> int:
        """Write the nodes; returns the number of the root."""
        level = [(node, kids, len(kids)) for node, kids in self._groups]
        while len(level) > _KIDS:
            level = [self._above(level[i : i + _KIDS]) for i in range(0, len(level), _KIDS)]
        root = self._out.reserve()
        for node, kids, count in level:
            self._node(node, kids, count, root)
        self._node(root, [node for node, _, _ in level], self.count, None)
        return root

    def _above(self, children: Sequence[tuple[int, list[int], int]]) -> tuple[int, list[int], int]:
        parent = self._out.reserve()
        for node, kids, count in children:
            self._node(node, kids, count, parent)
        return parent, [node for node, _, _ in children], sum(count for _, _, count in children)

    def _node(self, node: int, kids: Sequence[int], count: int, parent: int | None) -> None:
        entries = {"Type": b"/Pages", "Count": b"%d" % count, "Kids": pdf_array([ref(k) for k in kids])}
        if parent is not None:
            entries["Parent"] = ref(parent)
        self._out.put(node, dictionary(entries))
