"""What is drawn on the pages of a PDF, as bytes: pages are compared by it even where they have no symbol.

Streams are inflated here, up to a size that none of our pages has, so that a damaged one cannot fill the memory.
"""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import pikepdf
from isal import isal_zlib

from docgen.findings import Finding
from docgen.readback.difference import Difference
from docgen.readback.expected import BLANK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from docgen.readback.difference import Spot

_MOST_BYTES = 32_000_000


@contextmanager
def open_contents(source: BinaryIO | Path) -> Iterator[pikepdf.Pdf]:
    """The PDF, read as needed. What would need repair is broken.

    Raises:
        pikepdf.PdfError: when it is.
    """
    with pikepdf.open(source, attempt_recovery=False) as pdf:
        yield pdf


def check_content(spot: Spot, page: pikepdf.Page, owners: Mapping[str, str], *, marked: bool) -> list[Difference]:
    """Whether the page is the one that was drawn, and that nothing but marks was drawn over it.

    ``owners`` tells for digests what they are the page of. When it does, the difference says what was read.
    """
    expected = spot.letter.pages[spot.number - 1]
    digests = [_digest(stream) for stream in _streams(page)]
    if expected == BLANK:
        digests = [digest for digest in digests if digest != BLANK]
        drawn, more = BLANK, digests
    else:
        drawn, more = (digests or [BLANK])[0], digests[1:]
    if drawn != expected:
        return [_differs(spot, owners.get(drawn))]
    if len(more) > marked:
        message = f"Something foreign is drawn over page {spot.page}; do not print this file, write it again."
        return [Difference(Finding("readback-page-differs", message, spot.place()))]
    return []


def _differs(spot: Spot, owner: str | None) -> Difference:
    own = f"page {spot.number} of {spot.letter.piece_id}"
    message = f"Page {spot.page} is not the page that was drawn for it ({own}); do not print this file, write it again."
    if owner is not None:
        message = (
            f"Page {spot.page} is {owner} where {own} belongs: pages are swapped, missing or doubled; "
            "do not print this file, write it again."
        )
    finding = Finding("readback-page-differs", message, spot.place())
    return Difference(finding, None, own, owner or "")


def _streams(page: pikepdf.Page) -> list[pikepdf.Object]:
    contents = page.obj.get("/Contents")
    if contents is None:
        return []
    return list(contents) if isinstance(contents, pikepdf.Array) else [contents]


def _digest(stream: pikepdf.Object) -> str:
    """Hex SHA-256 of a stream; empty when it is not in a form that we write, damaged, or too long."""
    if not isinstance(stream, pikepdf.Stream):
        return ""
    kind, data = stream.get("/Filter"), stream.read_raw_bytes()
    if kind is None:
        return sha256(data).hexdigest()
    if kind != "/FlateDecode" or "/DecodeParms" in stream:
        return ""
    inflate = isal_zlib.decompressobj()
    try:
        content = inflate.decompress(data, _MOST_BYTES)
    except isal_zlib.error:  # type: ignore[misc]  # its stubs say it is an instance
        return ""
    return sha256(content).hexdigest() if inflate.eof else ""
