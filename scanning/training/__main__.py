"""Trains the digit network: ``python -m scanning.training FOLDER [--measure-european]``.

FOLDER holds ``digits_us.npz``. Weights and calibration are written into ``scanning/digits``; what was measured is
printed, as the tables of the model card. European digits that may only be measured are left alone unless asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanning.digits.normalise import normalise_all
from scanning.digits.reader import CALIBRATIONS, WEIGHTS, DigitReader
from scanning.training.calibrate import Outputs, fit_calibration
from scanning.training.clean import doubtful
from scanning.training.export import to_onnx
from scanning.training.junk import Digits
from scanning.training.network import Plan, fit_together, mean_outputs, settle
from scanning.training.pool import Order, Pool, make_pool
from scanning.training.report import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import nn

    from scanning.digits.reader import Calibration

TARGET = Path(__file__).parents[1] / "digits"
_SEED = 20
_HELD_OUT = 2000
_PROCESSES = 2
_US, _MADE, _NONE = "US held out", "Made European hands", "no digits, as in training"
_SLIPS = "Made hands and US held out, cut from slips"
_KNOWN = _US, _MADE, _NONE, _SLIPS
"""What the calibration is fitted on."""
_SEEDS = 20, 40
"""Of the two networks, which are fitted side by side and differ in where they start and in what order they learn."""


@dataclass(frozen=True, slots=True, eq=False)
class Real:
    """Real digits: those to train on, and those held out for measuring and calibration."""

    training: Digits
    held_out: Digits


def main() -> int:
    """Train, write and measure."""
    options = _parser().parse_args()
    settle()
    cv2.setNumThreads(1)
    real = _real_digits(options.folder)
    pool = _training_pool(real)
    _say(f"{len(pool.labels)} inputs to train on")
    networks = fit_together(pool, [Plan(epochs=options.epochs, seed=seed) for seed in _SEEDS])
    checks = _checks(real)
    known = [checks[name] for name in _KNOWN]
    _write(networks, [_calibration(networks[:count], known) for count in (1, 2)])
    if options.measure_european:
        checks["European (ARDIS, development part)"] = _pool_of(
            np.load(options.folder / "digits_european_dev.npz", allow_pickle=False)
        )
    sys.stdout.write(tables(DigitReader.shipped(), checks) + "\n")
    return 0


def _write(networks: Sequence[nn.Module], calibrations: Sequence[Calibration]) -> None:
    for name, network in zip(WEIGHTS, networks, strict=True):
        (TARGET / name).write_bytes(to_onnx(network))
    fitted = {
        name: {"temperature": round(one.temperature, 6), "junk_shift": round(one.junk_shift, 6)}
        for name, one in zip(CALIBRATIONS, calibrations, strict=True)
    }
    (TARGET / "calibration.json").write_text(json.dumps(fitted) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m scanning.training", description="Train the digit network.")
    parser.add_argument("folder", type=Path, help="the folder with digits_us.npz")
    parser.add_argument("--epochs", type=float, default=8, help="passes over the pool")
    parser.add_argument("--measure-european", action="store_true", help="measure on digits_european_dev.npz at the end")
    return parser


def _calibration(networks: Sequence[nn.Module], sources: Sequence[Pool]) -> Calibration:
    return fit_calibration([Outputs(mean_outputs(networks, one.images), one.labels) for one in sources])


def _real_digits(folder: Path) -> Real:
    with np.load(folder / "digits_us.npz", allow_pickle=False) as arrays:
        images, labels = arrays["images"], arrays["labels"]
    order = np.random.default_rng(_SEED).permutation(len(labels))
    held_out, rest = order[:_HELD_OUT], order[_HELD_OUT:]
    wrong = doubtful(Pool(normalise_all(images[rest]), labels[rest]), _SEED)
    _say(f"{int(wrong.sum())} of {len(rest)} labels are doubtful and left out")
    rest = rest[~wrong]
    return Real(Digits(images[rest], labels[rest]), Digits(images[held_out], labels[held_out]))


def _training_pool(real: Real) -> Pool:
    orders = [
        Order("european", 60_000, 1, real.training),
        Order("us", 4_000, 2, real.training),
        Order("real", 40_000, 3, real.training),
        Order("junk", 28_000, 4, real.training),
        Order("slips", 150_000, 5, real.training),
        Order("hard", 24_000, 6, real.training),
    ]
    pool = _pool_of({"images": real.training.images, "labels": real.training.labels})
    for order in orders:
        pool += make_pool(order, _PROCESSES)
        _say(f"{order.kind}: {order.count} inputs made")
    return pool


def _checks(real: Real) -> dict[str, Pool]:
    """What is measured: real US digits as they are, made European hands and junk, from other seeds."""
    return {
        _US: _pool_of({"images": real.held_out.images, "labels": real.held_out.labels}),
        _MADE: make_pool(Order("european", 2500, 901, real.held_out), _PROCESSES),
        _NONE: make_pool(Order("junk", 5000, 902, real.held_out), _PROCESSES),
        "US held out, scanned": make_pool(Order("real", 2500, 903, real.held_out), _PROCESSES),
        _SLIPS: make_pool(Order("slips", 9000, 904, real.held_out), _PROCESSES),
        "twelve doodles, cut from slips": make_pool(Order("doodles", 6000, 905, real.held_out), _PROCESSES),
    }


def _pool_of(arrays: dict[str, NDArray[np.uint8]]) -> Pool:
    return Pool(normalise_all(arrays["images"]), arrays["labels"].astype(np.uint8))


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


if __name__ == "__main__":
    raise SystemExit(main())
