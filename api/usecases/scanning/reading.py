"""Read a scanned file: page by page, each stored and settled in a transaction of its own, so that each counts once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from api.ports import ScanFileState, ScanFinding, ScanPage
from api.usecases.leases import keep_lease, nothing_to_do
from api.usecases.ready_made.uploads import copy_blob
from api.usecases.scanning.kept import bundle_of
from api.usecases.scanning.settling import Placing, piece_of, place_slips, settle
from docgen.findings import Finding, Severity
from scanning.readings import PageKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import BlobRef, ScanBatch, ScanFile, SlipReader, UnitOfWork, WorkContext
    from api.usecases.deps import Deps
    from scanning.readings import PageReading


@dataclass(slots=True)
class _Reading:
    """A file on its way; ``there`` are pages that are stored, some from an attempt before.

    ``last`` is what was wrong with the last page, when no other page came behind it.
    """

    deps: Deps
    context: WorkContext
    file: ScanFile
    batch: ScanBatch
    there: set[int]
    findings: list[ScanFinding] = field(default_factory=list)
    notes: dict[int, list[ScanFinding]] = field(default_factory=dict)
    last: ScanFinding | None = None


def read_scan(deps: Deps, reader: SlipReader, context: WorkContext) -> None:
    """Handler of ``read_scan``: the pages of a file. It may be killed anywhere and run again."""
    reading = _begin(deps, context)
    if reading is None:
        nothing_to_do(deps, context)
        return
    organisation_id = reading.file.organisation_id
    with deps.database.read() as uow:
        forms = uow.slip_forms.geometries(organisation_id)
    with TemporaryDirectory(prefix="posthoorn-") as name:
        path = Path(name) / f"scan{_suffix(reading.file.name)}"
        copy_blob(deps, organisation_id, reading.file.blob, path)
        for item in reader.read(path, forms):
            context.check()
            _take(reading, item)
    _end(reading)


def _begin(deps: Deps, context: WorkContext) -> _Reading | None:
    organisation_id, file_id = context.item.organisation_id, context.item.subject_id
    with deps.database.write() as uow:
        keep_lease(deps, uow, context)
        file = uow.scans.file(organisation_id, file_id)
        if file.state is ScanFileState.READ:
            return None
        uow.scans.set_file(organisation_id, file_id, ScanFileState.READING, deps.clock.now())
        batch = uow.scans.batch(organisation_id, file.batch_id)
        there = set(uow.scan_pages.numbers(organisation_id, file_id))
        return _Reading(deps, context, file, batch, there)


def _take(reading: _Reading, item: PageReading | Finding) -> None:
    if not isinstance(item, Finding):
        reading.last = None
        if item.number not in reading.there:
            _store(reading, item)
        return
    flat, number = flat_finding(item), item.place.page
    if number is None:
        reading.findings.append(flat)
    elif item.severity is not Severity.ERROR:
        reading.notes.setdefault(number, []).append(flat)
    else:
        reading.last = flat
        # of a page from an attempt before it was told then
        if number not in reading.there:
            _store_trouble(reading, number, flat)


def _store(reading: _Reading, read: PageReading) -> None:
    """The pictures first, then the page and all that follows from it."""
    deps, file, number = reading.deps, reading.file, read.number
    blob, parts = bundle_of(deps, file.organisation_id, read)
    notes = tuple(reading.notes.pop(number, ()))
    with deps.database.write() as uow:
        keep_lease(deps, uow, reading.context)
        uow.trash.keep(file.organisation_id, blob)
        page = page_row(deps, file, read, (blob, parts), notes)
        store_page(deps, uow, page, reading.batch, read)
        uow.scans.count_page(file.organisation_id, file.id)
    reading.there.add(number)


def store_page(deps: Deps, uow: UnitOfWork, page: ScanPage, batch: ScanBatch, read: PageReading) -> None:
    """Insert a page with its slips, or as an exception when they cannot be placed."""
    placing = placing_of(uow, page, batch.mode, read)
    stored = with_trouble(page, placing.trouble)
    if not uow.scan_pages.add(stored):
        raise RuntimeError(f"page {page.number} of {page.file_id} is there, and its work is in our hands")
    if stored.kind is PageKind.SLIP:
        settle(deps, uow, stored, placing.placed)


def placing_of(uow: UnitOfWork, page: ScanPage, mode: str, read: PageReading) -> Placing:
    """Whose slips are on a page; of an exception too, because that may be what is wrong with it."""
    placing = place_slips(uow, page, mode, read.slips) if read.slips else Placing()
    named = [piece_of(uow, page.organisation_id, mode, code) for code in read.unread]
    trouble = tuple([one for one in named if isinstance(one, ScanFinding)])
    return replace(placing, trouble=placing.trouble + trouble) if trouble else placing


def with_trouble(page: ScanPage, trouble: Sequence[ScanFinding]) -> ScanPage:
    """An exception, when there is trouble that the reader has not told."""
    if not trouble:
        return page
    told = {finding.code for finding in page.findings}
    fresh = [finding for finding in trouble if finding.code not in told]
    return replace(page, kind=PageKind.EXCEPTION, findings=(*page.findings, *fresh))


def page_row(
    deps: Deps,
    file: ScanFile,
    reading: PageReading,
    bundle: tuple[BlobRef, tuple[int, ...]],
    notes: Sequence[ScanFinding] = (),
) -> ScanPage:
    """The row of a page as it was read."""
    return ScanPage(
        id=deps.ids.new("pag"),
        organisation_id=file.organisation_id,
        batch_id=file.batch_id,
        file_id=file.id,
        number=reading.number,
        kind=reading.kind,
        read_as=reading.kind,
        created_at=deps.clock.now(),
        findings=(*notes, *map(flat_finding, reading.findings)),
        bundle=bundle[0],
        parts=bundle[1],
        page_hash=reading.page_hash,
        dpi=reading.dpi,
        bilevel=reading.bilevel,
    )


def _store_trouble(reading: _Reading, number: int, finding: ScanFinding) -> None:
    """A page that could not be read is counted as an exception."""
    deps, file = reading.deps, reading.file
    notes = tuple(reading.notes.pop(number, ()))
    kind = PageKind.EXCEPTION
    row = ScanPage(
        id=deps.ids.new("pag"),
        organisation_id=file.organisation_id,
        batch_id=file.batch_id,
        file_id=file.id,
        number=number,
        kind=kind,
        read_as=kind,
        created_at=deps.clock.now(),
        findings=(*notes, finding),
    )
    with deps.database.write() as uow:
        keep_lease(deps, uow, reading.context)
        uow.scan_pages.add(row)
        uow.scans.count_page(file.organisation_id, file.id)
    reading.there.add(number)


def _end(reading: _Reading) -> None:
    """A file is read when it was read to its end; behind a last page that could not be read others may be missing."""
    deps, file = reading.deps, reading.file
    left = [finding for number in sorted(reading.notes) for finding in reading.notes[number]]
    findings = [*reading.findings, *left, *([reading.last] if reading.last else [])]
    whole = bool(reading.there) and all(finding.severity != Severity.ERROR for finding in findings)
    state = ScanFileState.READ if whole else ScanFileState.FAILED
    total = len(reading.there) if whole else None
    with deps.database.write() as uow:
        reading.context.complete(uow)
        uow.scans.set_file(file.organisation_id, file.id, state, deps.clock.now(), findings, total)


def flat_finding(finding: Finding) -> ScanFinding:
    """A finding as it lies in a row."""
    return ScanFinding(finding.code, finding.message, finding.severity.value)


def _suffix(name: str) -> str:
    """The ending of a name, for what is said of files whose name lies."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix.isascii() and suffix[1:].isalnum() and len(suffix) <= len(".jpeg") else ""
