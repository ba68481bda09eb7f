"""Requests by mail through real SMTP (Postfix's smtp-sink) with the sender killed (-9) at random moments.

    .venv/bin/python benchmarks/messages.py [--count 20000] [--kills 40] [--seed 1] [--signed] [--json]

It ends with an error unless every Message-ID arrived, each is written as sent, and evidence has each once. Messages
that arrived twice, because a kill came between the server's word and our note of it, are counted; they have the same
Message-ID. The limit is smtplib alone, handing the same mails to the same server over one connection, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import smtplib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 (before imports)

from api.adapters import tables
from api.adapters.engine import make_engine
from api.ports import ChainOf, MessageState, Mode
from tests.api.worker import killed_senders
from tests.api.worker.killed_senders import LAST_LINE, ORG, SETUP, deps_of, queue
from tests.servers import answers, find_program, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.usecases.deps import Deps

_ID = re.compile(rb"^Message-ID: (<\S+>)", re.MULTILINE)
_LONGEST_LIFE_S = 20.0
_SHARE_OF_LIMIT = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened; rates are messages per second."""

    messages: int
    kills: int
    arrived_twice: int
    per_s: float
    limit_per_s: float
    ratio: float
    signed: bool


def main() -> None:
    """Measure and say it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--signed", action="store_true", help="sign each mail by DKIM with a key of 2,048 bits")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), asked.count, asked.kills, asked.seed, signed=asked.signed)
    said = {name: getattr(figures, name) for name in figures.__slots__}
    lines = "".join(f"{name}: {value}\n" for name, value in said.items())
    sys.stdout.write(f"{json.dumps(said)}\n" if asked.json else lines)


def measure(folder: Path, count: int, kills: int, seed: int, *, signed: bool) -> Figures:
    """Queue, send under fire, and count what arrived."""
    url = f"sqlite:///{folder / 'messages.sqlite'}"
    engine = make_engine(url)
    with engine.execution_options(posthoorn_write=True).begin() as connection:
        tables.metadata.create_all(connection)
    engine.dispose()
    key = _key(folder) if signed else "-"
    with _sink(folder / "limit") as port:
        deps = deps_of(url, port)
        queued = queue(deps, count)
        limit = _limit(port, max(200, count // _SHARE_OF_LIMIT))
    with _sink(folder / "sink") as port:
        words = (url, str(port), str(kills), str(seed), key, str(_LONGEST_LIFE_S))
        ran = subprocess.run(
            [sys.executable, killed_senders.__file__ or "", *words],
            env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        arrived = _arrived(folder / "sink")
    killed, seconds = ran.stdout.splitlines()[-1].split()
    _check(deps, queued, arrived)
    rate = count / float(seconds)
    twice = sum(arrived.values()) - count
    return Figures(count, int(killed), twice, round(rate, 1), round(limit, 1), round(rate / limit, 3), signed)


def _check(deps: Deps, queued: set[str], arrived: Counter[str]) -> None:
    """Raise SystemExit unless all adds up."""
    if set(arrived) != queued:
        raise SystemExit(f"lost: {len(queued - set(arrived))}, never queued: {len(set(arrived) - queued)}")
    with deps.database.read() as uow:
        counts = uow.messages.counts(ORG, Mode.LIVE, SETUP.name)
        events = uow.evidence.page(ChainOf(ORG, Mode.LIVE), 0, 3 * len(queued))
    kinds = Counter(str(event.kind) for event in events)
    if counts != {MessageState.SENT: len(queued)} or set(kinds.values()) != {len(queued)}:
        raise SystemExit(f"rows and evidence differ: {dict(counts)}, {dict(kinds)}")


def _limit(port: int, count: int) -> float:
    """Mails per second of smtplib alone, over one connection."""
    mail = f"From: <{SETUP.sender}>\r\nTo: <h@example.org>\r\nSubject: Een vraag\r\nMessage-ID: <limit@wonen>\r\n\r\n"
    content = (mail + killed_senders.TEXT.replace("\n", "\r\n")).encode()
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, "wonen.example.org") as smtp:
        for number in range(count):
            smtp.sendmail(SETUP.sender, [f"huurder{number}@example.org"], content)
    return count / (time.perf_counter() - start)


@contextmanager
def _sink(folder: Path) -> Iterator[int]:
    """A mail server that keeps each mail in a file."""
    folder.mkdir()
    (port,) = free_ports(1)
    user = ("-u", "root") if os.getuid() == 0 else ()
    command = [find_program("smtp-sink"), *user, "-d", f"{folder}/mail.", f"127.0.0.1:{port}", "100"]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while not answers(port):
            time.sleep(0.02)
        yield port
    finally:
        server.kill()
        server.wait()


def _arrived(folder: Path) -> Counter[str]:
    """How often each Message-ID is there whole: what was cut off by a kill is no mail."""
    found: Counter[str] = Counter()
    for path in folder.iterdir():
        content = path.read_bytes()
        said = _ID.search(content)
        if said is not None and LAST_LINE.encode() in content:
            found[said[1].decode()] += 1
    return found


def _key(folder: Path) -> str:
    """A file with a key of 2,048 bits."""
    path = folder / "dkim.pem"
    subprocess.run([find_program("openssl"), "genrsa", "-out", str(path), "2048"], check=True, capture_output=True)
    return str(path)


if __name__ == "__main__":
    main()
