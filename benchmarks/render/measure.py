"""Runs a plan: engines in interleaved rounds, then the rest; progress goes to standard error."""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks.render.engines import BY_NAME, ENGINES, OURS, Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.render.runner import Figures, Runner

_Key = TypeVar("_Key")
_ROUNDS_OF_LARGE = 1
_LARGE = 10_000
_CHECKED = 3
_MODULES = {
    "long_specification": "samples",
    "service_costs": "samples",
    "plan_and_manifest": "batches",
    "validation": "validation",
    "through_service": "service_job",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured; a size of 0 leaves a measurement out."""

    engines: tuple[Engine, ...] = ()
    rounds: int = 3
    check: bool = False
    first: bool = False
    sizes: Sequence[int] = ()
    processes: int = 0
    specification: int = 0
    statement: int = 0
    manifest: int = 0
    validation: int = 0
    service: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Medians of one engine at one size. ``process_*`` are of its whole process, with interpreter and imports."""

    letters: int
    cpu_s: float
    wall_s: float
    peak_mb: float
    bytes: float
    process_cpu_s: float
    process_wall_s: float

    @property
    def per_cpu_s(self) -> float:
        """Letters per CPU second."""
        return self.letters / self.cpu_s

    @property
    def per_wall_s(self) -> float:
        """Letters per second of the wall clock."""
        return self.letters / self.wall_s

    @property
    def kb_per_letter(self) -> float:
        """Thousand bytes of the file per letter."""
        return self.bytes / 1000 / self.letters


@dataclass(slots=True)
class Measured:
    """Everything that was measured; an engine that is not installed has its reason instead of a row."""

    rounds: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    first: dict[str, Row] = field(default_factory=dict)
    sizes: dict[int, Row] = field(default_factory=dict)
    processes: dict[str, Row] = field(default_factory=dict)
    jobs: dict[str, dict[str, float]] = field(default_factory=dict)
    read: dict[str, dict[str, Any]] = field(default_factory=dict)

    def at(self, letters: int) -> Row | None:
        """Ours at a size, from wherever it was measured."""
        row = self.rows.get(OURS)
        return self.sizes.get(letters) or (row if row and row.letters == letters else None)


def measure(runner: Runner, plan: Plan, measured: Measured) -> None:
    """Everything that a plan asks for, told to ``measured`` as it comes."""
    measured.rounds = plan.rounds
    measured.missing = {engine.name: engine.missing for engine in plan.engines if engine.missing}
    engines = [engine for engine in plan.engines if not engine.missing]
    measured.rows = _interleaved(runner, [(engine.name, engine, engine.letters) for engine in engines], plan.rounds)
    if plan.check:
        measured.read = _checked(runner, engines or [e for e in ENGINES if not e.missing])
    if plan.first:
        cold = [e for e in engines or [BY_NAME[OURS]] if e.writes_letters]
        measured.first = _interleaved(runner, [(engine.name, engine, 1) for engine in cold], plan.rounds)
    measured.sizes = _sizes(runner, plan)
    if plan.processes:
        measured.processes = _processes(runner, plan.processes, plan.rounds)
    for name, size in _jobs(plan).items():
        _say(f"{name}, {size:,}")
        measured.jobs[name] = runner.job(f"{_MODULES[name]}.{name}", size).values


def _jobs(plan: Plan) -> dict[str, int]:
    sizes = {
        "long_specification": plan.specification,
        "service_costs": plan.statement,
        "plan_and_manifest": plan.manifest,
        "validation": plan.validation,
        "through_service": plan.service,
    }
    return {name: size for name, size in sizes.items() if size}


def _interleaved(runner: Runner, wanted: list[tuple[_Key, Engine, int]], rounds: int) -> dict[_Key, Row]:
    """Every engine once per round, so that a slow minute of the machine hits them all."""
    runs: dict[_Key, list[Figures]] = {key: [] for key, _, _ in wanted}
    for number in range(rounds):
        for key, engine, letters in wanted:
            _say(f"round {number + 1} of {rounds}: {engine.title}, {letters:,}")
            runs[key].append(runner.engine(engine, letters))
    return {key: _medians(figures) for key, figures in runs.items() if figures}


def _sizes(runner: Runner, plan: Plan) -> dict[int, Row]:
    """Ours at each size; the large ones once, for their length makes up for rounds."""
    ours = BY_NAME[OURS]
    small = [(size, ours, size) for size in plan.sizes if size < _LARGE]
    large = [(size, ours, size) for size in plan.sizes if size >= _LARGE]
    return _interleaved(runner, small, plan.rounds) | _interleaved(runner, large, _ROUNDS_OF_LARGE)


def _processes(runner: Runner, letters: int, rounds: int) -> dict[str, Row]:
    """One process alone, one worker, two workers."""
    runs: dict[str, list[Figures]] = {"plain": [], "one": [], "two": []}
    for number in range(rounds):
        _say(f"round {number + 1} of {rounds}: one process against two, {letters:,}")
        runs["plain"].append(runner.engine(BY_NAME[OURS], letters))
        runs["one"].append(runner.job("processes.one", letters))
        runs["two"].append(runner.job("processes.two", letters))
    return {name: _medians(figures) for name, figures in runs.items()}


def _checked(runner: Runner, engines: list[Engine]) -> dict[str, dict[str, Any]]:
    """The first letters of each engine, drawn and read."""
    found: dict[str, dict[str, Any]] = {}
    for engine in engines:
        if engine.writes_letters:
            _say(f"check: {engine.title}")
            runner.engine(engine, _CHECKED)
            found[engine.name] = runner.check(engine, _CHECKED)
    return found


def _medians(runs: list[Figures]) -> Row:
    middle = {name: statistics.median([run.values[name] for run in runs]) for name in runs[0].values}
    return Row(
        runs[0].letters,
        middle["cpu_s"],
        middle["wall_s"],
        middle["peak_mb"],
        middle["bytes"],
        statistics.median([run.process_cpu_s for run in runs]),
        statistics.median([run.process_wall_s for run in runs]),
    )


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
