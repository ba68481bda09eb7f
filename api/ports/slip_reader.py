"""Reading scans: what turns a file into pages with slips, whatever does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from docgen.findings import Finding
    from scanning.readings import PageReading


class SlipReader(Protocol):
    """Reads scans. Nothing that a file does may harm or stop the caller."""

    def read(self, path: Path, forms: Mapping[str, str]) -> Iterator[PageReading | Finding]:
        """Pages in order, as they are read; ``forms`` are geometries (`SlipGeometry.to_json`) by form.

        A finding that is an error stands for its page, or without one for the file.
        """
        ...
