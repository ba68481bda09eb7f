"""What becomes of scans whose reading was given up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.ports import ScanFileState, ScanFinding, WayOut
from api.usecases.kinds import WorkKind

if TYPE_CHECKING:
    from api.ports import UnitOfWork, WorkItem
    from api.usecases.deps import Deps


def scan_failed(deps: Deps, uow: UnitOfWork, item: WorkItem) -> bool:
    """Tell a file or page that the work on it was given up; False when the work was about something else."""
    organisation_id, now = item.organisation_id, deps.clock.now()
    if item.kind == WorkKind.READ_SCAN:
        given_up = uow.work.find(organisation_id, item.kind, item.subject_id)
        code = (given_up.error_code if given_up else None) or item.error_code or "internal-error"
        message = "The service gave up reading this file. Its pages so far are kept; tell the operator, then try again."
        file = uow.scans.file(organisation_id, item.subject_id)
        findings = [*file.findings, ScanFinding(code, message)]
        uow.scans.set_file(organisation_id, file.id, ScanFileState.FAILED, now, findings)
        return True
    if item.kind == WorkKind.READ_PAGE:
        page = uow.scan_pages.held(organisation_id, item.subject_id)
        if page.way_out is WayOut.READ_AGAIN:
            uow.scan_pages.change(replace(page, way_out=WayOut.NONE))
        return True
    return False
