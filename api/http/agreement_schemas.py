"""Shapes of requests to agree: how each stands, what happened to it, and answers that wait for a person."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from pydantic import Field

# the names below are read by pydantic when a model is made
from agreements.lifecycle.deciding import Method, RequestState, Said
from api.http.schemas import In, Moment, Out
from api.ports import ChannelKind, MessageState, Mode, Reach
from api.usecases.agreeing.questions import text_of

if TYPE_CHECKING:
    from agreements.lifecycle.deciding import Outcome
    from api.ports import AgreementRequest, AskedQuestion, Message, Unclear
    from api.usecases.agreeing.following import Step, Story

_QUESTION: Final = "qst_01jd8m2x4c7n3k5p9qrstv0wxy"
_REQUEST: Final = "agr_01jd8m2x4c7n3k5p9qrstv0wxy"
_MESSAGE: Final = "msg_01jd8m2x4c7n3k5p9qrstv0wxy"
_KEY: Final = "key_01jd8m2x4c7n3k5p9qrstv0wxy"


class AgreementOut(Out):
    """A question to one recipient. Name and addresses are empty once they were removed."""

    id: str = Field(examples=[_REQUEST])
    mode: Mode
    question_id: str = Field(examples=[_QUESTION])
    record_id: str = Field(description="Your own key of the recipient.", examples=["H-10442"])
    language: str = Field(examples=["nl"])
    name: str = Field(examples=["Mevrouw De Vries"])
    email: str = Field(examples=["devries@example.org"])
    phone: str = Field(examples=["+31612345678"])
    state: RequestState
    how: Method | None = Field(description="How it was decided.")
    reach: Reach = Field(description="How far it came: `opened` is the page, by what may be a person.")
    asked_at: Moment
    valid_until: Moment
    decided_at: Moment | None
    evidence: int = Field(description="Where the decision stands in the evidence; 0 for none.", examples=[4711])
    reminded: int = Field(examples=[1])
    remind_at: Moment | None = Field(description="When the next reminder is due.")
    updated_at: Moment = Field(description="Its place in the list of changes.")
    created_by: str = Field(examples=[_KEY])
    revision: int = Field(examples=[3])

    @classmethod
    def of(cls, request: AgreementRequest) -> Self:
        """From the row."""
        return cls.model_validate(values_of(request))


def values_of(request: AgreementRequest) -> dict[str, object]:
    """What a row says, by the names of `AgreementOut`."""
    own = {"record_id": request.recipient, "evidence": request.decided_seq}
    return own | {name: getattr(request, name) for name in AgreementOut.model_fields if name not in own}


class AskedQuestionOut(Out):
    """The question of a request, in short."""

    id: str = Field(examples=[_QUESTION])
    key: str = Field(examples=["digital-payment"])
    version: int = Field(examples=[1])
    name: str = Field(examples=["Move to digital payment 2026"])
    question: str = Field(description="As it was asked.", examples=["Wilt u de huur betalen met een link?"])

    @classmethod
    def of(cls, asked: AskedQuestion, language: str) -> Self:
        """From the row, in the language of a request."""
        words = text_of(asked).wording(language).question
        return cls(id=asked.id, key=asked.key, version=asked.version, name=asked.name, question=words)


class SentMessageOut(Out):
    """A message about a request, without its words."""

    id: str = Field(examples=[_MESSAGE])
    channel: ChannelKind
    kind: str = Field(examples=["request"])
    state: MessageState
    state_at: Moment | None
    not_before: Moment
    created_at: Moment
    attempts: int = Field(examples=[1])
    parts: int = Field(description="Of a text message.", examples=[0])
    provider_id: str = Field(description="What the carrier calls it.", examples=["250 2.0.0 Ok: queued as 4V…"])
    code: str = Field(description="What was last wrong.", examples=[""])
    detail: str = Field(examples=[""])

    @classmethod
    def of(cls, message: Message) -> Self:
        """From the row."""
        return cls.model_validate({name: getattr(message, name) for name in cls.model_fields})


class StepOut(Out):
    """Something that happened to a request; `evidence` is its number in the chain."""

    evidence: int = Field(examples=[4711])
    at: Moment
    kind: str = Field(examples=["answered"])
    digest: str = Field(examples=["sha256:9f86d081…"])
    about: dict[str, str | int | bool] = Field(
        description="Facts that are not personal.",
        examples=[{"answer": "yes", "method": "web-post", "decided": True}],
    )

    @classmethod
    def of(cls, step: Step) -> Self:
        """From the event."""
        event = step.event
        values = {"evidence": event.seq, "at": event.at, "kind": event.kind, "digest": event.digest}
        return cls.model_validate(values | {"about": dict(step.about)})


class StoryOut(AgreementOut):
    """A request with all that happened to it."""

    question: AskedQuestionOut
    messages: list[SentMessageOut] = Field(description="Oldest first.")
    timeline: list[StepOut] = Field(description="What the evidence has, oldest first.")

    @classmethod
    def of_story(cls, story: Story) -> Self:
        """From what was found."""
        request, asked, messages = story.whole
        more = {
            "question": AskedQuestionOut.of(asked, request.language),
            "messages": list(map(SentMessageOut.of, messages)),
            "timeline": list(map(StepOut.of, story.steps)),
        }
        return cls.model_validate(values_of(request) | more)


class CancelIn(In):
    """Why a request is taken back."""

    note: str = Field("", description="At most 500 characters; kept where it can be deleted.", examples=["moved out"])


class AttestIn(In):
    """What a colleague of yours heard."""

    said: Said = Field(description="`withdraw` takes an earlier yes back.", examples=["yes"])
    note: str = Field("", description="How you know; at most 500 characters.", examples=["by phone, gave birth date"])


class AttestedOut(Out):
    """What came of an answer."""

    decided: bool
    why: str = Field(description="Why it decided nothing.", examples=[""])
    agreement: StoryOut

    @classmethod
    def of(cls, outcome: Outcome, story: Story) -> Self:
        """From the outcome, and the request as it is now."""
        return cls(decided=outcome.decided, why=str(outcome.why), agreement=StoryOut.of_story(story))


class UnclearOut(Out):
    """Something that came in and decided nothing. What was said and by whom is empty once it was removed."""

    id: str = Field(examples=["unc_01jd8m2x4c7n3k5p9qrstv0wxy"])
    mode: Mode
    channel: str = Field(examples=["sms-keyword"])
    why: str = Field(examples=["other-words"])
    came_at: Moment
    evidence: int = Field(description="Where it stands in the evidence.", examples=[4711])
    agreement_id: str = Field(description="Empty when nobody knows which.", examples=[_REQUEST])
    question_id: str = Field(examples=[_QUESTION])
    sender: str = Field(examples=["+31612345678"])
    text: str = Field(examples=["Ja maar niet in december"])
    settled_at: Moment | None
    settled_by: str = Field(examples=[""])
    outcome: str = Field(description="`yes`, `no`, `withdraw` or `nothing`.", examples=[""])

    @classmethod
    def of(cls, unclear: Unclear) -> Self:
        """From the row."""
        own = {"evidence": unclear.seq, "agreement_id": unclear.request_id}
        return cls.model_validate(own | {name: getattr(unclear, name) for name in cls.model_fields if name not in own})


class Meant(StrEnum):
    """What a person makes of an unclear answer."""

    YES = "yes"
    NO = "no"
    WITHDRAW = "withdraw"
    NOTHING = "nothing"


class SettleIn(In):
    """What an unclear answer means."""

    said: Meant = Field(description="`nothing` puts it away.", examples=["yes"])
    agreement_id: str = Field(
        "",
        pattern="^(agr_[0-9a-z]{1,60})?$",
        description="Which request it is about, when that is not known.",
        examples=[""],
    )
    note: str = Field(
        "",
        description="How you know; at most 500 characters. `stop` on a message that halted a number keeps it halted.",
        examples=["called back"],
    )


class SettledOut(Out):
    """What came of it."""

    unclear: UnclearOut
    decided: bool
    why: str = Field(description="Why it decided nothing.", examples=[""])

    @classmethod
    def of(cls, unclear: Unclear, outcome: Outcome | None) -> Self:
        """From the row as it is now, and the outcome when something was said."""
        decided = outcome is not None and outcome.decided
        return cls(unclear=UnclearOut.of(unclear), decided=decided, why="" if outcome is None else str(outcome.why))
