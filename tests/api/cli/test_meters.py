"""Commands of meters: bring in, list, what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.cli.exits import ExitCode

if TYPE_CHECKING:
    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service

TABLE = "complex;meter;kind;dials;last_reading;last_reading_on\nC1;main;water;7;1,5;2025-06-01\n"
SAMPLE = Path(__file__).parents[3] / "samples" / "meters" / "water-meters.csv"


COMMA = ("--table", "decimal-comma=true")


@pytest.fixture
def file(service: Service, tmp_path: Path) -> Path:
    """A file for a service that runs."""
    del service
    path = tmp_path / "meters.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_meters_are_checked_brought_in_and_listed(posthoorn: Command, file: Path) -> None:
    assert posthoorn.json("meters", "import", file, "--check", *COMMA)["applied"] is False
    assert posthoorn.json("meters", "list") == []
    assert posthoorn("meters", "import", file, *COMMA) == ExitCode.OK
    assert "meters: 1 new, 0 changed" in posthoorn.out
    assert [each["key"] for each in posthoorn.json("meters", "list")] == ["main"]
    assert posthoorn("meters", "list") == ExitCode.OK
    assert "main" in posthoorn.out


def test_what_is_missing_is_listed(posthoorn: Command, file: Path) -> None:
    posthoorn("meters", "import", file, *COMMA)
    (missing,) = posthoorn.json("meters", "missing", "--from", "2025-12-01")
    assert (missing["key"], missing["last"]["value"]) == ("main", "1")
    assert posthoorn("meters", "missing") == ExitCode.OK
    assert "1 on 2025-06-01" in posthoorn.out
    assert posthoorn.json("meters", "missing", "--from", "2025-06-01") == []


def test_what_is_wrong_is_told_and_a_register_that_was_wrong_can_be_corrected(posthoorn: Command, file: Path) -> None:
    posthoorn("meters", "import", file, *COMMA)
    file.write_text(TABLE.replace("7;", "8;"), encoding="utf-8")
    assert posthoorn("meters", "import", file, *COMMA) == ExitCode.REFUSED
    assert "meter-changed" in posthoorn.err
    assert posthoorn("meters", "import", file, "--check", *COMMA) == ExitCode.FINDINGS
    assert posthoorn("meters", "import", file, "--correct", *COMMA) == ExitCode.OK


def test_a_file_of_another_kind_is_not_sent(posthoorn: Command, service: Service, tmp_path: Path) -> None:
    del service
    file = tmp_path / "meters.txt"
    file.write_text(TABLE, encoding="utf-8")
    assert posthoorn("meters", "import", file) == ExitCode.USAGE


def test_the_sample_comes_in_without_a_finding(posthoorn: Command, service: Service) -> None:
    del service
    done = posthoorn.json("meters", "import", SAMPLE)
    assert (done["applied"], done["findings"], done["dwellings_new"]) == (True, [], 200)
