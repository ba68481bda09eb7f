"""Texts that mark the first page of a letter: plain, or a small and safe part of regular expressions.

Without groups no repetition can stand in another, so matching cannot take exponential time; few repetitions and short
pages bound the rest. Matching runs in the child process all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from docgen.findings import Finding

_MAX_LENGTH = 200
_MAX_REPEATS = 5
_ATOM = r"(?:\\[dDwWsSbB.^$*+?()\[\]{}|\\/-]|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\()\[\]{}*+?|])"
_SAFE = re.compile(rf"(?:{_ATOM}(?:[*+?]|\{{\d{{1,3}}(?:,\d{{0,3}})?\}})?|\|)+")
_REPEAT = re.compile(r"(?<!\\)[*+}]")


@dataclass(frozen=True, slots=True)
class TextMark:
    """What stands on the first page of each letter, and on no other; spaces count as one, whatever their number."""

    text: str
    is_pattern: bool = False


def pattern_of(mark: TextMark) -> re.Pattern[str] | Finding:
    """The mark as a compiled pattern, or why it cannot be used."""
    if not mark.text.strip():
        return Finding("readymade-pattern-invalid", "The text to split at is empty. Give words of each first page.")
    if len(mark.text) > _MAX_LENGTH:
        return Finding("readymade-pattern-invalid", f"The text to split at is longer than {_MAX_LENGTH} characters.")
    if not mark.is_pattern:
        return re.compile(re.escape(" ".join(mark.text.split())))
    if not _SAFE.fullmatch(mark.text) or len(_REPEAT.findall(mark.text)) > _MAX_REPEATS:
        message = (
            f"Use letters, classes, |, and at most {_MAX_REPEATS} repetitions; groups and look-around are not taken."
        )
        return Finding("readymade-pattern-invalid", message)
    try:
        return re.compile(mark.text)
    except re.error as wrong:
        return Finding("readymade-pattern-invalid", f"The pattern is not valid: {wrong}.")
