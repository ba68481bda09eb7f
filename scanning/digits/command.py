"""``python -m scanning read-digits FILE.npz``: measures the digit network on anybody's digits."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from scanning.digits.images_file import load_images
from scanning.digits.measure import measure
from scanning.digits.reader import WORKING_THRESHOLD, DigitReader

_DECIMALS = 6


def main(arguments: list[str]) -> int:
    """Print one line of JSON; raises docgen.findings.Refusal for a file that cannot be read."""
    options = _parser().parse_args(arguments)
    loaded = load_images(options.file)
    readings = DigitReader.shipped().read(loaded.images)
    measured = asdict(measure(readings, loaded.labels, WORKING_THRESHOLD))
    rounded = {name: round(value, _DECIMALS) if isinstance(value, float) else value for name, value in measured.items()}
    sys.stdout.write(json.dumps(rounded) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m scanning read-digits",
        description="Read digits and say how well: one line of JSON. Shares are 0 to 1, null where no label tells.",
    )
    parser.add_argument(
        "file",
        type=Path,
        help="an .npz with `images`, uint8 (n, height, width), and maybe `labels`, whole numbers (n,), "
        "where all but 0 to 9 means that the image is no digit",
    )
    return parser
