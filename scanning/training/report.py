"""The tables of the model card: how well digits of each source are read, and what passes that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanning.decide.policy import DEFAULT_POLICY, MOST_NO_DIGIT
from scanning.digits.measure import measure, wilson
from scanning.digits.reader import JUNK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from scanning.digits.reader import DigitReader, Readings
    from scanning.training.pool import Pool


def tables(reader: DigitReader, checks: Mapping[str, Pool]) -> str:
    """Markdown; ``checks`` are named as the card shall name them."""
    read = {name: (reader.read_normalised(one.images), one.labels) for name, one in checks.items()}
    digits = {name: both for name, both in read.items() if (both[1] < JUNK).any()}
    junk = {name: both for name, both in read.items() if (both[1] == JUNK).any()}
    return "\n\n".join("\n".join(lines) for lines in (_digits(digits), _by_digit(digits), _junk(junk)))


def _digits(read: Mapping[str, tuple[Readings, NDArray[np.uint8]]]) -> Iterator[str]:
    yield "| source | n | error | error in the surest 90 % | accepted | wrong among accepted | calibration error |"
    yield "|---|---|---|---|---|---|---|"
    for name, (every, labels) in read.items():
        kept = labels < JUNK
        readings, truth = type(every)(every.probabilities[kept]), labels[kept]
        measured = measure(readings, truth)
        sure, wrong = readings.accepted(), readings.digits != truth
        yield (
            f"| {name} | {len(truth):,} | {_share(int(wrong.sum()), len(truth))} | {_percent(measured.error_at_90)} |"
            f" {sure.mean() * 100:.1f} % | {int((sure & wrong).sum())} of {int(sure.sum()):,} |"
            f" {measured.calibration:.4f} |"
        )


def _by_digit(read: Mapping[str, tuple[Readings, NDArray[np.uint8]]]) -> Iterator[str]:
    yield f"| source | {' | '.join(map(str, range(JUNK)))} |"
    yield "|---" * (JUNK + 1) + "|"
    for name, (readings, labels) in read.items():
        wrong = readings.digits != labels
        yield f"| {name} | {' | '.join(_one_place(wrong[labels == digit]) for digit in range(JUNK))} |"


def _junk(read: Mapping[str, tuple[Readings, NDArray[np.uint8]]]) -> Iterator[str]:
    yield "| source | n | single | in its field |"
    yield "|---|---|---|---|"
    for name, (every, labels) in read.items():
        readings = type(every)(every.probabilities[labels == JUNK])
        in_field = (readings.confidence >= DEFAULT_POLICY.digits) & (readings.probabilities[:, JUNK] <= MOST_NO_DIGIT)
        n = len(in_field)
        yield f"| {name} | {n:,} | {_share(int(readings.accepted().sum()), n)} | {_share(int(in_field.sum()), n)} |"


def _one_place(wrong: NDArray[np.bool_]) -> str:
    return f"{wrong.mean() * 100:.1f}" if len(wrong) else ""


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.2f} %"


def _share(count: int, n: int) -> str:
    low, high = wilson(count, n)
    return f"{count / n * 100:.2f} % ({low * 100:.2f} to {high * 100:.2f})"
