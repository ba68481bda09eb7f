"""Checks a file of evidence about agreements. It needs this one file, Python 3.11 or later, and nothing else.

    python verify.py FILE [--json] [--checkpoints FOLDER] [--tsa-ca CA.pem]

FILE is a chain (JSON lines), the proof of one request (JSON), or a PDF that has such a proof attached. Time stamps are
checked by calling ``openssl``, when the machine has it and ``--tsa-ca`` names certificates of an authority you trust.
It is longer than a module should be, because whoever checks must be able to take it along and read it whole.

Ends with 0 when everything in the file holds, 1 when something does not, 2 when there is nothing to check, and 3 when
all holds except that time stamps could not be checked.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FORMAT = "agreement-evidence/1"
CHECKPOINT_FORMAT = "agreement-checkpoint/1"
ZERO = "sha256:" + "0" * 64
_TEXTS = ("at", "chain", "digest", "kind", "prev", "subject")
_EVENT = {*_TEXTS, "seq", "body"}
_LINK = {*_TEXTS, "seq", "body_digest"}
_CHECKPOINT = {"format", "chain", "number", "first", "last", "head", "root", "prev", "at"}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LARGEST = 2**53 - 1
_LARGEST_ATTACHED = 1 << 28
_quote = json.encoder.encode_basestring


class Wrong(Exception):  # noqa: N818 (what it says is the outcome of the check, not an error of it)
    """Something that does not hold: a stable code, and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code, self.message = code, message


class Link(NamedTuple):
    """The event that the next must go on from."""

    seq: int = 0
    digest: str = ZERO


@dataclass(frozen=True)
class Finding:
    """Something that does not hold; ``seq`` is the number of the first event it is about, if any."""

    code: str
    seq: int | None
    message: str


@dataclass
class Report:
    """What came of the check. ``remarks`` are what a reader must know although nothing is wrong."""

    holds: str = ""
    chain: str = ""
    events: int = 0
    last_seq: int = 0
    head: str = ZERO
    anchored: int = 0
    complete: bool = False
    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    annexes: dict[str, int] = field(default_factory=dict)

    def say(self, code: str, seq: int | None, message: str) -> None:
        """Note what does not hold."""
        self.findings.append(Finding(code, seq, message))

    @property
    def first_bad(self) -> int | None:
        """The lowest number of an event that something is wrong with."""
        return min((one.seq for one in self.findings if one.seq is not None), default=None)

    def exit_code(self) -> int:
        """As the head of this file says."""
        if self.findings:
            return 1
        return 3 if any(one["stamp"] == "unchecked" for one in self.checkpoints) else 0


# Canonical JSON (RFC 8785), written anew here so that this file stands alone and checks the maker's by other means.


def canon(value: object) -> str:
    """The one text of a JSON value; floats and large integers have none here."""
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, dict):
        names = sorted(value) if "".join(value).isascii() else sorted(value, key=_utf16)
        # most of what there is are texts, which need no call more
        inner = [_quote(one) if type(one := value[name]) is str else canon(one) for name in names]
        return "{" + ",".join([f"{_quote(name)}:{text}" for name, text in zip(names, inner, strict=True)]) + "}"
    if isinstance(value, list):
        return f"[{','.join(map(canon, value))}]"
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return str(value)
    raise Wrong("not-canonical", f"a {type(value).__name__} has no place in the evidence")


def text_of(value: object) -> str:
    """The canonical text of what a stranger wrote, however deep it is nested."""
    try:
        return canon(value)
    except RecursionError as error:
        raise Wrong("not-canonical", "it is nested too deep") from error


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def sha(text: str) -> str:
    """SHA-256 over the UTF-8 of a text, as written in events."""
    try:
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise Wrong("not-canonical", "a text holds half of a surrogate pair") from error


def parse(raw: bytes) -> Any:  # noqa: ANN401 (JSON of a stranger: what it is, is looked at where it is used)
    """JSON without floats; anything else is `Wrong`."""
    try:
        return _read_json(raw.decode())
    except (ValueError, RecursionError) as error:
        raise Wrong("line-unreadable", "the line is no JSON that evidence can be") from error


def _no_number(_: str) -> None:
    raise ValueError


_read_json = json.JSONDecoder(parse_float=_no_number, parse_constant=_no_number).decode


# One event.


def check_line(raw: bytes, chain: str, before: Link) -> dict[str, Any]:
    """The event of a line, which must go on from ``before``; anything that does not hold is `Wrong`."""
    event = parse(raw)
    check_shape(event)
    if event["seq"] != before.seq + 1:
        raise Wrong("sequence-wrong", f"event {before.seq + 1} is expected here, and this is {event['seq']}")
    if event["prev"] != before.digest:
        raise Wrong("prev-differs", "the event does not hold the digest of the one before")
    if check_event(event, chain).encode("utf-8", "replace") != raw:
        raise Wrong("not-canonical", "the bytes of the event are not those of canonical JSON")
    return dict(event)


def check_shape(event: object) -> None:
    """An event has just these fields, of these types."""
    if not isinstance(event, dict) or event.keys() not in (_EVENT, _LINK):
        raise Wrong("shape-wrong", "this is no event: it has other fields")
    texts = {type(event[name]) for name in _TEXTS} == {str}
    whole = isinstance(event.get("body", {}), dict) and isinstance(event.get("body_digest", ""), str)
    if not texts or not whole or type(event["seq"]) is not int:
        raise Wrong("shape-wrong", "a field of the event is of another type than it must be")


def check_after(event: dict[str, Any], before: Link) -> None:
    """Where some events were left out, they still come in order, and neighbours are linked."""
    if event["seq"] <= before.seq:
        raise Wrong("sequence-wrong", f"event {event['seq']} comes after event {before.seq}")
    if event["seq"] == before.seq + 1 and event["prev"] != before.digest:
        raise Wrong("prev-differs", "the event does not hold the digest of the one before")


def check_event(event: dict[str, Any], chain: str) -> str:
    """The canonical text of an event that is of this chain and is what its digest says."""
    if event["chain"] != chain:
        raise Wrong("chain-differs", f"the event is of the chain {event['chain']!r}, not of {chain!r}")
    name = "body" if "body" in event else "body_digest"
    inner = text_of(event[name])
    body = sha(inner) if name == "body" else event[name]
    at, kind, prev, subject = (_quote(event[field]) for field in ("at", "kind", "prev", "subject"))
    tail = f'"kind":{kind},"prev":{prev},"seq":{event["seq"]},"subject":{subject}}}'
    if sha(f'{{"at":{at},"body":{_quote(body)},"chain":{_quote(chain)},{tail}') != event["digest"]:
        raise Wrong("digest-differs", "the event is not what its digest is of")
    return f'{{"at":{at},"{name}":{inner},"chain":{_quote(chain)},"digest":{_quote(event["digest"])},{tail}'


# The Merkle tree of RFC 6962, section 2.1.


def merkle_root(digests: Sequence[str]) -> str:
    """The root over digests of events, as written in checkpoints."""
    level = [_hash(b"\0" + bytes.fromhex(one[7:])) for one in digests]
    while len(level) > 1:
        pairs = [_hash(b"\1" + level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[2 * len(pairs) :]
    return "sha256:" + level[0].hex()


def root_by_path(digest: str, index: int, size: int, path: Sequence[str]) -> str:
    """The root that a path leads to from leaf ``index`` of ``size``; empty when the path has the wrong length."""
    found, last, left = _hash(b"\0" + bytes.fromhex(digest[7:])), size - 1, list(path)
    while last > 0:
        if index % 2 or index < last:
            if not left:
                return ""
            beside = bytes.fromhex(left.pop(0)[7:])
            found = _hash(b"\1" + (beside + found if index % 2 else found + beside))
        index, last = index // 2, last // 2
    return "" if left else "sha256:" + found.hex()


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# What the events tell, and whether it can have been so.

_METHODS = {
    "web-post": ("by pressing the button on the page behind the personal link", ("token_digest", "page_digest")),
    "sms-keyword": ("by a text message that was the whole keyword", ("from", "raw")),
    "slip-tick": ("by a tick on the paper slip", ("slip",)),
    "letter-page": ("on the page of the letter's form, behind its code and address", ("submission",)),
    "staff-on-phone": ("on the phone, as noted by a member of staff", ("attested_by",)),
}
_STATES = {"yes": "agreed", "no": "declined", "withdraw": "declined"}
_CLOCKS_S = 60.0  # how far clocks of machines that share a database may be apart
_WEB_S = 300.0


@dataclass
class Request:
    """A request as far as its events tell."""

    id: str
    body: dict[str, Any]
    state: str = "open"
    decision: dict[str, Any] | None = None


class Seen(NamedTuple):
    """What later events need to know of one; a chain has too many to keep whole."""

    kind: str
    at: str
    decided: object


class Story:
    """Follows events in their order, and says what cannot have been as they tell."""

    def __init__(self, report: Report) -> None:
        """Start with nothing known."""
        self.report = report
        self.seen: dict[int, Seen] = {}
        self.last_at = ""
        self.texts: dict[str, set[str]] = {}
        self.requests: dict[str, Request] = {}
        self.references: dict[str, list[tuple[str, int]]] = {}
        self.deleted: dict[str, int] = {}
        self._tellers = {
            "question-frozen": self._frozen,
            "requested": self._requested,
            "answered": self._answered,
            "settled-by-person": self._settled,
            "withdrawn": self._withdrawn,
            "annex-deleted": self._deleted,
            **dict.fromkeys(("expired", "cancelled", "reminded", "corrected"), self._went_on),
        }

    def tell(self, event: dict[str, Any]) -> None:
        """Take the next event; one without a body tells nothing."""
        body, seq = event.get("body"), event["seq"]
        if body is None:
            return
        for name, digest in references(body):
            self.references.setdefault(name, []).append((digest, seq))
        self.seen[seq] = Seen(event["kind"], event["at"], body.get("decided"))
        if event["at"] < self.last_at and _seconds(event["at"], self.last_at) > _WEB_S:
            self.report.remarks.append(f"Event {seq} is dated before the one that it goes on from.")
        self.last_at = event["at"]
        teller = self._tellers.get(event["kind"])
        for code, message in teller(seq, event["at"], body) if teller else ():
            self.report.say(code, seq, message)

    def _frozen(self, _seq: int, _at: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
        texts = body.get("texts")
        for language, one in texts.items() if isinstance(texts, dict) else ():
            text, digest = (one.get("text"), one.get("digest")) if isinstance(one, dict) else (None, None)
            if digest != sha(text if isinstance(text, str) else text_of(text)):
                yield "question-text-differs", f"the text of the question in {language} is not what its digest is of"
            self.texts.setdefault(_text(body, "question"), set()).add(str(digest))

    def _requested(self, _seq: int, _at: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
        request = _text(body, "request")
        if request in self.requests:
            yield "requested-twice", f"the request {request} was made before"
        if _text(body, "question_digest") not in self.texts.get(_text(body, "question"), set()):
            yield "question-differs", "the request asks another text than the one that was frozen"
        self.requests[request] = Request(request, body)

    def _answered(self, seq: int, at: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
        request, method = self.requests.get(_text(body, "request")), _text(body, "method")
        if request is None:
            yield "predecessor-missing", "an answer to a request that is not there"
            return
        if method == "web-post" and body.get("token_digest") != request.body.get("token_digest"):
            yield "token-differs", "the answer came by a link that is not that of the request"
        if body.get("decided") is not True:
            return
        # the page shows the same question in each of its languages
        texts = self.texts.get(_text(request.body, "question"), set())
        if _text(body, "question_digest") not in {_text(request.body, "question_digest"), *texts}:
            yield "question-differs", "the decision is about another text than those that were frozen"
        if not all(body.get(name) for name in _METHODS.get(method, ("", ("?",)))[1]):
            yield "act-missing", f"a decision by {method or 'nothing'} does not show what a human did"
        came = _text(body, "came_at") or at
        if not _seconds(came, at) >= -_CLOCKS_S or (method == "web-post" and _seconds(came, at) > _WEB_S):
            yield "time-impossible", "the answer cannot have come in when the event says that it did"
        yield from self._decide(request, seq, came, body)

    def _settled(self, seq: int, _at: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
        request, unclear = self.requests.get(_text(body, "request")), self.seen.get(_number(body, "names"))
        decides = _text(body, "answer") in _STATES
        if unclear is None or not _is_undecided(unclear) or (decides and request is None):
            yield "predecessor-missing", "a person settled an answer that is not there"
            return
        if not body.get("by"):
            yield "act-missing", "it is not said who settled the answer"
        if decides and request is not None:
            yield from self._decide(request, seq, unclear.at, body)

    def _decide(self, request: Request, seq: int, came: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
        answer = _text(body, "answer")
        state = _STATES.get(answer)
        if state is None:
            yield "act-missing", "a decision that is neither yes nor no"
            return
        # who said no may still say yes, and what came in time counts though the end was noted meanwhile
        goes_on = request.state in ("open", "expired") or (request.state, state) == ("declined", "agreed")
        if not goes_on:
            yield "decided-twice", f"a decision about a request that was {request.state}"
        if not _seconds(came, _end(_text(request.body, "valid_until"))) >= 0:
            yield "decision-late", "the decision came after the request had ended"
        request.state = state
        put_down = self.seen[seq].at
        request.decision = {"seq": seq, "came_at": came, "put_down_at": put_down, "answer": answer, **_how(body)}

    def _withdrawn(self, _seq: int, at: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
        request = self.requests.get(_text(body, "request"))
        if request is None or request.decision is None or request.decision["seq"] != body.get("names"):
            yield "predecessor-missing", "a decision was withdrawn that is not there"
            return
        request.state, request.decision["withdrawn_at"] = "withdrawn", at

    def _went_on(self, seq: int, _at: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
        request, kind = self.requests.get(_text(body, "request")), self.seen[seq].kind
        if request is None or _number(body, "names") not in self.seen or _number(body, "names") >= seq:
            yield "predecessor-missing", f"what was {kind} is not there"
        elif kind in ("expired", "cancelled"):
            request.state = kind
        elif kind == "corrected":
            request.state = _STATES.get(_text(body, "answer"), "open")

    def _deleted(self, seq: int, _at: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
        names = body.get("annexes")
        self.deleted |= {name: seq for name in names if isinstance(name, str)} if isinstance(names, list) else {}
        yield from ()


def _is_undecided(event: Seen) -> bool:
    return event.kind == "unclear" or (event.kind == "answered" and event.decided is False)


def _how(body: dict[str, Any]) -> dict[str, Any]:
    method, by = _text(body, "method"), _text(body, "attested_by") or _text(body, "by")
    words = _METHODS[method][0] if method in _METHODS else "by an unclear answer that a person read"
    return {"method": method or "settled-by-person", "how": words, "noted_by": by}


def references(value: object) -> list[tuple[str, str]]:
    """Annexes that a body refers to, with the digests of what is in them."""
    found: list[tuple[str, str]] = []
    if isinstance(value, dict):
        if isinstance(value.get("annex"), str) and isinstance(value.get("hmac"), str):
            found.append((value["annex"], value["hmac"]))
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        if isinstance(inner, dict | list):
            found += references(inner)
    return found


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    return value if type(value) is int else 0


def _end(valid_until: str) -> str:
    """The last moment that is in time; a day ends with the day."""
    return valid_until if "T" in valid_until else f"{valid_until}T23:59:59.999999Z"


def _seconds(first: str, second: str) -> float:
    """From one moment to another; nothing that compares when one is none."""
    try:
        moments = [datetime.fromisoformat(text) for text in (first, second)]
        begin, end = (one if one.tzinfo else one.replace(tzinfo=UTC) for one in moments)
        return (end - begin).total_seconds()
    except (ValueError, OverflowError):
        return float("nan")


# A file: a chain as lines, or the proof of one request.


@dataclass
class File:
    """What a file holds, as far as its events hold; ``broken`` is set where they stop to."""

    chain: str
    head: Link
    digests: dict[int, str] = field(default_factory=dict)
    checkpoints: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)
    paths: dict[int, tuple[int, list[Any]]] = field(default_factory=dict)
    annexes: list[dict[str, Any]] = field(default_factory=list)
    broken: bool = False


def check(data: bytes, outside: Iterable[tuple[dict[str, Any], bytes]] = (), ca: Path | None = None) -> Report:
    """Check a file; ``outside`` are checkpoints and stamps kept elsewhere, ``ca`` certificates of the time stamper."""
    report = Report()
    story = Story(report)
    try:
        file = _read(attached(data), report, story)
    except Wrong as wrong:
        report.say(wrong.code, None, wrong.message)
        return report
    file.checkpoints += [one for one in outside if one[0].get("chain") == file.chain]
    report.chain, report.events, report.last_seq = file.chain, len(file.digests), max(file.digests, default=0)
    report.head = file.digests.get(report.last_seq, ZERO)
    report.complete = not file.broken and report.events == report.last_seq == file.head.seq
    _check_end(file, report)
    _check_checkpoints(file, report, ca)
    _check_annexes(file, report, story)
    report.decisions = [_told(request) for request in story.requests.values() if request.decision]
    _remark(file, report)
    return report


def attached(data: bytes) -> bytes:
    """The file itself; of a PDF, the proof that is attached to it."""
    for start in re.finditer(rb"stream\r?\n", data) if data.startswith(b"%PDF") else ():
        inner = data[start.end() : data.find(b"endstream", start.end())]
        with suppress(zlib.error):
            inner = zlib.decompressobj().decompress(inner, _LARGEST_ATTACHED)
        if inner.startswith(b"{") and FORMAT.encode() in inner:
            return inner.strip()
    return data


def _read(data: bytes, report: Report, story: Story) -> File:
    lines = data.removesuffix(b"\n").split(b"\n")
    if FORMAT.encode() not in data:
        raise Wrong("file-unreadable", f"this is no file of the format {FORMAT}")
    first = parse(lines[0])
    head = first.get("head") if isinstance(first, dict) else None
    if not isinstance(head, dict) or first.get("format") != FORMAT or not isinstance(first.get("chain"), str):
        raise Wrong("file-unreadable", "the first line does not say which chain this is")
    file = File(first["chain"], Link(_number(head, "seq"), _text(head, "digest")))
    report.holds = _text(first, "holds")
    if report.holds == "chain":
        _read_chain(lines, file, report, story)
    elif report.holds == "request":
        _read_proof(lines, first, file, report, story)
    else:
        raise Wrong("file-unreadable", "the file holds neither a chain nor a request")
    return file


def _read_chain(lines: list[bytes], file: File, report: Report, story: Story) -> None:
    before = Link()
    for raw in lines[1:]:
        try:
            if raw.startswith((b'{"annex":', b'{"checkpoint":')):
                _beside(parse(raw), file)
            elif not file.broken:
                event = check_line(raw, file.chain, before)
                before = Link(event["seq"], event["digest"])
                file.digests[before.seq] = before.digest
                story.tell(event)
        except Wrong as wrong:
            # what comes behind the last event may have been a checkpoint
            within = before != file.head and not raw.startswith((b'{"annex":', b'{"checkpoint":'))
            file.broken = file.broken or within
            report.say(wrong.code, before.seq + 1 if within else None, wrong.message)


def _read_proof(lines: list[bytes], proof: dict[str, Any], file: File, report: Report, story: Story) -> None:
    if text_of(proof).encode("utf-8", "replace") != b"\n".join(lines):
        report.say("not-canonical", None, "the bytes of the file are not those of canonical JSON")
    before = Link()
    for event in _list(proof, "events"):
        try:
            check_shape(event)
            check_after(event, before)
            check_event(event, file.chain)
        except Wrong as wrong:
            file.broken = True
            report.say(wrong.code, _number(event, "seq") if isinstance(event, dict) else None, wrong.message)
            return
        before = Link(event["seq"], event["digest"])
        file.digests[before.seq] = before.digest
        story.tell(event)
    for one in (*_list(proof, "checkpoints"), *({"annex": annex} for annex in _list(proof, "annexes"))):
        _beside(one, file)
    paths = [one for one in _list(proof, "paths") if isinstance(one, dict)]
    file.paths = {_number(one, "seq"): (_number(one, "checkpoint"), _list(one, "path")) for one in paths}


def _list(body: dict[str, Any], name: str) -> list[Any]:
    value = body.get(name)
    return value if isinstance(value, list) else []


def _beside(one: object, file: File) -> None:
    if isinstance(one, dict) and isinstance(one.get("annex"), dict):
        file.annexes.append(one["annex"])
    elif isinstance(one, dict) and isinstance(one.get("checkpoint"), dict):
        try:
            file.checkpoints.append((one["checkpoint"], base64.b64decode(_text(one, "stamp"), validate=True)))
        except binascii.Error as error:
            raise Wrong("stamp-invalid", "a time stamp is not written as base 64") from error
    else:
        raise Wrong("shape-wrong", "a line is neither event, checkpoint nor annex")


def _check_end(file: File, report: Report) -> None:
    if file.broken or (report.holds == "request" and not report.complete):
        return
    if report.last_seq < file.head.seq:
        message = f"the file ends with event {report.last_seq}, and says that there are {file.head.seq}"
        report.say("chain-truncated", report.last_seq + 1, message)
    elif report.head != file.head.digest:
        report.say(
            "head-differs", min(report.last_seq, file.head.seq + 1), "the chain ends otherwise than the file says"
        )


# Checkpoints and their time stamps.


def _check_checkpoints(file: File, report: Report, ca: Path | None) -> None:
    known: dict[int, dict[str, Any]] = {}
    seen: set[str] = set()
    for one, stamp in sorted(file.checkpoints, key=lambda pair: (_number(pair[0], "number"), not pair[1])):
        try:
            document = _checkpoint_text(one, file.chain)
            if document in seen:
                continue
            seen.add(document)
            _check_links(one, known)
            _check_stretch(one, file, report)
        except Wrong as wrong:
            report.say(wrong.code, _first_of(one, report, wrong), wrong.message)
            continue
        known[one["number"]] = one
        state, detail = check_stamp(document.encode(), stamp, ca)
        if state == "invalid":
            report.say("stamp-invalid", None, f"the time stamp of checkpoint {one['number']}: {detail}")
        shown = {name: one[name] for name in ("number", "first", "last", "at", "root")}
        report.checkpoints.append({**shown, "stamp": state, "detail": detail})
    _check_paths(file, report, known)


def _checkpoint_text(one: dict[str, Any], chain: str) -> str:
    numbers = all(type(one.get(name)) is int for name in ("number", "first", "last"))
    digests = all(_DIGEST.fullmatch(_text(one, name)) for name in ("head", "root", "prev"))
    if set(one) != _CHECKPOINT or one["format"] != CHECKPOINT_FORMAT or not numbers or not digests:
        raise Wrong("checkpoint-unreadable", "a checkpoint has other fields than it must")
    if one["chain"] != chain or not 0 < one["first"] <= one["last"]:
        raise Wrong("checkpoint-differs", "a checkpoint is of another chain, or of no events")
    return text_of(one)


def _check_links(one: dict[str, Any], known: dict[int, dict[str, Any]]) -> None:
    number, before = one["number"], known.get(one["number"] - 1)
    if number in known:
        raise Wrong("checkpoint-differs", f"there are two checkpoints {number}, and they differ")
    if number == 1 and (one["prev"], one["first"]) != (ZERO, 1):
        raise Wrong("checkpoint-link-differs", "the first checkpoint does not begin with the chain")
    if before and (one["prev"], one["first"]) != (sha(text_of(before)), before["last"] + 1):
        raise Wrong("checkpoint-link-differs", f"checkpoint {number} does not go on from the one before")


def _check_stretch(one: dict[str, Any], file: File, report: Report) -> None:
    first, last, number = one["first"], one["last"], one["number"]
    if file.digests.get(last, one["head"]) != one["head"]:
        raise Wrong("checkpoint-differs", f"event {last} is not what checkpoint {number} says it was")
    if report.holds == "request" and not report.complete:
        return
    if last > report.last_seq:
        if not file.broken:
            raise Wrong("chain-truncated", f"checkpoint {number} goes to event {last}, the file to {report.last_seq}")
    elif merkle_root([file.digests[seq] for seq in range(first, last + 1)]) != one["root"]:
        raise Wrong("checkpoint-differs", f"events {first} to {last} are not those of checkpoint {number}")
    else:
        report.anchored += last + 1 - first


def _first_of(one: dict[str, Any], report: Report, wrong: Wrong) -> int | None:
    if wrong.code == "chain-truncated":
        return report.last_seq + 1
    return max(_number(one, "first"), 1) if wrong.code == "checkpoint-differs" else None


def _check_paths(file: File, report: Report, known: dict[int, dict[str, Any]]) -> None:
    for seq, (number, path) in file.paths.items():
        one, digest = known.get(number), file.digests.get(seq)
        sound = all(isinstance(step, str) and _DIGEST.fullmatch(step) for step in path)
        if one is None or digest is None or not sound or not one["first"] <= seq <= one["last"]:
            report.say("path-differs", seq, f"event {seq} is not under a checkpoint that is in the file")
        elif root_by_path(digest, seq - one["first"], one["last"] + 1 - one["first"], path) != one["root"]:
            report.say("path-differs", seq, f"event {seq} is not what was under checkpoint {number}")
        elif report.holds == "request" and not report.complete:
            report.anchored += 1


def check_stamp(document: bytes, stamp: bytes, ca: Path | None) -> tuple[str, str]:
    """``valid``, ``invalid``, ``unchecked`` or ``none``, and what to say of it; the stamp is an answer by RFC 3161."""
    openssl = shutil.which("openssl")
    if not stamp:
        return "none", "it has no time stamp"
    if openssl is None:
        return "unchecked", "it has a time stamp, and this machine has no openssl to check it"
    with tempfile.TemporaryDirectory() as folder:
        data, reply = Path(folder, "checkpoint.json"), Path(folder, "stamp.tsr")
        data.write_bytes(document)
        reply.write_bytes(stamp)
        shown = _run([openssl, "ts", "-reply", "-in", str(reply), "-text"])[1]
        found = re.search(r"Time stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d{4}) GMT", shown)
        if found is None:
            return "invalid", "what stands there is no time stamp"
        when = datetime.strptime(" ".join(found.groups()), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        if ca is None:
            return "unchecked", f"it says {when:%Y-%m-%d %H:%M:%S} UTC; name the authority's certificates by --tsa-ca"
        asked = [openssl, "ts", "-verify", "-data", str(data), "-in", str(reply), "-CAfile", str(ca)]
        code, said = _run([*asked, "-attime", str(int(when.timestamp()))])
    if code:
        reason = re.search(r"reason\(\d+\)|:([a-z][a-z ]+):[^:]*:\d+:", said)
        return "invalid", f"openssl refuses it: {reason[1] if reason and reason[1] else said.strip()[-80:]}"
    return "valid", f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _run(command: list[str]) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)  # noqa: S603 (openssl, no shell)
    return done.returncode, done.stdout + done.stderr


# Annexes, and what there is to say at the end.


def _check_annexes(file: File, report: Report, story: Story) -> None:
    shown = 0
    for annex in file.annexes:
        name, key = _text(annex, "id"), _text(annex, "key")
        secret = bytes.fromhex(key) if re.fullmatch(r"([0-9a-f]{2})+", key) else b""
        found = (
            "sha256:" + hmac.new(secret, text_of(annex.get("value")).encode("utf-8", "replace"), "sha256").hexdigest()
        )
        for digest, seq in story.references.get(name, ()):
            if digest != found:
                report.say("annex-differs", seq, f"what is shown as {name} is not what event {seq} refers to")
        shown += name in story.references
    gone = sum(name in story.deleted for name in story.references)
    report.annexes = {"shown": shown, "deleted": gone, "left_out": max(len(story.references) - shown - gone, 0)}


def _told(request: Request) -> dict[str, Any]:
    asked = {name: _text(request.body, name) for name in ("question", "language")}
    return {"request": request.id, "state": request.state, **asked, **(request.decision or {})}


def _remark(file: File, report: Report) -> None:
    say, last = report.remarks.append, max((one["last"] for one in report.checkpoints), default=0)
    if file.broken:
        say("Nothing is said about what comes after the first event that does not hold.")
    if not report.checkpoints:
        say("There is no checkpoint. Events cut off from the end, or a chain written anew, would not show.")
    elif last < report.last_seq:
        say(f"Events after {last} are under no checkpoint yet: if they were cut off, it would not show.")
    if report.holds == "request" and not report.complete:
        say("The file has some events of the chain. It does not show whether the request has others.")
    if not any(one["stamp"] == "valid" for one in report.checkpoints):
        say("No time stamp was found valid. Unless you had a checkpoint from elsewhere, all of this could be made up.")
    if report.annexes.get("deleted"):
        say(
            f"{report.annexes['deleted']} annexes with personal data were deleted, as the chain says. It holds without."
        )
    if report.annexes.get("left_out"):
        say(f"{report.annexes['left_out']} annexes with personal data are not in the file.")


# The command.


def as_json(report: Report) -> str:
    """The report for a program."""
    bad = {"ok": not report.findings, "first_bad": report.first_bad, "exit_code": report.exit_code()}
    return json.dumps({**bad, **asdict(report)}, ensure_ascii=False, indent=1)


def as_text(report: Report) -> str:
    """The report for a person."""
    lines = [f"{report.holds or 'file'} {report.chain}: {report.events} events, the last is {report.last_seq}"]
    if report.findings:
        lines += ["", "DOES NOT HOLD" + (f", from event {report.first_bad} on" if report.first_bad else "")]
        lines += [
            f"  {one.code}{f' (event {one.seq})' if one.seq else ''}: {one.message}" for one in report.findings[:20]
        ]
    else:
        lines += [
            "",
            "HOLDS: every event is what its digest says, goes on from the one before, and fits what came before.",
        ]
    lines += ["", f"Under checkpoints: {report.anchored} of {report.events} events"]
    for one in report.checkpoints:
        lines.append(
            f"  {one['number']}: events {one['first']} to {one['last']}, stamp {one['stamp']}: {one['detail']}"
        )
    lines += ["", f"Decisions: {len(report.decisions)}"]
    for one in report.decisions[:20]:
        noted = f", noted by {one['noted_by']}" if one["noted_by"] else ""
        lines.append(f"  {one['request']}: {one['state']}, {one['came_at']}, event {one['seq']}, {one['how']}{noted}")
    if len(report.decisions) > 20:  # noqa: PLR2004 (a screen; --json has all)
        lines.append(f"  and {len(report.decisions) - 20} more; --json has all")
    lines += ["", "Not shown by this file:", *(f"  {one}" for one in report.remarks)]
    lines += ["  Whether what was written down was true when it was; and who it was that held the link, phone or pen."]
    return "\n".join(lines) + "\n"


def kept_outside(place: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Checkpoints of a folder: ``NAME.json``, with a stamp ``NAME.tsr`` or ``NAME.something.tsr`` beside it."""
    for path in sorted(place.glob("*.json")) if place.is_dir() else [place]:
        one = parse(path.read_bytes().strip())
        if not isinstance(one, dict):
            raise Wrong("checkpoint-unreadable", f"{path} is no checkpoint")
        stamps = sorted(path.parent.glob(f"{path.stem}.*tsr"))
        yield one, stamps[0].read_bytes() if stamps else b""


def main(arguments: list[str] | None = None) -> int:
    """Run; the exit code is as the head of this file says."""
    parser = argparse.ArgumentParser("verify", description="Check a file of evidence about agreements.")
    parser.add_argument(
        "file", type=Path, help="a chain (JSON lines), the proof of a request (JSON), or a PDF with one"
    )
    parser.add_argument("--json", action="store_true", help="write the report as JSON")
    parser.add_argument("--checkpoints", type=Path, help="a folder or file of checkpoints that was kept elsewhere")
    parser.add_argument("--tsa-ca", type=Path, help="certificates (PEM) of the time stamping authority that you trust")
    options = parser.parse_args(arguments)
    try:
        outside = list(kept_outside(options.checkpoints)) if options.checkpoints else []
        report = check(options.file.read_bytes(), outside, options.tsa_ca)
    except (OSError, Wrong) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(as_json(report) + "\n" if options.json else as_text(report))
    return 2 if any(one.code == "file-unreadable" for one in report.findings) else report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
