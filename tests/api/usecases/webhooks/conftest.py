"""Webhooks on a SQLite database, with a receiver in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.usecases.webhooks.hooks import Hooks

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def hooks(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> Hooks:
    return Hooks(sqlite_database, memory_blobs, clock, ids)
