"""Print files of a batch: page streams from its chunks, in postal order, framed into PDFs as they pass by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from api.ports import BatchFile, FileRole
from docgen.drawing.chunks import read_chunk
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import FileInfo, PrintFileWriter
from docgen.postal.batch import split_files
from docgen.postal.manifest import PrintFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.ports import Batch, Chunk, PrintJob
    from api.usecases.deps import Deps
    from docgen.compose import Composer
    from docgen.drawing.print_file import DrawnLetter, Written
    from docgen.postal import batch as postal

PDF: Final = "application/pdf"
# objects and cross-references that a page takes beside its stream, generously
_PAGE_OVERHEAD_BYTES: Final = 400


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


class Feed:
    """The letters that are to be printed, with their places in the batch; the next one can be looked at first."""

    def __init__(self, letters: Iterable[tuple[int, DrawnLetter]]) -> None:
        """Look at the first."""
        self._letters = iter(letters)
        self.next = next(self._letters, None)

    def take(self) -> tuple[int, DrawnLetter]:
        """The next letter, of which there must be one."""
        if self.next is None:
            raise RuntimeError("there is no letter left for this print file")
        taken = self.next
        self.next = next(self._letters, None)
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
    """Writes the print files of one batch; ``digests`` (hex, of pages, by place in the batch) grow on the way."""

    deps: Deps
    job: PrintJob
    batch: Batch
    composer: Composer
    name: str
    digests: dict[int, tuple[str, ...]] = field(default_factory=dict)
    files: list[Printed] = field(default_factory=list)

    def print_all(self, plan: postal.Batch, feed: Feed, stopped: Iterable[str]) -> None:
        """Print every letter; a file ends at the limit of letters, pages or bytes that comes first."""
        limits = self.deps.limits
        for part in split_files(plan, limits.file_pages, limits.file_letters, frozenset(stopped)):
            start = part.start
            while feed.next is not None and feed.next[0] < part.stop:
                start = self._print(feed, start, part.stop)
        if feed.next is not None:
            raise RuntimeError(f"letter {feed.next[0]} of {self.batch.id} is in no print file")

    def _print(self, feed: Feed, start: int, stop: int) -> int:
        """One file; returns the place after its last letter."""
        number = len(self.files) + 1
        name = f"{self.name}-{number:02}.pdf"
        sink = Sink()
        info = FileInfo(f"{self.name} {number}", self.job.created_at)
        duplex = self.composer.template.duplex
        writer = PrintFileWriter(sink, self.composer.resources, info, fogra39(), duplex=duplex)
        done: list[Written] = []
        places: list[int] = []

        def parts() -> Iterator[bytes]:
            while self._fits(feed, writer, stop, has_letters=bool(places)):
                place, letter = feed.take()
                places.append(place)
                self.digests[place] = letter.digests
                writer.add(letter)
                yield sink.drain()
            done.append(writer.close())
            yield sink.drain()

        ref = self.deps.blobs.put(self.batch.organisation_id, parts())
        file = BatchFile(FileRole.PRINT, number, name, PDF, ref, done[0].pages)
        self.files.append(Printed(file, PrintFile(name, range(start, places[-1] + 1)), done[0]))
        return places[-1] + 1

    def _fits(self, feed: Feed, writer: PrintFileWriter, stop: int, *, has_letters: bool) -> bool:
        if feed.next is None or feed.next[0] >= stop:
            return False
        pages = feed.next[1].pages
        more = sum(map(len, pages)) + _PAGE_OVERHEAD_BYTES * len(pages)
        return not has_letters or writer.size + more <= self.deps.limits.file_bytes
