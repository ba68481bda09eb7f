"""A campaign for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.usecases.answer_world import AnswerWorld

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def answers(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> AnswerWorld:
    """Eight recipients."""
    return AnswerWorld(sqlite_database, memory_blobs, clock, ids)
