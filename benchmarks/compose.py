"""How many two-page letters one process composes in a CPU second, against two limits measured in the same run.

    .venv/bin/python benchmarks/compose.py [--letters 5000] [--rounds 3] [--json]

``floor`` writes the very page streams again and nothing else: what no composer of these pages could pass.
``encoder`` is the reference QR encoder alone for the two symbols of a letter: what a composer without an own encoder
could never pass. Rounds are interleaved and medians are printed; the rates are letters per CPU second.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import statistics
import sys
import time
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 (before imports)

from qrcode.main import QRCode

from benchmarks.letters import DAY, composer, letter
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import DrawnLetter, FileInfo, PrintFileWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from docgen.compose import Composer

_REFERENCE_LETTERS = 20
_FLOOR_LETTERS = 1000


class _Counter:
    """A sink that only counts."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        return len(data)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--letters", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.letters, options.rounds)
    for name, value in result.items():
        print(f"{name:24}{value:>12,.4g}")
    if options.json:
        print(json.dumps(result))


def measure(count: int, rounds: int) -> dict[str, float]:
    """Medians over interleaved rounds."""
    rates: dict[str, list[float]] = {"compose": [], "lay_out": [], "floor": [], "encoder": []}
    sizes: list[int] = []
    for _ in range(rounds):
        engine = composer()
        engine.compose(letter(0))
        rates["compose"].append(count / _cpu(lambda: sizes.append(_composed(engine, count))))  # noqa: B023 (called at once)
        rates["lay_out"].append(count / _cpu(lambda: _laid_out(engine, count)))  # noqa: B023
        drawn = [engine.compose(letter(number)).drawn for number in range(_FLOOR_LETTERS)]
        rates["floor"].append(_FLOOR_LETTERS / _cpu(lambda: _written(engine, drawn)))  # noqa: B023
        rates["encoder"].append(_REFERENCE_LETTERS / _cpu(_reference_symbols))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "n": count,
        "letters_per_cpu_s": medians["compose"],
        "laid_out_per_cpu_s": medians["lay_out"],
        "floor_ratio": medians["compose"] / medians["floor"],
        "encoder_ratio": medians["compose"] / medians["encoder"],
        "kb_per_letter": sizes[0] / count / 1000,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _composed(engine: Composer, count: int) -> int:
    """Composed and written, as in a real run; the letters themselves are made on the way. Returns the file's size."""
    writer = _writer(engine)
    for number in range(count):
        writer.add(engine.compose(letter(number)).drawn)
    return writer.close().size


def _laid_out(engine: Composer, count: int) -> None:
    for number in range(count):
        engine.lay_out(letter(number))


def _written(engine: Composer, drawn: list[DrawnLetter]) -> int:
    writer = _writer(engine)
    for made in drawn:
        writer.add(made)
    return writer.close().size


def _writer(engine: Composer) -> PrintFileWriter:
    info = FileInfo("Benchmark", dt.datetime.combine(DAY, dt.time(), dt.UTC))
    return PrintFileWriter(_Counter(), engine.resources, info, fogra39(), duplex=True)


def _reference_symbols() -> None:
    for number in range(_REFERENCE_LETTERS):
        for payload in (b"BCD\n002\n1\nSCT\n\nX\n" + b"%0100d" % number, b"HTTPS://Q.EXAMPLE.NL/%040d" % number):
            code = QRCode(error_correction=0, border=0)
            code.add_data(payload, optimize=0)
            code.make(fit=True)


if __name__ == "__main__":
    main()
