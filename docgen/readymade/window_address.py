"""The lines in a window understood as an address, from the town upwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place
from docgen.postal import kix
from docgen.postal.address import NAME_KEYS, PostalAddress, read_address
from docgen.postal.countries import HOME, countries, find_country
from docgen.postal.house_number import normalise_addition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docgen.postal.address import AddressLimits
    from docgen.postal.countries import Country
    from docgen.readymade.answers import WindowText

_SMALLER = 0.8  # a return line is set clearly smaller than the address below it
_LEAST_LINES = 3
_DUTCH_TOWN = re.compile(r"(?:NL[- ]?)?([1-9][0-9]{3} ?[A-Za-z]{2})\s+(\D.*)")
_PREFIX = re.compile(r"(?:[A-Z]{1,3}-)(?=\d)")


def address_lines(lines: Sequence[WindowText]) -> tuple[str, ...]:
    """The texts without a small return line above and without the text of a KIX in its own font below."""
    kept = [line for line in lines if line.text]
    if len(kept) > _LEAST_LINES:
        others = sorted(line.box.height_mm for line in kept[1:])
        if kept[0].box.height_mm < _SMALLER * others[len(others) // 2]:
            kept = kept[1:]
    if has_kix(lines):
        kept = kept[:-1]
    return tuple([line.text for line in kept])


def has_kix(lines: Sequence[WindowText]) -> bool:
    """True when the last line is the content of a KIX."""
    return bool(lines) and kix.is_composed(lines[-1].text)


def understand(lines: Sequence[str], place: Place, limits: AddressLimits) -> PostalAddress | tuple[Finding, ...]:
    """The address that ``lines`` say, or what is wrong with it."""
    if len(lines) < _LEAST_LINES:
        message = f"Lines in the window: {len(lines)}. An address has at least a name, a street and a town."
        return (Finding("readymade-address-too-short", message, place),)
    if len(lines) > limits.max_lines:
        message = f"Lines in the window: {len(lines)}. An address has at most {limits.max_lines}. Is all of it?"
        return (Finding("readymade-address-too-long", message, place),)
    body, country = _country(lines)
    town = _town(body, country)
    if town is None:
        message = f"There is no postcode of {country.english} above the end of the address. Put it before the town."
        return (Finding("readymade-address-no-postcode", message, place),)
    postcode, name, used = town
    above = body[: len(body) - used]
    names = above[:-1]
    if not names or len(names) > len(NAME_KEYS):
        message = f"There are {len(names)} lines above the street; there must be 1 to {len(NAME_KEYS)}."
        return (Finding("readymade-address-not-understood", message, place),)
    values = dict(zip(NAME_KEYS, names, strict=False))
    values |= {"street_and_number": above[-1], "postcode": postcode, "town": name, "country": country.code}
    return read_address(values, place, limits)


def differences(given: PostalAddress, seen: PostalAddress) -> tuple[str, ...]:
    """The parts in which two addresses name another door or another person."""
    pairs: Mapping[str, tuple[str, str]] = {
        "name": ("".join(given.name_lines), "".join(seen.name_lines)),
        "street": (given.street, seen.street),
        "house number": (
            given.house_number + normalise_addition(given.house_letter + given.addition),
            seen.house_number + normalise_addition(seen.house_letter + seen.addition),
        ),
        "postcode": (given.postcode, seen.postcode),
        "town": (given.town, seen.town),
        "country": (given.country, seen.country),
    }
    if given.country != HOME:
        # Abroad the number may stand with the street in one of the two.
        pairs = {**pairs, "street": (given.street + given.house, seen.street + seen.house), "house number": ("", "")}
    return tuple([part for part, (one, other) in pairs.items() if _plain(one) != _plain(other)])


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _country(lines: Sequence[str]) -> tuple[Sequence[str], Country]:
    """The lines without a country at the end, and the country; home when none is named."""
    named = find_country(lines[-1]) if not re.search(r"\d", lines[-1]) else None
    return (lines, countries()[HOME]) if named is None else (lines[:-1], named)


def _town(lines: Sequence[str], country: Country) -> tuple[str, str, int] | None:
    """Postcode, town, and how many lines they take at the end."""
    if not lines:
        return None
    last = lines[-1]
    if country.code == HOME:
        found = _DUTCH_TOWN.fullmatch(last)
        return (found[1], found[2].strip(), 1) if found else None
    words = _PREFIX.sub("", last).split()
    for count in range(1, len(words)):
        for postcode, town in ((words[:count], words[count:]), (words[-count:], words[:-count])):
            if country.read_postcode(" ".join(postcode)) is not None:
                return " ".join(postcode), " ".join(town), 1
    if len(lines) > 1 and country.read_postcode(last) is not None:
        return last, lines[-2], 2
    return None if country.postcode_required else ("", last, 1)
