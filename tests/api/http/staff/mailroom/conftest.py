"""A mailroom with slips that come back, and people who handle them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Role
from api.usecases.scanning import policies
from tests.api.http.service import Service, make_service
from tests.api.http.staff.test_in_chromium import chromium
from tests.api.usecases.slips import FORM, ORG, SlipWorld

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from tests.api.http.staff.browser import Browser, Staff

__all__ = ["chromium"]


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> SlipWorld:
    """Nothing is keyed to measure the machine, unless a test asks for it."""
    made = SlipWorld(sqlite_database, memory_blobs, clock, ids)
    policies.put_policy(made.deps, ORG, FORM, {"checked_share": 0.0}, "usr_1")
    return made


@pytest.fixture
def service(world: SlipWorld, tmp_path: Path) -> Service:
    spool = tmp_path / "spool"
    spool.mkdir()
    return make_service(world, spool)  # type: ignore[arg-type] # only its ports are used


@pytest.fixture
def mia(staff: Staff) -> Iterator[Browser]:
    """Of the mailroom, logged in."""
    with staff.browser("mia", Role.MAILROOM) as browser:
        yield browser


@pytest.fixture
def bas(staff: Staff) -> Iterator[Browser]:
    """Her colleague."""
    with staff.browser("bas", Role.MAILROOM) as browser:
        yield browser
