"""Evidence: how fast a chain is built and verified, against what hashing and reading JSON cost in any case.

`python -m benchmarks.evidence [EVENTS]`: builds a chain of 100,000 events as requests make them, with a checkpoint
every thousand, verifies the file with the verifier that stands alone, and does the bare minimum on the same lines:
`json.loads` and SHA-256 over each body and each line. Five rounds each, taken in turn; medians of processor time.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import sys
import time
from typing import TYPE_CHECKING, Final

from agreements import verify
from agreements.evidence.bundle import Stamped, chain_lines
from agreements.evidence.canonical import digest_of
from agreements.evidence.chain import Draft, Event, Head, extend
from agreements.evidence.checkpoint import take

if TYPE_CHECKING:
    from collections.abc import Callable

    from agreements.evidence.canonical import Json

EVENTS: Final = 100_000
ROUNDS: Final = 5
CHAIN: Final = "bench/live"
_TEXT: Final = "Mogen wij u voortaan per e-mail om betaling vragen?"
_AT: Final = "2026-11-23T10:00:00.000000Z"
_EACH: Final = 1000


def main() -> None:
    """Measure and tell."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    drafts = [_draft(number) for number in range(count)]
    events = build(drafts)
    data = file_of(events)
    lines = data.split(b"\n")[1 : count + 1]
    rounds: dict[str, list[float]] = {"build": [], "verify": [], "limit": []}
    works: dict[str, Callable[[], object]] = {
        "build": lambda: build(drafts),
        "verify": lambda: _check(data, count),
        "limit": lambda: limit(lines),
    }
    for _ in range(ROUNDS):
        for name, work in works.items():
            begin = time.process_time()
            work()
            rounds[name].append(count / (time.process_time() - begin))
    rates = {name: statistics.median(found) for name, found in rounds.items()}
    told = {
        "n": count,
        "bytes_per_event": round(sum(map(len, lines)) / count),
        **{f"{name}_per_s": round(rate) for name, rate in rates.items()},
        "build_ratio": round(rates["build"] / rates["limit"], 2),
        "verify_ratio": round(rates["verify"] / rates["limit"], 2),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def build(drafts: list[Draft]) -> list[Event]:
    """The chain, without a database."""
    head, events = Head(), list[Event]()
    for draft in drafts:
        events.append(extend(CHAIN, head, draft))
        head = events[-1].head
    return events


def file_of(events: list[Event]) -> bytes:
    """The file that is handed over."""
    stamped: list[Stamped] = []
    for begin in range(0, len(events), _EACH):
        digests = [event.digest for event in events[begin : begin + _EACH]]
        before = stamped[-1].checkpoint if stamped else None
        stamped.append(Stamped(take(CHAIN, before, digests, _AT)))
    return b"".join(chain_lines(CHAIN, events[-1].head, events, stamped))


def limit(lines: list[bytes]) -> str:
    """What no verifier can leave out: reading each line, and hashing its body and itself."""
    found = ""
    for line in lines:
        body = json.loads(line)["body"]
        found = hashlib.sha256(line).hexdigest() + hashlib.sha256(repr(body).encode()).hexdigest()
    return found


def _check(data: bytes, count: int) -> None:
    report = verify.check(data)
    if report.findings or report.anchored != count:
        raise SystemExit(f"the chain does not verify: {report.findings[:3]}")


def _draft(number: int) -> Draft:
    if number == 0:
        return Draft(_AT, "question-frozen", "qst_1", _frozen())
    request, kind = f"agr_{number // 4:026}", number % 4
    body: dict[str, Json] = {"request": request}
    if kind == 1:
        body |= {"question": "qst_1", "question_digest": digest_of(_TEXT.encode()), "language": "nl"}
        body |= {"recipient": _hidden(number), "addresses": [_hidden(-number)], "token_digest": _token(request)}
        body |= {"valid_until": "2026-12-23T10:00:00Z", "roads": ["email"], "by": "key_1"}
        return Draft(_AT, "requested", request, body)
    if kind == 2:  # noqa: PLR2004 (the second of three)
        body |= {"message": f"msg_{number:026}", "channel": "email", "kind": "request", "rendered": _hidden(number)}
        return Draft(_AT, "message-queued", request, body)
    if kind == 3:  # noqa: PLR2004 (the third)
        body |= {"answer": "yes", "method": "web-post", "decided": True, "why": "", "token_digest": _token(request)}
        body |= {"question_digest": digest_of(_TEXT.encode()), "page_digest": _token("page"), "from": _hidden(number)}
        return Draft(_AT, "answered", request, body)
    return Draft(_AT, "link-fetched", request, body | {"guess": "person"})


def _frozen() -> dict[str, Json]:
    texts: dict[str, Json] = {"nl": {"text": _TEXT, "digest": digest_of(_TEXT.encode())}}
    return {"question": "qst_1", "version": 1, "verb": "consent", "texts": texts, "roads": ["email"]}


def _hidden(number: int) -> dict[str, Json]:
    return {"annex": f"anx_{number:026}", "hmac": _token(str(number))}


def _token(of: str) -> str:
    return digest_of(of.encode())


if __name__ == "__main__":
    main()
