"""A campaign with recipients, and people of the front office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Role
from tests.api.http.service import Service, make_service
from tests.api.http.staff.answers.desk_world import DeskWorld
from tests.api.http.staff.test_in_chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from tests.api.http.staff.browser import Browser, Staff

__all__ = ["chromium"]


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> DeskWorld:
    return DeskWorld(sqlite_database, memory_blobs, clock, ids)


@pytest.fixture
def service(world: DeskWorld, tmp_path: Path) -> Service:
    spool = tmp_path / "spool"
    spool.mkdir()
    return make_service(world, spool)  # type: ignore[arg-type] # only its ports are used


@pytest.fixture
def fay(staff: Staff) -> Iterator[Browser]:
    """Of the front office, which sends letters too."""
    with staff.browser("fay", Role.SUBMITTER) as browser:
        yield browser
