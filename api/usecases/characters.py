"""Characters that no database keeps and no answer says: NUL, and halves of pairs of UTF-16."""

from __future__ import annotations

import re
from typing import Final

_NEVER_KEPT: Final = re.compile("[\0\ud800-\udfff]")
_IN_ITS_PLACE: Final = "\N{REPLACEMENT CHARACTER}"


def is_whole(text: str) -> bool:
    """True when all of it can be kept."""
    return _NEVER_KEPT.search(text) is None


def whole(text: str) -> str:
    """The text with a mark in the place of each character that cannot be kept."""
    return _NEVER_KEPT.sub(_IN_ITS_PLACE, text)
