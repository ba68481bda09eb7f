"""A message goes out and comes back on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import MessageState
from api.usecases.messaging.bounces import ComingBack, take_bounce
from api.usecases.messaging.wire import return_path
from tests.api.usecases.messaging.post import MAIL, ORG, SECRET, Post
from tests.api.usecases.messaging.returned import dsn

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


def test_a_round_is_the_same(
    database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds
) -> None:
    post = Post(database, memory_blobs, clock, ids)
    messages = [post.queue(to=f"h{number}@example.org") for number in range(25)]
    post.run()
    assert {post.of(message).state for message in messages} == {MessageState.SENT}
    to = return_path(SECRET, MAIL, messages[0].id)
    assert take_bounce(post.deps, ComingBack(ORG, "mail", "pipe", dsn(), to)).message_id == messages[0].id
    assert post.of(messages[0]).state is MessageState.BOUNCED
    assert post.suppressions() == [("hard-bounce", "5.1.1")]
