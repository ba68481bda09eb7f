"""What the pages of a corporation share: who may, tokens of drafts, links with their query, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Query

from api.http.staff.moments import local_moment
from api.http.staff.visitors import Guard
from api.ports import BatchState, BlobRef, JobState, Role
from api.usecases import drafts, links
from docgen.findings import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from api.http.staff.forms import Form
    from api.http.staff.visitors import Visitor
    from api.ports import Batch, Event, JobCounts, JobFinding, PrintJob
    from api.usecases.deps import Deps
    from docgen.findings import Finding

JOBS: Final = "/staff/jobs"
# the print room looks at jobs too, when somebody calls about one
READERS: Final = Depends(Guard(frozenset({Role.SUBMITTER, Role.APPROVER, Role.PRINT_ROOM})))
SUBMITTERS: Final = Depends(Guard(frozenset({Role.SUBMITTER})))
CORPORATION: Final = Depends(Guard(frozenset({Role.SUBMITTER, Role.APPROVER})))
ADMINS: Final = Depends(Guard(frozenset({Role.ADMIN})))

ENDED: Final = frozenset({JobState.RELEASED, JobState.REJECTED, JobState.CANCELLED})
_RUNNING: Final = frozenset({JobState.RECEIVED, JobState.VALIDATING, JobState.COMPOSING})
TokenQuery = Annotated[str, Query(alias="of", max_length=600)]
TextQuery = Annotated[str, Query(max_length=200)]
CursorQuery = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$")]

_STEPS: Final[Mapping[JobState, str]] = {
    JobState.RECEIVED: "Waiting for its turn",
    JobState.VALIDATING: "Checking every letter",
    JobState.ACCEPTED: "Every letter is right; being planned",
    JobState.COMPOSING: "Making the letters",
    JobState.BATCHING: "The letters are made",
    JobState.RELEASED: "Released to the print room",
    JobState.REJECTED: "Refused: nothing of it is printed",
    JobState.CANCELLED: "Cancelled: nothing of it is printed",
    JobState.FAILED: "Stopped by a failure of the service",
}
_CHECK_STEPS: Final[Mapping[JobState, str]] = {
    JobState.ACCEPTED: "Checked",
    JobState.REJECTED: "Checked: has faults",
    JobState.CANCELLED: "Check cancelled",
}
_STAGES: Final[Mapping[BatchState, int]] = {
    BatchState.PLANNED: 2,
    BatchState.COMPOSING: 2,
    BatchState.WRITING: 2,
    BatchState.CHECKING: 3,
    BatchState.BLOCKED: 3,
    BatchState.READY: 3,
}
_LAST_STAGE: Final = 4
_EVENTS: Final[Mapping[str, str]] = {
    "job-received": "Received",
    "job-validating": "Check of every letter begun",
    "job-accepted": "Every letter that is printed is right",
    "job-composing": "Planned in the order of the post; letters being made",
    "job-batching": "All letters made",
    "job-released": "Released to the print room",
    "job-rejected": "Refused because of faults",
    "job-cancelled": "Cancelled",
    "job-failed": "Stopped by a failure of the service",
    "job-approved": "Approved",
    "job-sent": "Sent",
    "job-waits": "Waiting for the file of the carrier",
    "carrier-exported": "Addresses fetched for the carrier",
    "carrier-imported": "File of the carrier brought",
    "carrier-left-out": "Goes on without the carrier",
    "job-checked": "Checked beforehand",
    "batch-writing": "Waiting to be put in print files",
    "batch-checking": "Print files being read back",
    "batch-ready": "Print files agree with the data",
    "batch-blocked": "Held: a print file does not agree with the data",
    "batch-released": "Released to the print room",
    "batch-fetched": "Fetched by the print room",
    "batch-printed": "Printed",
    "batch-completed": "Every envelope accounted for",
    "batch-handed_over": "Handed over to the post",
    "piece-stopped": "Stopped",
    "piece-resumed": "Let go on",
}


def token_of(deps: Deps, visitor: Visitor, ref: BlobRef, purpose: str) -> str:
    """A signed name of something uploaded, for the address of its page."""
    return links.sign(deps.secret, purpose, (visitor.organisation_id, str(ref)), deps.clock, drafts.KEPT)


def ref_of(deps: Deps, visitor: Visitor, token: str, purpose: str) -> BlobRef:
    """What a token names. Raises Refusal: ``draft-gone``, ``link-invalid``."""
    try:
        organisation_id, ref = links.read(deps.secret, purpose, token, deps.clock)
    except Refusal as refusal:
        raise Refusal("draft-gone", f"{refusal.detail} What was uploaded is kept for a day; upload it again.") from None
    if organisation_id != visitor.organisation_id:
        raise Refusal("draft-gone", "This upload is not of your organisation. Upload it again.")
    return BlobRef.parse(ref)


def with_query(path: str, **values: object) -> str:
    """The path with those values that say something."""
    said = {name: value for name, value in values.items() if value not in (None, "")}
    return f"{path}?{urlencode(said)}" if said else path


def cut_off_of(text: str, zone: str) -> datetime | None:
    """The cut-off in a form. Raises Refusal: ``cut-off-invalid``."""
    try:
        return local_moment(text, zone)
    except ValueError:
        told = "Give the day and the time of the cut-off, such as 24-11-2026 17:00."
        raise Refusal("cut-off-invalid", told) from None


def chosen_inserts(deps: Deps, form: Form) -> tuple[str, ...]:
    """The ids of what was ticked to go in each envelope."""
    return tuple([name for name in deps.equipment.profiles.inserts if form.text(f"insert-{name}")])


def is_running(job: PrintJob) -> bool:
    """True while it moves by itself within moments; what waits for its cut-off or its carrier does not."""
    goes_on = job.state is JobState.ACCEPTED and not job.validate_only and not job.waiting_for
    return job.state in _RUNNING or goes_on


def step_word(job: PrintJob) -> str:
    """Where a job is, as its sender would say it."""
    if job.validate_only:
        faults = job.state is JobState.ACCEPTED and job.counts.invalid
        return "Checked: some have faults" if faults else _CHECK_STEPS.get(job.state, _STEPS[job.state])
    return "Every letter is right; waits for the carrier's file" if job.waiting_for else _STEPS[job.state]


def step_tone(job: PrintJob) -> str:
    """The colour that goes with it."""
    if job.state in {JobState.REJECTED, JobState.FAILED}:
        return "bad"
    if job.waiting_for or (job.validate_only and job.counts.invalid):
        return "warn"
    if job.state in {JobState.RELEASED, JobState.ACCEPTED}:
        return "good"
    return "" if job.state is JobState.CANCELLED else "info"


def done_of(job: PrintJob) -> tuple[int, int] | None:
    """How many of how many in the step that it is in; None when nobody knows."""
    counts: JobCounts = job.counts
    if job.state is JobState.VALIDATING and counts.total:
        return counts.valid + counts.invalid, counts.total
    if job.state is JobState.COMPOSING and counts.valid:
        return min(counts.composed, counts.valid), counts.valid
    return None


def stage_of(job: PrintJob, batches: Sequence[Batch]) -> int:
    """Which of the stages that every print job passes it is in: check, plan, write, read back, print room."""
    if job.state in {JobState.RECEIVED, JobState.VALIDATING}:
        return 0
    if not batches:
        return 1
    return min(_STAGES.get(batch.state, _LAST_STAGE) for batch in batches)


def event_text(event: Event) -> str:
    """What happened, as the sender would say it; nothing for what says nothing to them."""
    return _EVENTS.get(event.name, "")


def place_word(finding: JobFinding | Finding, columns: Mapping[str, str]) -> str:
    """Where a finding is, in the words of who made the file."""
    place = finding.place if isinstance(finding.place, Mapping) else asdict(finding.place)
    row, field = place.get("row"), str(place.get("column") or "")
    names = {name.casefold(): column for name, column in columns.items()}
    own = names.get(field.casefold(), "")
    pointer = "" if row else str(place.get("pointer") or "").strip("/").removeprefix("records/")
    said = [
        f"row {row}" if row else "",
        f"column {own}" if own else field or _inside(pointer),
        f"page {place['page']}" if place.get("page") else "",
    ]
    return ", ".join(part for part in said if part)


def _inside(pointer: str) -> str:
    """What is in the record at a pointer; the record itself is named beside it."""
    return ".".join(pointer.split("/")[1:])


WORDS: Final[Mapping[str, Any]] = {
    "step_word": step_word,
    "step_tone": step_tone,
    "done_of": done_of,
    "is_running": is_running,
    "event_text": event_text,
    "stage_of": stage_of,
    "with_query": with_query,
    "place_word": place_word,
}
"""For every page of a corporation."""
