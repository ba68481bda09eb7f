"""Look at scans: batches and how their pages add up, files, pages, slips, and their pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.usecases.scanning.kept import PICTURE, part_of
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Balance, Page, PageRequest, ScanBatch, ScanFile, ScanPage, Slip, SlipFieldRow
    from api.usecases.deps import Deps
    from scanning.readings import PageKind


class BatchSeen(NamedTuple):
    """A batch with the sums of its pages."""

    batch: ScanBatch
    balance: Balance


class SlipSeen(NamedTuple):
    """A slip with its fields, and the page that it is on."""

    slip: Slip
    fields: tuple[SlipFieldRow, ...]
    page: ScanPage


def list_batches(deps: Deps, organisation_id: str, page: PageRequest) -> tuple[Sequence[BatchSeen], str | None]:
    """Newest first, with the cursor of the next part."""
    with deps.database.read() as uow:
        found = uow.scans.batches(organisation_id, page)
        sums = uow.scans.balances(organisation_id, [batch.id for batch in found.items])
    return [BatchSeen(batch, sums[batch.id]) for batch in found.items], found.next_after


def get_batch(deps: Deps, organisation_id: str, batch_id: str) -> BatchSeen:
    """One batch. Raises Refusal: ``scan-batch-not-found``."""
    with deps.database.read() as uow:
        batch = uow.scans.batch(organisation_id, batch_id)
        return BatchSeen(batch, uow.scans.balances(organisation_id, [batch_id])[batch_id])


def list_files(deps: Deps, organisation_id: str, batch_id: str, page: PageRequest) -> Page[ScanFile]:
    """In the order in which they came. Raises Refusal: ``scan-batch-not-found``."""
    with deps.database.read() as uow:
        uow.scans.batch(organisation_id, batch_id)
        return uow.scans.files(organisation_id, batch_id, page)


def get_file(deps: Deps, organisation_id: str, file_id: str) -> ScanFile:
    """One file. Raises Refusal: ``scan-file-not-found``."""
    with deps.database.read() as uow:
        return uow.scans.file(organisation_id, file_id)


def list_pages(
    deps: Deps,
    organisation_id: str,
    page: PageRequest,
    batch_id: str | None = None,
    file_id: str | None = None,
    kind: PageKind | None = None,
) -> Page[ScanPage]:
    """In the order in which they were read. Raises Refusal: ``scan-batch-not-found``, ``scan-file-not-found``."""
    with deps.database.read() as uow:
        if batch_id is not None:
            uow.scans.batch(organisation_id, batch_id)
        if file_id is not None:
            uow.scans.file(organisation_id, file_id)
        return uow.scan_pages.list(organisation_id, page, batch_id, file_id, kind)


def get_page(deps: Deps, organisation_id: str, page_id: str) -> ScanPage:
    """One page. Raises Refusal: ``scan-page-not-found``."""
    with deps.database.read() as uow:
        return uow.scan_pages.get(organisation_id, page_id)


def list_slips(
    deps: Deps, organisation_id: str, page: PageRequest, batch_id: str | None = None, piece_id: str | None = None
) -> tuple[Sequence[SlipSeen], str | None]:
    """In the order in which they came back, with the cursor of the next part."""
    with deps.database.read() as uow:
        found = uow.scan_pages.slips(organisation_id, page, batch_id, piece_id)
        fields = uow.slip_fields.of_slips(organisation_id, [slip.id for slip in found.items])
        return [
            SlipSeen(
                slip,
                tuple([field for field in fields if field.slip_id == slip.id]),
                uow.scan_pages.get(organisation_id, slip.page_id),
            )
            for slip in found.items
        ], found.next_after


def get_slip(deps: Deps, organisation_id: str, slip_id: str) -> SlipSeen:
    """One slip. Raises Refusal: ``slip-not-found``."""
    with deps.database.read() as uow:
        slip = uow.scan_pages.slip(organisation_id, slip_id)
        fields = uow.slip_fields.of_slips(organisation_id, [slip_id])
        return SlipSeen(slip, tuple(fields), uow.scan_pages.get(organisation_id, slip.page_id))


def page_jpeg(deps: Deps, organisation_id: str, page_id: str) -> bytes:
    """The picture of a page. Raises Refusal: ``scan-page-not-found``, ``scan-picture-missing``."""
    return _picture(deps, get_page(deps, organisation_id, page_id), PICTURE)


def crop_png(deps: Deps, organisation_id: str, field_id: str) -> bytes:
    """The picture of a field. Raises Refusal: ``slip-field-not-found``, ``scan-picture-missing``."""
    with deps.database.read() as uow:
        field = uow.slip_fields.get(organisation_id, field_id)
        page = uow.scan_pages.get(organisation_id, field.page_id)
    return _picture(deps, page, -1 if field.part is None else field.part)


def get_field(deps: Deps, organisation_id: str, field_id: str) -> SlipFieldRow:
    """One field with all that is known of it: not for somebody who is to key it blind.

    Raises Refusal: ``slip-field-not-found``.
    """
    with deps.database.read() as uow:
        return uow.slip_fields.get(organisation_id, field_id)


def _picture(deps: Deps, page: ScanPage, part: int) -> bytes:
    data = part_of(deps, page, part)
    if not data:
        raise Refusal("scan-picture-missing", "There is no picture of this. Look at the paper, or at the whole page.")
    return data
