"""What a reply says: the whole message is a keyword, or a person reads it.

Case, punctuation around the word, signs that nobody sees and the width of letters do not matter. Everything else does:
an emoji, a second word or a question mark leaves doubt, and doubt never decides.

STOP wins always. A message that says nothing but stop is stop, however it is spelled. A stop word among other words
decides nothing and withdraws nothing, for it may be about something else ("stop de automatische incasso, ja"); but
nothing more may be sent to somebody who perhaps asked for silence. So it `halts`: sending waits until a person has
read it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agreements.keywords.words import keywords

_WITH_CODE: Final = re.compile(r"(?P<word>[^\W\d_]+)(?:[ .,:#(-]*(?P<code>[0-9]{4}))?")
_WORD: Final = re.compile(r"[^\W\d_]+")
_DOTTED: Final = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]\b)")  # a.u.b.
_LONG_STOP: Final = re.compile(r"s+t+o+p+")
# A question, or a voice that trails off.
_DOUBT: Final = re.compile(r"[?\u00bf\u061f\u203d\u2e2e]|\.\s*\.")
# After these more was to follow: the rest of a long message may still be on its way. Faces are made of them too.
_GOES_ON: Final = frozenset(",;:/&")
_GOING_ON_CATEGORIES: Final = frozenset({"Pd", "Ps", "Pc"})
# They turn letters around: what the phone shows is not what was sent.
_OVERRIDES: Final = frozenset("\u202d\u202e")
_CODE_DIGITS: Final = 4


class Said(StrEnum):
    """What a reply says."""

    YES = "yes"
    NO = "no"
    STOP = "stop"
    START = "start"
    HELP = "help"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. ``code`` is empty or the four digits beside the word, for people who have more than one question.

    ``halts``: nothing may be sent to this number. With `Said.STOP` that is for good, until START; with
    `Said.UNCLEAR` until a person has read the message.
    """

    said: Said
    code: str = ""
    halts: bool = False


def read_reply(text: str) -> Reading:
    """What a text message says; `Said.UNCLEAR` whenever there is any doubt."""
    plain = _plain(text)
    words = _WORD.findall(_DOTTED.sub(r"\1", plain))
    if _is_stop(words):
        return Reading(Said.STOP, _code_beside(plain), halts=True)
    if any(word in keywords()["halt"] or _LONG_STOP.fullmatch(word) for word in words):
        return Reading(Said.UNCLEAR, halts=True)
    return _keyword(plain)


def _keyword(plain: str) -> Reading:
    core, after = _core(plain)
    found = _WITH_CODE.fullmatch(core)
    if found is None or _DOUBT.search(plain) or any(map(_goes_on, after)):
        return Reading(Said.UNCLEAR)
    for said in (Said.YES, Said.NO, Said.START, Said.HELP):
        if found["word"] in keywords()[said]:
            return Reading(said, found["code"] or "")
    return Reading(Said.UNCLEAR)


def _is_stop(words: list[str]) -> bool:
    """Nothing but stop words, said more than once or politely, or spelled letter by letter."""
    said = [_stops(word) for word in words]
    beside = keywords()["beside"]
    polite = any(said) and all(stops or word in beside for stops, word in zip(said, words, strict=True))
    return polite or _stops("".join(words))


def _stops(word: str) -> bool:
    return word in keywords()["stop"] or _LONG_STOP.fullmatch(word) is not None


def _code_beside(plain: str) -> str:
    numbers = re.findall(r"[0-9]+", plain)
    return numbers[0] if len(numbers) == 1 and len(numbers[0]) == _CODE_DIGITS else ""


def _plain(text: str) -> str:
    """Letters of ordinary width in lower case, digits of every script as 0-9, spaces single, nothing unseen."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(map(_plain_sign, folded)).split())


def _plain_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category == "Cc":
        return " "
    unseen = (category == "Cf" and sign not in _OVERRIDES) or "\ufe00" <= sign <= "\ufe0f"
    return "" if unseen else sign


def _core(plain: str) -> tuple[str, str]:
    """What is left without punctuation and spaces at both ends, and the punctuation after it."""
    first, last = 0, len(plain)
    while first < last and _is_outside(plain[first]):
        first += 1
    while last > first and _is_outside(plain[last - 1]):
        last -= 1
    return plain[first:last], plain[last:]


def _is_outside(sign: str) -> bool:
    return sign == " " or unicodedata.category(sign).startswith("P")


def _goes_on(sign: str) -> bool:
    return sign in _GOES_ON or unicodedata.category(sign) in _GOING_ON_CATEGORIES
