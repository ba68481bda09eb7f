"""Worker processes compose chunks of letters to page streams; this process frames them into one file as they come."""

from __future__ import annotations

import multiprocessing
import os
import time
from functools import cache
from typing import TYPE_CHECKING

from benchmarks.letters import composer, letter
from benchmarks.render.child import peak_mb
from benchmarks.render.ours import write_file
from docgen.compose import collect_seldom
from docgen.drawing.chunks import read_chunk, write_chunk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

    from docgen.compose import Composer
    from docgen.drawing.print_file import DrawnLetter

# Small, so that no worker waits long for the other's last one; a chunk of the product has 500 letters of a longer run.
_CHUNK = 100

_Done = tuple[int, float, float]  # process id, its CPU seconds for the chunk, its peak in MB


def one(letters: int, folder: Path) -> dict[str, float]:
    """One worker."""
    return _measure(letters, folder, 1)


def two(letters: int, folder: Path) -> dict[str, float]:
    """Two workers."""
    return _measure(letters, folder, 2)


def _measure(letters: int, folder: Path, workers: int) -> dict[str, float]:
    """Workers start and import before the clock runs; each compiles the template when it gets its first chunk."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(workers + 1)
    out, done = folder / "joined.pdf", list[_Done]()
    chunks = [
        (range(first, min(first + _CHUNK, letters)), folder / f"{first}.chunk") for first in range(0, letters, _CHUNK)
    ]
    with context.Pool(workers, _start, (ready,)) as pool:
        ready.wait()
        cpu, wall = time.process_time(), time.perf_counter()
        write_file(composer(), _drawn(pool.imap(_compose, chunks), done, (path for _, path in chunks)), out)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        pool.close()
        pool.join()
    peaks = {pid: peak for pid, _, peak in done}
    return {
        "wall_s": wall,
        "cpu_s": cpu + sum(used for _, used, _ in done),
        "peak_mb": peak_mb(children=False) + sum(peaks.values()),
        "bytes": out.stat().st_size,
    }


def _drawn(results: Iterable[_Done], done: list[_Done], paths: Iterable[Path]) -> Iterator[DrawnLetter]:
    for result, path in zip(results, paths, strict=True):
        done.append(result)
        with path.open("rb") as stream:
            for _, drawn in read_chunk(stream):
                yield drawn
        path.unlink()


def _start(ready: Barrier) -> None:
    ready.wait()


def _compose(chunk: tuple[range, Path]) -> _Done:
    """One chunk, in a worker."""
    cpu = time.process_time()
    numbers, path = chunk
    with path.open("wb") as out:
        composed = _engine().compose_all(map(letter, numbers))
        out.writelines(write_chunk((one.laid_out.record_id, one.drawn) for one in composed))
    return os.getpid(), time.process_time() - cpu, peak_mb(children=False)


@cache
def _engine() -> Composer:
    collect_seldom()
    return composer()
