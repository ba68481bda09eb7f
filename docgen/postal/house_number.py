"""House numbers as people write them, split into number, letter and addition (BAG: 1..99999, one letter, up to 4)."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_ADDITION_CHARACTERS = 10

_SEPARATORS = re.compile(r"[^0-9A-Z]+")
_HOUSE = re.compile(r"([1-9][0-9]{0,4})(?![0-9])(.*)")
_LETTER = re.compile(r" ?([A-Za-z])(?!/?[A-Za-z])[ /-]*(.*)")
_ADDITION = re.compile(r"[0-9A-Za-z]+(?:[ ./-]*[0-9A-Za-z]+)*\.?")
_NUMBER_WORD = re.compile(r"(?<= )(?=[1-9])")
_INSIDE_NAME = re.compile(r"[0-9]{1,2}(?:e|de|ste) [^\W\d_]{3}|[0-9]+ [^\W\d_]{4,}.* [1-9]")
_YEAR = re.compile(r"1[89][0-9]{2}(?:-(?:1[89])?[0-9]{2})? [1-9]")


class HouseNumber(NamedTuple):
    """Number without leading zeros, letter as a capital, addition as it was written; '' where there is none."""

    number: str
    letter: str = ""
    addition: str = ""

    @property
    def normalised(self) -> str:
        """Letter and addition as capitals and digits only: for KIX, sorting and matching."""
        return normalise_addition(self.letter + self.addition)


def normalise_addition(text: str) -> str:
    """Keep 0-9 and A-Z, folded to capitals; separators go."""
    return _SEPARATORS.sub("", text.upper())


def is_addition(text: str) -> bool:
    """True when ``text`` can be an addition: letters, digits and single separators, not too many of them."""
    return bool(_ADDITION.fullmatch(text)) and len(normalise_addition(text)) <= MAX_ADDITION_CHARACTERS


def split_house_number(text: str) -> HouseNumber | None:
    """Split '127 E2-08' into 127, E, 2-08 and '5-II' into 5, '', II; None when it is not a house number."""
    found = _HOUSE.fullmatch(text.strip())
    if not found:
        return None
    number, rest = found.groups()
    lettered = _LETTER.fullmatch(rest)
    letter, addition = (lettered[1].upper(), lettered[2]) if lettered else ("", rest)
    addition = addition.lstrip(" /-")
    if addition and not is_addition(addition):
        return None
    return HouseNumber(number, letter, addition)


def split_street(text: str) -> tuple[str, HouseNumber] | None:
    """Split 'Plein 1944 12a' into street and house number: the first number whose rest reads as an addition.

    A number inside a name ('Plein 1944 3', 'Jan van 't Hof 1e dwarsstraat 3', 'Laan van de 7 Linden 3') is not it.
    None when there is no house number in it.
    """
    for start in _NUMBER_WORD.finditer(text):
        rest = text[start.start() :]
        if _INSIDE_NAME.match(rest) or _YEAR.match(rest):
            continue
        house = split_house_number(rest)
        if house:
            return text[: start.start()].strip(), house
    return None
