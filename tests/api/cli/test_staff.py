"""People who use the pages, from the command line: a password is never an argument and never shown."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from api.cli.exits import ExitCode

if TYPE_CHECKING:
    from tests.api.cli.conftest import Command

PASSWORD = "five words that nobody guesses"


@pytest.fixture
def organisation(posthoorn: Command) -> str:
    return str(posthoorn.json("organisation", "add", "Stichting Een")["id"])


def _say(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_person_is_added_listed_given_a_password_and_disabled(
    posthoorn: Command, organisation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _say(monkeypatch, f"{PASSWORD}\n")
    made = posthoorn.json("staff", "add", organisation, "Anna", "--role", "admin", "--name", "Anna de Vries")
    assert (made["login"], made["name"], made["roles"], made["disabled_at"]) == (
        "anna",
        "Anna de Vries",
        ["admin"],
        None,
    )
    assert "hash" not in str(made)
    _say(monkeypatch, "another five words of hers\n")
    assert posthoorn("staff", "password", "anna") == ExitCode.OK
    assert posthoorn("staff", "disable", "anna") == ExitCode.OK
    assert posthoorn.json("staff", "list", organisation)[0]["disabled_at"]
    assert posthoorn("staff", "list", organisation) == ExitCode.OK
    assert "Anna de Vries" in posthoorn.out


def test_what_is_wrong_is_said(posthoorn: Command, organisation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _say(monkeypatch, "short\n")
    assert posthoorn("staff", "add", organisation, "anna", "--role", "admin") == ExitCode.REFUSED
    assert posthoorn.err.startswith("password-too-short: ")
    assert posthoorn("staff", "add", organisation, "anna", "--role", "queen") == ExitCode.USAGE
    assert posthoorn("staff", "disable", "nobody") == ExitCode.REFUSED
    assert posthoorn.err.startswith("user-not-found: ")
