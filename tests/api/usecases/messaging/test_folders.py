"""What a mail server puts in a Maildir is taken in once, and lies with what was seen afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.adapters.maildir import Maildirs
from api.ports import MessageState, PageRequest, Retryable
from api.usecases.messaging.bounces import list_bounces
from api.usecases.messaging.folders import take_in_mail
from api.usecases.messaging.wire import return_path
from tests.api.usecases.messaging.post import MAIL, ORG, SECRET
from tests.api.usecases.messaging.returned import dsn, plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.usecases.messaging.post import Post


@pytest.fixture
def folder(post: Post, tmp_path: Path) -> Path:
    """The folder of the mail channel; the first look makes it."""
    path = tmp_path / "bounces"
    post.channels._setups = (replace(MAIL, bounce_folder=str(path)),)
    assert take_in_mail(post.deps, Maildirs()) == 0
    return path


def test_what_lies_there_is_taken_in_and_put_with_what_was_seen(post: Post, folder: Path) -> None:
    message = post.queue()
    post.run()
    (folder / "new" / "1700000002.2.host").write_bytes(plain("post@wonen.example.org", "Re: vraag", "Ja"))
    (folder / "new" / "1700000001.1.host").write_bytes(dsn(to=return_path(SECRET, MAIL, message.id)))
    (folder / "new" / ".hidden").write_bytes(b"")
    assert take_in_mail(post.deps, Maildirs()) == 2
    assert take_in_mail(post.deps, Maildirs()) == 0
    assert post.of(message).state is MessageState.BOUNCED
    found = list_bounces(post.deps, ORG, PageRequest()).items
    assert sorted((row.outcome, row.source) for row in found) == [("hard", "folder"), ("other", "folder")]
    assert sorted(path.name for path in (folder / "cur").iterdir()) == [
        "1700000001.1.host:2,S",
        "1700000002.2.host:2,S",
    ]


def test_a_crash_before_the_move_takes_nothing_twice(post: Post, folder: Path) -> None:
    mail = folder / "new" / "1700000001.1.host"
    for _ in range(2):
        mail.write_bytes(plain("post@wonen.example.org", "Re: vraag", "Ja"))
        assert take_in_mail(post.deps, Maildirs()) == 1
    assert len(list_bounces(post.deps, ORG, PageRequest()).items) == 1


def test_a_folder_that_cannot_be_used_is_left_and_said(post: Post, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    post.channels._setups = (replace(MAIL, bounce_folder=str(tmp_path / "file")),)
    assert take_in_mail(post.deps, Maildirs()) == 0
    with pytest.raises(Retryable, match="mail-folder-unreadable"):
        list(Maildirs().waiting(str(tmp_path / "file"), 1))


def test_a_mail_that_somebody_else_took_is_no_trouble(post: Post, folder: Path) -> None:
    (folder / "new" / "1").write_bytes(b"x")
    (mail,) = Maildirs().waiting(str(folder), 9)
    (folder / "new" / "1").unlink()
    mail.done()
    with pytest.raises(Retryable, match="mail-folder-unreadable"):
        mail.read(10)
    assert take_in_mail(post.deps, Maildirs()) == 0
