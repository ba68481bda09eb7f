"""Today: what is due, what rings, and the next step of each batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.staff.desk import notice_of
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.visitors import SETTLERS, WATCHERS, Visitor, VisitorDep
from api.ports import CARRIER, Alarm, BatchState, JobState, Role
from api.usecases import batches, exchanging, jobs, overview
from api.usecases.agreeing.asking import ASKING_STOPPED
from api.usecases.agreeing.questions import get_question
from api.usecases.answering.campaigns import get_campaign
from api.usecases.answering.guarding import CODES_PAUSED
from api.usecases.answering.reminding import REMINDER_FAILED
from api.usecases.deps import Deps
from api.usecases.evidence.checkpoints import STAMP_FAILED
from api.usecases.jobs import REPRINT_FAILED
from api.usecases.messaging.lanes import ALARM as CHANNEL_DOWN
from api.usecases.rules import get_rules
from api.usecases.webhooks import endpoints
from api.usecases.webhooks.switching import ALARM as WEBHOOK_OFF

router = APIRouter(prefix="/staff", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

LIVE_S: Final = 15
WORKING: Final = frozenset({BatchState.PLANNED, BatchState.COMPOSING, BatchState.WRITING, BatchState.CHECKING})
_SERVICE: Final = "The service should have moved it on by now. Tell whoever runs the service."
_WHAT_TO_DO: Final[Mapping[str, str]] = {
    CARRIER: "The file of the carrier was not brought. Bring it, or go on without.",
    JobState.FAILED: "The service gave it up. Tell whoever runs the service; it can be started again where it stopped.",
    BatchState.BLOCKED: "Its files do not agree with the data. Look at the picture, then have them written again.",
    BatchState.READY: "It waits for somebody to release it.",
    BatchState.RELEASED: "Nobody has fetched its files. Fetch and print them.",
    BatchState.FETCHED: "It was fetched but not marked printed. Print it, and say so.",
    BatchState.PRINTED: "Not every piece is accounted for. Say what became of the rest, and complete it.",
    BatchState.COMPLETED: "It is complete but not on its way. Put it in a mail run and hand it over.",
    ASKING_STOPPED: "People cannot be asked any more. See what is wrong with its channels, and ask the rest again.",
    CODES_PAUSED: (
        "Somebody is guessing codes, so nobody can type one for an hour. Links that are scanned, and slips, go on. "
        "Tell whoever runs the service when it comes back."
    ),
    CHANNEL_DOWN: "Messages wait until its server answers. Tell whoever runs the service.",
    STAMP_FAILED: "Checkpoints get no time stamp or cannot be kept. It is tried on; tell whoever runs the service.",
    WEBHOOK_OFF: "Nothing gets through to it, so it was disabled. See why, make it work, and enable it.",
    REMINDER_FAILED: "A reminder could not be sent on its day. See why in its events, and send it by hand.",
    REPRINT_FAILED: "A reprint could not be made. Start it again from the page of the batch.",
}
# what a person does next with a batch in this state, the part of its page, and who may
STEPS: Final = {
    BatchState.BLOCKED: ("See difference", "differs", Role.PRINT_ROOM),
    BatchState.READY: ("Release", "release", Role.APPROVER),
    BatchState.RELEASED: ("Fetch files", "files", Role.PRINT_ROOM),
    BatchState.FETCHED: ("Mark printed", "printed", Role.PRINT_ROOM),
    BatchState.PRINTED: ("Enter results", "results", Role.PRINT_ROOM),
}
# completed is the only state whose next step is on another page
_TO_RUN: Final = ("To mail run", "/staff/mail-runs#open")


@router.get("", dependencies=[WATCHERS])
def today(
    request: Request,
    deps: DepsDep,
    visitor: VisitorDep,
    state: Annotated[BatchState | None, Query()] = None,
    live: bool = False,  # noqa: FBT001, FBT002 - a switch in the address
) -> Response:
    """One look, and one step for each batch."""
    seen = overview.overview(deps, visitor.organisation_id, state)
    return page(
        request,
        "today.html",
        seen=seen,
        rows=[(due, next_step(due, visitor)) for due in seen.due],
        alarms=[_alarm(deps, visitor, alarm) for alarm in seen.alarms],
        zone=zone_of(deps, visitor.organisation_id),
        chosen=state,
        waiting=WORKING,
        held=exchanging.waiting_jobs(deps, visitor.organisation_id),
        live=live,
        refresh_s=LIVE_S if live else None,
        notice=notice_of(request, deps),
    )


def next_step(due: overview.Due, visitor: Visitor) -> tuple[str, str] | None:
    """Words and address of the next step; None when it is not this person's, or nobody's."""
    batch = due.batch
    if batch.state is BatchState.COMPLETED:
        if batch.mail_run_id is not None:
            return ("Hand over", f"/staff/mail-runs/{batch.mail_run_id}#hand-over")
        return _TO_RUN if visitor.may(Role.PRINT_ROOM) else None
    words, part, role = STEPS.get(batch.state, ("", "", Role.ADMIN))
    if not words or not visitor.may(role):
        return None
    if batch.state is BatchState.PRINTED and not due.not_set:
        words, part = ("Ask a reprint", "reprint") if due.damaged else ("Complete", "complete")
    return (words, f"/staff/batches/{batch.id}#{part}")


def zone_of(deps: Deps, organisation_id: str) -> str:
    """Where the clock on the wall hangs."""
    schedule = get_rules(deps, organisation_id).cut_offs or {}
    return str(schedule.get("timezone", "Europe/Amsterdam"))


def _alarm(deps: Deps, visitor: Visitor, alarm: Alarm) -> dict[str, Any]:
    """With the name of the batch or job, and its page when this person has one."""
    organisation_id, subject = visitor.organisation_id, alarm.subject_id
    if subject.startswith("bat_"):
        batch = batches.get_batch(deps, organisation_id, subject)
        title = jobs.get_job(deps, organisation_id, batch.job_id).title
        name, url = f"{title or 'Print job'} · batch {batch.number}", f"/staff/batches/{subject}"
    elif alarm.state == CODES_PAUSED:
        name, url = "Personal pages", ""
    elif alarm.state == REMINDER_FAILED:
        name, url = get_campaign(deps, organisation_id, subject).name, ""
    elif alarm.state == CHANNEL_DOWN:
        name, url = "A channel", ""
    elif alarm.state == ASKING_STOPPED:
        name = get_question(deps, organisation_id, subject).asked.name
        url = f"/staff/agreements/{subject}" if visitor.may(*SETTLERS) else ""
    elif alarm.state == STAMP_FAILED:
        name, url = "Evidence of agreements", ""
    elif alarm.state == WEBHOOK_OFF:
        name = endpoints.get_webhook(deps, organisation_id, subject).url
        url = f"/staff/webhooks/{subject}" if visitor.may(Role.ADMIN) else ""
    else:
        job = jobs.get_job(deps, organisation_id, subject)
        name = job.title or "Print job"
        url = f"/staff/jobs/{subject}" if visitor.may(Role.SUBMITTER, Role.APPROVER) else ""
        if job.waiting_for:
            url = f"/staff/carrier/{subject}" if visitor.may(Role.PRINT_ROOM) else url
            return {"alarm": alarm, "name": name, "url": url, "text": _WHAT_TO_DO.get(job.waiting_for, _SERVICE)}
    return {"alarm": alarm, "name": name, "url": url, "text": _WHAT_TO_DO.get(alarm.state, _SERVICE)}
