"""Signs that make a text message dear, and what may stand in their place.

One sign outside GSM 03.38 sends the whole text as UCS-2: 70 signs a part instead of 160. Of Dutch letters é, è, à, ö, ü
and ä are inside; ë, ï, ê, á, í, ó and ú are outside, as are curly quotes, dashes, the raised 3 of m³ and the ellipsis.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from agreements.sms.gsm7 import fits_gsm7

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class DearSign:
    """A sign that forces UCS-2, how often it is there, and what to write instead; None when nothing fits."""

    sign: str
    count: int
    instead: str | None


def instead_of(sign: str) -> str | None:
    """What says the same in GSM 03.38, the sign itself when it is of that alphabet; None when nothing does."""
    if fits_gsm7(sign):
        return sign
    if sign in _table():
        return _table()[sign]
    if unicodedata.combining(sign):
        return ""
    # fractions fall apart into digits around a slash of their own
    parts = unicodedata.normalize("NFKD", sign).replace("\u2044", "/")
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return bare if bare and fits_gsm7(bare) else None


def dear_signs(text: str) -> tuple[DearSign, ...]:
    """The signs that force UCS-2, in the order in which they first stand there."""
    counts = Counter(text)
    return tuple(DearSign(sign, counts[sign], instead_of(sign)) for sign in counts if not fits_gsm7(sign))


def transliterate(text: str, keep: Sequence[str] = ()) -> str:
    """The text in GSM 03.38, but for what is in ``keep``, such as names: those are never changed.

    A text that would need UCS-2 all the same comes back as it was, for then nothing is gained. Only for texts whose
    author agreed to it.
    """
    kept = sorted((part for part in set(keep) if part), key=len, reverse=True)
    if not all(map(fits_gsm7, (part for part in kept if part in text))):
        return text
    pieces = re.split(f"({'|'.join(map(re.escape, kept))})", text) if kept else [text]
    changed = "".join(piece if piece in kept else _changed(piece) for piece in pieces)
    return changed if fits_gsm7(changed) else text


def _changed(text: str) -> str:
    signs = unicodedata.normalize("NFC", text)
    return "".join(sign if (instead := instead_of(sign)) is None else instead for sign in signs)


@cache
def _table() -> Mapping[str, str]:
    """What `instead.toml` says of each sign."""
    source = resources.files("agreements.sms").joinpath("instead.toml").read_text(encoding="utf-8")
    groups: list[dict[str, str]] = tomllib.loads(source)["sign"]
    return {sign: group["instead"] for group in groups for sign in group["signs"]}
