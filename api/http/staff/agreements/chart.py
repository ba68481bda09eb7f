"""Requests of a question as one bar by where they are, and its decisions by day; for a template to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agreements.lifecycle.deciding import RequestState
from api.http.staff.answers.chart import chart_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.http.staff.answers.chart import Chart
    from api.ports import AgreementCounts, DecidedCount

WIDTH: Final = 1000
_DECIDED: Final = (RequestState.AGREED, RequestState.DECLINED, RequestState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the bar: x and width in thousandths of it."""

    name: str
    words: str
    count: int
    x: float
    width: float


def shares_of(counts: AgreementCounts) -> tuple[Share, ...]:
    """Every request once; nothing when nobody was asked. ``unreachable`` are those of the open ones."""
    lost = min(counts.unreachable, counts.open)
    parts = (
        ("agreed", "agreed", counts.agreed),
        ("declined", "declined", counts.declined),
        ("withdrawn", "withdrawn", counts.withdrawn),
        ("open", "no answer yet", counts.open - lost),
        ("unreachable", "unreachable", lost),
        ("ended", "over or cancelled", counts.expired + counts.cancelled),
    )
    shares, x = list[Share](), 0.0
    for name, words, count in parts:
        if count:
            width = WIDTH * count / counts.asked
            shares.append(Share(name, words, count, x, width))
            x += width
    return tuple(shares)


def days_of(counts: Sequence[DecidedCount]) -> Chart | None:
    """Decisions by day; None when there are none."""
    return chart_of(counts, _DECIDED)
