"""A whole service in one process: SQLite, blobs in memory, and workers that run when the test says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.usecases.world import World

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> World:
    return World(sqlite_database, memory_blobs, clock, ids)
