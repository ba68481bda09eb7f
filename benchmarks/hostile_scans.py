"""Hostile scans: every one must end in pages or a named finding, within two seconds and 512 MB.

    .venv/bin/python benchmarks/hostile_scans.py [--files 10000] [--first 0] [--json]

Ends with 1 when one takes longer, needs more, ends in nothing, or shows a fault of ours. The time is that by the clock
from the call to the last page or finding of a file, so it is measured on a machine that does little else; a file with
thousands of pages has as much time for each page. Files go through the whole chain, as slips do. Processor time is that
of the child, over its pages. Memory is what it had resident at most, libraries included.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 (before imports)

from benchmarks.hostile_files import hostile_file
from docgen.findings import Finding
from scanning.intake.isolated import run_isolated
from scanning.reading_task import READING_LIMITS, reading_parcels

_WALL_S, _PEAK_BYTES = 2.0, 512_000_000
_FAULT = "scan-read-failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the reading of a file ended. ``wall_s`` is the longest wait for a page or finding."""

    number: int
    kind: str
    pages: int
    codes: tuple[str, ...]
    wall_s: float
    cpu_s: float
    peak_bytes: int

    @property
    def cpu_s_a_step(self) -> float:
        """Processor time of a page, when there are many."""
        return self.cpu_s / max(1, self.pages)

    @property
    def is_bad(self) -> bool:
        """It broke a bar."""
        nothing = not self.pages and not self.codes
        return nothing or self.wall_s > _WALL_S or self.peak_bytes > _PEAK_BYTES or _FAULT in self.codes


@dataclass(slots=True)
class Figures:
    """Of all files so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    bad: list[Outcome] = field(default_factory=list)
    worst: dict[str, tuple[int, float, float, int]] = field(default_factory=dict)
    """By kind: how many, and the worst seconds by the clock, of processor time and bytes of memory."""

    def add(self, one: Outcome) -> None:
        """Count an outcome."""
        self.outcomes.update(set(one.codes) | ({"pages"} if one.pages else set()))
        if one.is_bad:
            self.bad.append(one)
        count, wall_s, cpu_s, peak_bytes = self.worst.get(one.kind, (0, 0.0, 0.0, 0))
        worst = max(wall_s, one.wall_s), max(cpu_s, one.cpu_s_a_step), max(peak_bytes, one.peak_bytes)
        self.worst[one.kind] = (count + 1, *worst)


def read(number: int, folder: Path) -> Outcome:
    """Read a hostile file."""
    kind, name, data = hostile_file(number)
    path = folder / name
    path.write_bytes(data)
    reading = run_isolated(reading_parcels, READING_LIMITS, path, {})
    pages, codes, longest, begun = 0, [], 0.0, time.monotonic()
    while True:
        try:
            one = next(reading)
        except StopIteration as stop:
            ending = stop.value
            break
        longest, begun = max(longest, time.monotonic() - begun), time.monotonic()
        if isinstance(one, Finding):
            codes.append(one.code)
        elif isinstance(one.value, dict):
            pages += 1
        else:
            codes.append(one.value[0])
    longest = max(longest, time.monotonic() - begun)
    path.unlink()
    cpu_s, peak_bytes = (ending.cpu_s, ending.peak_bytes) if ending else (0.0, 0)
    return Outcome(number, kind, pages, tuple(codes[:3]), longest, cpu_s, peak_bytes)


def main() -> int:
    """Read the files and tell."""
    options = _parser().parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        read(1, Path(folder))  # starts the server
        for number in range(options.first, options.first + options.files):
            figures.add(read(number, Path(folder)))
    _tell(figures, options.files, as_json=options.json)
    return 1 if figures.bad else 0


def _tell(figures: Figures, files: int, *, as_json: bool) -> None:
    for one in figures.bad:
        _say(f"bad: {one}")
    for code, count in figures.outcomes.most_common():
        _say(f"{count:7}  {code}")
    for kind, (count, wall_s, cpu_s, peak_bytes) in sorted(figures.worst.items(), key=lambda one: -one[1][1]):
        _say(f"{count:7}  {wall_s:6.2f} s  {cpu_s:6.2f} CPU s  {peak_bytes / 1e6:5.0f} MB  {kind}")
    if as_json:
        line = {
            "files": files,
            "bad": len(figures.bad),
            "worst_wall_s": round(max(one[1] for one in figures.worst.values()), 3),
            "worst_cpu_s": round(max(one[2] for one in figures.worst.values()), 3),
            "worst_peak_mb": round(max(one[3] for one in figures.worst.values()) / 1e6, 1),
            "outcomes": dict(sorted(figures.outcomes.items())),
        }
        _say(json.dumps(line))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first file")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
