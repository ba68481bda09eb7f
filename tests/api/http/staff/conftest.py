"""People who look at pages: a browser without script, quick password hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from api.ports import Role
from api.usecases import passwords
from tests.api.http.staff.browser import Browser, Staff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.service import Service


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real parameters cost a quarter of a second each."""
    passwords._of_nobody.cache_clear()
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    passwords._of_nobody.cache_clear()


@pytest.fixture
def staff(service: Service) -> Staff:
    return Staff(service)


@pytest.fixture
def anna(staff: Staff) -> Iterator[Browser]:
    """Of the print room, logged in."""
    with staff.browser("anna", Role.PRINT_ROOM) as browser:
        yield browser
