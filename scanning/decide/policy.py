"""When a reading goes straight through: thresholds of a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from docgen.reply_form import ReplyKind

MARKED: Final = frozenset({ReplyKind.TICK, ReplyKind.CHOICE, ReplyKind.SIGNATURE})
"""Kinds that are answered by a mark, not by characters."""

MOST_NO_DIGIT: Final = 0.002
"""The chance that a box holds no digit, above which a person looks at its field whatever else speaks for it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds are chances, 0 to 1, that a reading is what was written.

    ``digits`` is asked of a row of digits by its picture alone, ``dates`` of a date, which must also exist and be
    recent. Where a previous reading and usual use are known, ``with_previous`` is asked of picture and previous reading
    together, and ``picture_at_least`` of the picture then.
    ``marks`` is asked of ticks and choices. Below ``blind`` a person keys without seeing what the machine read.
    ``checked_share`` of accepted fields is keyed blind too, to measure what is accepted wrongly.
    """

    digits: float = 0.97
    dates: float = 0.9
    with_previous: float = 0.97
    picture_at_least: float = 0.5
    marks: float = 0.99
    blind: float = 0.7
    checked_share: float = 0.02

    def straight_from(self, kind: ReplyKind) -> float:
        """The confidence of a picture from which a field of a kind may go straight through by itself."""
        if kind in MARKED:
            return self.marks
        return self.dates if kind is ReplyKind.DATE else self.digits

    def is_sure(self, kind: ReplyKind, confidence: float, posterior: float | None) -> bool:
        """Whether a reading that no rule speaks against goes straight through; ``posterior`` is with what is known."""
        if posterior is None:
            return confidence >= self.straight_from(kind)
        return posterior >= self.with_previous and confidence >= self.picture_at_least


DEFAULT_POLICY = Policy()
