"""On which pages of a foreign PDF a text stands. Call it through ``docgen.readymade.isolation``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.drawing.raster import open_pdf
from docgen.findings import Finding
from docgen.readymade.answers import TextHits
from docgen.readymade.patterns import pattern_of

if TYPE_CHECKING:
    from pathlib import Path

    from docgen.readymade.patterns import TextMark

_MAX_CHARACTERS = 20_000
_MAX_MATCH = 200


def find_pages(pdf: Path, mark: TextMark) -> TextHits:
    """The pages (from 1) on which the mark stands; lines are separated by line feeds, spaces within them are single."""
    pattern = pattern_of(mark)
    if isinstance(pattern, Finding):
        return TextHits((), (pattern,))
    hits = []
    with open_pdf(pdf) as document:
        for index in range(len(document)):
            leaf = document[index]
            text = leaf.get_textpage()
            words = text.get_text_bounded()[:_MAX_CHARACTERS]
            text.close()
            leaf.close()
            found = pattern.search("\n".join([" ".join(line.split()) for line in words.splitlines()]))
            if found:
                hits.append((index + 1, found[0][:_MAX_MATCH]))
    return TextHits(tuple(hits), ())
