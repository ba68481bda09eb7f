"""A text message from the outbox to a phone and back, through Kannel and its fake network, over real HTTP both ways."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.adapters.channel_file import read_channels
from api.http.app import create_app
from api.ports import ChannelKind, MessageState
from tests.api.adapters.kannel import NUMBER, PASSWORD, USER, Kannel
from tests.api.http.serving import serving
from tests.api.usecases.messaging.post import ORG, Post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds

pytestmark = [pytest.mark.servers, pytest.mark.slow]

SECRET = "0123456789abcdef01234567"
ENTRY = f"""
[[sms]]
organisation = "{ORG}"
name = "sms"
gateway = "kannel"
sender = "{NUMBER}"
user = "{USER}"
key_file = "key"
callback_secret_file = "secret"
"""


@pytest.fixture
def post(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> Post:
    return Post(sqlite_database, memory_blobs, clock, ids)


@pytest.fixture
def kannel(post: Post, tmp_path: Path) -> Iterator[Kannel]:
    """Kannel that calls the service, and the service with a channel through it."""
    (tmp_path / "key").write_text(PASSWORD)
    (tmp_path / "secret").write_text(SECRET)
    app = create_app(post.deps)
    with serving(app) as (host, port):
        base = f"http://{host}:{port}"
        with Kannel(f"{base}/v1/channels/sms/callback/{SECRET}") as server:
            path = tmp_path / "channels.toml"
            path.write_text(f'{ENTRY}url = "{server.url}"\ncallback_base = "{base}"\n')
            post.deps = replace(post.deps, channels=read_channels(path, post.clock))
            app.state.deps = post.deps
            yield server


def test_a_question_reaches_a_phone_and_its_answer_comes_back_once(post: Post, kannel: Kannel) -> None:
    kannel.network(["+31612345678 3669 text Ja  akkoord, geïnd"])
    message = post.queue(channel=ChannelKind.SMS, to="06-12345678", subject="", html="", text="Is het geïnd? JA of NEE")

    post.run()

    kannel.wait_until(lambda: post.of(message).state is MessageState.DELIVERED)
    kannel.wait_until(lambda: "message-received" in post.names())
    sent = post.of(message)
    assert (sent.encoding, sent.parts, sent.attempts) == ("ucs-2", 1, 1)
    assert "ucs-2 %00I%00s%00+%00h%00e%00t%00+%00g%00e%00%EF%00n%00d" in kannel.on_phones()
    assert post.names().count("message-delivered") == 1
