"""Validate: every record of a job read, checked and laid out before the job is accepted.

The input is read once. A small job is checked here and now; a large one is cut into shards on the way, which all
workers check side by side. What comes out depends on neither: ids and numbers come from the job and the place of
the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import JobKind, JobState
from api.usecases.checking import Checked, Checker, findings_at
from api.usecases.composers import composer_of
from api.usecases.deciding import decide_when_known
from api.usecases.jobs import hold_job
from api.usecases.leases import keep_lease, nothing_to_do
from api.usecases.reading import records_of
from api.usecases.ready_made.validating import validate_ready_made
from api.usecases.sharding import Cutter, NotValidatingError
from docgen.findings import Finding, Refusal
from docgen.records.raw_lines import read_lines
from docgen.records.record_ids import RecordIds

if TYPE_CHECKING:
    from api.ports import WorkContext
    from api.usecases.deps import Deps

_MAY_BE_VALIDATED: Final = frozenset({JobState.RECEIVED, JobState.VALIDATING})


def validate_job(deps: Deps, context: WorkContext) -> None:
    """Handler of ``validate``: the job ends accepted, with planning asked for, or rejected with findings.

    With a large job that is the end of its last shard. A job that was to be validated only ends accepted too, with its
    counts and findings and without any piece.
    """
    cutter = _begin(deps, context)
    if cutter is None:
        nothing_to_do(deps, context)
        return
    if cutter.job.kind is JobKind.READY_MADE:
        validate_ready_made(deps, context, cutter.job)
        return
    try:
        refusal = _read(cutter)
        if cutter.in_parts and cutter.lines:
            cutter.cut()
        checked = _check_here(cutter)
        _end(cutter, checked, refusal)
    except NotValidatingError:
        nothing_to_do(deps, context)


def _begin(deps: Deps, context: WorkContext) -> Cutter | None:
    """The job in state validating; None when there is nothing to validate."""
    organisation_id, job_id = context.item.organisation_id, context.item.subject_id
    with deps.database.write() as uow:
        keep_lease(deps, uow, context)
        if uow.jobs.get(organisation_id, job_id).state not in _MAY_BE_VALIDATED:
            return None
        job = uow.jobs.set_state(organisation_id, job_id, JobState.VALIDATING, deps.clock.now())
        return Cutter(deps, context, job, uow.shards.of_job(organisation_id, job_id))


def _read(cutter: Cutter) -> Refusal | None:
    """Read the input to its end, or to where it cannot be used any further."""
    deps, job, ids = cutter.deps, cutter.job, RecordIds()
    try:
        template = composer_of(deps, job).template
        with deps.blobs.open(job.organisation_id, job.input) as stream:
            for raw in records_of(deps, job, stream, template):
                cutter.add(ids.marked(raw))
    except Refusal as refusal:
        return refusal
    return None


def _check_here(cutter: Cutter) -> Checked:
    """What came of the records that were not cut off: all of a small job, none of a large one."""
    if not cutter.lines:
        return Checked()
    checker = Checker(cutter.deps, cutter.job, composer_of(cutter.deps, cutter.job))
    return checker.check(cutter.context, read_lines(cutter.lines), cutter.first)


def _end(cutter: Cutter, checked: Checked, refusal: Refusal | None) -> None:
    """The rows, and that everything was read, in one transaction with the end of the work item."""
    deps, organisation_id, job_id = cutter.deps, cutter.job.organisation_id, cutter.job.id
    with deps.database.write() as uow:
        cutter.context.complete(uow)
        hold_job(uow, organisation_id, job_id)
        if uow.jobs.get(organisation_id, job_id).state is not JobState.VALIDATING:
            return
        checked.write(uow, cutter.job)
        uow.findings.clear_input(organisation_id, job_id)
        if refusal is None:
            uow.jobs.set_counts(organisation_id, job_id, total=cutter.records)
        else:
            found = refusal.findings or (Finding(refusal.code, refusal.detail),)
            rows = findings_at(cutter.records, found, whole_input=True)
            uow.findings.add_many(organisation_id, job_id, rows)
            uow.jobs.set_error(organisation_id, job_id, refusal.code)
        decide_when_known(deps, uow, uow.jobs.get(organisation_id, job_id))
