"""Evidence: the chain of events of an organisation, annexes with what is personal, checkpoints and who stamps them.

The values of a chain are those of `agreements.evidence`; here is where they are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from agreements.evidence.chain import Event, chain_name
from agreements.evidence.kinds import EventKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from agreements.evidence.canonical import Json
    from agreements.evidence.chain import Head
    from agreements.evidence.checkpoint import Checkpoint
    from api.ports.entities import Mode
    from api.ports.values import BlobRef

EvidenceEvent = Event
EvidenceKind = EventKind


class ChainOf(NamedTuple):
    """Whose chain, and whether it counts: an organisation has one for live and one for tests."""

    organisation_id: str
    mode: Mode

    @property
    def name(self) -> str:
        """What the chain is called in its events."""
        return chain_name(self.organisation_id, str(self.mode))


class EvidenceDraft(NamedTuple):
    """What is to be put down; ``subject_id`` is what it is about: a request, a question, a message."""

    at: datetime
    kind: EventKind
    subject_id: str
    body: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Annex:
    """What is personal, with the key (32 bytes) of its digest. Rows can be deleted; the chain holds without them."""

    id: str
    chain: ChainOf
    subject_id: str
    key: bytes
    value: Json
    hmac: str
    created_at: datetime


class CheckpointState(StrEnum):
    """``waiting`` to be put outside the database; ``unstamped`` for want of an authority to ask."""

    WAITING = "waiting"
    UNSTAMPED = "unstamped"
    STAMPED = "stamped"
    STAMP_FAILED = "stamp-failed"


UNFINISHED: Final = frozenset({CheckpointState.WAITING, CheckpointState.STAMP_FAILED})


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint, and how far it has got. ``document`` and ``stamp`` are in the blob store.

    ``tries`` counts those that failed since the last that did not; ``code`` and ``detail`` are of the last of them.
    """

    id: str
    chain: ChainOf
    checkpoint: Checkpoint
    state: CheckpointState
    state_at: datetime
    document: BlobRef | None = None
    stamp: BlobRef | None = None
    tries: int = 0
    next_try_at: datetime | None = None
    code: str = ""
    detail: str = ""


class EvidenceChains(Protocol):
    """Chains of events: rows are only ever added, and the database itself refuses anything else."""

    def append(self, chain: ChainOf, drafts: Sequence[EvidenceDraft]) -> Sequence[EvidenceEvent]:
        """Put events down at the end, in their order; others that append to this chain wait until the commit.

        So append last in a transaction that also waits for other rows.
        """

    def head(self, chain: ChainOf) -> Head:
        """The last event; number 0 when there is none."""

    def hold(self, chain: ChainOf) -> Head:
        """As `head`, and nobody appends before the commit."""

    def page(self, chain: ChainOf, after: int, limit: int) -> Sequence[EvidenceEvent]:
        """Events with numbers above ``after``, in order."""

    def of_subject(self, chain: ChainOf, subject_id: str) -> Sequence[EvidenceEvent]:
        """Events about one thing, in order."""

    def some(self, chain: ChainOf, numbers: Collection[int]) -> Sequence[EvidenceEvent]:
        """Those of these numbers that are there, in order."""

    def digests(self, chain: ChainOf, first: int, last: int) -> Sequence[str]:
        """Digests of a stretch, in order."""

    def add_annexes(self, annexes: Sequence[Annex]) -> None:
        """Insert."""

    def annexes(self, chain: ChainOf, annex_ids: Collection[str]) -> Sequence[Annex]:
        """Those that are there, by id."""

    def annexes_of(self, chain: ChainOf, subject_id: str) -> Sequence[Annex]:
        """Those about one thing, by id."""

    def delete_annexes(self, chain: ChainOf, annex_ids: Collection[str]) -> Sequence[str]:
        """Delete values and keys for good; the ids of those that were there, sorted."""

    def uncovered(self, events: int, before: datetime, limit: int) -> Sequence[ChainOf]:
        """Chains with that many events under no checkpoint, or with one from before that moment."""

    def add_checkpoint(self, kept: KeptCheckpoint) -> None:
        """Insert; it must go on from the last one of the chain, which is to be held."""

    def last_checkpoint(self, chain: ChainOf) -> KeptCheckpoint | None:
        """The newest."""

    def checkpoints(self, chain: ChainOf, after: int, limit: int) -> Sequence[KeptCheckpoint]:
        """Checkpoints with numbers above ``after``, in order."""

    def covering(self, chain: ChainOf, numbers: Collection[int]) -> Sequence[KeptCheckpoint]:
        """Checkpoints over events of these numbers, in order."""

    def checkpoint(self, organisation_id: str, checkpoint_id: str) -> KeptCheckpoint:
        """One. Raises Refusal: ``checkpoint-not-found``."""

    def settle(self, before: KeptCheckpoint, after: KeptCheckpoint) -> bool:
        """Note what came of a try; False, and no change, when the row is no longer as it was ``before``."""

    def due(self, states: Collection[CheckpointState], now: datetime, limit: int) -> Sequence[KeptCheckpoint]:
        """Checkpoints in these states whose next try has come, or that have none planned, oldest first."""


class TimeStamper(Protocol):
    """An authority that stamps digests with the time (RFC 3161)."""

    def stamp(self, digest: bytes) -> bytes:
        """Its whole answer (DER) about a SHA-256 digest, looked at and found to be about it. Raises `Fault`."""


class CheckpointShelf(Protocol):
    """A place of the corporation's own, outside database and blob store, where checkpoints are put as files."""

    def put(self, name: str, data: bytes) -> None:
        """Write a file once. Raises `Retryable`; `Permanent` (``checkpoint-file-differs``) when another is there."""
