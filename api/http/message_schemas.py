"""Channels and messages as JSON: what is configured, what became of each message, which addresses get none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pydantic import Field

# the names below are read by pydantic when a model is made
from api.http.schemas import In, Moment, Out
from api.ports import (
    BounceOutcome,
    ChannelKind,
    MessagePurpose,
    MessageState,
    Mode,
    SendState,
    SuppressionReason,
)
from api.usecases.messaging.domain_report import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import BouncedMail, Message, SendResult, Suppression
    from api.usecases.messaging.domain_report import ChannelReport, ReportLine
    from api.usecases.messaging.looking import ChannelSeen

_NAME, _ADDRESS = "mail", "huurder@example.org"
_MESSAGE = "msg_01jd8m2x4c7n3k5p9qrstv0wxy"


class ChannelOut(Out):
    """A channel. While `failures` is above 0 nothing goes out, and `code` and `detail` say why."""

    name: str = Field(examples=[_NAME])
    kind: ChannelKind
    sender: str = Field(examples=["post@example.org"])
    return_domain: str = Field(description="Where bounces go; empty when they go to the sender.", examples=[""])
    messages: dict[str, int] = Field(description="Live messages by state.", examples=[{"sent": 120}])
    failures: int = Field(description="Runs that could hand nothing over.", examples=[0])
    failing_since: Moment | None = None
    paused_until: Moment | None = Field(None, description="Nothing is sent before.")
    code: str = Field(examples=["4.4.1"])
    detail: str = Field(examples=["no connection"])

    @classmethod
    def of(cls, seen: ChannelSeen) -> Self:
        """From the setup and its lane."""
        lane = seen.lane
        return cls(
            name=seen.setup.name,
            kind=seen.setup.kind,
            sender=seen.setup.sender,
            return_domain=seen.setup.return_domain,
            messages={str(state): count for state, count in sorted(seen.counts.items())},
            failures=lane.failures if lane else 0,
            failing_since=lane.failing_since if lane else None,
            paused_until=lane.paused_until if lane else None,
            code=lane.code if lane else "",
            detail=lane.detail if lane else "",
        )


class ReportLineOut(Out):
    """One thing about a domain, and what to put in DNS when it is not as it should be."""

    topic: str = Field(examples=["SPF"])
    verdict: Verdict
    says: str = Field(examples=["example.org lets 192.0.2.1 send its mail"])
    name: str = Field(description="Name of the record to put.", examples=["example.org"])
    kind: str = Field(description="Its type.", examples=["TXT"])
    record: str = Field(description="Its content.", examples=["v=spf1 ip4:192.0.2.1 -all"])

    @classmethod
    def of(cls, line: ReportLine) -> Self:
        """From the line."""
        return cls(
            topic=line.topic, verdict=line.verdict, says=line.says, name=line.name, kind=line.kind, record=line.record
        )


class ChannelReportOut(Out):
    """What others will make of mail of a channel."""

    channel: str = Field(examples=[_NAME])
    good: bool = Field(description="Nothing is wrong.")
    lines: list[ReportLineOut]

    @classmethod
    def of(cls, report: ChannelReport) -> Self:
        """From the report."""
        return cls(channel=report.channel, good=report.good, lines=list(map(ReportLineOut.of, report.lines)))


class TryIn(In):
    """To whom a test message goes."""

    to: str = Field(description="An address or number of your own.", examples=[_ADDRESS])


class TryOut(Out):
    """What the other side said."""

    state: SendState
    provider_id: str = Field(description="What it calls the message.", examples=["4XyZ"])
    code: str = Field(examples=["5.1.1"])
    detail: str = Field(examples=["no such user"])

    @classmethod
    def of(cls, result: SendResult) -> Self:
        """From the result."""
        return cls(state=result.state, provider_id=result.provider_id, code=result.code, detail=result.detail)


class MessageOut(Out):
    """A message, without what is personal. `code` and `detail` say what was last wrong."""

    id: str = Field(examples=[_MESSAGE])
    mode: Mode
    channel: ChannelKind
    lane: str = Field(description="Name of the channel.", examples=[_NAME])
    kind: str = Field(examples=["request"])
    purpose: MessagePurpose
    subject_id: str = Field(description="What it is about.", examples=["agr_01jd8m2x4c7n3k5p9qrstv0wxy"])
    language: str = Field(examples=["nl"])
    state: MessageState
    state_at: Moment | None = None
    created_at: Moment
    not_before: Moment
    attempts: int = Field(examples=[1])
    provider_id: str = Field(examples=["4XyZ"])
    parts: int = Field(description="Of SMS.", examples=[0])
    code: str = Field(examples=[""])
    detail: str = Field(examples=[""])

    @classmethod
    def of(cls, message: Message) -> Self:
        """From the row."""
        return cls(**{name: getattr(message, name) for name in cls.model_fields if name in _OF_MESSAGE})


_OF_MESSAGE = frozenset(MessageOut.model_fields)


class WholeMessageOut(MessageOut):
    """A message with what was written to whom; empty when that was deleted. The token of a link is 26 X."""

    to: str = Field(examples=[_ADDRESS])
    subject: str = Field(examples=["Een vraag"])
    text: str = Field(examples=["Beste mevrouw"])
    html: str = Field(examples=["<p>Beste mevrouw</p>"])

    @classmethod
    def with_content(cls, message: Message, content: Mapping[str, str]) -> Self:
        """From the row and its annexes."""
        values: dict[str, Any] = {name: getattr(message, name) for name in _OF_MESSAGE}
        return cls(**values | {name: content.get(name, "") for name in ("to", "subject", "text", "html")})


class SuppressionIn(In):
    """An address that is to get nothing more."""

    channel: ChannelKind = Field(examples=["email"])
    address: str = Field(examples=[_ADDRESS])


class SuppressionOut(Out):
    """An address that gets no messages of some purposes; which address is not kept, only a digest of it."""

    id: str = Field(examples=["sup_01jd8m2x4c7n3k5p9qrstv0wxy"])
    mode: Mode
    channel: ChannelKind
    reason: SuppressionReason
    at: Moment
    sender: str = Field(description="Only what this sender sends; empty: all.", examples=[""])
    message_id: str = Field(description="The message that it came from.", examples=[_MESSAGE])
    code: str = Field(examples=["5.1.1"])

    @classmethod
    def of(cls, row: Suppression) -> Self:
        """From the row."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class BounceOut(Out):
    """Mail that came back, and what it was taken for."""

    id: str = Field(examples=["bnc_01jd8m2x4c7n3k5p9qrstv0wxy"])
    lane: str = Field(description="Name of the channel.", examples=[_NAME])
    at: Moment
    source: str = Field(description="By which way it came.", examples=["api"])
    outcome: BounceOutcome
    message_id: str = Field(description="Which message it is about; empty when nobody knows.", examples=[_MESSAGE])
    code: str = Field(examples=["5.1.1"])
    detail: str = Field(examples=["no such user"])
    seen_by: str = Field(description="Who looked at what nobody could place.", examples=[""])

    @classmethod
    def of(cls, row: BouncedMail) -> Self:
        """From the row."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})
