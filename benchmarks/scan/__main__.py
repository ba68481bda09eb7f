"""``.venv/bin/python benchmarks/scan [--help]``: how well slips are read, by condition; see benchmarks/README.md."""

from __future__ import annotations

import sys
from pathlib import Path

# The folder of a script comes first on the path; the project's root is what imports here start from.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.scan.cli import main  # noqa: E402 (needs the path above)

if __name__ == "__main__":
    main(sys.argv[1:])
