"""Print jobs: submit, follow, stop."""

from __future__ import annotations

from datetime import UTC, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from api.http.auth import APPROVER, SENDERS, STAFF, SUBMITTER, CallerDep
from api.http.bodies import BodyDep, JsonSha256
from api.http.edge import DepsDep, PageDep, public_url
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, POST_CODES, body, problems
from api.http.schemas import (
    EventOut,
    GivenTime,
    In,
    JobFindingOut,
    JobOut,
    LinkOut,
    ListOut,
    PieceOut,
    listed,
)
from api.ports import JobState, PieceState, Policy
from api.usecases import jobs, links, releasing, room_views, rules
from api.usecases.deps import Deps
from api.usecases.formats import RecordsFormat, read_format
from api.usecases.intake import Submission, store_body, submit_job
from docgen.findings import Refusal

router = APIRouter(prefix="/v1/print-jobs", tags=["print jobs"])

LINK_LASTS: Final = timedelta(hours=12)
_RECORD: Final = {
    "record_id": "R-000001",
    "recipient": {
        "name": "Mevrouw A.B. de Vries",
        "street": "Voorbeeldstraat",
        "house_number": "12",
        "postcode": "1234 AB",
        "town": "Voorbeeldstad",
    },
}
_CSV: Final = (
    "record_id;recipient.name;recipient.street;recipient.house_number;recipient.postcode;recipient.town\n"
    "R-000001;Mevrouw A.B. de Vries;Voorbeeldstraat;12;1234 AB;Voorbeeldstad\n"
)
_RECORDS: Final = body(
    "The records themselves, streamed. The columns or keys are those of the template's JSON Schema. For CSV the "
    "content type may have `charset`, `delimiter` (comma, semicolon, tab) and `decimal-comma=true`.",
    json=[_RECORD],
    csv=_CSV,
    xlsx="…",
)


class SubmitQuery(In):
    """How the records become letters."""

    template: str = Field(description="Id, key or key@version of a template.", examples=["rent-reminder"])
    brand: str = Field(description="Id, key or key@version of a brand.", examples=["grachtstad"])
    policy: Policy = Field(Policy.ALL_OR_NOTHING, description="What a faulty record does to the rest.")
    validate_only: bool = Field(default=False, description="Say what is wrong and print nothing.")
    title: str = Field("", description="In your words; no personal data.", examples=["Rent reminders, November"])
    campaign: str = Field(
        "",
        description="Id or key of the campaign that these letters invite to; without it they are one of their own.",
        examples=["meters-2026"],
    )
    cut_off_at: GivenTime | None = Field(
        None,
        description="Nothing is released before; with time zone. Without it the next cut-off of your organisation.",
        examples=["2026-11-24T17:00:00Z"],
    )
    insert: list[str] = Field(
        default_factory=list,
        max_length=10,
        description="Ids of what the print room puts in each envelope beside the letters.",
        examples=[["reply-envelope"]],
    )


def _format(request: Request) -> RecordsFormat:
    return read_format(request.headers.get("content-type", ""))


FormatDep = Annotated[RecordsFormat, Depends(_format)]


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobOut,
    summary="Submit a print job",
    dependencies=[SUBMITTER, Depends(_format)],
    responses=problems(
        *POST_CODES,
        *("media-type-unsupported", "records-csv-encoding", "records-csv-delimiter", "body-empty", "body-cut-off"),
        *("template-not-found", "brand-not-found", "template-retired", "brand-retired", "title-invalid"),
        *("cut-off-invalid", "envelope-without-carrier-room", "insert-unknown", "request-invalid"),
        *("campaign-not-found", "campaign-closed", "campaign-form-differs", "campaign-asks-nothing", "mode-differs"),
    ),
    openapi_extra=_RECORDS,
)
def submit(
    caller: CallerDep, once: OnceDep, query: Annotated[SubmitQuery, Query()], form: FormatDep, content: BodyDep
) -> Response:
    """The body is the records. The answer comes at once; every record is then validated before the job is accepted."""
    submission = Submission(
        template=query.template,
        brand=query.brand,
        format=form,
        mode=caller.mode,
        policy=query.policy,
        validate_only=query.validate_only,
        title=query.title,
        cut_off_at=query.cut_off_at,
        created_by=caller.key_id,
        inserts=tuple(query.insert),
        campaign=query.campaign,
    )

    def make(deps: Deps) -> Answer:
        stored = store_body(deps, caller.organisation_id, content.file)
        job = submit_job(deps, caller.organisation_id, submission, stored)
        return Answer(HTTPStatus.ACCEPTED, JobOut.of(job), location=f"/v1/print-jobs/{job.id}")

    def found(job_id: str) -> Answer | None:
        try:
            job = jobs.get_job(once.deps, caller.organisation_id, job_id)
        except Refusal:
            return None
        return Answer(HTTPStatus.ACCEPTED, JobOut.of(job), location=f"/v1/print-jobs/{job.id}")

    return once.run(content.sha256, make, "job", found)


@router.get("", summary="List print jobs", dependencies=[STAFF], responses=problems(*LIST_CODES, "request-invalid"))
def list_jobs(deps: DepsDep, caller: CallerDep, page: PageDep, state: JobState | None = None) -> ListOut[JobOut]:
    """Newest first."""
    return listed(jobs.list_jobs(deps, caller.organisation_id, page, state), JobOut.of)


@router.get("/{job_id:id}", summary="Show a print job", dependencies=[STAFF], responses=problems("job-not-found"))
def get_job(deps: DepsDep, caller: CallerDep, job_id: str) -> JobOut:
    """State and progress; counts grow while the job is validated and composed."""
    job = jobs.get_job(deps, caller.organisation_id, job_id)
    return JobOut.of(job, dict(jobs.count_findings(deps, caller.organisation_id, job_id)))


@router.get(
    "/{job_id:id}/findings",
    summary="What is wrong with the records",
    dependencies=[STAFF],
    responses=problems("job-not-found", *LIST_CODES, "request-invalid"),
)
def list_findings(
    deps: DepsDep,
    caller: CallerDep,
    page: PageDep,
    job_id: str,
    record_index: Annotated[int | None, Query(ge=0, le=1_000_000, description="Only of this record, from 0.")] = None,
) -> ListOut[JobFindingOut]:
    """In the order of the records, each with a JSON pointer, or row and column."""
    found = jobs.list_findings(deps, caller.organisation_id, job_id, page, record_index)
    return listed(found, JobFindingOut.of_job)


@router.get(
    "/{job_id:id}/pieces",
    summary="Mail pieces of a print job",
    dependencies=[STAFF],
    responses=problems("job-not-found", *LIST_CODES, "request-invalid"),
)
def list_pieces(
    deps: DepsDep, caller: CallerDep, page: PageDep, job_id: str, state: PieceState | None = None
) -> ListOut[PieceOut]:
    """In the order of the records."""
    found = jobs.list_pieces(deps, caller.organisation_id, job_id, page, state)
    codes = room_views.control_codes(deps, caller.organisation_id, found.items)
    return listed(found, lambda piece: PieceOut.of(piece, codes.get(piece.id, "")))


@router.get(
    "/{job_id:id}/events",
    summary="What happened to a print job",
    dependencies=[STAFF],
    responses=problems("job-not-found", *LIST_CODES),
)
def list_events(deps: DepsDep, caller: CallerDep, page: PageDep, job_id: str) -> ListOut[EventOut]:
    """Oldest first."""
    jobs.get_job(deps, caller.organisation_id, job_id)
    return listed(jobs.list_events(deps, caller.organisation_id, job_id, page), EventOut.of)


@router.post(
    "/{job_id:id}/approve",
    response_model=JobOut,
    summary="Release the batches of a print job",
    dependencies=[APPROVER],
    responses=problems(
        *("job-not-found", "batch-not-found", "batch-not-ready", "approval-by-submitter", "state-conflict"),
        *ACT_CODES,
    ),
)
def approve(caller: CallerDep, job_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """Where your organisation wants somebody else to look: what is ready goes now, the rest once it was read back.

    Of a job that waits for nobody nothing changes.
    """

    def make(deps: Deps) -> Answer:
        job = jobs.get_job(deps, caller.organisation_id, job_id)
        four_eyes = rules.get_rules(deps, caller.organisation_id).four_eyes
        waits = releasing.may_be_approved(job, four_eyes=four_eyes)
        approve = releasing.approve_ahead if waits else releasing.approve_job
        return Answer(HTTPStatus.OK, JobOut.of(approve(deps, caller.organisation_id, job_id, caller.key_id)))

    return once.run(sha256, make)


@router.post(
    "/{job_id:id}/cancel",
    response_model=JobOut,
    summary="Cancel a print job",
    dependencies=[SENDERS],
    responses=problems("job-not-found", "cut-off-passed", "job-released", "state-conflict", *ACT_CODES),
)
def cancel(caller: CallerDep, job_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """Until something of it is released or its cut-off has passed. Cancelling again changes nothing."""

    def make(deps: Deps) -> Answer:
        return Answer(HTTPStatus.OK, JobOut.of(jobs.cancel_job(deps, caller.organisation_id, job_id)))

    return once.run(sha256, make)


@router.post(
    "/{job_id:id}/retry",
    response_model=JobOut,
    summary="Start a failed print job again",
    dependencies=[SENDERS],
    responses=problems("job-not-found", "job-not-failed", "state-conflict", *ACT_CODES),
)
def retry(caller: CallerDep, job_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """Where it stopped; whole parts are kept."""

    def make(deps: Deps) -> Answer:
        return Answer(HTTPStatus.OK, JobOut.of(jobs.retry_job(deps, caller.organisation_id, job_id)))

    return once.run(sha256, make)


@router.post(
    "/{job_id:id}/links",
    status_code=HTTPStatus.CREATED,
    response_model=LinkOut,
    summary="Make a link to look at a print job",
    dependencies=[STAFF],
    responses=problems("job-not-found", *ACT_CODES),
)
def make_link(request: Request, caller: CallerDep, job_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """A page that a colleague can open without a key, for 12 hours."""

    def make(deps: Deps) -> Answer:
        job = jobs.get_job(deps, caller.organisation_id, job_id)
        token = links.sign(deps.secret, links.VIEW_JOB, (caller.organisation_id, job.id), deps.clock, LINK_LASTS)
        url = f"{public_url(request)}/jobs/{job.id}?view={token}"
        return Answer(HTTPStatus.CREATED, LinkOut(url=url, expires_at=(deps.clock.now() + LINK_LASTS).astimezone(UTC)))

    return once.run(sha256, make)
