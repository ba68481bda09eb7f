"""Chains as a corporation makes them: a question, requests, messages, answers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agreements.evidence.annex import AnnexValue, reference
from agreements.evidence.bundle import Stamped, chain_lines
from agreements.evidence.canonical import digest_of
from agreements.evidence.chain import Draft, Event, Head, extend
from agreements.evidence.checkpoint import take

if TYPE_CHECKING:
    from agreements.evidence.canonical import Json

CHAIN = "grachtstad/live"
QUESTION = "qst_01"
TEXT = "Mogen wij u voortaan per e-mail om betaling vragen, zoals bij de huur van oktober — €\u00a0812,40?"


def token_digest(request: str) -> str:
    return digest_of(f"token of {request}".encode())


@dataclass
class Teller:
    """Builds a chain event by event, each a second after the one before."""

    events: list[Event] = field(default_factory=list)
    annexes: dict[str, AnnexValue] = field(default_factory=dict)

    def tell(self, kind: str, subject: str, body: dict[str, Json]) -> Event:
        head = self.events[-1].head if self.events else Head()
        hours, rest = divmod(head.seq, 3600)
        at = f"2026-11-23T{hours:02}:{rest // 60:02}:{rest % 60:02}.000000Z"
        self.events.append(extend(CHAIN, head, Draft(at, kind, subject, body)))
        return self.events[-1]

    def hide(self, value: Json) -> dict[str, Json]:
        name = f"anx_{len(self.annexes) + 1:05}"
        annex = AnnexValue(name, hashlib.sha256(name.encode()).digest(), value)
        self.annexes[name] = annex
        return reference(name, annex.key, value)

    def freeze(self, text: str = TEXT, **others: str) -> Event:
        body: dict[str, Json] = {"question": QUESTION, "version": 1, "verb": "consent", "roads": ["email", "letter"]}
        texts = {"nl": text, **others}.items()
        body |= {"texts": {code: {"text": one, "digest": digest_of(one.encode())} for code, one in texts}}
        body |= {"purposes": [{"purpose": "betalen", "pii": ["contact"], "termination": "tot intrekking"}]}
        body |= {"controller": {"name": "Woonstichting Grachtstad", "email": "privacy@grachtstad.example"}}
        return self.tell("question-frozen", QUESTION, body | {"policy": {"url": "https://grachtstad.example/privacy"}})

    def ask(self, request: str, /, **changed: Json) -> Event:
        body: dict[str, Json] = {"request": request, "question": QUESTION, "language": "nl", "roads": ["email"]}
        body |= {"question_digest": digest_of(TEXT.encode()), "recipient": self.hide(f"huurder {request}")}
        body |= {"addresses": [{"channel": "email", **self.hide(f"{request}@huurder.example")}]}
        body |= {"token_digest": token_digest(request), "valid_until": "2026-12-01T00:00:00.000000Z", "by": "key_1"}
        return self.tell("requested", request, body | changed)

    def queue(self, request: str) -> Event:
        body: dict[str, Json] = {"message": f"msg_{request[4:]}", "request": request, "channel": "email"}
        return self.tell("message-queued", request, body | {"kind": "request", "rendered": self.hide("Beste huurder")})

    def answer(self, request: str, answer: str = "yes", /, **changed: Json) -> Event:
        body: dict[str, Json] = {"request": request, "answer": answer, "method": "web-post", "decided": True, "why": ""}
        body |= {"token_digest": token_digest(request), "question_digest": digest_of(TEXT.encode())}
        body |= {"page_digest": digest_of(b"page"), "buttons": ["Ja", "Nee"], "from": self.hide({"ip": "192.0.2.7"})}
        return self.tell("answered", request, body | changed)

    def checkpoints(self, *ends: int) -> list[Stamped]:
        made: list[Stamped] = []
        for end in ends:
            before = made[-1].checkpoint if made else None
            digests = [event.digest for event in self.events[before.last if before else 0 : end]]
            made.append(Stamped(take(CHAIN, before, digests, "2026-11-23T12:00:00.000000Z")))
        return made

    def file(self, *ends: int) -> bytes:
        return b"".join(chain_lines(CHAIN, self.events[-1].head, self.events, self.checkpoints(*ends)))


def told(count: int) -> Teller:
    """A chain of ``count`` events: requests that are sent, and answered in all the ways there are."""
    teller = Teller()
    teller.freeze()
    number = 0
    while len(teller.events) < count:
        number += 1
        request = f"agr_{number:04}"
        teller.ask(request)
        teller.queue(request)
        decided = teller.answer(request, "yes" if number % 3 else "no")
        if number % 5 == 0:
            teller.tell("withdrawn", request, {"request": request, "method": "web-post", "names": decided.seq})
    del teller.events[count:]
    return teller


def again(events: list[Event], at: int) -> list[Event]:
    """The events from index ``at`` on linked anew, as by someone who can rewrite the chain."""
    done = list(events[:at])
    for event in events[at:]:
        head = done[-1].head if done else Head()
        done.append(extend(CHAIN, head, Draft(event.at, event.kind, event.subject, event.body or {})))
    return done
