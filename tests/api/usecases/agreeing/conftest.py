"""A corporation that asks people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.usecases.agreeing.agree_world import AgreeWorld

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def agree(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> AgreeWorld:
    """With a mail and a text message channel; it is a Thursday at noon."""
    world = AgreeWorld(sqlite_database, memory_blobs, clock, ids)
    world.wait(hours=12)
    return world
