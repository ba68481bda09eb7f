"""How large a print file becomes with one more envelope: what the writer adds to its streams, and closes it with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from docgen.drawing.print_file import DrawnEnvelope, DrawnLetter, EnvelopePart, PrintFileWriter

if TYPE_CHECKING:
    from docgen.drawing.output_intent import OutputIntent
    from docgen.drawing.print_file import FileInfo, Resources

# objects with numbers of seven digits, as `docgen.drawing.print_file` writes them
_PAGE_BYTES: Final = 200
_STREAM_BYTES: Final = 85
_LEAF_BYTES: Final = 270
_PIECE_ID_BYTES: Final = 36
# a row of the cross-reference table, and a place in the tree of pages or parts
_ROW_BYTES: Final = 20
_KID_BYTES: Final = 16


class Cost(NamedTuple):
    """At most so many bytes: ``now`` are written with the envelope, ``later`` when the file is closed."""

    now: int
    later: int


class _Nowhere:
    def write(self, data: bytes, /) -> object:
        """Only counted by who writes."""
        return len(data)


@dataclass(slots=True)
class FileSize:
    """Bounds the size of one file that `PrintFileWriter` makes with these arguments; add what is written to it."""

    resources: Resources
    info: FileInfo
    intent: OutputIntent | None
    duplex: bool
    # by what pages use; files of one batch share it
    shared: dict[frozenset[bytes], int]
    _later: int = 0
    _uses: frozenset[bytes] = field(default_factory=frozenset)

    def add(self, envelope: DrawnEnvelope) -> None:
        """It is in the file now."""
        self._later += cost_of(envelope, duplex=self.duplex).later
        self._uses |= _uses_of(envelope)

    def with_one_more(self, written: int, envelope: DrawnEnvelope) -> int:
        """Bytes of the closed file with this envelope too, when ``written`` are in it: at most these."""
        cost = cost_of(envelope, duplex=self.duplex)
        return written + cost.now + self._later + cost.later + self._closing(self._uses | _uses_of(envelope))

    def _closing(self, uses: frozenset[bytes]) -> int:
        """What all pages share: the whole of a file with one page that uses the same."""
        if uses not in self.shared:
            writer = PrintFileWriter(_Nowhere(), self.resources, self.info, self.intent, duplex=self.duplex)
            part = EnvelopePart(("",), "") if self.info.parts else None
            writer.add_envelope(DrawnEnvelope((DrawnLetter((b"",), uses, ("",)),), part=part))
            self.shared[uses] = writer.close().size
        return self.shared[uses]


def cost_of(envelope: DrawnEnvelope, *, duplex: bool) -> Cost:
    """What an envelope costs beside what all pages share; marks are streams of their own."""
    letters = [letter.pages for letter in envelope.letters]
    marks = envelope.marks.pages if envelope.marks else ()
    streams = [stream for stream in (*(page for pages in letters for page in pages), *marks) if stream]
    pages = sum(len(each) + (len(each) % 2 if duplex else 0) for each in letters)
    now = sum(map(len, streams)) + _STREAM_BYTES * len(streams) + _PAGE_BYTES * pages
    now += _LEAF_BYTES + _PIECE_ID_BYTES * len(letters)
    later = _ROW_BYTES * (len(streams) + pages + 1) + _KID_BYTES * (pages + 1)
    return Cost(now, later)


def _uses_of(envelope: DrawnEnvelope) -> frozenset[bytes]:
    marks = envelope.marks.uses if envelope.marks else frozenset()
    return marks.union(*(letter.uses for letter in envelope.letters))
