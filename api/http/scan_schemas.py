"""Shapes of scans: batches, files, pages, slips, forms and records."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field

# the names below are read by pydantic when a model is made
from api.http.schemas import In, Moment, Out
from api.ports import DecidedBy, Mode, RecordState, ScanBatchState, ScanFileState, Stage, WayOut
from docgen.reply_form import ReplyKind
from scanning.decide.policy import DEFAULT_POLICY
from scanning.readings import Outcome, PageKind

if TYPE_CHECKING:
    from api.ports import FormPolicy, ScanFile, ScanFinding, ScanPage, SlipFieldRow, SlipForm
    from api.usecases.answering.seen import RecordSeen
    from api.usecases.scanning.looking import BatchSeen, SlipSeen
    from api.usecases.scanning.measuring import Substitution
    from scanning.decide.policy import Policy

_BATCH = "scb_01jd8m2x4c7n3k5p9qrstv0wxy"
_FILE = "scf_01jd8m2x4c7n3k5p9qrstv0wxy"
_PAGE = "pag_01jd8m2x4c7n3k5p9qrstv0wxy"
_SLIP = "slp_01jd8m2x4c7n3k5p9qrstv0wxy"
_FIELD = "fld_01jd8m2x4c7n3k5p9qrstv0wxy"
_PIECE = "pce_0123456789abcdefghjk"
_FORM = "7K3N9Q"


class ScanBatchIn(In):
    """A new batch; its mode is that of the key."""

    name: str = Field(examples=["Monday's post"])


class BalanceOut(Out):
    """Pages counted once each: `pages` = `slips` + `blanks` + `exceptions`, and then `adds_up`."""

    files: int = Field(examples=[2])
    files_waiting: int = Field(description="Not read to their end yet.", examples=[0])
    files_failed: int = Field(examples=[0])
    pages: int = Field(examples=[600])
    slips: int = Field(description="Pages with a slip.", examples=[571])
    blanks: int = Field(examples=[25])
    exceptions: int = Field(examples=[4])
    exceptions_open: int = Field(description="Of which nobody has said yet what they are.", examples=[3])
    slips_found: int = Field(description="Slips; several may be on a page.", examples=[571])
    fields_open: int = Field(description="Fields that wait for a person.", examples=[43])
    adds_up: bool


class ScanBatchOut(Out):
    """Files that were scanned together."""

    id: str = Field(examples=[_BATCH])
    name: str = Field(examples=["Monday's post"])
    mode: Mode
    state: ScanBatchState
    created_at: Moment
    created_by: str = Field(examples=["key_01jd8m2x4c7n3k5p9qrstv0wxy"])
    closed_at: Moment | None = None
    balance: BalanceOut

    @classmethod
    def of(cls, seen: BatchSeen) -> Self:
        """From the row and its sums."""
        batch, sums = seen.batch, seen.balance
        balance = BalanceOut(
            files=sums.files,
            files_waiting=sums.waiting,
            files_failed=sums.failed,
            pages=sums.pages,
            slips=sums.slips,
            blanks=sums.blanks,
            exceptions=sums.exceptions,
            exceptions_open=sums.open_exceptions,
            slips_found=sums.slip_rows,
            fields_open=sums.open_fields,
            adds_up=sums.adds_up,
        )
        return cls(
            id=batch.id,
            name=batch.name,
            mode=batch.mode,
            state=batch.state,
            created_at=batch.created_at,
            created_by=batch.created_by,
            closed_at=batch.closed_at,
            balance=balance,
        )


class ScanFindingOut(Out):
    """What is wrong with a file or page."""

    code: str = Field(examples=["scan-damaged"])
    message: str = Field(examples=["The page is damaged and cannot be read. Scan this sheet again."])
    severity: str = Field(examples=["error"])

    @classmethod
    def every(cls, findings: tuple[ScanFinding, ...]) -> list[Self]:
        """From the rows."""
        return [cls(code=one.code, message=one.message, severity=one.severity) for one in findings]


class ScanFileOut(Out):
    """A scanned file; `pages` grows while it is read, `total` is known at its end."""

    id: str = Field(examples=[_FILE])
    batch_id: str = Field(examples=[_BATCH])
    number: int = Field(examples=[1])
    name: str = Field(examples=["scan-0001.pdf"])
    sha256: str = Field(examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"])
    bytes: int = Field(examples=[18_403_112])
    again: int = Field(description="How often the very same bytes came before.", examples=[0])
    state: ScanFileState
    pages: int = Field(examples=[300])
    total: int | None = Field(None, examples=[300])
    findings: list[ScanFindingOut]
    created_at: Moment
    ended_at: Moment | None = None

    @classmethod
    def of(cls, file: ScanFile) -> Self:
        """From the row."""
        return cls(
            id=file.id,
            batch_id=file.batch_id,
            number=file.number,
            name=file.name,
            sha256=file.blob.sha256,
            bytes=file.blob.size,
            again=file.again,
            state=file.state,
            pages=file.pages,
            total=file.total,
            findings=ScanFindingOut.every(file.findings),
            created_at=file.created_at,
            ended_at=file.ended_at,
        )


class ScanFilesOut(Out):
    """What was taken in, and what was not and why; each finding names its file."""

    files: list[ScanFileOut]
    findings: list[dict[str, Any]] = Field(
        examples=[[{"code": "scan-file-seen", "message": "…", "severity": "error", "place": {"file": "scan-0001.pdf"}}]]
    )


class ScanPageOut(Out):
    """A page, counted as `kind`; `read_as` is what the machine took it for before a person said otherwise."""

    id: str = Field(examples=[_PAGE])
    batch_id: str = Field(examples=[_BATCH])
    file_id: str = Field(examples=[_FILE])
    number: int = Field(description="From 1 in its file.", examples=[17])
    kind: PageKind
    read_as: PageKind
    waits: bool = Field(description="A person must say what it is.")
    way_out: WayOut
    resolved_by: str = Field(examples=[""])
    resolved_at: Moment | None = None
    note: str = Field(examples=[""])
    dpi: float | None = Field(None, examples=[300.0])
    findings: list[ScanFindingOut]
    picture_url: str | None = Field(None, examples=[f"/v1/scan-pages/{_PAGE}/picture.jpg"])

    @classmethod
    def of(cls, page: ScanPage) -> Self:
        """From the row."""
        has_picture = page.bundle is not None and page.parts[:1] != (0,)
        return cls(
            id=page.id,
            batch_id=page.batch_id,
            file_id=page.file_id,
            number=page.number,
            kind=page.kind,
            read_as=page.read_as,
            waits=page.waits,
            way_out=page.way_out,
            resolved_by=page.resolved_by,
            resolved_at=page.resolved_at,
            note=page.note,
            dpi=page.dpi,
            findings=ScanFindingOut.every(page.findings),
            picture_url=f"/v1/scan-pages/{page.id}/picture.jpg" if has_picture else None,
        )


class SlipFieldOut(Out):
    """A field of a slip: what became of it, why, and the answer in force.

    What the machine read of a field that people are to key is not told before they have.
    """

    id: str = Field(examples=[_FIELD])
    name: str = Field(examples=["meter_reading"])
    kind: ReplyKind
    outcome: Outcome
    reasons: list[str] = Field(examples=[["low-confidence"]])
    stage: Stage
    value: str | None = Field(None, examples=["12345"])
    unreadable: bool
    decided_by: DecidedBy
    decided_at: Moment | None = None
    confidence: float | None = Field(None, examples=[0.998])
    area_mm: list[float] = Field(
        description="Left, top, width and height on the slip.", examples=[[20.0, 30.0, 58.0, 10.0]]
    )
    crop_url: str | None = Field(None, examples=[f"/v1/slip-fields/{_FIELD}/crop.png"])

    @classmethod
    def of(cls, field: SlipFieldRow) -> Self:
        """From the row."""
        return cls(
            id=field.id,
            name=field.name,
            kind=field.kind,
            outcome=field.outcome,
            reasons=list(field.reasons),
            stage=field.stage,
            value=field.value,
            unreadable=field.unreadable,
            decided_by=field.decided_by,
            decided_at=field.decided_at,
            confidence=field.confidence if field.stage is Stage.SETTLED else None,
            area_mm=list(field.area_mm),
            crop_url=None if field.part is None else f"/v1/slip-fields/{field.id}/crop.png",
        )


class SlipOut(Out):
    """A slip that came back. One that says the same as an earlier one of its letter has `first_id`."""

    id: str = Field(examples=[_SLIP])
    mode: Mode
    batch_id: str = Field(examples=[_BATCH])
    page_id: str = Field(examples=[_PAGE])
    piece_id: str = Field(examples=[_PIECE])
    job_id: str = Field(examples=["job_01jd8m2x4c7n3k5p9qrstv0wxy"])
    form: str = Field(examples=[_FORM])
    ordinal: int = Field(description="From 0 among the slips of the letter.", examples=[0])
    first_id: str | None = Field(None, examples=[None])
    same_page: bool = Field(description="An earlier slip of the letter is on a page that looks the same.")
    same_file: bool = Field(description="An earlier slip of the letter is in a file with the very same bytes.")
    residual_mm: float = Field(description="How far its marks lie from where they should.", examples=[0.08])
    withdrawn_at: Moment | None = None
    created_at: Moment
    fields: list[SlipFieldOut]

    @classmethod
    def of(cls, seen: SlipSeen) -> Self:
        """From the row and its fields."""
        slip = seen.slip
        return cls(
            id=slip.id,
            mode=slip.mode,
            batch_id=slip.batch_id,
            page_id=slip.page_id,
            piece_id=slip.piece_id,
            job_id=slip.job_id,
            form=slip.form,
            ordinal=slip.ordinal,
            first_id=slip.first_id,
            same_page=slip.same_page,
            same_file=slip.same_file,
            residual_mm=slip.residual_mm,
            withdrawn_at=slip.withdrawn_at,
            created_at=slip.created_at,
            fields=[SlipFieldOut.of(field) for field in seen.fields],
        )


class RecordOut(Out):
    """An answer: one for each recipient and field. `record_id` is your own key of the recipient.

    `source` is the road: `page` (QR), `code` (typed), `slip`, `staff` or `import`. Ids of what is not there are empty.
    """

    id: str = Field(examples=["rec_01jd8m2x4c7n3k5p9qrstv0wxy"])
    mode: Mode
    piece_id: str = Field(examples=[_PIECE])
    job_id: str = Field(examples=["job_01jd8m2x4c7n3k5p9qrstv0wxy"])
    record_id: str = Field(examples=["H-10442"])
    form: str = Field(examples=[_FORM])
    field: str = Field(examples=["meter_reading"])
    kind: ReplyKind
    value: str = Field(examples=["12345"])
    state: RecordState
    source: str = Field(examples=["slip"])
    slip_id: str = Field(examples=[_SLIP])
    field_id: str = Field(examples=[_FIELD])
    confidence: float = Field(examples=[0.998])
    decided_by: DecidedBy
    person: str = Field(description="Who decided, when it was a person.", examples=[""])
    decided_at: Moment
    updated_at: Moment
    revision: int = Field(examples=[1])
    campaign_id: str = Field(examples=["cmp_01jd8m2x4c7n3k5p9qrstv0wxy"])
    submission_id: str = Field(examples=["sub_01jd8m2x4c7n3k5p9qrstv0wxy"])
    code: str = Field(description="What the checks noted about the answer.", examples=[""])
    confirmations: int = Field(description="How many other roads said the same.", examples=[0])
    crop_url: str = Field(description="Of a slip.", examples=[f"/v1/slip-fields/{_FIELD}/crop.png"])

    told: str = Field(description="What the recipient was told the answer is for.", examples=["For your water bill."])
    purposes: list[str] = Field(
        description="Ticks of the reply form that say for what this may be used, and stand on yes.",
        examples=[["use_emergency"]],
    )

    @classmethod
    def of(cls, seen: RecordSeen) -> Self:
        """From the row and what belongs to it."""
        record, own = seen.record, {"crop_url", "told", "purposes"}
        values = {name: getattr(record, name) for name in cls.model_fields if name not in own}
        crop_url = f"/v1/slip-fields/{record.field_id}/crop.png" if record.field_id else ""
        return cls(**values, crop_url=crop_url, told=seen.told, purposes=list(seen.purposes))


class PolicyIn(In):
    """Thresholds to change; what is left out stays."""

    digits: float | None = Field(None, description="For a row of digits by its picture alone.", examples=[0.97])
    dates: float | None = Field(None, description="For a date, which must also exist.", examples=[0.9])
    with_previous: float | None = Field(None, description="With what is known of earlier readings.", examples=[0.97])
    picture_at_least: float | None = Field(None, description="For the picture then.", examples=[0.6])
    marks: float | None = Field(None, description="For ticks and choices.", examples=[0.99])
    blind: float | None = Field(None, description="Below it nobody sees what the machine read.", examples=[0.7])
    checked_share: float | None = Field(None, description="Of accepted fields, keyed blind.", examples=[0.02])


class PolicyOut(Out):
    """When a reading of a form goes straight through."""

    digits: float = Field(examples=[0.97])
    dates: float = Field(examples=[0.9])
    with_previous: float = Field(examples=[0.97])
    picture_at_least: float = Field(examples=[0.6])
    marks: float = Field(examples=[0.99])
    blind: float = Field(examples=[0.7])
    checked_share: float = Field(examples=[0.02])

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """From the value."""
        return cls.model_validate(policy)


class PolicyVersionOut(Out):
    """A version of a policy."""

    version: int = Field(examples=[1])
    at: Moment
    by: str = Field(examples=["key_01jd8m2x4c7n3k5p9qrstv0wxy"])
    policy: PolicyOut

    @classmethod
    def of(cls, version: FormPolicy) -> Self:
        """From the row."""
        # what was not known then was as it is when nobody says
        policy = PolicyOut.model_validate({**asdict(DEFAULT_POLICY), **version.thresholds})
        return cls(version=version.version, at=version.at, by=version.by, policy=policy)


class PoliciesOut(Out):
    """The policy in force, and every version, newest first."""

    policy: PolicyOut
    versions: list[PolicyVersionOut]


class SlipFormOut(Out):
    """A form as a version of a template prints it."""

    form: str = Field(examples=[_FORM])
    template: str = Field(examples=["water-meter-reading@1.0"])
    language: str = Field(examples=["nl"])
    created_at: Moment

    @classmethod
    def of(cls, form: SlipForm) -> Self:
        """From the row."""
        return cls(form=form.form, template=form.template, language=form.language, created_at=form.created_at)


class SubstitutionOut(Out):
    """How often the machine was wrong where people keyed blind what it had accepted."""

    form: str = Field(examples=[_FORM])
    field: str = Field(examples=["meter_reading"])
    accepted: int = Field(examples=[12_400])
    checked: int = Field(examples=[248])
    wrong: int = Field(examples=[0])
    waiting: int = Field(examples=[3])
    rate: float | None = Field(None, examples=[0.0])
    low: float = Field(description="The interval of Clopper and Pearson at 95 %.", examples=[0.0])
    high: float = Field(examples=[0.0148])

    @classmethod
    def of(cls, one: Substitution) -> Self:
        """From the measurement."""
        seen = one.measured
        return cls(
            form=seen.form,
            field=seen.name,
            accepted=seen.accepted,
            checked=seen.checked,
            wrong=seen.wrong,
            waiting=seen.waiting,
            rate=one.rate,
            low=one.interval.low,
            high=one.interval.high,
        )


class SlipFormsOut(Out):
    """Forms that were printed, and what blind checks say of them."""

    forms: list[SlipFormOut]
    blind_checks: list[SubstitutionOut]
