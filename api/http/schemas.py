"""What goes in and out as JSON. Times are UTC, ISO 8601; ids have a prefix; a list comes in parts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Generic, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

# the names below are read by pydantic when a model is made
from api.ports import (
    IN_PRINT_ROOM,
    BatchState,
    FileRole,
    JobKind,
    JobState,
    Mode,
    PackageState,
    PieceState,
    Policy,
    Role,
)
from api.usecases.characters import is_whole
from api.usecases.equipment import rules_to_show
from api.usecases.webhooks.event_types import event_id, type_of
from docgen.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.ports import ApiKey, Batch, BatchFile, Event, JobFinding, Organisation, Package, Page, Piece, PrintJob
    from api.usecases.print_room import Account
    from docgen.findings import Finding

T = TypeVar("T")
V = TypeVar("V")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[
    datetime,
    PlainSerializer(_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-22T13:00:00.000Z"]}),
]


def _in_utc(moment: datetime) -> datetime:
    """Raises ValueError: at the ends of the calendar another zone has days that UTC has not."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("There is no such time in UTC.") from None
    return moment


GivenTime = Annotated[datetime, AfterValidator(_in_utc)]
"""A time that somebody asks for; whether it has a zone is for whoever takes it."""


def _texts(value: object) -> Iterator[str]:
    """Every text in JSON, at any depth."""
    left = [value]
    while left:
        match left.pop():
            case str(text):
                yield text
            case dict() as pairs:
                left += [*pairs.keys(), *pairs.values()]
            case list() as items:
                left += items


class Out(BaseModel):
    """What the service says."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class In(BaseModel):
    """What a caller says; a misspelt name is refused rather than left aside, and so is what cannot be kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _check_whole(cls, value: object) -> object:
        # JSON can escape these
        if not all(map(is_whole, _texts(value))):
            raise ValueError("A text has NUL or half a character (a lone surrogate) in it. Send it without.")
        return value


class ListOut(Out, Generic[T]):
    """Part of a list; ask for the next with `cursor`, until there is none."""

    items: list[T]
    next_cursor: str | None = Field(None, examples=["job_01jd8m2x4c7n3k5p9qrstv0wxy"])


class OrganisationIn(In):
    """A new organisation."""

    name: str = Field(examples=["Woonstichting Grachtstad"])


class OrganisationOut(Out):
    """A corporation that uses the service."""

    id: str = Field(examples=["org_01jd8m2x4c7n3k5p9qrstv0wxy"])
    name: str = Field(examples=["Woonstichting Grachtstad"])
    created_at: Moment

    @classmethod
    def of(cls, organisation: Organisation) -> Self:
        """From the row."""
        return cls.model_validate(organisation)


class KeyIn(In):
    """A new key."""

    label: str = Field(description="What the key is for, in your words.", examples=["rent administration"])
    roles: list[Role] = Field(examples=[["submitter"]])
    mode: Mode = Field(
        Mode.LIVE,
        description="What a test key makes is never handed over. A test key changes only what belongs to test jobs, a "
        "live key only what belongs to live ones; both may look at all.",
    )


class KeyOut(Out):
    """A key, without its secret."""

    id: str = Field(examples=["key_01jd8m2x4c7n3k5p9qrstv0wxy"])
    label: str = Field(examples=["rent administration"])
    roles: list[Role] = Field(examples=[["submitter"]])
    mode: Mode
    created_at: Moment
    revoked_at: Moment | None = None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """From the row."""
        return cls(
            id=key.id,
            label=key.label,
            roles=sorted(key.roles),
            mode=key.mode,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )


class NewKeyOut(KeyOut):
    """A key with its secret."""

    secret: str | None = Field(
        None,
        description="Shown in this answer only; a repeated request with the same Idempotency-Key no longer has it.",
        examples=["ph_live_…"],
    )


class FindingOut(Out):
    """One thing that is not as it should be; `message` says what to do."""

    severity: Severity
    code: str = Field(examples=["iban-invalid"])
    message: str = Field(examples=["The check digits are wrong. Correct the IBAN."])
    place: dict[str, str | int] = Field(
        description="Where: `pointer` (RFC 6901) in JSON, `row` and `column` in a table, `file` and `line` in a "
        "package, `page` and `frame` on the letter; `record` is your own record_id.",
        examples=[{"record": "R-000017", "pointer": "/16/iban"}],
    )

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """From a finding."""
        place = {name: getattr(finding.place, name) for name in finding.place.__slots__}
        known = {name: value for name, value in place.items() if value is not None}
        return cls(severity=finding.severity, code=finding.code, message=finding.message, place=known)


class JobFindingOut(FindingOut):
    """A finding of a print job."""

    number: int = Field(description="Counts from 0 in the job.", examples=[0])
    record_index: int | None = Field(None, description="Counts from 0; none: about the whole input.", examples=[16])

    @classmethod
    def of_job(cls, finding: JobFinding) -> Self:
        """From the row."""
        return cls.model_validate(finding)


class CheckOut(Out):
    """What a check found; `valid` is false when anything in it is an error."""

    valid: bool
    findings: list[FindingOut]


class PackageOut(Out):
    """A version of a brand or template. Immutable: for a change, raise the version."""

    id: str = Field(examples=["tpl_01jd8m2x4c7n3k5p9qrstv0wxy"])
    key: str = Field(examples=["rent-reminder"])
    version: str = Field(examples=["1.0"])
    state: PackageState
    digest: str = Field(description="SHA-256 of the names and contents of its files.", examples=["9f86d081…"])
    created_at: Moment
    findings: list[FindingOut] = Field(default_factory=list, description="Warnings, when just uploaded.", examples=[[]])

    @classmethod
    def of(cls, package: Package, findings: tuple[Finding, ...] = ()) -> Self:
        """From the row."""
        return cls(
            id=package.id,
            key=package.key,
            version=package.version,
            state=package.state,
            digest=package.digest,
            created_at=package.created_at,
            findings=[FindingOut.of(finding) for finding in findings],
        )


class CountsOut(Out):
    """Progress. `total` is not known until the last record has been read."""

    total: int | None = Field(None, examples=[1000])
    valid: int = Field(examples=[1000])
    invalid: int = Field(examples=[0])
    composed: int = Field(examples=[250])
    pages: int = Field(examples=[2000])
    sheets: int = Field(examples=[1000])


class JobOut(Out):
    """A print job."""

    id: str = Field(examples=["job_01jd8m2x4c7n3k5p9qrstv0wxy"])
    title: str = Field(examples=["Rent reminders, November"])
    state: JobState
    mode: Mode
    policy: Policy
    validate_only: bool
    kind: JobKind = Field(description="Records that become letters, or PDFs of letters that are ready.")
    template_id: str | None = Field(examples=["tpl_01jd8m2x4c7n3k5p9qrstv0wxy"])
    brand_id: str | None = Field(examples=["brd_01jd8m2x4c7n3k5p9qrstv0wxy"])
    input_sha256: str = Field(examples=["9f86d081…"])
    media_type: str = Field(examples=["text/csv"])
    created_at: Moment
    created_by: str = Field(description="The key or person that sent it.", examples=["key_01jd8m2x4c7n3k5p9qrstv0wxy"])
    approved_by: str = Field(
        description="Who approved all of it, where two have to look.", examples=["key_01jd8m2x4c7n3k5p9qrstv0wxy"]
    )
    cut_off_at: Moment | None = None
    rules: dict[str, str] = Field(
        description="The rules of your organisation when it was sent; it is made by them to the end.",
        examples=[{"mark_profile": "datamatrix", "sort_plan": "nl-4", "household": "", "carrier": "none"}],
    )
    error_code: str | None = Field(None, description="Why it failed.", examples=[None])
    waiting_for: str | None = Field(
        None,
        description="What it waits for before anything is printed: `carrier` until the carrier's file is brought.",
        examples=[None],
    )
    counts: CountsOut
    findings_by_code: dict[str, int] | None = Field(
        None, description="How often each code occurs; in the answer for one job only.", examples=[{"iban-invalid": 2}]
    )

    @classmethod
    def of(cls, job: PrintJob, codes: dict[str, int] | None = None) -> Self:
        """From the row."""
        return cls(
            id=job.id,
            title=job.title,
            state=job.state,
            mode=job.mode,
            policy=job.policy,
            validate_only=job.validate_only,
            kind=job.kind,
            template_id=job.template_id,
            brand_id=job.brand_id,
            input_sha256=job.input.sha256,
            media_type=job.media_type,
            created_at=job.created_at,
            created_by=job.created_by,
            approved_by=job.approved_by,
            cut_off_at=job.cut_off_at,
            rules=rules_to_show(job),
            error_code=job.error_code,
            waiting_for=job.waiting_for or None,
            counts=CountsOut.model_validate(job.counts),
            findings_by_code=codes,
        )


class LinkOut(Out):
    """A page that a person can look at without a key."""

    url: str = Field(examples=["https://post.example.org/jobs/job_01jd8m2x4c7n3k5p9qrstv0wxy?view=…"])
    expires_at: Moment


class PieceOut(Out):
    """One mail piece."""

    id: str = Field(examples=["pce_01jd8m2x4c7n3k5p9qrstv0wxy"])
    job_id: str = Field(examples=["job_01jd8m2x4c7n3k5p9qrstv0wxy"])
    batch_id: str | None = Field(None, examples=["bat_01jd8m2x4c7n3k5p9qrstv0wxy"])
    batch_position: int | None = Field(None, description="Counts from 0.", examples=[12])
    sequence: int = Field(description="Place in the job, from 0.", examples=[16])
    record_id: str = Field(description="The submitter's own key.", examples=["R-000017"])
    record_index: int = Field(description="Place in the input, from 0.", examples=[16])
    pages: int = Field(examples=[2])
    sheets: int = Field(examples=[1])
    weight_mg: int = Field(examples=[9990])
    country: str = Field(examples=["NL"])
    language: str = Field(examples=["nl"])
    state: PieceState
    stop_reason: str | None = Field(None, examples=[None])
    set_id: str = Field(
        description="The piece that leads its envelope: itself when it is alone there.",
        examples=["pce_01jd8m2x4c7n3k5p9qrstv0wxy"],
    )
    envelope: int | None = Field(None, description="Number of its envelope in the batch, from 1.", examples=[12])
    bundle: int | None = Field(None, description="Number of its bundle in the batch, from 1.", examples=[2])
    tray: int | None = Field(None, description="Number of its tray in the batch, from 1.", examples=[1])
    prints: int = Field(description="How often it has been printed.", examples=[1])
    control_code: str = Field(
        "", description="Names its envelope in marks and results files.", examples=["7H3K9Q000012"]
    )

    @classmethod
    def of(cls, piece: Piece, control_code: str = "") -> Self:
        """From the row; the batch knows the control code."""
        plain = {name: getattr(piece, name) for name in PieceOut.model_fields if name != "control_code"}
        return cls(**plain, control_code=control_code)


class StopIn(In):
    """Why a piece is not to be sent."""

    reason: str = Field(description="Seen in the manifest; no personal data.", examples=["paid"])


class ResumeIn(In):
    """Why a stopped piece is to be sent after all."""

    reason: str = Field(description="Seen in its history; no personal data.", examples=["not paid after all"])


class FileOut(Out):
    """A file of a released batch or of a mail run."""

    name: str = Field(examples=["print-1.pdf"])
    role: FileRole
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="In bytes.", examples=[1048576])
    sha256: str = Field(examples=["9f86d081…"])
    pages: int = Field(examples=[2000])
    url: str = Field(examples=["/v1/batches/bat_01jd8m2x4c7n3k5p9qrstv0wxy/files/print-1.pdf"])

    @classmethod
    def of(cls, owner: str, file: BatchFile) -> Self:
        """From the row; ``owner`` is the path of what it is a file of."""
        return cls(
            name=file.name,
            role=file.role,
            media_type=file.media_type,
            size=file.blob.size,
            sha256=file.blob.sha256,
            pages=file.pages,
            url=f"{owner}/files/{file.name}",
        )


class AccountOut(Out):
    """Where the pieces and sheets of a batch are: all sheets printed are inserted, spoiled, pulled or not set yet."""

    pieces: int = Field(description="With those that moved to open reprints.", examples=[1000])
    stopped: int = Field(examples=[2])
    not_set: int = Field(description="Nothing was said of them.", examples=[0])
    to_reprint: int = Field(examples=[0])
    inserted: int = Field(examples=[995])
    pulled: int = Field(examples=[1])
    moved: int = Field(description="In batches of open reprints.", examples=[2])
    sheets_printed: int = Field(examples=[1003])
    sheets_inserted: int = Field(examples=[995])
    sheets_spoiled: int = Field(examples=[7])
    sheets_pulled: int = Field(examples=[1])
    sheets_not_set: int = Field(examples=[0])


class BatchOut(Out):
    """Mail pieces that print and insert the same way, in postal order."""

    id: str = Field(examples=["bat_01jd8m2x4c7n3k5p9qrstv0wxy"])
    job_id: str = Field(examples=["job_01jd8m2x4c7n3k5p9qrstv0wxy"])
    number: int = Field(description="Counts from 1 in the job.", examples=[1])
    code: str = Field(description="Begins the control codes of its envelopes.", examples=["7H3K9Q"])
    state: BatchState
    state_since: Moment
    mode: Mode
    group: dict[str, str] = Field(description="What its pieces have in common.", examples=[{"envelope": "c5-left"}])
    pieces: int = Field(examples=[1000])
    envelopes: int = Field(examples=[990])
    pages: int = Field(examples=[2000])
    sheets: int = Field(examples=[1000])
    weight_mg: int = Field(examples=[9990000])
    created_at: Moment
    released_at: Moment | None = None
    parent_id: str | None = Field(
        None, description="The batch of which this is an open reprint.", examples=["bat_01jd8m2x4c7n3k5p9qrstv0wxy"]
    )
    mail_run_id: str | None = Field(None, examples=["run_01jd8m2x4c7n3k5p9qrstv0wxy"])
    sheets_counted: int | None = Field(None, description="What the inserter counted.", examples=[1003])
    note: str = Field(description="What was said when it was completed.", examples=["Two sheets spoiled in a jam."])
    files: list[FileOut] = Field(description="Once it is released.")
    account: AccountOut | None = Field(None, description="In the answer for one batch only.")

    @classmethod
    def of(cls, batch: Batch, account: Account | None = None) -> Self:
        """From the row, and where its pieces are."""
        made = {"state_since", "group", "files", "account"}
        files = batch.files if batch.state in IN_PRINT_ROOM else ()
        return cls(
            **{name: getattr(batch, name) for name in cls.model_fields if name not in made},
            state_since=batch.state_at or batch.created_at,
            group=dict(batch.group),
            files=[FileOut.of(f"/v1/batches/{batch.id}", file) for file in files],
            account=AccountOut.model_validate(account) if account else None,
        )


class EventOut(Out):
    """Something that happened."""

    number: int = Field(examples=[42])
    id: str = Field(description="The `webhook-id` of messages about it.", examples=["evt_42"])
    subject_id: str = Field(examples=["job_01jd8m2x4c7n3k5p9qrstv0wxy"])
    name: str = Field(examples=["job-accepted"])
    type: str = Field(description="Its name in webhooks.", examples=["job.accepted"])
    at: Moment
    data: dict[str, Any] = Field(examples=[{"mode": "live"}])

    @classmethod
    def of(cls, event: Event) -> Self:
        """From the row."""
        return cls(
            number=event.number,
            id=event_id(event.number),
            subject_id=event.subject_id,
            name=event.name,
            type=type_of(event.name),
            at=event.at,
            data=dict(event.data),
        )


class ProblemOut(BaseModel):
    """Trouble (RFC 9457). `type` is a page about the code."""

    type: str = Field(examples=["/problems/job-not-found"])
    title: str = Field(examples=["Job not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no job job_1; check the id and the key's organisation."])
    instance: str = Field(examples=["/v1/print-jobs/job_1"])
    code: str = Field(examples=["job-not-found"])
    findings: list[FindingOut] = Field(examples=[[]])
    findings_left_out: int | None = Field(None, description="How many more there are than are shown.", examples=[None])
    incident: str | None = Field(None, description="For a fault of the service: the id in its log.", examples=[None])


def listed(page: Page[V], make: Callable[[V], T]) -> ListOut[T]:
    """A page of rows as JSON."""
    return ListOut(items=[make(item) for item in page.items], next_cursor=page.next_after)
