"""Who may approve or cancel a print job now; and when somebody may not, why, so that no button is just missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import IN_PRINT_ROOM, BatchState, JobState, Role
from api.usecases import jobs, people, releasing, rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.http.staff.visitors import Visitor
    from api.ports import Batch, PrintJob
    from api.usecases.deps import Deps

_ENDED: Final = frozenset({JobState.RELEASED, JobState.REJECTED, JobState.CANCELLED, JobState.FAILED})
_NOT_CHECKED: Final = frozenset({JobState.RECEIVED, JobState.VALIDATING})
_MAY_BE_CANCELLED: Final = frozenset(
    {JobState.RECEIVED, JobState.VALIDATING, JobState.ACCEPTED, JobState.COMPOSING, JobState.BATCHING, JobState.FAILED}
)
_YES: Final = (True, "")


def may_approve(deps: Deps, visitor: Visitor, job: PrintJob, batches: Sequence[Batch]) -> tuple[bool, str]:
    """Whether this person may approve it now, and otherwise why not."""
    four_eyes = rules.get_rules(deps, job.organisation_id).four_eyes
    goes = "at the cut-off" if job.cut_off_at else "as soon as they are made"
    if job.approved_by:
        name = people.names_of(deps, job.organisation_id).get(job.approved_by, "A colleague")
        then = "" if job.state in _ENDED else f" They go to the print room {goes}."
        return False, f"{name} approved these letters.{then}"
    if releasing.may_be_approved(job, four_eyes=four_eyes):
        return _may_person(visitor, job, batches)
    if job.state in _ENDED:
        return False, ""
    if four_eyes and job.state in _NOT_CHECKED:
        return False, "A colleague can approve these letters once all of them are checked."
    why = "A test needs nobody" if four_eyes else "Your organisation asks for no second person"
    return False, f"{why}: these letters go {goes}, by themselves."


def may_cancel(deps: Deps, visitor: Visitor, job: PrintJob, batches: Sequence[Batch]) -> tuple[bool, str]:
    """Whether this person may cancel it now, and otherwise why not."""
    if job.state not in _MAY_BE_CANCELLED or (job.validate_only and job.state is JobState.ACCEPTED):
        return False, ""
    if not visitor.may(Role.SUBMITTER, Role.APPROVER):
        return False, "Who sends or approves letters can cancel them."
    if any(batch.state in IN_PRINT_ROOM for batch in batches):
        return False, "Part of these letters is with the print room, so they can no longer be cancelled together."
    if jobs.cut_off_passed(job, deps.clock.now()):
        return False, "The cut-off has passed: these letters are being printed and can no longer be cancelled."
    return _YES


def _may_person(visitor: Visitor, job: PrintJob, batches: Sequence[Batch]) -> tuple[bool, str]:
    if any(batch.state is BatchState.BLOCKED for batch in batches):
        return False, "A print file does not agree with its data. The print room looks at it; nothing goes before."
    if job.created_by == visitor.user.id:
        return False, (
            "You sent these letters, and your organisation wants a second person to look at them. Ask a colleague who "
            "approves letters to open this page."
        )
    if not visitor.may(Role.APPROVER):
        return False, "A colleague who approves letters has to look at these before they go. You have not that role."
    return _YES
