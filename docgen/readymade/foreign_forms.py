"""Pages of uploads as forms (ISO 32000-1, 8.10) of a new file: upright, cropped to what is seen, nothing beside it."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pikepdf

from docgen.drawing.pdf_objects import array
from docgen.readymade.shape import inherited_resources, page_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from docgen.readymade.copier import Copied, Copier, Known

_MAX_OPEN = 8


@dataclass(slots=True)
class ForeignForms:
    """Copies pages of ``sources``; some stay open, since postal order mixes the letters of several."""

    sources: Sequence[Path]
    copier: Copier
    _open: OrderedDict[int, tuple[pikepdf.Pdf, Known]] = field(default_factory=OrderedDict)

    def form(self, source: int, number: int) -> Copied:
        """Page ``number`` (from 1) of a source, written as a form when it is not yet in the file.

        Raises:
            pikepdf.PdfError, BadPageError, TooDeepError: a source is not what ``inspect`` found it to be.
        """
        page = self._opened(source).pages[number - 1]
        shape = page_shape(page)
        contents = page.obj.get("/Contents")
        entries: dict[str, pikepdf.Object | bytes | None] = {
            "Type": b"/XObject",
            "Subtype": b"/Form",
            "BBox": array([_decimal(value) for value in shape.seen]),
            "Matrix": array([_decimal(value) for value in shape.upright]),
            "Resources": inherited_resources(page) or b"<<>>",
            "Group": page.obj.get("/Group"),
        }
        if isinstance(contents, pikepdf.Stream):
            filters = {"Filter": contents.get("/Filter"), "DecodeParms": contents.get("/DecodeParms")}
            return self.copier.stream({**entries, **filters}, bytes(contents.read_raw_bytes()))
        parts = [part.read_bytes() for part in _streams(contents)]
        return self.copier.stream({**entries, "Filter": b"/FlateDecode"}, zlib.compress(b"\n".join(parts), 6))

    def close(self) -> None:
        """Close what is open."""
        while self._open:
            self._open.popitem()[1][0].close()

    def _opened(self, source: int) -> pikepdf.Pdf:
        if source not in self._open:
            if len(self._open) >= _MAX_OPEN:
                self._open.popitem(last=False)[1][0].close()
            self._open[source] = (pikepdf.open(self.sources[source]), {})
        self._open.move_to_end(source)
        pdf, known = self._open[source]
        self.copier.enter(known)
        return pdf


def _streams(contents: pikepdf.Object | None) -> Iterator[pikepdf.Stream]:
    """The parts of a page's content; a page may have none."""
    if isinstance(contents, pikepdf.Array):
        for part in contents:
            if isinstance(part, pikepdf.Stream):
                yield part


def _decimal(value: float) -> bytes:
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return b"0" if text in ("-0", "") else text.encode("ascii")
