"""What goes out as JSON about evidence: checkpoints, and how far each has got."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field

# the names below are read by pydantic when a model is made
from api.http.schemas import In, Moment, Out
from api.ports import CheckpointState, Mode
from api.usecases.evidence.forgetting import WhyForget

if TYPE_CHECKING:
    from api.ports import KeptCheckpoint


class ForgetIn(In):
    """Why a request is forgotten."""

    why: WhyForget = Field(
        description="`retention`: kept long enough; `asked`: the person asked; `mistake`.", examples=["retention"]
    )


class ForgottenOut(Out):
    """What was forgotten."""

    annexes: list[str] = Field(
        description="Ids of annexes that are gone.", examples=[["anx_01jd8m2x4c7n3k5p9qrstv0wxy"]]
    )


_DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class CheckpointOut(Out):
    """A checkpoint of the chain of evidence."""

    id: str = Field(examples=["ckp_01jd8m2x4c7n3k5p9qrstv0wxy"])
    mode: Mode
    number: int = Field(description="Counts from 1 in its chain.", examples=[12])
    first: int = Field(description="The first event that it is over.", examples=[11_001])
    last: int = Field(description="The last.", examples=[12_000])
    head: str = Field(description="Digest of the last event.", examples=[_DIGEST])
    root: str = Field(description="Merkle root over the digests of all (RFC 6962).", examples=[_DIGEST])
    at: str = Field(description="When it was taken.", examples=["2026-11-23T13:00:00.000000Z"])
    digest: str = Field(description="Of its document: what a time stamp is of.", examples=[_DIGEST])
    state: CheckpointState = Field(
        description="`waiting` for its stamp; `stamped`; `unstamped`, nobody stamps here; `stamp-failed`, tried on."
    )
    state_at: Moment
    tries: int = Field(description="How often a stamp failed in a row.", examples=[0])
    next_try_at: Moment | None = Field(None, description="When it is tried again.")
    code: str = Field(description="Why it failed; empty when it did not.", examples=[""])
    detail: str = Field(description="The same in words.", examples=[""])

    @classmethod
    def of(cls, kept: KeptCheckpoint) -> Self:
        """From the row."""
        point = kept.checkpoint
        return cls(
            id=kept.id,
            mode=kept.chain.mode,
            number=point.number,
            first=point.first,
            last=point.last,
            head=point.head,
            root=point.root,
            at=point.at,
            digest=point.digest,
            state=kept.state,
            state_at=kept.state_at,
            tries=kept.tries,
            next_try_at=kept.next_try_at,
            code=kept.code,
            detail=kept.detail,
        )
