"""A print file of ready-made letters read back: it draws foreign content, so call it through ``safely``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.readback import read_part
from docgen.readymade.answers import Checked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from docgen.readback import ExpectedLetter

_PICTURE = "difference.png"


def check_file(
    pdf: Path,
    letters: Sequence[ExpectedLetter],
    folder: Path,
    *,
    total_pages: int | None = None,
    consecutive: bool = True,
) -> Checked:
    """Look for everything that is expected; letters that stand in reverse are put in the order of the file.

    ``total_pages`` is what the whole file must have, without it what the letters have; letters of a sample are not
    ``consecutive``.
    """
    ordered = sorted(letters, key=lambda letter: letter.first_page)
    total = sum(letter.page_count for letter in ordered) if total_pages is None else total_pages
    read = read_part(pdf, ordered, total_pages=total, consecutive=consecutive)
    if read.picture is None:
        return Checked(read.symbols, read.findings)
    (folder / _PICTURE).write_bytes(read.picture)
    return Checked(read.symbols, read.findings, _PICTURE)
