"""People of a corporation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Role
from tests.api.http.staff.test_in_chromium import chromium

__all__ = ["chromium"]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.staff.browser import Browser, Staff
    from tests.api.usecases.world import World


@pytest.fixture
def sam(staff: Staff) -> Iterator[Browser]:
    """Sends letters."""
    with staff.browser("sam", Role.SUBMITTER) as browser:
        yield browser


@pytest.fixture
def ann(staff: Staff) -> Iterator[Browser]:
    """Approves them."""
    with staff.browser("ann", Role.APPROVER) as browser:
        yield browser


@pytest.fixture
def world(world: World, quick_files: None) -> World:
    del quick_files
    return world
