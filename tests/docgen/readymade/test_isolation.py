"""Whatever a foreign file or the child process does, the caller gets an answer or one finding, in bounded time."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from docgen.findings import Finding
from docgen.readymade.answers import Inspection
from docgen.readymade.child import do
from docgen.readymade.isolation import DEFAULT_LIMITS, EXIT_BROKEN, EXIT_COSTLY, LINK, ask
from docgen.readymade.limits import ChildLimits
from docgen.readymade.policy import ReadymadePolicy
from docgen.readymade.safely import inspect
from docgen.readymade.tasks import InspectRequest
from tests.docgen.readymade.children import gone, number_in, python, shell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.docgen.readymade.makers import Maker

QUICK = replace(DEFAULT_LIMITS, wall_s=1)
SHELL = ("PWD", "SHLVL", "_", "OLDPWD")  # what a shell adds
NUMPY = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


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
        ("rm trouble; exit 1", "pdf-check-failed"),
        ('echo \'{"pages": "many"}\' > answer', "pdf-check-failed"),
        ("sleep 60", "pdf-too-costly"),
    ],
)
def test_every_end_of_a_child_is_one_finding(script: str, code: str) -> None:
    found = ask(shell(script), Inspection, QUICK)
    assert isinstance(found, Finding)
    assert found.code == code


def test_a_fault_of_ours_is_told_by_its_kind_and_not_by_what_it_says() -> None:
    found = ask(python("raise KeyError('Mw. De Vries')"), Inspection)
    assert isinstance(found, Finding)
    assert found.code == "pdf-check-failed"
    assert "KeyError" in found.message
    assert "Vries" not in found.message


def test_what_a_child_started_does_not_outlive_it(folder: Path) -> None:
    ask(shell(f"sleep 300 & echo $! > {folder}/pid; wait"), Inspection, QUICK)
    assert gone(number_in(folder / "pid"))


def test_a_child_sees_no_settings_of_ours_and_writes_to_its_folder(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setenv("POSTHOORN_SECRET", "hunter2")
    LINK.close()  # a server that starts now could see it
    ask(shell(f"env > {folder}/env; pwd > {folder}/here"), Inspection)
    here = (folder / "here").read_text().strip()
    seen = dict(line.split("=", 1) for line in (folder / "env").read_text().splitlines())
    assert (seen["HOME"], seen["TMPDIR"], seen["PYTHONHASHSEED"]) == (here, here, "0")
    assert set(seen) <= {"PATH", "PYTHONPATH", "PYTHONHASHSEED", "HOME", "TMPDIR", "LANG", "LC_CTYPE", *SHELL, *NUMPY}


def test_a_child_has_the_limits_that_it_was_given(folder: Path) -> None:
    limits = ChildLimits(wall_s=20, cpu_s=7, memory_bytes=1_024_000_000, written_bytes=5_120_000, open_files=33)
    ask(shell(f"for kind in t v f n c; do ulimit -S -$kind; done > {folder}/limits"), Inspection, limits)
    assert (folder / "limits").read_text().split() == ["7", "1000000", "10000", "33", "0"]


def test_a_child_may_use_the_memory_that_the_libraries_leave() -> None:
    """They take no more than a third of it, though they are loaded by the server and not under the limits."""
    script = f"import mmap, os; held = mmap.mmap(-1, {DEFAULT_LIMITS.memory_bytes * 2 // 3}); os._exit({EXIT_BROKEN})"
    found = ask(python(script), Inspection)
    assert isinstance(found, Finding)
    assert found.code == "pdf-broken"


def test_only_the_time_of_the_child_itself_counts() -> None:
    found = ask(python("while True: pass"), Inspection, replace(DEFAULT_LIMITS, cpu_s=1))
    assert isinstance(found, Finding)
    assert found.code == "pdf-too-costly"


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
