"""Print files of a batch: page streams from its chunks, put in their envelopes, framed into PDFs as they pass by."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import BatchFile, FileRole
from api.usecases.sizing import FileSize
from docgen.drawing.chunks import read_chunk
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import DrawnLetter, FileInfo, PrintFileWriter
from docgen.postal.batch import split_files
from docgen.postal.manifest import PrintFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.ports import Batch, Chunk, PrintJob
    from api.usecases.deps import Deps
    from api.usecases.marking import Marking
    from docgen.compose import Composer
    from docgen.drawing.print_file import DrawnEnvelope, Written
    from docgen.postal import batch as postal

PDF: Final = "application/pdf"


@dataclass(frozen=True, slots=True)
class Printed:
    """A print file in the store: its row, the pieces in it, and what the writer counted."""

    file: BatchFile
    pieces: PrintFile
    written: Written


@dataclass(slots=True)
class Sink:
    """Where a print file goes on its way to the store: emptied after every letter."""

    parts: list[bytes] = field(default_factory=list)

    def write(self, data: bytes, /) -> object:
        """Take bytes."""
        self.parts.append(data)
        return len(data)

    def drain(self) -> bytes:
        """Everything since the last time."""
        data = b"".join(self.parts)
        self.parts.clear()
        return data


class Filled(NamedTuple):
    """The letters of an envelope that go out, with their places in the batch."""

    places: tuple[int, ...]
    letters: tuple[DrawnLetter, ...]


class Feed:
    """The envelopes that are to be printed, in their order; the next one can be looked at first."""

    def __init__(self, letters: Iterable[tuple[int, DrawnLetter]], pieces: Sequence[postal.MailPiece]) -> None:
        """Put the letters, with their places in ``pieces``, in their envelopes, and look at the first."""
        groups = groupby(letters, key=lambda placed: pieces[placed[0]].set_id)
        self._envelopes = (Filled(*zip(*group, strict=True)) for _, group in groups)
        self.next = next(self._envelopes, None)

    def take(self) -> Filled:
        """The next envelope, of which there must be one."""
        if self.next is None:
            raise RuntimeError("there is no letter left for this print file")
        taken = self.next
        self.next = next(self._envelopes, None)
        return taken


def drawn_letters(
    deps: Deps, chunks: Sequence[Chunk], places: Mapping[str, int], stopped: Iterable[str]
) -> Iterator[tuple[int, DrawnLetter]]:
    """Letters of a batch from the blobs of its chunks, with their places; every piece that is not stopped, once.

    ``places`` gives the place of each piece id in the batch.
    """
    left = places.keys() - set(stopped)
    last = -1
    for chunk in chunks:
        if chunk.result is None:
            raise RuntimeError(f"{chunk.id} is not composed")
        with deps.blobs.open(chunk.organisation_id, chunk.result) as stream:
            for piece_id, letter in read_chunk(stream):
                if piece_id not in left:
                    # stopped after it was composed
                    continue
                left.discard(piece_id)
                if places[piece_id] < last:
                    raise RuntimeError(f"{piece_id} is not in postal order in {chunk.id}")
                last = places[piece_id]
                yield last, letter
    if left:
        raise RuntimeError(f"{len(left)} pieces are in no chunk, the first is {min(left)}")


@dataclass(slots=True)
class Press:
    """Writes the print files of one batch; what it prints on which pages grows on the way, by place in the batch.

    ``role`` is of the files; ``marking`` says what the marks of each envelope are.
    """

    deps: Deps
    job: PrintJob
    batch: Batch
    composer: Composer
    name: str
    marking: Marking
    role: FileRole = FileRole.PRINT
    digests: dict[int, tuple[str, ...]] = field(default_factory=dict)
    page_numbers: dict[int, tuple[int, ...]] = field(default_factory=dict)
    files: list[Printed] = field(default_factory=list)
    _shared: dict[frozenset[bytes], int] = field(default_factory=dict)
    _ahead: tuple[Filled, DrawnEnvelope] | None = None

    def print_all(self, plan: postal.Batch, feed: Feed, stopped: Iterable[str]) -> None:
        """Print every envelope; a file ends at the limit of letters, pages or bytes that comes first."""
        limits = self.deps.limits
        for part in split_files(plan, limits.file_pages, limits.file_letters, frozenset(stopped)):
            start = part.start
            while feed.next is not None and feed.next.places[0] < part.stop:
                start = self._print(feed, start, part.stop)
        if feed.next is not None:
            raise RuntimeError(f"letter {feed.next.places[0]} of {self.batch.id} is in no print file")

    def _print(self, feed: Feed, start: int, stop: int) -> int:
        """One file; returns the place after its last letter."""
        number = len(self.files) + 1
        name = f"{self.name}-{number:02}.pdf"
        sink = Sink()
        info = FileInfo(f"{self.name} {number}", self.job.created_at, parts=True)
        duplex = self.composer.template.duplex
        intent = fogra39()
        writer = PrintFileWriter(sink, self.composer.resources, info, intent, duplex=duplex)
        size = FileSize(self.composer.resources, info, intent, duplex, self._shared)
        done: list[Written] = []
        places: list[int] = []

        def parts() -> Iterator[bytes]:
            while (ahead := self._look_ahead(feed, stop)) is not None:
                envelope = ahead[1]
                if places and size.with_one_more(writer.size, envelope) > self.deps.limits.file_bytes:
                    break
                filled = feed.take()
                places.extend(filled.places)
                size.add(envelope)
                self._add(writer, filled, envelope)
                yield sink.drain()
            done.append(writer.close())
            yield sink.drain()

        ref = self.deps.blobs.put(self.batch.organisation_id, parts())
        file = BatchFile(self.role, number, name, PDF, ref, done[0].pages)
        self.files.append(Printed(file, PrintFile(name, range(start, places[-1] + 1)), done[0]))
        return places[-1] + 1

    def _add(self, writer: PrintFileWriter, filled: Filled, envelope: DrawnEnvelope) -> None:
        numbers = writer.add_envelope(envelope)
        for place, letter, pages in zip(filled.places, filled.letters, numbers, strict=True):
            self.digests[place] = letter.digests
            self.page_numbers[place] = pages

    def _look_ahead(self, feed: Feed, stop: int) -> tuple[Filled, DrawnEnvelope] | None:
        """The next envelope before ``stop`` with its marks, which are drawn once also when it begins another file."""
        if feed.next is None or feed.next.places[0] >= stop:
            return None
        if self._ahead is None or self._ahead[0] is not feed.next:
            self._ahead = feed.next, self.marking.envelope(feed.next)
        return self._ahead
