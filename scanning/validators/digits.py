"""Numbers that are digits only: a customer number, the last digits of a meter number."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from scanning.validators.spelling import plain
from scanning.validators.verdict import Checked, ask, conclude, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanning.validators.verdict import Problem

_SEPARATORS = str.maketrans(dict.fromkeys(" .-/"))
_LONGEST = 100
_ELEVEN = 11


class DigitCheck(StrEnum):
    """Rules that tell a mistyped number: elfproef, Luhn (ISO/IEC 7812-1, annex B), mod 97-10 (ISO/IEC 7064)."""

    ELEVEN = "eleven"
    LUHN = "luhn"
    MOD_97 = "mod_97"

    def holds(self, digits: str) -> bool:
        """True when the last digits are the check digits of the rest."""
        match self:
            case DigitCheck.ELEVEN:
                return sum(weight * int(one) for weight, one in enumerate(reversed(digits), 1)) % _ELEVEN == 0
            case DigitCheck.LUHN:
                return bool(luhn.is_valid(digits))
            case DigitCheck.MOD_97:
                return bool(mod_97_10.is_valid(digits))


def check(answer: str, count: int = 0, rule: DigitCheck | None = None, *, insists: bool = False) -> Checked:
    """What to do with digits; the value is digits only. ``count`` is how many there must be, 0 for any number."""
    digits = plain(answer).translate(_SEPARATORS)
    if not digits.isdecimal() or not digits.isascii() or len(digits) > _LONGEST:
        return refusal("digits-only")
    return conclude(digits, _problems(digits, count, rule), insists=insists)


def _problems(digits: str, count: int, rule: DigitCheck | None) -> Iterator[Problem]:
    if count and len(digits) != count:
        yield ask("digits-count", needed=count, given=len(digits))
    elif rule is not None and not rule.holds(digits):
        yield ask("digits-check")
