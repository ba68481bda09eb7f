"""Where a word may be divided: after hyphens and slashes it has, and by the language's patterns (pyphen)."""

from __future__ import annotations

import re
from functools import lru_cache

import pyphen

_PATTERNS = {"nl": "nl_NL", "en": "en_GB", "de": "de_DE", "fr": "fr_FR"}
_MIN_LETTERS = 7  # shorter words gain nothing and read worse
_MIN_LEFT = 3
_MIN_RIGHT = 3
_CORE = re.compile(r"^([^\w]*)(.*?)([^\w]*)$", re.DOTALL)
# With a letter on one side at least: a minus, a date, a telephone number and a range stay whole.
_OWN_BREAK = re.compile(r"(?<=[^\W\d_])[-/@](?=\w)|(?<=\w)[-/@](?=[^\W\d_])")


@lru_cache(maxsize=8)
def _dictionary(language: str) -> pyphen.Pyphen | None:
    name = _PATTERNS.get(language)
    return pyphen.Pyphen(lang=name, left=_MIN_LEFT, right=_MIN_RIGHT) if name else None


@lru_cache(maxsize=20_000)
def divisions(word: str, language: str) -> tuple[tuple[str, str], ...]:
    """Ways to divide ``word``: (what stays with its hyphen, what moves), longest first part first."""
    own = [(word[: m.end()], word[m.end() :]) for m in _OWN_BREAK.finditer(word)]
    patterns = _by_pattern(word, language)
    return tuple(sorted([*own, *patterns], key=lambda parts: -len(parts[0])))


def _by_pattern(word: str, language: str) -> list[tuple[str, str]]:
    dictionary = _dictionary(language)
    match = _CORE.match(word)
    if dictionary is None or match is None:
        return []
    before, core, after = match.groups()
    # Names of things (INGB0001, a URL, McDonald) are not divided; a capital at the start is.
    if len(core) < _MIN_LETTERS or not core.isalpha() or not (core[1:].islower()):
        return []
    return [(f"{before}{left}-", f"{right}{after}") for left, right in dictionary.iterate(core)]
