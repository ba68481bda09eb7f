"""Files of evidence: a whole chain as JSON lines, one request as a JSON document. `agreements.verify` reads both."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple

from agreements.evidence.canonical import Json, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agreements.evidence.annex import AnnexValue
    from agreements.evidence.chain import Event, Head
    from agreements.evidence.checkpoint import Checkpoint, MerklePath

EVIDENCE_FORMAT = "agreement-evidence/1"


class Stamped(NamedTuple):
    """A checkpoint and the answer of the time stamping authority (RFC 3161, DER); empty: there is none."""

    checkpoint: Checkpoint
    stamp: bytes = b""

    def value(self) -> dict[str, Json]:
        """Both as JSON; the stamp in base 64."""
        return {"checkpoint": self.checkpoint.value(), "stamp": base64.b64encode(self.stamp).decode()}


def head_line(chain: str, head: Head) -> bytes:
    """The first line of a chain's file: whose it is, and how far it goes."""
    end: dict[str, Json] = {"seq": head.seq, "digest": head.digest}
    return canonical({"format": EVIDENCE_FORMAT, "holds": "chain", "chain": chain, "head": end})


def chain_lines(
    chain: str, head: Head, events: Iterable[Event], stamped: Iterable[Stamped], annexes: Iterable[AnnexValue] = ()
) -> Iterator[bytes]:
    """Lines with their ends: the head, every event from 1 to ``head``, checkpoints, and annexes if asked for."""
    yield head_line(chain, head) + b"\n"
    for event in events:
        yield event.line() + b"\n"
    for one in stamped:
        yield canonical(one.value()) + b"\n"
    for annex in annexes:
        yield canonical({"annex": annex.shown()}) + b"\n"


class RequestProof(NamedTuple):
    """What shows one request: its events and those they name, how they come under checkpoints, annexes if asked for.

    ``links`` are other events of the chain without their bodies; with all of them it shows that none of the request's
    is missing.
    """

    chain: str
    request: str
    head: Head
    events: tuple[Event, ...]
    checkpoints: tuple[Stamped, ...] = ()
    paths: tuple[MerklePath, ...] = ()
    links: tuple[Event, ...] = ()
    annexes: tuple[AnnexValue, ...] = ()

    def value(self) -> dict[str, Json]:
        """The proof as JSON."""
        events = sorted({event.seq: event for event in (*self.links, *self.events)}.items())
        found: dict[str, Json] = {"format": EVIDENCE_FORMAT, "holds": "request", "chain": self.chain}
        found |= {"request": self.request, "head": {"seq": self.head.seq, "digest": self.head.digest}}
        found |= {"events": [event.value() for _, event in events], "paths": [path.value() for path in self.paths]}
        found["checkpoints"] = [one.value() for one in self.checkpoints]
        return found | {"annexes": [annex.shown() for annex in self.annexes]}

    def document(self) -> bytes:
        """The proof as canonical JSON: the file that is handed over."""
        return canonical(self.value())
