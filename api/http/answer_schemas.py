"""Shapes of answers: what came in, what was said about a record, and contact moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from pydantic import Field

# the names below are read by pydantic when a model is made
from api.http.scan_schemas import RecordOut
from api.http.schemas import In, Moment, Out
from api.ports import DecidedBy, Mode, MomentKind, Road, Standing
from api.usecases.scanning.reviewing import MOST_CHARACTERS
from docgen.reply_form import ReplyKind
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.ports import Answer, ContactMoment, Submission
    from api.usecases.answering.seen import History, Said

_CAMPAIGN: Final = "cmp_01jd8m2x4c7n3k5p9qrstv0wxy"
_SUBMISSION: Final = "sub_01jd8m2x4c7n3k5p9qrstv0wxy"
_ENTRY: Final = "ent_01jd8m2x4c7n3k5p9qrstv0wxy"
_PIECE: Final = "pce_0123456789abcdefghjk"


class AnswerOut(Out):
    """The answer to one field. `verdict` and `code` are what the rules said then; docs/answers.md explains them."""

    field: str = Field(examples=["reading"])
    kind: ReplyKind
    road: Road
    raw: str = Field(description="As it was given.", examples=["01300"])
    value: str = Field(description="In its one normal spelling.", examples=["1300"])
    verdict: Verdict
    code: str = Field(examples=[""])
    insisted: bool = Field(description="The person was asked again and kept to it.")
    told: str = Field(description="What the person was told it is for.", examples=["For your water bill."])
    standing: Standing
    confidence: float = Field(examples=[1.0])
    decided_by: DecidedBy
    person: str = Field(description="Who typed it for the recipient.", examples=[""])
    at: Moment
    ended_at: Moment | None = Field(None, description="From then on it counts no more.")

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """From the row."""
        return cls.model_validate(answer)


class SubmissionOut(Out):
    """What came in at once from one recipient, by one road. Ids of what is not there are empty."""

    id: str = Field(examples=[_SUBMISSION])
    mode: Mode
    campaign_id: str = Field(examples=[_CAMPAIGN])
    record_id: str = Field(examples=["H-10442"])
    road: Road
    came_at: Moment
    language: str = Field(examples=["nl"])
    receipt: str = Field(description="What the recipient was shown.", examples=["7K3N-9QAB"])
    entry_id: str = Field(examples=[_ENTRY])
    piece_id: str = Field(examples=[_PIECE])
    slip_id: str = Field(examples=[""])
    by: str = Field(description="Who gave it for the recipient.", examples=[""])
    note: str = Field(description="Why an answer is strange, in the person's words.", examples=[""])
    has_photo: bool
    answers: list[AnswerOut]

    @classmethod
    def of(cls, submission: Submission, answers: Iterable[Answer]) -> Self:
        """From the rows."""
        own = {"record_id", "has_photo", "answers"}
        values = {name: getattr(submission, name) for name in cls.model_fields if name not in own}
        return cls(
            **values,
            record_id=submission.recipient,
            has_photo=submission.photo is not None,
            answers=list(map(AnswerOut.of, answers)),
        )


class SaidOut(Out):
    """An answer, with what it came in."""

    submission_id: str = Field(examples=[_SUBMISSION])
    came_at: Moment
    note: str = Field(examples=[""])
    answer: AnswerOut

    @classmethod
    def of(cls, said: Said) -> Self:
        """From the rows."""
        own = said.submission
        return cls(submission_id=own.id, came_at=own.came_at, note=own.note, answer=AnswerOut.of(said.answer))


class RecordHistoryOut(Out):
    """A record and all that was said by each road, oldest first."""

    record: RecordOut
    said: list[SaidOut]

    @classmethod
    def of(cls, history: History) -> Self:
        """From the rows."""
        return cls(record=RecordOut.of(history.seen), said=list(map(SaidOut.of, history.said)))


class JudgementIn(In):
    """What the answer is, by a person who has looked."""

    value: str = Field(description="Empty takes it back.", max_length=MOST_CHARACTERS, examples=["1300"])
    insists: bool = Field(default=False, description="The person was asked about it and keeps to it.")


class ContactMomentOut(Out):
    """That something passed between you and a recipient; `subject_id` is what it is about. Never the answers."""

    number: int = Field(description="Grows.", examples=[4711])
    mode: Mode
    campaign_id: str = Field(examples=[_CAMPAIGN])
    record_id: str = Field(examples=["H-10442"])
    kind: MomentKind
    at: Moment
    subject_id: str = Field(examples=[_ENTRY])
    by: str = Field(description="Who did it; empty for the recipient.", examples=[""])
    data: dict[str, str] = Field(examples=[{"road": "page"}])

    @classmethod
    def of(cls, moment: ContactMoment) -> Self:
        """From the row."""
        own = {"record_id", "data"}
        values = {name: getattr(moment, name) for name in cls.model_fields if name not in own}
        return cls(**values, record_id=moment.recipient, data=dict(moment.data))
