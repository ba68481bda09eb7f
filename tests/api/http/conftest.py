"""An app on a SQLite database, blobs in memory, workers that run when told, and a clock that stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.service import Service, make_service
from tests.api.usecases.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> World:
    return World(sqlite_database, memory_blobs, clock, ids)


@pytest.fixture
def service(world: World, tmp_path: Path) -> Service:
    spool = tmp_path / "spool"
    spool.mkdir()
    return make_service(world, spool)


@pytest.fixture
def admin(service: Service) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client
