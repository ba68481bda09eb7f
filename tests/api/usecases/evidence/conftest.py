"""An organisation with a chain, an authority that stamps and a shelf, and a worker that runs when told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.usecases.deps import Deps
from tests.api.builders import two_organisations
from tests.api.usecases.evidence.archive import Archive

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def archive(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> Archive:
    two_organisations(sqlite_database)
    return Archive(Deps(sqlite_database, memory_blobs, clock, ids, b"s" * 32), clock)
