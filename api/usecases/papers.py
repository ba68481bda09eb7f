"""What goes with the print files of a batch: manifest, job ticket and contact sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

from api.ports import BatchFile, FileRole, Mode
from api.usecases.equipment import equipment_of
from docgen.drawing.contact_sheet import MAX_THUMBNAILS, Thumbnail, contact_sheet
from docgen.drawing.job_ticket import Ticket, TicketFile, job_ticket
from docgen.drawing.print_file import FileInfo, PrintFileWriter
from docgen.postal.manifest import manifest_rows, totals_of, write_csv, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import Batch, PrintJob
    from api.usecases.deps import Deps
    from api.usecases.printing import Printed
    from api.usecases.products import Product
    from docgen.drawing.print_file import DrawnLetter, Resources
    from docgen.postal import batch as postal
    from docgen.postal.manifest import Control, ManifestRow

CSV: Final = "text/csv"
JSON: Final = "application/json"
PDF: Final = "application/pdf"
PNG: Final = "image/png"
# of each letter only its first page is shown, so a batch of long letters shows as many letters
SHOWN_LETTERS: Final = MAX_THUMBNAILS


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the papers of a written batch are made from. ``name`` begins the names of its files."""

    organisation: str
    job: PrintJob
    batch: Batch
    plan: postal.Batch
    stops: Mapping[str, str]
    printed: Sequence[Printed]
    product: Product
    name: str
    controls: Mapping[str, Control]
    page_numbers: Mapping[int, tuple[int, ...]]

    @property
    def title(self) -> str:
        """The job in words: what the caller called it, else what its template is called."""
        return self.job.title or self.product.title

    @property
    def heading(self) -> str:
        """The batch in words."""
        return heading_of(self.job, self.batch, self.product)

    def rows(self) -> list[ManifestRow]:
        """The rows of the manifest; a batch has at most some thousand."""
        files = [printed.pieces for printed in self.printed]
        classes = equipment_of(self.job).profiles.weight_classes
        rows = manifest_rows(self.batch.id, self.plan, files, classes, self.stops, self.controls)
        # sheets may be printed last to first
        return [
            replace(row, first_page=min(self.page_numbers[place])) if place in self.page_numbers else row
            for place, row in enumerate(rows)
        ]


def heading_of(job: PrintJob, batch: Batch, product: Product) -> str:
    """A batch in words."""
    test = "TEST  " if job.mode is Mode.TEST else ""
    return f"{test}{job.title or product.title}, batch {batch.number}"


def papers_of(deps: Deps, facts: Facts, sheet: bytes | None) -> list[BatchFile]:
    """Make and store them; ``sheet`` is the contact sheet of its first letters, None when none is printed."""
    put, organisation_id, name, rows = deps.blobs.put, facts.job.organisation_id, facts.name, facts.rows()
    manifest = put(organisation_id, write_json(facts.batch.id, facts.plan, rows))
    papers = [
        (FileRole.MANIFEST_CSV, "manifest.csv", CSV, put(organisation_id, write_csv(rows))),
        (FileRole.MANIFEST_JSON, "manifest.json", JSON, manifest),
        (FileRole.JOB_TICKET, "ticket.pdf", PDF, put(organisation_id, [job_ticket(_ticket(facts, rows))])),
    ]
    if sheet is not None:
        papers.append((FileRole.CONTACT_SHEET, "contact-sheet.png", PNG, put(organisation_id, [sheet])))
    return [BatchFile(role, 0, f"{name}-{end}", media_type, ref) for role, end, media_type, ref in papers]


def _ticket(facts: Facts, rows: Sequence[ManifestRow]) -> Ticket:
    key, product, job = facts.plan.key, facts.product, facts.job
    totals = totals_of(rows)
    going = [piece.piece_id for piece in facts.plan.pieces if piece.piece_id not in facts.stops]
    return Ticket(
        job_id=job.id,
        job_title=facts.title,
        batch_id=facts.batch.id,
        batch_number=facts.batch.number,
        organisation=facts.organisation,
        template=f"{product.template} {product.template_version}",
        brand=f"{product.brand} {product.brand_version}",
        envelope=product.envelope.title,
        inserts=product.inserts,
        stock=equipment_of(job).profiles.stocks[key.stock].title,
        duplex=key.duplex,
        abroad=key.abroad,
        letters=totals.letters,
        envelopes=totals.envelopes,
        stopped=totals.stopped,
        pages=sum(printed.written.pages for printed in facts.printed),
        sheets=totals.sheets,
        weight_g=totals.weight_mg / 1000,
        first=going[0] if going else "",
        last=going[-1] if going else "",
        created=job.created_at,
        files=tuple([_ticket_file(printed) for printed in facts.printed]),
        cut_off=job.cut_off_at,
        test=job.mode is Mode.TEST,
    )


def _ticket_file(printed: Printed) -> TicketFile:
    written = printed.written
    return TicketFile(printed.file.name, written.letters, written.pages, written.size, written.sha256)


def sheet_of(facts: Facts, first: Sequence[tuple[str, DrawnLetter]], resources: Resources) -> bytes | None:
    """The contact sheet of the first letters, with what stands under them.

    From a small file of its own: a whole print file would have to be held in memory.
    """
    if not first:
        return None
    out = BytesIO()
    info = FileInfo(facts.name, facts.job.created_at)
    writer = PrintFileWriter(out, resources, info, None, duplex=False)
    shown = [Thumbnail(writer.add(letter), caption) for caption, letter in first]
    writer.close()
    return contact_sheet(out.getvalue(), shown, facts.heading)
