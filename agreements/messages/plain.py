"""Texts of others on their way into a message: one line each, and nothing that turns text around."""

from __future__ import annotations

import unicodedata
from typing import Final
from urllib.parse import urlsplit

# Overrides and embeddings of direction make text look like other text (Unicode TR 36, 2.1.2).
_TURNS: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def one_line(text: str) -> str:
    """Composed letters, single spaces, no control characters."""
    composed = unicodedata.normalize("NFC", text)
    if composed.isprintable():
        return " ".join(composed.split())
    signs = composed.translate(_TURNS)
    return " ".join("".join(" " if unicodedata.category(sign) in {"Cc", "Cs"} else sign for sign in signs).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """The lines of a longer text that are not empty."""
    return tuple(line for one in text.splitlines() if (line := one_line(one)))


def web_host(link: str) -> str:
    """The host of an address of the web; nothing for anything else."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in {"https", "http"} else ""
