"""A day in the print room on the real service: an operator, an inserter, damage, double uploads and kill -9.

    .venv/bin/python benchmarks/print_room_day.py [--letters 5000] [--seed 1] [--kills 12] [--json]

The service runs with its embedded workers in a temporary folder and reads back every file. It ends with an error unless
every letter is handed over, pulled or stopped, none was inserted twice, and paper, ledger and manifests agree.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 (before imports)

from tests.api.pipeline.room_day import Day, Wish


def main() -> None:
    """Live the day and say what happened in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        day = Day(Path(folder), Wish(asked.letters, asked.seed, asked.kills, limit_s=1800, stopping_s=20))
        day.work()
    figures = {"letters": asked.letters, "seconds": round(time.perf_counter() - start, 1)} | dict(day.happened)
    lines = "".join(f"{name}: {value}\n" for name, value in figures.items())
    sys.stdout.write(f"{json.dumps(figures)}\n" if asked.json else lines)


if __name__ == "__main__":
    main()
