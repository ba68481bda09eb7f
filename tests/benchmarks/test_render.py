"""The benchmark runs without any peer, and ends with the figures that others read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_KEYS = {
    "n",
    "letters_per_cpu_s",
    "typst_ratio",
    "platypus_ratio",
    "floor_ratio",
    "two_process_gain",
    "peak_mb_5000",
    "peak_mb_80000",
    "kb_per_letter",
    "service_ratio",
}


@pytest.mark.slow
def test_ours_and_the_floor_end_with_one_line_of_json() -> None:
    options = ["--engines", "posthoorn", "floor", "--letters", "3", "--rounds", "1", "--json"]

    command = [sys.executable, "benchmarks/render", *options]
    ran = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)  # noqa: S603 (our own script)

    figures = json.loads(ran.stdout.splitlines()[-1])
    assert set(figures) == _KEYS
    assert figures["n"] == 3
    assert 0 < figures["floor_ratio"] < 1
    assert figures["typst_ratio"] is None
