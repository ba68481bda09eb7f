"""Requests through real SMTP with the sender killed at random: none is lost, and what goes twice has one Message-ID."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from api.adapters import tables
from api.adapters.engine import make_engine
from api.ports import ChainOf, MessageState, Mode
from tests.api.worker import killed_senders
from tests.api.worker.killed_senders import ORG, SETUP, deps_of, queue
from tests.mailbox import Mailbox

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

COUNT, KILLS = 200, 3


def test_a_sender_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.sqlite'}"
    engine = make_engine(url)
    with engine.execution_options(posthoorn_write=True).begin() as connection:
        tables.metadata.create_all(connection)
    engine.dispose()
    with Mailbox() as mailbox:
        deps = deps_of(url, mailbox.port)
        queued = queue(deps, COUNT)
        ran = subprocess.run(  # noqa: S603 - this program
            [sys.executable, killed_senders.__file__ or "", url, str(mailbox.port), str(KILLS), "7", "-", "0.5"],
            env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        received = Counter(message_id(mail.content) for mail in mailbox.received)
    kills = int(ran.stdout.splitlines()[-1].split()[0])
    assert kills == KILLS
    assert set(received) == queued
    # each kill may cut one off between the server's word and ours
    assert sum(received.values()) - COUNT <= kills
    with deps.database.read() as uow:
        assert uow.messages.counts(ORG, Mode.LIVE, SETUP.name) == {MessageState.SENT: COUNT}
        events = uow.evidence.page(ChainOf(ORG, Mode.LIVE), 0, 3 * COUNT)
    kinds = Counter(str(event.kind) for event in events)
    assert kinds == {"message-queued": COUNT, "message-sent": COUNT}


def message_id(content: bytes) -> str:
    (line,) = (line for line in content.split(b"\r\n") if line.startswith(b"Message-ID: "))
    return line.decode().partition(": ")[2]
