"""What every kind does with characters before it looks at them."""

from __future__ import annotations

import unicodedata

_CONTROLS = dict.fromkeys([*range(32), 127], " ")


def plain(text: str) -> str:
    """The text in compatibility form, digits of every script as 0-9, dashes as hyphens, spaces single and not outside.

    Characters that nobody can see are left out. Raised and circled digits and fractions stay as they are: nobody
    means a digit by them.
    """
    if text.isascii():
        return " ".join(text.translate(_CONTROLS).split())
    folded = "".join(_folded(one) for one in unicodedata.normalize("NFC", text))
    return " ".join("".join(_plain(one) for one in folded).split())


def _folded(character: str) -> str:
    return character if unicodedata.category(character) == "No" else unicodedata.normalize("NFKC", character)


def _plain(character: str) -> str:
    if character.isascii():
        return " " if character < " " or character == "\x7f" else character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "\u2212":
        return "-"
    return "" if category in {"Cf", "Cc", "Cs"} else character
