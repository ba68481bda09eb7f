"""The whole round with a real mail server: signed mail out, a real report of an unknown user back."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from api.adapters.channel_file import read_channels
from api.adapters.maildir import Maildirs
from api.ports import MessageState, PageRequest
from api.usecases.messaging.bounces import list_bounces
from api.usecases.messaging.folders import take_in_mail
from tests.api.usecases.messaging.post import ORG, Post
from tests.postfix import BOUNCES, INBOX, NOBODY, Postfix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds

pytestmark = pytest.mark.servers

_ENTRY = f"""
[[mail]]
organisation = "{ORG}"
name = "mail"
sender = "post@wonen.example.org"
sender_name = "Wonen"
host = "127.0.0.1"
port = {{port}}
security = "none"
dkim_selector = "post1"
dkim_key_file = "dkim.pem"
return_domain = "{BOUNCES}"
bounce_folder = "{{maildir}}"
check_domains = false
"""


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with Postfix() as server:
        yield server


@pytest.fixture
def post(
    sqlite_database: SqlDatabase,
    memory_blobs: MemoryBlobs,
    clock: FakeClock,
    ids: SeededIds,
    postfix: Postfix,
    tmp_path: Path,
) -> Post:
    """With the channel of a file in the place of a fake."""
    made = Post(sqlite_database, memory_blobs, clock, ids)
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (tmp_path / "dkim.pem").write_bytes(pem)
    (tmp_path / "channels.toml").write_text(_ENTRY.format(port=postfix.port, maildir=postfix.maildir))
    made.deps = replace(made.deps, channels=read_channels(tmp_path / "channels.toml", clock))
    return made


def until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end, "nothing arrived"
        time.sleep(0.05)


def test_an_unknown_user_is_reported_and_settles_the_message(post: Post, postfix: Postfix) -> None:
    message = post.queue(to=f"weg@{NOBODY}")
    post.run()
    assert post.of(message).state is MessageState.SENT
    assert post.of(message).provider_id
    until(lambda: any(message.id.encode() in mail for mail in postfix.arrived()))
    until(lambda: take_in_mail(post.deps, Maildirs()) > 0)
    (row,) = list_bounces(post.deps, ORG, PageRequest()).items
    assert (row.outcome, row.message_id, row.code) == ("hard", message.id, "5.1.1")
    assert (post.of(message).state, post.suppressions()) == (MessageState.BOUNCED, [("hard-bounce", "5.1.1")])
    assert "weg@" not in str(row)


def test_a_signature_outlives_the_way_through_a_mail_server(post: Post, postfix: Postfix, tmp_path: Path) -> None:
    message = post.queue(to=f"huurder@{INBOX}", text="Goedemiddag, mevrouw België\n.\nFrom hier\n" + "é" * 2000)
    post.run()
    until(lambda: any(message.message_id.encode() in mail for mail in postfix.arrived()))
    (mail,) = (mail for mail in postfix.arrived() if message.message_id.encode() in mail)
    private = load_pem_private_key((tmp_path / "dkim.pem").read_bytes(), None)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; p=" + base64.b64encode(public)
    arrived = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert dkim.verify(arrived, dnsfunc=lambda name, timeout=5: record)  # noqa: ARG005 - as the library calls it
    assert not dkim.verify(arrived.replace(b"Goedemiddag", b"Goedeavond"), dnsfunc=lambda name, timeout=5: record)  # noqa: ARG005 - as above
    assert f"Return-Path: <bounce+{message.id}.".encode() in mail
