"""A service of a corporation that asks people by mail and text message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.usecases.agreeing.agree_world import AgreeWorld

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> AgreeWorld:
    """What the service of these tests stands on; it is a Thursday at noon."""
    made = AgreeWorld(sqlite_database, memory_blobs, clock, ids)
    made.wait(hours=12)
    return made


@pytest.fixture
def agree(world: AgreeWorld) -> AgreeWorld:
    """The same, by the name of other tests."""
    return world
