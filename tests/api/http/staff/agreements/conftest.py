"""A corporation that asks people, and its staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Role
from tests.api.http.service import Service, make_service
from tests.api.http.staff.agreements.ask_desk import AskDesk
from tests.api.http.staff.test_in_chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from tests.api.http.staff.browser import Browser, Staff

__all__ = ["chromium"]


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> AskDesk:
    """It is a Thursday at noon."""
    made = AskDesk(sqlite_database, memory_blobs, clock, ids)
    made.wait(hours=12)
    return made


@pytest.fixture
def service(world: AskDesk, tmp_path: Path) -> Service:
    spool = tmp_path / "spool"
    spool.mkdir()
    return make_service(world, spool)


@pytest.fixture
def fay(staff: Staff) -> Iterator[Browser]:
    """Who writes questions and asks people."""
    with staff.browser("fay", Role.SUBMITTER) as browser:
        yield browser


@pytest.fixture
def mia(staff: Staff) -> Iterator[Browser]:
    """Of the mailroom, who settles what is unclear."""
    with staff.browser("mia", Role.MAILROOM) as browser:
        yield browser
