"""What the verifier says of a file, and files for it that others change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agreements import verify
from agreements.evidence.bundle import RequestProof
from agreements.evidence.chain import Draft, Event, Head, extend
from agreements.evidence.checkpoint import path_to
from tests.agreements.evidence.stories import CHAIN, Teller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.evidence.canonical import Json


def bad(data: bytes) -> tuple[int | None, list[str]]:
    report = verify.check(data)
    assert report.exit_code() == (1 if report.findings else 0)
    return report.first_bad, [one.code for one in report.findings]


def changed_event(event: Event, **changed: Json) -> Event:
    """The event with another body and the digests that go with it."""
    body = {**(event.body or {}), **changed}
    return extend(event.chain, Head(event.seq - 1, event.prev), Draft(event.at, event.kind, event.subject, body))


def proof_of(teller: Teller, request: str, *, links: bool = False, shown: Sequence[str] = ()) -> RequestProof:
    stamped = teller.checkpoints(20, 40)
    events = tuple(event for event in teller.events if event.subject == request or event.kind == "question-frozen")
    paths = []
    for event in events:
        under = next((one.checkpoint for one in stamped if one.checkpoint.last >= event.seq), None)
        if under:
            digests = [one.digest for one in teller.events[under.first - 1 : under.last]]
            paths.append(path_to(under, digests, event.seq))
    others = tuple(event.without_body() for event in teller.events) if links else ()
    annexes = tuple(teller.annexes[name] for name in shown)
    head = teller.events[-1].head
    return RequestProof(CHAIN, request, head, events, tuple(stamped), tuple(paths), others, annexes)
