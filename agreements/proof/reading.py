"""From a file of evidence of one request (``agreement-evidence/1``) to the values that a proof is drawn from."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from agreements.evidence.bundle import EVIDENCE_FORMAT
from agreements.evidence.canonical import canonical
from agreements.proof.stamps import read_checkpoint
from agreements.proof.values import Act, Asked, Event, Proof, Sent, Standing, Told, Wrong
from agreements.verify import check
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_ENDS = {"withdrawn": Standing.WITHDRAWN, "expired": Standing.EXPIRED, "cancelled": Standing.CANCELLED}
_ANSWERS = {"yes": Standing.AGREED, "no": Standing.DECLINED}
_FIRST_YEAR, _LAST_YEAR = 1970, 9_000
_MESSAGE = "message-"
_SETTLED = "settled-by-person"


def read_evidence(document: bytes) -> Proof:
    """The values in a document of evidence.

    Raises:
        Refusal: ``proof-evidence-invalid``, it is no file of one request.
    """
    try:
        value = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise _refused("it is no JSON") from error
    if not isinstance(value, dict) or value.get("format") != EVIDENCE_FORMAT or value.get("holds") != "request":
        raise _refused(f"it is not `{EVIDENCE_FORMAT}` of one request")
    try:
        return _Reader(value).proof()
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise _refused(f"it lacks or misstates {error}") from error


def _refused(why: str) -> Refusal:
    return Refusal("proof-evidence-invalid", f"No proof can be made of this file: {why}. Take the evidence out again.")


def moment(text: str) -> dt.datetime:
    """A moment as events have it, in UTC. Raises ValueError: it is none, or of no year that anybody can have meant."""
    at = dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError(f"the year {at.year}")
    return at


def moment_if(text: str) -> dt.datetime | None:
    """A moment that others told us, None when it is none."""
    try:
        return moment(text)
    except (ValueError, OverflowError):
        return None


class _Reader:
    """Reads one document; what is wrong with its form surfaces as KeyError, TypeError or ValueError."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._value = value
        self._annexes = {annex["id"]: annex["value"] for annex in value.get("annexes", ())}
        everything = sorted(value["events"], key=lambda event: event["seq"])
        self._all = [
            Event(int(e["seq"]), moment(e["at"]), str(e["kind"]), str(e["digest"]), e.get("body")) for e in everything
        ]
        self._events = [event for event in self._all if event.body is not None]
        self._deleted = {
            annex: event.at
            for event in self._events
            if event.kind == "annex-deleted" and event.body is not None
            for annex in _texts(event.body["annexes"])
        }
        self._gone: dict[str, Told] = {}

    def proof(self) -> Proof:
        requested = self._first("requested")
        asked, body = self._asked(requested), (requested.body if requested else None) or {}
        addresses = tuple(self._address(one) for one in _dicts(body.get("addresses", ())))
        sent, acts = self._sent(dict(addresses)), tuple(self._acts())
        deciding = next((act for act in reversed(acts) if act.decided and act.answer in _ANSWERS), None)
        standing, ended = self._standing(deciding)
        for event in self._events:
            self._note(event.body)
        return Proof(
            chain=str(self._value["chain"]),
            request=str(self._value["request"]),
            standing=standing,
            asked=asked,
            recipient=self._told(body.get("recipient")),
            name=self._told(body.get("name") or body.get("recipient")),
            requested=requested,
            addresses=addresses,
            sent=sent,
            acts=acts,
            deciding=deciding,
            ended=ended,
            events=tuple(self._events),
            links=len(self._all) - len(self._events),
            head=(int(self._value["head"]["seq"]), str(self._value["head"]["digest"])),
            checkpoints=tuple(read_checkpoint(one) for one in self._value.get("checkpoints", ())),
            gone=tuple(self._gone.values()),
            as_of=max(event.at for event in self._events),
            wrong=_check(self._value),
        )

    def _first(self, kind: str) -> Event | None:
        return next((event for event in self._events if event.kind == kind), None)

    def _told(self, reference: object) -> Told:
        """What a reference to an annex still tells; nothing when there is none."""
        if not isinstance(reference, dict) or "annex" not in reference:
            return Told()
        name = str(reference["annex"])
        told = Told(name, self._annexes.get(name), self._deleted.get(name))
        if not told.is_known:
            self._gone.setdefault(name, told)
        return told

    def _address(self, reference: dict[str, Any]) -> tuple[str, Told]:
        """The channel of an address, by its looks when nobody says it."""
        told = self._told(reference)
        looks = "" if not told.is_known else "email" if "@" in str(told.value) else "sms"
        return str(reference.get("channel") or looks), told

    def _note(self, value: object) -> None:
        """Remember every annex that is referred to and gone, wherever the reference stands."""
        if isinstance(value, dict):
            self._told(value)
            for inner in value.values():
                self._note(inner)
        elif isinstance(value, list):
            for inner in value:
                self._note(inner)

    def _asked(self, requested: Event | None) -> Asked:
        frozen = self._first("question-frozen")
        language = requested.text("language") if requested else "nl"
        question, digest = (requested.text("question"), requested.text("question_digest")) if requested else ("", "")
        if frozen is None or frozen.body is None:
            return Asked(question, 0, "", language, digest)
        texts: Any = frozen.body["texts"]
        digest = self._read_text() or digest
        language = next((code for code, one in texts.items() if one.get("digest") == digest), language)
        own = texts.get(language, {})
        text = str(own.get("text", ""))
        version = int(frozen.text("version") or 0)
        return Asked(frozen.text("question"), version, frozen.text("verb"), language, digest, text, _lines(text))

    def _read_text(self) -> str:
        """The digest of the text that was before the person who decided, in whichever language."""
        decided = [e for e in self._events if e.kind == "answered" and e.body and e.body.get("decided") is True]
        return decided[-1].text("question_digest") if decided else ""

    def _sent(self, addresses: Mapping[str, Told]) -> tuple[Sent, ...]:
        by_id = dict[str, list[Event]]()
        for event in self._events:
            if event.kind.startswith(_MESSAGE):
                by_id.setdefault(event.text("message"), []).append(event)
        return tuple(self._one_sent(name, events, addresses) for name, events in by_id.items())

    def _one_sent(self, name: str, events: Sequence[Event], addresses: Mapping[str, Told]) -> Sent:
        body, channel = events[0].body or {}, events[0].text("channel")
        address = self._told(body.get("to") or body.get("address"))
        if not address.annex:
            address = next((told for on, told in addresses.items() if on.startswith(channel)), Told())
        return Sent(name, channel, events[0].text("kind"), address, self._told(body.get("rendered")), tuple(events))

    def _acts(self) -> Iterable[Act]:
        by_seq = {event.seq: event for event in self._events}
        for event in self._events:
            if event.kind in {"answered", "withdrawn"}:
                yield self._act(event, None)
            elif event.kind == _SETTLED and event.text("answer") in _ANSWERS:
                yield self._act(event, by_seq.get(int(event.text("names") or 0)))

    def _act(self, event: Event, unclear: Event | None) -> Act:
        """An act; what a person settled came in as an event that was ``unclear``."""
        body = event.body or {}
        said = (unclear.body if unclear else None) or body
        answer = "withdraw" if event.kind == "withdrawn" else event.text("answer")
        came = event.text("came_at") or event.text("received_at")
        return Act(
            event=event,
            at=moment(came) if came else unclear.at if unclear else event.at,
            answer=answer,
            method=_SETTLED if event.kind == _SETTLED else event.text("method"),
            decided=body.get("decided") is True or event.kind in {"withdrawn", _SETTLED},
            sender=self._told(said.get("from")),
            raw=self._told(said.get("raw")),
            device=self._told(said.get("user_agent")),
            buttons=tuple(_texts(body.get("buttons") or ())),
        )

    def _standing(self, deciding: Act | None) -> tuple[Standing, Event | None]:
        """How the request stands by its last decision, and the event that ended or changed it after that."""
        since = deciding.event.seq if deciding else 0
        standing = _ANSWERS.get(deciding.answer, Standing.OPEN) if deciding else Standing.OPEN
        ended: Event | None = None
        for event in self._events:
            if event.seq > since and event.kind in _ENDS:
                standing, ended = _ENDS[event.kind], event
            elif event.seq > since and event.kind == "corrected":
                standing, ended = _ANSWERS.get(event.text("answer"), Standing.OPEN), event
        return standing, ended


def _check(value: Mapping[str, Any]) -> tuple[Wrong, ...]:
    """What the checker that strangers run finds; it is spared the time stamps, which are read here."""
    bare: list[Any] = [{**one, "stamp": ""} for one in value.get("checkpoints", ())]
    report = check(canonical({**value, "checkpoints": bare}))
    return tuple(Wrong(found.code, found.seq) for found in report.findings)


def _texts(value: object) -> list[str]:
    if not isinstance(value, list | tuple):
        raise TypeError("a list of texts")
    return [str(one) for one in value]


def _dicts(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple):
        raise TypeError("a list of objects")
    return [one for one in value if isinstance(one, dict)]


def _lines(text: str) -> dict[str, tuple[str, ...]]:
    """Lines of a frozen text by what stands before their colon."""
    found = dict[str, tuple[str, ...]]()
    for line in text.splitlines():
        name, colon, words = line.partition(": ")
        if colon:
            found[name] = (*found.get(name, ()), words)
    return found
