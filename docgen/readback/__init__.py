"""Read a finished print file back: rasterise it, read what is there, and compare it with what must be there.

A print file is only as good as what a reader finds in it; syntax checks do not look inside content streams. What must
be there comes from the data and from the manifest, never from the file.
"""

from docgen.readback.expected import (
    BLANK,
    ExpectedLetter,
    ExpectedSymbol,
    ExpectedWindow,
    InFile,
    Room,
    expected_letter,
    expected_marks,
    expected_symbols,
    room_for,
)
from docgen.readback.parts import ReadBack, read_back, read_part
from docgen.readback.sampling import sample

__all__ = [
    "BLANK",
    "ExpectedLetter",
    "ExpectedSymbol",
    "ExpectedWindow",
    "InFile",
    "ReadBack",
    "Room",
    "expected_letter",
    "expected_marks",
    "expected_symbols",
    "read_back",
    "read_part",
    "room_for",
    "sample",
]
