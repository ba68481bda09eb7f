"""`api.ports.SlipReader`: each file in a process of its own, which is what harms come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanning.reading_task import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from docgen.findings import Finding
    from scanning.readings import PageReading


class IsolatedReader:
    """`api.ports.SlipReader`."""

    def read(self, path: Path, forms: Mapping[str, str]) -> Iterator[PageReading | Finding]:
        """As `scanning.reading_task.read_file`."""
        return read_file(path, forms)
