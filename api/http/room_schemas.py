"""What goes in and out as JSON about the print room: checks, results, reprints, mail runs, rules and alarms."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, StringConstraints

# the names below are read by pydantic when a model is made
from api.http.schemas import BatchOut, FileOut, FindingOut, In, Moment, Out, PieceOut
from api.ports import CARRIER, Loop, MailRunState, ReprintState, ResultSource
from docgen.findings import Severity
from docgen.postal.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import (
        Alarm,
        Batch,
        Check,
        Exchange,
        JobFinding,
        MailRun,
        PieceResult,
        PrintJob,
        Reprint,
        Rules,
    )
    from api.usecases.results import Applied
    from api.usecases.searching import Found

_KEY = "key_01jd8m2x4c7n3k5p9qrstv0wxy"
_BATCH = "bat_01jd8m2x4c7n3k5p9qrstv0wxy"
_PIECE = "pce_01jd8m2x4c7n3k5p9qrstv0wxy"
_WHO = "The key or person that did it."


class ReadBackOut(Out):
    """Letters of a print file that were read back, or will be."""

    id: str = Field(examples=["rbk_01jd8m2x4c7n3k5p9qrstv0wxy"])
    number: int = Field(description="Counts from 1 in the batch.", examples=[1])
    file: str = Field(examples=["print-1.pdf"])
    first: int = Field(description="Place in the batch of its first letter, from 0.", examples=[0])
    count: int = Field(description="How many letters follow each other here.", examples=[200])
    state: Literal["planned", "checked"]
    symbols: int = Field(description="How many codes were read.", examples=[400])
    findings: list[FindingOut] = Field(description="What differs; the batch is then blocked.", examples=[[]])
    picture_url: str | None = Field(
        None,
        description="Shows the first page that differs.",
        examples=[f"/v1/batches/{_BATCH}/checks/rbk_01jd8m2x4c7n3k5p9qrstv0wxy/picture.png"],
    )

    @classmethod
    def of(cls, check: Check) -> Self:
        """From the row."""
        return cls(
            id=check.id,
            number=check.number,
            file=check.file,
            first=check.first,
            count=check.count,
            state=check.state.value,
            symbols=check.symbols,
            findings=list(map(_finding, check.findings)),
            picture_url=f"/v1/batches/{check.batch_id}/checks/{check.id}/picture.png" if check.picture else None,
        )


class ResultsIn(In):
    """What an operator enters."""

    ranges: str = Field(
        description="Envelope numbers as `12-15, 20`, or piece ids and control codes.",
        max_length=200_000,
        examples=["12-15, 20"],
    )
    outcome: Outcome = Field(examples=["reprint"])
    reason: str = Field("", description="At most 200 characters; no personal data.", examples=["torn by the inserter"])


class AppliedOut(Out):
    """What came of results."""

    changed: dict[Outcome, int] = Field(description="Pieces that changed.", examples=[{"ok": 998, "reprint": 2}])
    unchanged: int = Field(description="Pieces that were so already.", examples=[0])
    not_set: int = Field(description="Pieces of which nothing was said yet.", examples=[0])
    left_aside: list[FindingOut] = Field(
        description="Rows that were not applied because an operator said something else.", examples=[[]]
    )

    @classmethod
    def of(cls, applied: Applied) -> Self:
        """From what was done."""
        return cls(
            changed=applied.changed,
            unchanged=applied.unchanged,
            not_set=applied.not_set,
            left_aside=list(map(FindingOut.of, applied.left_aside)),
        )


class ResultOut(Out):
    """What was said of one print of a piece; the last that was said counts."""

    number: int = Field(description="Grows.", examples=[42])
    batch_id: str = Field(examples=[_BATCH])
    piece_id: str = Field(examples=[_PIECE])
    print_number: int = Field(description="Which print of the piece, from 1.", examples=[1])
    outcome: Outcome
    source: ResultSource
    by: str = Field(description=_WHO, examples=[_KEY])
    at: Moment
    reason: str = Field(examples=["torn by the inserter"])

    @classmethod
    def of(cls, result: PieceResult) -> Self:
        """From the row."""
        return cls.model_validate(result)


class ReprintIn(In):
    """How damaged pieces are printed again."""

    loop: Loop = Field(
        description="`closed`: a file of the same batch with the same marks; `open`: a batch of its own with new ones.",
        examples=["closed"],
    )


class ReprintOut(Out):
    """Damaged pieces that are printed again."""

    id: str = Field(examples=["rpr_01jd8m2x4c7n3k5p9qrstv0wxy"])
    batch_id: str = Field(examples=[_BATCH])
    number: int = Field(description="Counts from 1 in the batch.", examples=[1])
    loop: Loop
    state: ReprintState
    piece_ids: list[str] = Field(examples=[[_PIECE]])
    by: str = Field(description=_WHO, examples=[_KEY])
    created_at: Moment
    child_id: str | None = Field(None, description="The batch of an open loop.", examples=[None])
    files: list[FileOut] = Field(description="Of a closed loop, once it is released.")

    @classmethod
    def of(cls, reprint: Reprint) -> Self:
        """From the row."""
        made = {"piece_ids", "files"}
        return cls(
            **{name: getattr(reprint, name) for name in cls.model_fields if name not in made},
            piece_ids=list(reprint.piece_ids),
            files=[FileOut.of(f"/v1/batches/{reprint.batch_id}", file) for file in reprint.files],
        )


class CompleteIn(In):
    """The inserter's count. A count that differs, or none, needs a note."""

    sheets_counted: int | None = Field(
        None, ge=0, le=100_000_000, description="Sheets that the inserter counted.", examples=[1003]
    )
    note: str = Field("", description="At most 500 characters; no personal data.", examples=[""])


class ReopenIn(In):
    """Why a completed batch is opened again."""

    note: str = Field(description="At most 500 characters; no personal data.", examples=["Envelope 12 came back torn."])


class MailRunIn(In):
    """What goes to the post at one time."""

    title: str = Field(description="In your words; no personal data.", examples=["Tuesday evening"])
    batches: list[str] = Field(description="Ids of completed batches.", max_length=1000, examples=[[_BATCH]])


class HandOverIn(In):
    """The post has it."""

    reference: str = Field("", description="The number that the post gave.", examples=["3SABCD0012345"])


class MailRunOut(Out):
    """Batches that go to the post at one time."""

    id: str = Field(examples=["run_01jd8m2x4c7n3k5p9qrstv0wxy"])
    title: str = Field(examples=["Tuesday evening"])
    state: MailRunState
    created_at: Moment
    created_by: str = Field(description=_WHO, examples=[_KEY])
    handed_over_at: Moment | None = None
    handed_over_by: str = Field(description=_WHO, examples=[_KEY])
    reference: str = Field(description="The number that the post gave.", examples=["3SABCD0012345"])
    files: list[FileOut] = Field(description="The list for the post, and labels of batches that were sorted.")
    proof_url: str | None = Field(
        None,
        description="The document that the post gave.",
        examples=["/v1/mail-runs/run_01jd8m2x4c7n3k5p9qrstv0wxy/proof"],
    )
    batches: list[BatchOut] | None = Field(None, description="In the answer for one mail run only.")

    @classmethod
    def of(cls, run: MailRun, batches: Sequence[Batch] | None = None) -> Self:
        """From the rows."""
        made = {"files", "proof_url", "batches"}
        path = f"/v1/mail-runs/{run.id}"
        return cls(
            **{name: getattr(run, name) for name in cls.model_fields if name not in made},
            files=[FileOut.of(path, file) for file in run.files],
            proof_url=f"{path}/proof" if run.proof else None,
            batches=None if batches is None else list(map(BatchOut.of, batches)),
        )


_Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class CutOffs(In):
    """When work of a day is closed, in local time."""

    timezone: str = Field("Europe/Amsterdam", examples=["Europe/Amsterdam"])
    times: dict[_Weekday, _Time] = Field(
        description="A day without a time has no cut-off.", examples=[{"monday": "17:00", "friday": "15:30"}]
    )
    holidays: str | None = Field(
        None, description="Country whose public holidays have no cut-off (ISO 3166-1).", examples=["NL"]
    )
    closed: list[date] = Field(
        default_factory=list, max_length=1000, description="More days without one.", examples=[["2026-12-24"]]
    )


class RulesIn(In):
    """How post is made from now on. What is left out is as when nothing was ever set."""

    four_eyes: bool = Field(default=False, description="Somebody who did not submit a job releases its batches.")
    cut_offs: CutOffs | None = Field(
        None,
        description="None: jobs are released as soon as they are ready.",
        examples=[{"times": {"monday": "17:00", "friday": "15:30"}, "holidays": "NL"}],
    )
    mark_profile: str = Field("none", description="Marks for the inserter.", examples=["datamatrix"])
    sort_plan: str = Field("none", description="Bundles and trays.", examples=["nl-4"])
    carrier: str = Field(
        "none",
        description="Jobs wait for a file of this carrier: `postnl`, `plain` or `none`. It gives an order and bundles, "
        "and a line and a 2D code for the window.",
        examples=["none"],
    )
    household: str = Field(
        "",
        description="TOML that says which letters to one address share an envelope.",
        examples=['[[rule]]\ntogether = "household"\n'],
    )


class RulesOut(RulesIn):
    """How post of your organisation is made."""

    updated_at: Moment | None = None
    updated_by: str = Field("", description="The key or person that set them.", examples=[_KEY])

    @classmethod
    def of(cls, rules: Rules) -> Self:
        """From the row."""
        plain = {name: getattr(rules, name) for name in cls.model_fields if name != "cut_offs"}
        return cls(**plain, cut_offs=None if rules.cut_offs is None else CutOffs.model_validate(rules.cut_offs))


class SkipCarrierIn(In):
    """Why a print job goes on without its carrier."""

    reason: str = Field(description="At most 200 characters; no personal data.", examples=["Their site is down."])


class CarrierOut(Out):
    """Whether a print job waits for its carrier, and how that ended."""

    job_id: str = Field(examples=["job_01jd8m2x4c7n3k5p9qrstv0wxy"])
    carrier: str = Field(description="The carrier in the rules of the job; `none` for none.", examples=["postnl"])
    waiting: bool = Field(description="Nothing is printed before the file is brought, or it goes on without.")
    at: Moment | None = Field(None, description="When the waiting ended.")
    by: str = Field("", description=_WHO, examples=[_KEY])
    envelopes: int = Field(0, description="How many rows the carrier's file had.", examples=[998])
    file_sha256: str | None = Field(None, description="Of the file that the letters are planned by.", examples=[None])
    reason: str = Field("", description="Why it goes on without.", examples=[""])

    @classmethod
    def of_exchange(cls, job: PrintJob, exchange: Exchange | None) -> Self:
        """From the rows."""
        return cls(
            job_id=job.id,
            carrier=job.rules.get("carrier", "none"),
            waiting=job.waiting_for == CARRIER,
            at=exchange.at if exchange else None,
            by=exchange.by if exchange else "",
            envelopes=exchange.envelopes if exchange else 0,
            file_sha256=exchange.file.sha256 if exchange and exchange.file else None,
            reason=exchange.reason if exchange else "",
        )


class CutOffOut(Out):
    """When what is sent now is closed."""

    now: Moment
    next_at: Moment | None = Field(None, description="None: your organisation has no schedule of cut-offs.")


class AlarmOut(Out):
    """Something has been in one state too long."""

    subject_id: str = Field(description="A batch, or a print job without batches.", examples=[_BATCH])
    state: str = Field(description="Its state; `reprint-failed` for work that was given up.", examples=["released"])
    since: Moment
    raised_at: Moment

    @classmethod
    def of(cls, alarm: Alarm) -> Self:
        """From the row."""
        return cls(subject_id=alarm.subject_id, state=alarm.state, since=alarm.since, raised_at=alarm.raised_at)


class FoundPieceOut(PieceOut):
    """A mail piece that was searched for."""

    name: str = Field("", description="As on the envelope, as long as it is kept.", examples=["Mevrouw A.B. de Vries"])

    @classmethod
    def of_found(cls, found: Found, control_code: str) -> Self:
        """From what was found."""
        return cls.of(found.piece, control_code).model_copy(update={"name": found.name})


def _finding(finding: JobFinding) -> FindingOut:
    return FindingOut(
        severity=Severity(finding.severity), code=finding.code, message=finding.message, place=dict(finding.place)
    )
