"""A box that is ticked or not."""

from __future__ import annotations

from typing import Final

from scanning.validators.spelling import plain
from scanning.validators.verdict import Checked, conclude, refusal

YES: Final = "yes"
NO: Final = "no"
_YES_WORDS: Final = frozenset({"yes", "y", "ja", "j", "on", "aan", "true", "waar", "1", "x", "v", "✓", "✔", "☑", "☒"})
_NO_WORDS: Final = frozenset({"no", "n", "nee", "off", "uit", "false", "onwaar", "0", "☐"})


def check(answer: str) -> Checked:
    """What to do with a tick: the value is ``yes`` or ``no``; a blank is ``no``, as on paper."""
    text = plain(answer).lower()
    if text in _YES_WORDS:
        return conclude(YES, [])
    if not text or text in _NO_WORDS:
        return conclude(NO, [])
    return refusal("tick-unclear")
