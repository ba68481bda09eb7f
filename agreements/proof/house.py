"""The house style of a proof: faces, colours and measures that all kinds of blocks share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agreements.proof.blocks import Tone
from docgen.layouts.theme import Colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.proof.stripes import Stripe
    from agreements.proof.type_area import Typefaces
    from docgen.layouts.theme import Colours

GRAY = Colour((0.0, 0.0, 0.0, 0.62), (0.36, 0.37, 0.39))
HAIR = Colour((0.0, 0.0, 0.0, 0.2), (0.82, 0.83, 0.85))
_GOOD = Colour((0.75, 0.0, 0.8, 0.35), (0.08, 0.42, 0.22))
_BAD = Colour((0.0, 0.85, 0.85, 0.25), (0.69, 0.11, 0.11))


@dataclass(frozen=True, slots=True)
class House:
    """What blocks are laid out with, ``width_pt`` wide."""

    faces: Typefaces
    colours: Colours
    width_pt: float

    def tone(self, tone: Tone) -> Colour:
        """The colour of a tone."""
        return {Tone.GOOD: _GOOD, Tone.BAD: _BAD, Tone.PLAIN: self.colours.accent}[tone]


def spaced(stripes: Sequence[Stripe], before_pt: float) -> list[Stripe]:
    """Stripes with white above the first."""
    return [replace(stripes[0], before_pt=before_pt), *stripes[1:]] if stripes else []


def no_line_alone(stripes: Sequence[Stripe]) -> list[Stripe]:
    """Lines of a text of which neither the first nor the last stands on a page without the one beside it."""
    ends = {0, len(stripes) - 2}
    return [replace(one, keeps_with_next=True) if at in ends else one for at, one in enumerate(stripes[:-1])] + [
        *stripes[-1:]
    ]
