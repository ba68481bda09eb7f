"""Crockford's base32 with a Luhn mod 32 check character, which catches every single wrong character."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# two characters of ten bits at a time take half as long
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_DOUBLED = {character: 2 * value // 32 + 2 * value % 32 for character, value in _VALUES.items()}
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})
_SEPARATORS = str.maketrans(dict.fromkeys(" -._\u00a0\u2010\u2011\u2012\u2013\u2014"))


def base32(data: bytes, length: int) -> str:
    """The first ``5 * length`` bits of ``data`` as ``length`` characters.

    Raises:
        ValueError: when ``data`` has fewer bits than that.
    """
    spare = len(data) * 8 - 5 * length
    if spare < 0:
        raise ValueError(f"{len(data)} bytes do not fill {length} characters.")
    number = int.from_bytes(data, "big") >> spare
    text = "".join([_PAIRS[number >> 10 * place & 1023] for place in reversed(range((length + 1) // 2))])
    return text[length % 2 :]


def check_character(body: str) -> str:
    """The Luhn mod 32 check character of ``body``, which holds only characters of the alphabet."""
    total = sum(map(_DOUBLED.__getitem__, body[-1::-2])) + sum(map(_VALUES.__getitem__, body[-2::-2]))
    return ALPHABET[-total % 32]


def is_checked(text: str) -> bool:
    """True when ``text`` is of the alphabet and its last character is the check character of the rest."""
    return len(text) > 1 and all(c in _VALUES for c in text) and check_character(text[:-1]) == text[-1]


def normalise(typed: str) -> str:
    """What a person typed, in capitals, without spaces and dashes, with I and L as 1 and O as 0."""
    return typed.strip().upper().translate(_SEPARATORS).translate(_LOOKALIKES)
