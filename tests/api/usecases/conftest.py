"""A whole service in one process: SQLite, blobs in memory, and workers that run when the test says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.usecases import papers, printing
from docgen.drawing.output_intent import OutputIntent
from tests.api.usecases.world import World

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


@pytest.fixture
def slow_world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> World:
    """With the real colour profile and pictures."""
    return World(sqlite_database, memory_blobs, clock, ids)


@pytest.fixture
def quick_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny colour profile and no picture: the real ones take longer than all the rest together."""
    monkeypatch.setattr(printing, "fogra39", lambda: OutputIntent("TEST", "A test", 4, b"a profile"))
    monkeypatch.setattr(papers, "contact_sheet", lambda *_: b"a picture")


@pytest.fixture
def world(slow_world: World, quick_files: None) -> World:
    """Without what takes long and most tests do not look at."""
    del quick_files
    return slow_world
