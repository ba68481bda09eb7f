"""An organisation with a chain of evidence, an authority that stamps and a shelf, and a worker that runs when told."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from agreements.evidence.canonical import digest_of
from api.adapters.fakes import FakeShelf, FakeTimeStamper
from api.ports import ChainOf, EvidenceKind, KeptCheckpoint, Mode, PageRequest
from api.usecases.evidence.checkpoints import list_checkpoints, stamp_checkpoint
from api.usecases.evidence.keeping import hide, keep
from api.usecases.jobs import job_failed
from api.usecases.kinds import WorkKind
from api.worker.runner import Runner
from tests.api.builders import ORG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.evidence.canonical import Json
    from api.adapters.fakes import FakeClock
    from api.ports import EvidenceEvent
    from api.usecases.deps import Deps

LIVE, TEST = ChainOf(ORG, Mode.LIVE), ChainOf(ORG, Mode.TEST)
TEXT = "Mag het voortaan per e-mail?"
UNTIL = "2026-02-01T00:00:00.000000Z"


class Archive:
    """`deps` with fakes around a database; `run` does all work that is queued."""

    def __init__(self, deps: Deps, clock: FakeClock) -> None:
        """No events; the organisation is there."""
        self.clock = clock
        self.stamper, self.shelf = FakeTimeStamper(), FakeShelf()
        self.deps = replace(deps, time_stamper=self.stamper, checkpoint_shelf=self.shelf)

    def without_authority(self) -> None:
        """As where nobody has configured one."""
        self.deps = replace(self.deps, time_stamper=None)

    def put_down(
        self, kind: EvidenceKind, subject_id: str, body: dict[str, Json], chain: ChainOf = LIVE
    ) -> EvidenceEvent:
        with self.deps.database.write() as uow:
            return keep(self.deps, uow, chain, kind, subject_id, body)

    def hidden(self, subject_id: str, value: Json, chain: ChainOf = LIVE) -> dict[str, Json]:
        with self.deps.database.write() as uow:
            return hide(self.deps, uow, chain, subject_id, value)

    def fetch(self, count: int, request: str = "agr_1", chain: ChainOf = LIVE) -> None:
        """Events that decide nothing."""
        for _ in range(count):
            body: dict[str, Json] = {"request": request, "guess": "person"}
            self.put_down(EvidenceKind.LINK_FETCHED, request, body, chain)

    def freeze(self, chain: ChainOf = LIVE) -> EvidenceEvent:
        digest = digest_of(TEXT.encode())
        body: dict[str, Json] = {"question": "qst_1", "version": 1, "verb": "consent", "roads": ["email"]}
        body |= {"texts": {"nl": {"text": TEXT, "digest": digest}}, "purposes": [{"purpose": "betalen"}]}
        body |= {"controller": {"name": "Grachtstad"}, "policy": {"url": "https://grachtstad.example/p"}}
        return self.put_down(EvidenceKind.QUESTION_FROZEN, "qst_1", body, chain)

    def ask(self, request: str, chain: ChainOf = LIVE) -> EvidenceEvent:
        body: dict[str, Json] = {"request": request, "question": "qst_1", "language": "nl", "roads": ["email"]}
        body |= {"question_digest": digest_of(TEXT.encode()), "token_digest": digest_of(request.encode())}
        body |= {"recipient": self.hidden(request, f"huurder {request}", chain), "valid_until": UNTIL, "by": "key_1"}
        mail = self.hidden(request, f"{request}@huurder.example", chain)
        body |= {"addresses": [{"channel": "email", **mail}]}
        return self.put_down(EvidenceKind.REQUESTED, request, body, chain)

    def answer(self, request: str, answer: str = "yes", chain: ChainOf = LIVE) -> EvidenceEvent:
        body: dict[str, Json] = {"request": request, "answer": answer, "method": "web-post", "decided": True, "why": ""}
        body |= {"question_digest": digest_of(TEXT.encode()), "token_digest": digest_of(request.encode())}
        body |= {"page_digest": digest_of(b"page"), "from": self.hidden(request, {"ip": "192.0.2.7"}, chain)}
        return self.put_down(EvidenceKind.ANSWERED, request, body, chain)

    def run(self) -> None:
        """All that is due."""
        handlers = {WorkKind.STAMP_CHECKPOINT: partial(stamp_checkpoint, self.deps)}
        Runner(self.deps.database, self.clock, handlers, on_failed=partial(job_failed, self.deps)).drain("archive")

    def kept(self, chain: ChainOf = LIVE) -> Sequence[KeptCheckpoint]:
        return list_checkpoints(self.deps, chain)

    def happened(self, subject_id: str) -> list[str]:
        with self.deps.database.read() as uow:
            return [event.name for event in uow.events.of_subject(ORG, subject_id, PageRequest(500)).items]

    def ringing(self) -> list[tuple[str, str]]:
        with self.deps.database.read() as uow:
            return [(alarm.subject_id, alarm.state) for alarm in uow.alarms.open(ORG)]
