"""From boxes with a probability for each character to the strings that are worth weighing.

The likeliest strings of the image alone are not enough for a veto: a reading with usual use may come far behind them
and still be the likeliest when both are taken together. So the likeliest strings with usual use are among them too.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from scanning.validators.prior import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scanning.validators.meter_reading import ReadingContext

# Probability, the first characters, and their number; blank boxes before them count as zeros.
_Start: TypeAlias = tuple[float, str, int]

BLANK = ""
_MOST = 32


def candidates(boxes: Sequence[Mapping[str, float]], known: ReadingContext, most: int = _MOST) -> tuple[Candidate, ...]:
    """The ``most`` likeliest strings of the image, and as many of those whose use is not high.

    Each box, from the left, has a probability for the digits 0 to 9 and for ``BLANK``; what is missing from 1 is that
    it holds none of these. Blanks count only before the first digit; boxes left blank behind the last are the
    caller's to cut off. Decimals are the last boxes, and come out behind a comma. The strings of the image are exactly
    the likeliest; of those with usual use some may be missed.
    """
    decimals = known.meter.decimals
    found = {text: probability for probability, text, _ in _likeliest(boxes, (), most)}
    for ends in _usual_ranges(known):
        found |= {text: probability for probability, text, _ in _likeliest(boxes, ends, most)}
    kept = sorted(((-probability, text) for text, probability in found.items() if text))
    return tuple(Candidate(_spelled(text, decimals), -negative) for negative, text in kept)


def _spelled(text: str, decimals: int) -> str:
    padded = text.zfill(decimals + 1)
    return f"{padded[:-decimals]},{padded[-decimals:]}" if decimals else text


def _usual_ranges(known: ReadingContext) -> Iterator[tuple[int, int]]:
    """Readings from no use to the high limit, in steps of the last decimal; two ranges where the meter goes round."""
    if known.previous is None or known.high_limit is None:
        return
    steps = Decimal(10) ** known.meter.decimals
    before, most = int(known.previous.value * steps), int(known.high_limit * steps)
    around = int(known.meter.modulus * steps)
    yield before, min(before + most, around - 1)
    if before + most >= around:
        yield 0, min(before + most - around, before - 1)


def _likeliest(boxes: Sequence[Mapping[str, float]], within: tuple[int, ...], most: int) -> list[_Start]:
    """Box by box the likeliest starts, of those that can still end inside ``within`` (its two ends included)."""
    starts: list[_Start] = [(1.0, "", 0)]
    for place, box in enumerate(boxes, 1):
        longer = _longer(starts, box)
        if within:
            scale = 10 ** (len(boxes) - place)
            first, last = within[0] // scale, within[1] // scale
            longer = [one for one in longer if first <= one[2] <= last]
        starts = sorted(longer, reverse=True)[:most]
    return starts


def _longer(starts: list[_Start], box: Mapping[str, float]) -> list[_Start]:
    """Every start with one more box."""
    likely = [(character, probability, int(character or 0)) for character, probability in box.items() if probability]
    return [
        (before * probability, text + character, 10 * number + digit)
        for before, text, number in starts
        for character, probability, digit in likely
        if character or not text
    ]
