"""Messages on a SQLite database, with channels in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.usecases.messaging.post import Post

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def post(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> Post:
    return Post(sqlite_database, memory_blobs, clock, ids)
