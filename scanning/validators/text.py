"""Free text: no more than fits, and nothing in it that nobody can see."""

from __future__ import annotations

import unicodedata
from typing import Final

from scanning.validators.verdict import Checked, ask, conclude, refusal

USUAL_LONGEST: Final = 500
FAR_TOO_LONG: Final = 10_000
# Joiners that emoji and some scripts need; every other invisible character goes.
_JOINERS: Final = frozenset("\u200c\u200d")


def check(answer: str, *, longest: int = USUAL_LONGEST, insists: bool = False) -> Checked:
    """What to do with text; the value is in Unicode form C, on one line, with single spaces.

    ``longest`` is in characters. Control characters, marks of direction and halves of characters are left out; the
    fact ``left_out`` counts them.
    """
    value = normal(answer)
    if len(value) > FAR_TOO_LONG:
        return refusal("text-too-long", most=longest, given=len(value))
    left_out = sum(1 for one in answer if not one.isspace() and not _is_visible(one))
    problems = [ask("text-too-long", most=longest, given=len(value))] if len(value) > longest else []
    return conclude(value, problems, {"left_out": left_out} if left_out else {}, insists=insists)


def normal(text: str) -> str:
    """Text in its one spelling; the same when done again."""
    seen = "".join(one for one in text if one.isspace() or _is_visible(one))
    return " ".join(unicodedata.normalize("NFC", seen).split())


def _is_visible(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
