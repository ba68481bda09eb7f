"""People who look at pages: a browser without script, quick password hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from api.ports import Role
from api.usecases import papers, passwords, printing
from docgen.drawing.output_intent import OutputIntent
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
def quick_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny colour profile and no picture: the real ones take longer than all the rest together."""
    monkeypatch.setattr(printing, "fogra39", lambda: OutputIntent("TEST", "A test", 4, b"a profile"))
    monkeypatch.setattr(papers, "contact_sheet", lambda *_: b"a picture")


@pytest.fixture
def staff(service: Service) -> Staff:
    return Staff(service)


@pytest.fixture
def anna(staff: Staff) -> Iterator[Browser]:
    """Of the print room, logged in."""
    with staff.browser("anna", Role.PRINT_ROOM) as browser:
        yield browser
