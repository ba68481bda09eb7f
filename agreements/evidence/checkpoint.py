"""Checkpoints: a few hundred bytes that say what a stretch of a chain was, to be stamped and kept elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agreements.evidence.canonical import Json, canonical, digest_of, raw_digest, written
from agreements.evidence.chain import ZERO
from agreements.evidence.merkle import path, root

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKPOINT_FORMAT = "agreement-checkpoint/1"


class Checkpoint(NamedTuple):
    """Events ``first`` to ``last`` of a chain: the digest of the last, and the Merkle root over the digests of all.

    ``number`` counts from 1, and ``prev`` is the digest of the checkpoint before: none of those can be dropped either.
    """

    chain: str
    number: int
    first: int
    last: int
    head: str
    root: str
    prev: str
    at: str

    def value(self) -> dict[str, Json]:
        """The checkpoint as JSON."""
        fields: dict[str, Json] = {"format": CHECKPOINT_FORMAT, "chain": self.chain, "number": self.number}
        fields |= {"first": self.first, "last": self.last, "head": self.head, "root": self.root}
        return fields | {"prev": self.prev, "at": self.at}

    def document(self) -> bytes:
        """What is stamped: the same as canonical JSON."""
        return canonical(self.value())

    @property
    def digest(self) -> str:
        """SHA-256 over the document: what a time stamp is of, and what the next checkpoint names."""
        return digest_of(self.document())


def take(chain: str, before: Checkpoint | None, digests: Sequence[str], at: str) -> Checkpoint:
    """The checkpoint that comes after ``before``, over the digests of all events since; at least one."""
    if not digests:
        raise ValueError("a checkpoint is over at least one event")
    number, done, prev = (before.number, before.last, before.digest) if before else (0, 0, ZERO)
    top = written(root([raw_digest(one) for one in digests]))
    return Checkpoint(chain, number + 1, done + 1, done + len(digests), digests[-1], top, prev, at)


class MerklePath(NamedTuple):
    """How an event comes under a checkpoint: digests beside the way from its leaf to the root, lowest first."""

    seq: int
    checkpoint: int
    steps: tuple[str, ...]

    def value(self) -> dict[str, Json]:
        """The path as JSON."""
        return {"seq": self.seq, "checkpoint": self.checkpoint, "path": list(self.steps)}


def path_to(checkpoint: Checkpoint, digests: Sequence[str], seq: int) -> MerklePath:
    """The path of event ``seq`` under ``checkpoint``, whose events have these digests."""
    steps = path([raw_digest(one) for one in digests], seq - checkpoint.first)
    return MerklePath(seq, checkpoint.number, tuple(written(step) for step in steps))
