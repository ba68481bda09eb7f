"""Print files of ready-made letters: put together in a child process, with the marks of their envelopes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from api.ports import BatchFile, FileRole, Permanent
from api.usecases.papers import SHOWN_LETTERS, heading_of
from api.usecases.printing import PDF, Printed
from api.usecases.ready_made.uploads import opened
from api.usecases.ready_made.values import print_letter
from docgen.drawing.mark_ink import sheet_ink
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import FileInfo, Written
from docgen.postal.batch import split_files
from docgen.postal.manifest import PrintFile
from docgen.postal.marks.model import Side
from docgen.readymade import safely
from docgen.readymade.letters import PrintEnvelope, PrintFileSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from api.ports import Batch, PrintJob
    from api.usecases.deps import Deps
    from api.usecases.marking import Marking
    from api.usecases.products import Product
    from api.usecases.ready_made.uploads import Upload
    from docgen.findings import Finding
    from docgen.postal import batch as postal
    from docgen.readymade.answers import Assembled
    from docgen.readymade.letters import PrintLetter

_BLOCK = 1 << 20


@dataclass(slots=True)
class ReadyPress:
    """Writes the print files of one batch; what it prints on which pages grows on the way, by place in the batch.

    ``check`` is called before each file. ``sheet`` is the contact sheet of the first letters of the first file.
    """

    deps: Deps
    job: PrintJob
    batch: Batch
    product: Product
    name: str
    marking: Marking
    role: FileRole = FileRole.PRINT
    check: Callable[[], None] = lambda: None
    digests: dict[int, tuple[str, ...]] = field(default_factory=dict)
    page_numbers: dict[int, tuple[int, ...]] = field(default_factory=dict)
    files: list[Printed] = field(default_factory=list)
    sheet: bytes | None = None

    def print_all(self, plan: postal.Batch, values: Mapping[str, bytes], stopped: frozenset[str]) -> None:
        """Print every envelope; a file ends at the limit of letters, pages or bytes that comes first.

        Raises Permanent: the code of what a child says is wrong with a source.
        """
        limits = self.deps.limits
        letters = {
            place: print_letter(piece.piece_id, values[piece.piece_id])
            for place, piece in enumerate(plan.pieces)
            if piece.piece_id not in stopped
        }
        with opened(self.deps, self.job, {letter.source for letter in letters.values()}) as upload:
            for part in split_files(plan, limits.file_pages, limits.file_letters, stopped):
                self._print(plan, part, {place: letters[place] for place in part if place in letters}, upload)

    def _print(self, plan: postal.Batch, part: range, letters: Mapping[int, PrintLetter], upload: Upload) -> None:
        """One file, or more when it is larger than one may be."""
        if not letters:
            return
        self.check()
        envelopes = [list(inside) for _, inside in groupby(letters, key=lambda place: plan.pieces[place].set_id)]
        out = upload.folder / "print.pdf"
        done = self._assembled(envelopes, letters, upload, out)
        if out.stat().st_size > self.deps.limits.file_bytes and len(envelopes) > 1:
            middle = envelopes[len(envelopes) // 2][0]
            for half in (range(part.start, middle), range(middle, part.stop)):
                self._print(plan, half, {place: letters[place] for place in half if place in letters}, upload)
            return
        self._keep(part.start, list(letters), done, out)

    def _assembled(
        self, envelopes: Sequence[list[int]], letters: Mapping[int, PrintLetter], upload: Upload, out: Path
    ) -> Assembled:
        info = FileInfo(f"{self.name} {len(self.files) + 1}", self.job.created_at, parts=True)
        settings = PrintFileSettings(info, fogra39(), self.product.envelope, self.product.duplex)
        asked = [
            PrintEnvelope(
                tuple([letters[place] for place in inside]),
                tuple(self._marks(inside)),
                self.marking.order,
                self.marking.part(inside),
            )
            for inside in envelopes
        ]
        done = safely.assemble(upload.files, asked, settings, out)
        raise_first(done.findings)
        return done

    def _marks(self, inside: Sequence[int]) -> Iterator[bytes]:
        """Ink for each page of an envelope, in the order of its letters; none without marks."""
        sides = (Side.FRONT, Side.BACK) if self.product.duplex else (Side.FRONT,)
        for sheet in self.marking.sheets_at(inside):
            for side in sides:
                yield sheet_ink(sheet, self.product.mark_face, side)

    def _keep(self, start: int, places: Sequence[int], done: Assembled, out: Path) -> None:
        number = len(self.files) + 1
        name = f"{self.name}-{number:02}.pdf"
        with out.open("rb") as stream:
            ref = self.deps.blobs.put(self.batch.organisation_id, iter(lambda: stream.read(_BLOCK), b""))
        for place, placed in zip(places, done.letters, strict=True):
            self.digests[place], self.page_numbers[place] = placed.page_digests, placed.page_numbers
        if not self.files and self.role is FileRole.PRINT:
            self.sheet = self._contact_sheet(done, out)
        file = BatchFile(self.role, number, name, PDF, ref, done.pages)
        written = Written(len(places), done.pages, ref.size, ref.sha256)
        self.files.append(Printed(file, PrintFile(name, range(start, places[-1] + 1)), written))

    def _contact_sheet(self, done: Assembled, pdf: Path) -> bytes:
        shown = [(letter.page_numbers[0], letter.piece_id) for letter in done.letters[:SHOWN_LETTERS]]
        out = pdf.with_name("sheet.png")
        raise_first(safely.contact_sheet(pdf, shown, heading_of(self.job, self.batch, self.product), out).findings)
        return out.read_bytes()


def raise_first(findings: Sequence[Finding]) -> None:
    """Raises Permanent: what was found sound before is not any more."""
    for finding in findings:
        raise Permanent(finding.code, finding.message)
