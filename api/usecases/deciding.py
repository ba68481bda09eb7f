"""Decide about a job: accepted or rejected, by whoever ends the last part of its validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import CARRIER, JobState, PackageState, Policy
from api.usecases.carriers import carrier_of
from api.usecases.gathering import let_go_of_shelves
from api.usecases.kinds import FIRST, WorkKind

if TYPE_CHECKING:
    from api.ports import Packages, PrintJob, UnitOfWork
    from api.usecases.deps import Deps

RECORDS_INVALID: Final = "records-invalid"


def decide_when_known(deps: Deps, uow: UnitOfWork, job: PrintJob) -> None:
    """Accept or reject when everything was read and checked; ``job`` is its row as held by ``uow``.

    An input that could not be read to its end has its error code already, and no total.
    """
    read_to_the_end = job.counts.total is not None or job.error_code is not None
    if not read_to_the_end or uow.shards.unfinished(job.organisation_id, job.id):
        return
    uow.findings.renumber(job.organisation_id, job.id)
    error_code = job.error_code or (RECORDS_INVALID if _refused(job) else None)
    if error_code is None:
        _accept(deps, uow, job)
    else:
        uow.pieces.clear(job.organisation_id, job.id)
        uow.piece_slips.clear(job.organisation_id, job.id)
        uow.entries.clear(job.organisation_id, job.id)
        let_go_of_shelves(deps, uow, job)
        uow.jobs.set_state(job.organisation_id, job.id, JobState.REJECTED, deps.clock.now(), error_code)


def _refused(job: PrintJob) -> bool:
    return job.counts.valid == 0 or (job.counts.invalid > 0 and job.policy is Policy.ALL_OR_NOTHING)


def _accept(deps: Deps, uow: UnitOfWork, job: PrintJob) -> None:
    organisation_id = job.organisation_id
    uow.jobs.set_state(organisation_id, job.id, JobState.ACCEPTED, deps.clock.now())
    if not job.validate_only:
        for packages, package_id in ((uow.templates, job.template_id), (uow.brands, job.brand_id)):
            if package_id is not None:
                _freeze(deps, packages, organisation_id, package_id)
        if carrier_of(job) is None:
            uow.outbox.enqueue(organisation_id, WorkKind.PLAN, job.id, FIRST)
        else:
            uow.jobs.wait(organisation_id, job.id, CARRIER, deps.clock.now())


def _freeze(deps: Deps, packages: Packages, organisation_id: str, package_id: str) -> None:
    if packages.get(organisation_id, package_id).state is PackageState.DRAFT:
        packages.set_state(organisation_id, package_id, PackageState.USED, deps.clock.now())
