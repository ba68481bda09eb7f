"""Reading scans: what turns a file into pages with slips, whatever does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from docgen.findings import Finding
    from scanning.readings import PageReading


class PageRead(NamedTuple):
    """A page that was read. ``picture`` is the page as JPEG, ``crops`` a PNG for each field of each slip, in order.

    Crops in ``reading`` itself may be empty. ``total`` is how many pages the file has, when that is known.
    """

    reading: PageReading
    picture: bytes
    crops: tuple[bytes, ...] = ()
    total: int | None = None


class SlipReader(Protocol):
    """Reads scans. Nothing that a file does may harm or stop the caller."""

    def read(self, path: Path, forms: Mapping[str, str]) -> Iterator[PageRead | Finding]:
        """Pages in order, as they are read; ``forms`` are geometries (`SlipGeometry.to_json`) by form.

        A finding that is an error stands for its page, or without one for the file.
        """
