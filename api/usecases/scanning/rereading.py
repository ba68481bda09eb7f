"""Look at one page of a file once more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from api.ports import WayOut
from api.usecases.leases import nothing_to_do
from api.usecases.ready_made.uploads import copy_blob
from api.usecases.scanning.kept import bundle_of
from api.usecases.scanning.reading import flat_finding, page_row, placing_of, with_trouble
from api.usecases.scanning.settling import Placing, settle
from docgen.findings import Finding, Severity
from scanning.readings import PageKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import ScanFile, ScanPage, SlipReader, WorkContext
    from api.usecases.deps import Deps
    from scanning.readings import PageReading


def read_page_again(deps: Deps, reader: SlipReader, context: WorkContext) -> None:
    """Handler of ``read_page``: the page takes the place of what it was before, and keeps its id."""
    organisation_id, page_id = context.item.organisation_id, context.item.subject_id
    with deps.database.read() as uow:
        page = uow.scan_pages.get(organisation_id, page_id)
        file = uow.scans.file(organisation_id, page.file_id)
        forms = uow.slip_forms.geometries(organisation_id)
    if page.way_out is not WayOut.READ_AGAIN:
        nothing_to_do(deps, context)
        return
    with TemporaryDirectory(prefix="posthoorn-") as name:
        path = Path(name) / f"scan{Path(file.name).suffix}"
        copy_blob(deps, organisation_id, file.blob, path)
        found = _find(reader, path, forms, (page.number, context))
    _replace(deps, context, (page, file), found)


def _find(
    reader: SlipReader, path: Path, forms: Mapping[str, str], wanted: tuple[int, WorkContext]
) -> PageReading | Finding | None:
    number, context = wanted
    for item in reader.read(path, forms):
        context.check()
        if isinstance(item, Finding):
            if item.severity is Severity.ERROR and item.place.page in {None, number}:
                return item
        elif item.number == number:
            return item
    return None


def _replace(
    deps: Deps, context: WorkContext, about: tuple[ScanPage, ScanFile], found: PageReading | Finding | None
) -> None:
    page, file = about
    fresh = replace(page, kind=PageKind.EXCEPTION, way_out=WayOut.NONE)
    if isinstance(found, Finding):
        fresh = replace(fresh, findings=(flat_finding(found),))
    elif found is not None:
        row = page_row(deps, file, found, bundle_of(deps, file.organisation_id, found))
        fresh = replace(row, id=page.id, read_as=page.read_as, created_at=page.created_at)
    fresh = replace(fresh, resolved_by=page.resolved_by, resolved_at=page.resolved_at)
    with deps.database.write() as uow:
        context.complete(uow)
        if uow.scan_pages.held(page.organisation_id, page.id).way_out is not WayOut.READ_AGAIN:
            return
        if fresh.bundle is not None:
            uow.trash.keep(page.organisation_id, fresh.bundle)
        placing = Placing()
        if found is not None and not isinstance(found, Finding):
            mode = uow.scans.batch(page.organisation_id, page.batch_id).mode
            placing = placing_of(uow, fresh, mode, found)
        fresh = with_trouble(fresh, placing.trouble)
        uow.scan_pages.change(fresh)
        if fresh.kind is PageKind.SLIP:
            settle(deps, uow, fresh, placing.placed)
