"""Many requests through real SMTP by a sender that is killed (-9) at random moments and started anew.

    python -m tests.api.worker.killed_senders DATABASE_URL PORT KILLS SEED KEY

The process imports everything once and forks a sender; so a kill costs no start of Python, and comes at any moment.
``KEY`` is the file of a DKIM key, ``-`` for none. At the end it writes how long senders ran, in seconds.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from api.adapters.database import SqlDatabase
from api.adapters.engine import make_engine
from api.adapters.fakes import MemoryBlobs
from api.adapters.mail_content import DkimKey, Sender
from api.adapters.mail_smtp import SmtpChannel, SmtpServer
from api.adapters.system import RandomIds, SystemClock
from api.ports import ChannelKind, ChannelSetup, MessagePurpose, MessageState, Mode, Organisation
from api.usecases.deps import Deps
from api.usecases.kinds import WorkKind
from api.usecases.messaging.lanes import tend_lanes
from api.usecases.messaging.outbox import Draft, queue_message
from api.usecases.messaging.sending import send_messages
from api.usecases.messaging.telling import listen
from api.worker.runner import Runner, WorkRules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Channel

ORG, OWNER = "org_one", "sender"
SECRET = b"a secret that only tests have"
SETUP = ChannelSetup(ORG, "mail", ChannelKind.EMAIL, "post@wonen.example.org", return_domain="bounces.example.org")
LAST_LINE = "Met vriendelijke groet, Wonen"
TEXT = "Beste mevrouw,\n\n" + "Wij vragen u om voortaan digitaal te betalen.\n" * 20 + f"\n{LAST_LINE}\n"
_AT_ONCE = 500


class OneChannel:
    """`api.ports.Channels` with one channel to a port of loopback."""

    def __init__(self, port: int, key: DkimKey | None = None) -> None:
        self._port, self._key = port, key

    def all(self) -> Sequence[ChannelSetup]:
        return (SETUP,)

    def setups(self, organisation_id: str) -> Sequence[ChannelSetup]:
        return (SETUP,) if organisation_id == ORG else ()

    def channel(self, organisation_id: str, name: str) -> Channel:
        del organisation_id, name
        server = SmtpServer("127.0.0.1", self._port, "none", timeout_s=10.0)
        return SmtpChannel(server, Sender(SETUP.sender), SystemClock(), self._key)


def deps_of(url: str, port: int, key: str = "-") -> Deps:
    """On a database that has its tables."""
    clock = SystemClock()
    dkim = None if key == "-" else DkimKey("wonen.example.org", "post1", Path(key).read_bytes())
    database = SqlDatabase(make_engine(url), clock)
    return Deps(database, MemoryBlobs(), clock, RandomIds(), SECRET, channels=OneChannel(port, dkim))


def queue(deps: Deps, count: int) -> set[str]:
    """Put requests in the outbox; their Message-IDs."""
    with deps.database.write() as uow:
        uow.organisations.add(Organisation(ORG, "Wonen", deps.clock.now()))
    queued: set[str] = set()
    for start in range(0, count, _AT_ONCE):
        with deps.database.write() as uow:
            for number in range(start, min(start + _AT_ONCE, count)):
                about, to = f"req_{number}", f"huurder{number}@example.org"
                whose = (ORG, Mode.LIVE, ChannelKind.EMAIL, "request", MessagePurpose.ASK)
                queued.add(queue_message(deps, uow, Draft(*whose, about, to, TEXT, "Een vraag")).message_id)
    return queued


def send_all(deps: Deps) -> None:
    """Send until nothing waits, as a worker does."""
    handlers = {WorkKind.SEND_MESSAGES: partial(send_messages, deps)}
    # who kills a worker more often than it may fail means no harm here
    runner = Runner(deps.database, deps.clock, handlers, WorkRules(max_attempts=1000))
    with deps.database.write() as uow:
        uow.work.release(OWNER)
    while True:
        tend_lanes(deps)
        runner.drain(OWNER)
        with deps.database.read() as uow:
            counts = uow.messages.counts(ORG, Mode.LIVE, SETUP.name)
        if not counts.get(MessageState.WAITING) and not counts.get(MessageState.SENDING):
            return
        time.sleep(0.05)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    url, port, kills, seed, key = sys.argv[1:6]
    chance = random.Random(int(seed))  # noqa: S311 - when to kill
    listen()
    start, left = time.monotonic(), int(kills)
    while True:
        child = os.fork()
        if child == 0:
            send_all(deps_of(url, int(port), key))
            os._exit(0)
        if not left:
            break
        if _ended_within(child, chance.uniform(0.15, float(sys.argv[6]) if len(sys.argv) > 6 else 0.6)):
            break
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        left -= 1
    if left == 0:
        _, status = os.waitpid(child, 0)
        if status:
            raise SystemExit(1)
    sys.stdout.write(f"{int(kills) - left} {time.monotonic() - start:.3f}\n")


def _ended_within(child: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.002)
    return False


if __name__ == "__main__":
    main()
