"""Whatever a foreign file or the child process does, the caller gets an answer or one finding, in bounded time."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from docgen.findings import Finding
from docgen.readymade import isolation
from docgen.readymade.answers import Inspection
from docgen.readymade.child import do
from docgen.readymade.isolation import DEFAULT_LIMITS, EXIT_BROKEN, EXIT_COSTLY, ask
from docgen.readymade.policy import ReadymadePolicy
from docgen.readymade.safely import inspect
from docgen.readymade.tasks import InspectRequest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.docgen.readymade.makers import Maker

QUICK = replace(DEFAULT_LIMITS, wall_s=1)


@pytest.fixture
def request_of(make: Maker) -> InspectRequest:
    return InspectRequest(make.pdf(), ReadymadePolicy())


def _behave(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Let the child be a shell script, started in the folder of its request."""
    program = folder / "interpreter"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(isolation.sys, "executable", str(program))


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("kill -SEGV $$", "pdf-broken"),
        ("kill -ABRT $$", "pdf-too-costly"),
        ("kill -KILL $$", "pdf-too-costly"),
        ("kill -XCPU $$", "pdf-too-costly"),
        (f"exit {EXIT_COSTLY}", "pdf-too-costly"),
        (f"exit {EXIT_BROKEN}", "pdf-broken"),
        ("exit 0", "pdf-check-failed"),
        ('echo \'{"pages": "many"}\' > answer', "pdf-check-failed"),
        ("sleep 60", "pdf-too-costly"),
    ],
)
def test_every_end_of_a_child_is_one_finding(
    monkeypatch: pytest.MonkeyPatch, folder: Path, request_of: InspectRequest, script: str, code: str
) -> None:
    _behave(monkeypatch, folder, script)
    found = ask(request_of, Inspection, QUICK)
    assert isinstance(found, Finding)
    assert found.code == code


def test_a_fault_of_ours_is_told_by_its_kind_and_not_by_what_it_says(
    monkeypatch: pytest.MonkeyPatch, folder: Path, request_of: InspectRequest
) -> None:
    _behave(monkeypatch, folder, "echo 'Traceback' >&2; echo 'KeyError: Mw. De Vries' >&2; exit 1")
    found = ask(request_of, Inspection)
    assert isinstance(found, Finding)
    assert found.code == "pdf-check-failed"
    assert "KeyError" in found.message
    assert "Vries" not in found.message


def test_what_a_child_started_does_not_outlive_it(
    monkeypatch: pytest.MonkeyPatch, folder: Path, request_of: InspectRequest
) -> None:
    _behave(monkeypatch, folder, f"sleep 300 & echo $! > {folder}/pid; wait")
    ask(request_of, Inspection, QUICK)
    pid = int((folder / "pid").read_text())
    assert _gone(pid)


def _gone(pid: int) -> bool:
    """True as soon as the process has ended; a process that nobody waits for may be a zombie for a while."""
    for _ in range(50):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as status:  # noqa: PTH123 (a file of the kernel)
                if status.read().split()[2] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def test_a_child_sees_no_settings_of_ours(
    monkeypatch: pytest.MonkeyPatch, folder: Path, request_of: InspectRequest
) -> None:
    monkeypatch.setenv("POSTHOORN_SECRET", "hunter2")
    _behave(monkeypatch, folder, f"env > {folder}/env")
    ask(request_of, Inspection)
    assert "hunter2" not in (folder / "env").read_text()


def test_a_child_that_may_use_no_memory_ends_in_a_finding(make: Maker) -> None:
    found = inspect(make.pdf(), ReadymadePolicy(), replace(DEFAULT_LIMITS, memory_bytes=60_000_000))
    assert found.findings[0].code in ("pdf-too-costly", "pdf-check-failed")


def test_a_sound_file_is_answered_through_the_child_as_without_it(make: Maker, folder: Path) -> None:
    request = InspectRequest(make.pdf(), ReadymadePolicy())
    through = ask(request, Inspection)
    assert do(request, folder) == 0
    assert isinstance(through, Inspection)
    assert through.pages == 1
    assert through.findings == ()


def test_nothing_is_left_behind(make: Maker, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    inspect(make.pdf(), ReadymadePolicy())
    assert os.listdir(folder) == []  # noqa: PTH208 (names alone)
