"""Reading a print file back: letters per CPU second and per wall second, and memory.

    .venv/bin/python benchmarks/read_back.py [--letters 2000] [--rounds 5] [--part 500] [--json]

The letters are those of the other benchmarks, two pages on one sheet, with two QR codes, a KIX and a Data Matrix.
Everything that a batch is blocked for is looked for. Every round starts processes anew, which import and get what they
must find before the clock runs; laying out, from which that comes, is measured by ``render``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 (before imports)

from benchmarks.letters import DAY, composer, letter
from docgen.drawing.mark_ink import MARK_FONT, draw_marks
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import DrawnEnvelope, FileInfo, PrintFileWriter
from docgen.postal.marks.model import Order
from docgen.postal.marks.profiles import builtin
from docgen.postal.marks.sheets import Marker
from docgen.qr.token import derive_piece_id
from docgen.readback import ExpectedLetter, InFile, expected_letter, read_part, room_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.synchronize import Barrier

_PROFILE = builtin()["datamatrix"]
_KB_A_MB = 1024
_Task = tuple[Path, list[ExpectedLetter], int]
_Read = tuple[int, int, float, float]  # findings, process id, its CPU seconds for the part, its peak in MB


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of the rounds."""

    processes: int
    per_cpu_s: float
    per_wall_s: float
    peak_mb: float


def main() -> None:
    """Make a file, read it with one process and with two, and tell."""
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="read-back-") as folder:
        path = Path(folder) / "letters.pdf"
        expected = _write(path, options.letters)
        size_mb = path.stat().st_size / 1e6
        rounds = [
            (_measure(path, expected, options.part, 1), _measure(path, expected, options.part, 2))
            for _ in range(options.rounds)
        ]
    figures = [_medians(processes, values) for processes, values in enumerate(zip(*rounds, strict=True), 1)]
    sys.stdout.write(f"{options.letters} letters, {size_mb:.1f} MB, parts of {options.part}\n\n{_table(figures)}")
    if options.json:
        sys.stdout.write(f"{json.dumps([asdict(figure) for figure in figures])}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Reading a print file back.")
    parser.add_argument("--letters", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--part", type=int, default=500, help="letters that are read at a time")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    return parser


def _write(path: Path, count: int) -> list[ExpectedLetter]:
    """A print file as a batch has it, and what must be found in it."""
    of, marker, room = composer(), Marker(_PROFILE, "7F3K9M", Order.FORWARD), room_for(_PROFILE, duplex=True)
    expected = []
    with path.open("wb") as out:
        info = FileInfo("Read back", dt.datetime.combine(DAY, dt.time(), dt.UTC))
        writer = PrintFileWriter(out, of.resources, info, fogra39(), duplex=True)
        for number, made in enumerate(of.draw_all(of.lay_out_all(map(letter, range(count)))), 1):
            laid, drawn = made.laid_out, made.drawn
            sheets = marker.mark(number, -(-len(drawn.pages) // 2))
            placed = InFile(derive_piece_id("benchmark", number - 1), writer.page_count + 1, drawn.digests, duplex=True)
            marks = draw_marks(sheets, of.resources.faces[MARK_FONT], duplex=True)
            writer.add_envelope(DrawnEnvelope((drawn,), marks))
            expected.append(expected_letter(laid, of.plan(laid.language), placed, room, sheets))
        writer.close()
    return expected


def _measure(path: Path, expected: Sequence[ExpectedLetter], part: int, processes: int) -> tuple[float, float, float]:
    """Letters per CPU second and per wall second, and the peak of all processes together in MB."""
    pages = sum(len(each.pages) for each in expected)
    tasks = [(path, list(expected[at : at + part]), pages) for at in range(0, len(expected), part)]
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(processes + 1)
    with context.Pool(processes, _start, (ready,)) as pool:
        ready.wait()
        wall = time.perf_counter()
        done = list(pool.imap_unordered(_read, tasks))
        wall = time.perf_counter() - wall
        pool.close()
        pool.join()
    if any(findings for findings, *_ in done):
        raise SystemExit("The file that was made for this has differences.")
    peaks = {pid: peak for _, pid, _, peak in done}
    return len(expected) / sum(cpu for _, _, cpu, _ in done), len(expected) / wall, sum(peaks.values())


def _start(ready: Barrier) -> None:
    ready.wait()


def _read(task: _Task) -> _Read:
    path, letters, pages = task
    cpu = time.process_time()
    result = read_part(path, letters, total_pages=pages)
    cpu = time.process_time() - cpu
    return len(result.findings), os.getpid(), cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KB_A_MB


def _medians(processes: int, rounds: Sequence[tuple[float, float, float]]) -> Figures:
    return Figures(processes, *(round(statistics.median(values), 1) for values in zip(*rounds, strict=True)))


def _table(figures: Sequence[Figures]) -> str:
    return "".join(_lines(figures))


def _lines(figures: Sequence[Figures]) -> Iterator[str]:
    yield "| processes | letters per CPU s | letters per wall s | peak MB, all processes |\n"
    yield "| --- | ---: | ---: | ---: |\n"
    for figure in figures:
        yield f"| {figure.processes} | {figure.per_cpu_s:.0f} | {figure.per_wall_s:.0f} | {figure.peak_mb:.0f} |\n"


if __name__ == "__main__":
    main()
