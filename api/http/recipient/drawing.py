"""A drawing of the meter: which digits are to be read, made of the number of its black and red digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from docgen.reply_form import ReplyField

_SHOWN: Final = "0123456789"
_RED_BESIDE: Final = 3
_BOX: Final = 30
_GAP: Final = 4
_MARGIN: Final = 14
_HEIGHT: Final = 92


@dataclass(frozen=True, slots=True)
class Wheel:
    """A digit in its window: where it stands, and whether it is red."""

    x: int
    digit: str
    red: bool


@dataclass(frozen=True, slots=True)
class Bracket:
    """What stands under some windows: from where to where, and whether those digits are asked."""

    left: int
    right: int
    asked: bool

    @property
    def middle(self) -> int:
        """Where its words stand."""
        return (self.left + self.right) // 2


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of it, in units of the view box."""

    wheels: tuple[Wheel, ...]
    brackets: tuple[Bracket, ...]
    width: int
    height: int = _HEIGHT
    box: int = _BOX


def drawing_of(field: ReplyField) -> Drawing:
    """The drawing for a field of a meter; red digits that are not asked are drawn too, since meters have them."""
    dials, asked_red = field.length - field.decimals, field.decimals
    red = asked_red or _RED_BESIDE
    wheels = tuple(Wheel(_x(place), _digit(place, dials), place >= dials) for place in range(dials + red))
    end = dials + red
    brackets: tuple[Bracket, ...]
    if asked_red:
        brackets = (Bracket(_x(0), _x(end) - _GAP, asked=True),)
    else:
        brackets = (
            Bracket(_x(0), _x(dials) - _GAP, asked=True),
            Bracket(_x(dials), _x(end) - _GAP, asked=False),
        )
    return Drawing(wheels, brackets, _x(end) - _GAP + _MARGIN)


def _x(place: int) -> int:
    return _MARGIN + place * (_BOX + _GAP)


def _digit(place: int, dials: int) -> str:
    """Zeros first, as meters show them."""
    leading = max(0, dials - 4)
    return "0" if place < leading else _SHOWN[(place - leading + 1) % len(_SHOWN)]
