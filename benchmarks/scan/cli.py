"""Runs the trials of each condition over two processes and tells the figures."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks.scan.figures import Tally
from benchmarks.scan.identity import IdentityTask, identify, shares
from benchmarks.scan.memory import peaks
from benchmarks.scan.press import Press
from benchmarks.scan.report import table
from benchmarks.scan.speed import speeds
from benchmarks.scan.trial import Setting, Trial, invent, run
from benchmarks.scan.writers import Digits, writer
from scanning.digits.reader import DigitReader
from scanning.simulation.scanner import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

_A_TASK = 10
_SOURCES = ("european", "us", "mixed")


class _Task(NamedTuple):
    condition: str
    dpi: int
    first: int
    slips: int
    style: str
    digits: Path | None
    junk: float
    sheets: bool


def main(arguments: Sequence[str]) -> None:
    """Measure and tell."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True, width=130)
    result: dict[str, object] = {}
    with multiprocessing.get_context("spawn").Pool(options.processes, _quiet) as pool:
        for condition in options.conditions:
            tasks = _tasks(options, condition)
            tally = Tally()
            for trials in track(pool.imap(_run, tasks), condition, len(tasks), console=console):
                tally.trials += trials
            result[condition] = tally.figures()
        for condition in options.conditions if options.identify else ():
            starts = range(options.start, options.start + options.identify, _A_TASK)
            pages = [IdentityTask(condition, options.dpi, first, _A_TASK) for first in starts]
            label = f"identify {condition}"
            counts = sum(track(pool.imap(identify, pages), label, len(pages), console=console), Counter[str]())
            result[label] = shares(counts)
    if not options.no_speed:
        result["speed"] = speeds(options.speed_pages)
    if options.memory_pages:
        result["memory"] = peaks(options.memory_pages)
    console.print(table(result))
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")


def _quiet() -> None:
    cv2.setNumThreads(1)


def _tasks(options: argparse.Namespace, condition: str) -> list[_Task]:
    return [
        _Task(condition, options.dpi, first, _A_TASK, options.style, options.digits, options.junk, options.sheets)
        for first in range(options.start, options.start + options.slips, _A_TASK)
    ]


def _run(task: _Task) -> list[Trial]:
    press, digits = _press(), _digits(task.digits)
    setting = Setting(CONDITIONS[task.condition], task.dpi, press.geometry, press.form, DigitReader.shipped())
    trials = []
    for number in range(task.first, task.first + task.slips):
        rng = np.random.default_rng([number, sorted(CONDITIONS).index(task.condition)])
        slip = press.sheet(number) if task.sheets else press.slip(number)
        written = invent(rng, junk=rng.random() < task.junk)
        style = task.style if task.style != "mixed" else _SOURCES[number % 2]
        trials.append(run(slip, writer(rng, digits, "us" if style == "us" else "european"), written, setting, rng))
    return trials


@cache
def _press() -> Press:
    return Press()


@cache
def _digits(path: Path | None) -> Digits | None:
    return None if path is None else Digits.load(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("benchmarks/scan", description=__doc__)
    parser.add_argument("--slips", type=int, default=200, help="slips of each condition")
    parser.add_argument("--identify", type=int, default=0, help="also only find so many slips of each condition")
    parser.add_argument("--start", type=int, default=0, help="number of the first slip; each has answers of its own")
    parser.add_argument("--conditions", nargs="+", choices=sorted(CONDITIONS), default=["typical", "harsh"])
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--style", choices=_SOURCES, default="mixed", help="of made hands")
    parser.add_argument("--digits", type=Path, help="write with the digits of this .npz instead of made hands")
    parser.add_argument("--junk", type=float, default=0.1, help="share of slips with a box that holds no digit")
    parser.add_argument("--sheets", action="store_true", help="scan whole pages of A4 instead of slips cut off")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--speed-pages", type=int, default=12)
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--memory-pages", type=int, nargs="*", default=(), help="also read files of so many pages")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    return parser
