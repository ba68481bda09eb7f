"""Shares with their intervals, and how much may be accepted at a limit of wrong values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from scanning.digits.measure import wilson
from scanning.readings import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from benchmarks.scan.trial import FieldTrial, Trial

_BINS = 15
_SAMPLES = 400
LIMITS = (0.001, 0.005, 0.01)


def share(count: int, n: int) -> dict[str, float | int | list[float]]:
    """A share with Wilson's interval of 95 %."""
    return {
        "share": round(count / n, 5) if n else 0.0,
        "n": n,
        "interval": [round(end, 5) for end in wilson(count, n)],
    }


@dataclass(slots=True)
class Tally:
    """All trials of a condition."""

    trials: list[Trial] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        """Everything that is reported of a condition."""
        n = len(self.trials)
        digits = [one for trial in self.trials for one in trial.digits]
        fields = [one for trial in self.trials for one in trial.fields]
        plain = [one for one in fields if not one.has_junk and one.kind == "meter_reading"]
        junk = [taken for trial in self.trials for taken in trial.junk]
        residuals = [trial.residual_mm for trial in self.trials if trial.residual_mm is not None]
        lost = sum(trial.lost for trial in self.trials)
        accepted = [one for one in fields if one.outcome == Outcome.ACCEPTED]
        return {
            "identified": share(sum(trial.identified for trial in self.trials), n),
            "registered": share(sum(trial.registered for trial in self.trials), n),
            "wrong_id": share(sum(trial.wrong_id for trial in self.trials), n),
            "residual_mm": {"median": _at(residuals, 50), "p95": _at(residuals, 95), "max": _at(residuals, 100)},
            "digit_error": share(sum(truth != read for truth, read, _ in digits), len(digits)),
            "silent_blank": share(lost, len(digits) + lost),
            "empty_box_inked": share(sum(t.empties_inked for t in self.trials), sum(t.empties for t in self.trials)),
            "field_error": share(sum(one.truth != one.read for one in plain), len(plain)),
            "five_digit_field_error": _five(plain),
            **_straight_through("accepted_at", plain, aided=False),
            **_straight_through("accepted_at_with_previous", plain, aided=True),
            "shipped_policy": {
                "accepted": share(len(accepted), len(fields)),
                "accepted_wrong": share(sum(not _right(one) for one in accepted), len(accepted)),
            },
            "junk_accepted": share(sum(junk), len(junk)),
            "junk_field_accepted": share(
                sum(one.outcome == Outcome.ACCEPTED for one in fields if one.has_junk),
                sum(one.has_junk for one in fields),
            ),
            "calibration_error": round(_calibration(digits), 4),
            "ticks": self._ticks(),
        }

    def _ticks(self) -> dict[str, object]:
        ticks = [one for trial in self.trials for one in trial.ticks]
        wrong = sum((said == "ticked") != truth for truth, said in ticks if said != Outcome.REVIEW)
        return {
            "wrong": share(wrong, len(ticks)),
            "review": share(sum(s == Outcome.REVIEW for _, s in ticks), len(ticks)),
        }


def _right(one: FieldTrial) -> bool:
    value = one.value.lstrip("0") if one.kind == "meter_reading" else "".join(reversed(one.value.split("-")))
    return value == one.truth if one.kind == "meter_reading" else _day(one.value) == one.truth


def _day(iso: str) -> str:
    return "".join(reversed(iso.split("-")))


def _five(fields: Sequence[FieldTrial]) -> dict[str, object]:
    five = [one for one in fields if len(one.truth) >= 4]  # noqa: PLR2004 (four and five digits)
    return dict(share(sum(one.truth != one.read for one in five), len(five)))


def _straight_through(name: str, fields: Sequence[FieldTrial], *, aided: bool) -> dict[str, object]:
    """Under ``name`` the largest share that can be accepted at each limit, and what it is in 95 of 100 such samples."""
    ranks = np.array([_rank(one, aided=aided) for one in fields])
    wrong = np.array([one.truth != one.read for one in fields], np.int64)
    shares, intervals = dict[str, float](), dict[str, list[float]]()
    for limit in LIMITS:
        shares[str(limit)] = round(_accepted_at(ranks, wrong, limit), 4)
        again = [_accepted_at(ranks[one], wrong[one], limit) for one in _samples(len(fields))]
        intervals[str(limit)] = [_at(again, 2.5), _at(again, 97.5)]
    return {name: shares, f"{name}_interval": intervals}


def _samples(n: int) -> Iterator[NDArray[np.int64]]:
    """The same fields drawn again with replacement: how much a share moves with single fields."""
    rng = np.random.default_rng(n)
    return (rng.integers(n, size=n) for _ in range(_SAMPLES if n else 0))


def _accepted_at(ranks: NDArray[np.float64], wrong: NDArray[np.int64], limit: float) -> float:
    """The largest share of fields that a threshold accepts with no more than ``limit`` of them wrong."""
    order = np.argsort(-ranks, kind="stable")
    count = np.arange(1, len(ranks) + 1)
    # a threshold takes all fields of one rank or none
    last = np.append(np.diff(ranks[order]) < 0, True)[: len(ranks)]
    allowed = (np.cumsum(wrong[order]) <= limit * count) & (ranks[order] > 0) & last
    return float(count[allowed].max(initial=0)) / max(1, len(ranks))


def _rank(one: FieldTrial, *, aided: bool) -> float:
    if not one.clean:
        return 0.0
    if aided and one.posterior is not None:
        return one.posterior if one.agrees else 0.0
    return one.confidence


def _calibration(digits: Sequence[tuple[int, int, float]]) -> float:
    """Expected calibration error over 15 bins of equal width."""
    if not digits:
        return 0.0
    right = np.array([truth == read for truth, read, _ in digits])
    chance = np.array([one for _, _, one in digits])
    bins = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    gaps = [abs(right[bins == b].mean() - chance[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))


def _at(values: Sequence[float], percentile: float) -> float:
    return round(float(np.percentile(values, percentile)), 3) if values else 0.0
