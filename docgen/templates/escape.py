"""Keep values from becoming Markdown: their special characters travel as private-use code points.

Jinja2 prints a value through `protect`; the Markdown stage maps back with `restore`. Text written by the
template's author is never touched. Private-use characters inside a value (no font has a glyph for them, and the
validators refuse them) become U+FFFD, so that no value can forge a mark of ours.
"""

from __future__ import annotations

import re
from typing import Final

SEPARATOR: Final = "\ue0ff"
"""Stands between the parts of a letter's text while it is one string."""

BLOCK: Final = "\ue0fd"
"""Stands between the blocks of a body in the same way."""

_INLINE: Final = "*\\\n"
_AT_START: Final = "#-.: \t0123456789"
_FIRST: Final = 0xE000
_RESERVED: Final = "\ue000-\ue0ff"

_TO_MARK: Final = {ord(char): chr(_FIRST + i) for i, char in enumerate(_INLINE + _AT_START)}
_TO_CHAR: Final = {ord(mark): chr(code) for code, mark in _TO_MARK.items()}
_START_MARKS: Final = {char: _TO_MARK[ord(char)] for char in _AT_START}
_VALUE_TABLE: Final = dict.fromkeys(range(_FIRST, _FIRST + 0x100), "\ufffd") | {
    ord(char): _TO_MARK[ord(char)] for char in _INLINE
}
_needs_table: Final = re.compile(f"[*\\\\\n{_RESERVED}]|[ \t]\\Z").search
_has_marks: Final = re.compile(f"[{_RESERVED}]").search


def protect(value: str) -> str:
    """The value with everything that Markdown could read replaced by private-use marks."""
    start = _START_MARKS.get(value[:1])
    if _needs_table(value):
        value = _protect_all(value)
    return value if start is None else start + value[1:]


def _protect_all(value: str) -> str:
    """The slow path: characters special anywhere, and a blank at the end of the value."""
    value = value.translate(_VALUE_TABLE)
    last = value[-1:]
    return value[:-1] + _TO_MARK[ord(last)] if last in {" ", "\t"} else value


def mark(char: str) -> str:
    """The private-use mark of one special character, for a star that an author made plain."""
    return _TO_MARK.get(ord(char), char)


def restore(text: str) -> str:
    """The text with every mark back to the character it stands for."""
    return text.translate(_TO_CHAR) if _has_marks(text) else text
