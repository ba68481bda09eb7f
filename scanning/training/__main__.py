"""Trains the digit network: ``python -m scanning.training FOLDER [--measure-european]``.

FOLDER holds ``digits_us.npz``. Weights and calibration are written into ``scanning/digits``; what was measured is
printed. European digits that may only be measured are left alone unless asked for.
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
import torch

from scanning.digits.measure import measure
from scanning.digits.normalise import normalise_all
from scanning.digits.reader import DigitReader
from scanning.training.calibrate import Outputs, fit_calibration
from scanning.training.clean import doubtful
from scanning.training.export import to_onnx
from scanning.training.junk import Digits
from scanning.training.network import Plan, fit, outputs_of
from scanning.training.pool import Order, Pool, make_pool

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn

TARGET = Path(__file__).parents[1] / "digits"
_SEED = 20
_HELD_OUT = 2000
_PROCESSES = 2
_RATE = 3e-3


@dataclass(frozen=True, slots=True, eq=False)
class Real:
    """Real digits: those to train on, and those held out for measuring and calibration."""

    training: Digits
    held_out: Digits


def main() -> int:
    """Train, write and measure."""
    options = _parser().parse_args()
    torch.manual_seed(_SEED)
    torch.use_deterministic_algorithms(mode=True)
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    real = _real_digits(options.folder)
    pool = _training_pool(real)
    _say(f"{len(pool.labels)} inputs to train on")
    network = _fitted(pool, options.epochs)
    checks = _checks(real)
    known = [checks[name] for name in ("us", "european", "junk", "slips")]
    calibration = fit_calibration([Outputs(outputs_of(network, one.images), one.labels) for one in known])
    weights = to_onnx(network)
    (TARGET / "digits.onnx").write_bytes(weights)
    fitted = {"temperature": round(calibration.temperature, 6), "junk_shift": round(calibration.junk_shift, 6)}
    (TARGET / "calibration.json").write_text(json.dumps(fitted) + "\n", encoding="utf-8")
    if options.measure_european:
        checks["european dev"] = _pool_of(np.load(options.folder / "digits_european_dev.npz", allow_pickle=False))
    reader = DigitReader(weights, calibration)
    for name, check in checks.items():
        sys.stdout.write(f"{name}: {measure(reader.read_normalised(check.images), check.labels)}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m scanning.training", description="Train the digit network.")
    parser.add_argument("folder", type=Path, help="the folder with digits_us.npz")
    parser.add_argument("--epochs", type=float, nargs="+", default=[8, 4, 1.5], help="passes over the pool in each go")
    parser.add_argument("--threads", type=int, default=1, help="cores; another number gives other last bits")
    parser.add_argument("--measure-european", action="store_true", help="measure on digits_european_dev.npz at the end")
    return parser


def _fitted(pool: Pool, epochs: list[float]) -> nn.Module:
    """Fit in several goes, the second from half the rate, the third from a third of it."""
    network = fit(pool, Plan(epochs=epochs[0], rate=_RATE, seed=_SEED))
    for go, count in enumerate(epochs[1:], 1):
        network = fit(pool, Plan(epochs=count, rate=_RATE / (go + 1), seed=_SEED + go), network)
    return network


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
        Order("european", 56_000, 1, real.training),
        Order("us", 4_000, 2, real.training),
        Order("real", 36_000, 3, real.training),
        Order("junk", 24_000, 4, real.training),
        Order("slips", 36_000, 5, real.training),
        Order("hard", 20_000, 6, real.training),
    ]
    pool = _pool_of({"images": real.training.images, "labels": real.training.labels})
    for order in orders:
        pool += make_pool(order, _PROCESSES)
        _say(f"{order.kind}: {order.count} inputs made")
    return pool


def _checks(real: Real) -> dict[str, Pool]:
    """What is measured: real US digits as they are, made European hands and junk, from other seeds."""
    return {
        "us": _pool_of({"images": real.held_out.images, "labels": real.held_out.labels}),
        "european": make_pool(Order("european", 2500, 901, real.held_out), _PROCESSES),
        "junk": make_pool(Order("junk", 5000, 902, real.held_out), _PROCESSES),
        "us scanned": make_pool(Order("real", 2500, 903, real.held_out), _PROCESSES),
        "slips": make_pool(Order("slips", 9000, 904, real.held_out), _PROCESSES),
        "doodles": make_pool(Order("doodles", 6000, 905, real.held_out), _PROCESSES),
    }


def _pool_of(arrays: dict[str, NDArray[np.uint8]]) -> Pool:
    return Pool(normalise_all(arrays["images"]), arrays["labels"].astype(np.uint8))


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


if __name__ == "__main__":
    raise SystemExit(main())
