"""Starts a fresh process for everything that is measured, and for making data: this process stays small and idle."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.render.engines import FLOOR, Engine

_SCRIPT = str(Path(__file__).parent)
ENGINE, JOB, DATA, CHECK = "--child-engine", "--child-job", "--child-data", "--child-check"
_STREAM_ENGINES = frozenset({FLOOR, "writer"})


@dataclass(frozen=True, slots=True)
class Figures:
    """One run: what the child measured, and what its whole process took with interpreter start and imports."""

    letters: int
    values: dict[str, Any]
    process_cpu_s: float
    process_wall_s: float


@dataclass(slots=True)
class Runner:
    """Runs engines and jobs with their files in a folder; data of a size is made once."""

    folder: Path
    _made: set[Path] = field(default_factory=set)

    def engine(self, engine: Engine, letters: int) -> Figures:
        """One engine on so many letters."""
        data = self._data(letters)
        if engine.name in _STREAM_ENGINES:
            self._make(data / "streams.chunk", letters)
        elif engine.peer:
            self._make(data / "letters.jsonl", letters)
        out = self.folder / f"{engine.name}.pdf"
        return _child([ENGINE, engine.name, str(data), str(out)], letters * engine.times)

    def job(self, name: str, letters: int) -> Figures:
        """One function of a module of this package, named as module.function."""
        return _child([JOB, name, str(letters), str(self.folder)], letters)

    def check(self, engine: Engine, letters: int) -> dict[str, Any]:
        """What is found of the letters that an engine wrote last."""
        return _child([CHECK, engine.name, str(letters), str(self.folder)], letters).values

    def _data(self, letters: int) -> Path:
        data = self.folder / f"letters-{letters}"
        data.mkdir(exist_ok=True)
        (data / "count").write_text(str(letters), "ascii")
        return data

    def _make(self, file: Path, letters: int) -> None:
        if file not in self._made:
            _child([DATA, str(file), str(letters)], letters)
            self._made.add(file)


def run_child(arguments: list[str]) -> None:
    """What a child does: measure or make what its arguments name, and print figures as JSON."""
    kind, *rest = arguments
    if kind == ENGINE:
        # Only what an engine itself needs is loaded into its process.
        result = importlib.import_module("benchmarks.render.child").run_engine(rest[0], Path(rest[1]), Path(rest[2]))
    elif kind == JOB:
        module, _, function = rest[0].partition(".")
        job = getattr(importlib.import_module(f"benchmarks.render.{module}"), function)
        result = job(int(rest[1]), Path(rest[2]))
    elif kind == CHECK:
        result = importlib.import_module("benchmarks.render.check").checked(Path(rest[2]), rest[0], int(rest[1]))
    else:
        result = _make_data(Path(rest[0]), int(rest[1]))
    sys.stdout.write(f"{json.dumps(result)}\n")


def _make_data(file: Path, letters: int) -> dict[str, float]:
    if file.suffix == ".jsonl":
        importlib.import_module("benchmarks.render.content").write_contents(file, letters)
    else:
        importlib.import_module("benchmarks.render.ours").write_streams(file.parent)
    return {}


def _child(arguments: list[str], letters: int) -> Figures:
    """Run to the end; the last line that it prints is its figures.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, _SCRIPT, *arguments], stdout=subprocess.PIPE) as process:
        said = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed with {process.returncode}")
    return Figures(letters, json.loads(said.splitlines()[-1]), usage.ru_utime + usage.ru_stime, wall)
