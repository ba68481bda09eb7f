"""Postal addresses: the value every letter carries, and the reader that makes it from a record.

Sources: PostNL addressing tips (three to six lines, two spaces and capitals for the town), BAG house numbers, UPU
guides for other countries. The window check in mm belongs to the layout; here lines are limited by number and length.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place
from docgen.postal import kix
from docgen.postal.countries import HOME, countries, find_country
from docgen.postal.house_number import (
    HouseNumber,
    is_addition,
    normalise_addition,
    split_house_number,
    split_street,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.postal.countries import Country

NAME_KEYS = ("name", "name_2", "name_3")
STREET_KEYS = ("street", "house_number", "house_letter", "addition")
KEYS = (*NAME_KEYS, *STREET_KEYS, "street_and_number", "postcode", "town", "country")

_POBOX = re.compile(r"(postbus|antwoordnummer)\b[ .:]*(.*)", re.IGNORECASE)
_DUTCH_TOWN = re.compile(r"(?:[1-9]e )?['(]?[^\W\d_](?:[^\W\d_]|['()./ -])*")
_SMALL_WORD = re.compile(r"(?<![^\s(-])'[STNR](?=[ -])")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'", "\u02bc": "'"})


@dataclass(frozen=True, slots=True)
class AddressLimits:
    """How much fits: lines as PostNL allows them, characters as fit a 76 mm address field in 10 pt."""

    max_lines: int = 6
    max_characters: int = 45


DEFAULT_LIMITS = AddressLimits()


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where a mail piece goes. ``postcode`` is in its printed form, ``addition`` as it was given, '' where empty.

    For a Postbus or Antwoordnummer that word is the street and its number the house number. Abroad the house number
    may stand in ``street``, since its place and form differ by country.
    """

    name_lines: tuple[str, ...]
    street: str
    house_number: str = ""
    house_letter: str = ""
    addition: str = ""
    postcode: str = ""
    town: str = ""
    country: str = HOME

    @property
    def house(self) -> str:
        """Number, letter and addition as printed: '12 A-2', '127 E2-08', '10 bis', '5-2 hoog'."""
        text = self.house_number
        if self.house_letter:
            text += f" {self.house_letter}"
        if not self.addition:
            return text
        if not self.house_letter:
            return f"{text}{'-' if self.addition[0].isdigit() else ' '}{self.addition}"
        glue = "-" if self.addition.isalnum() else " " if " " in self.addition else ""
        return f"{text}{glue}{self.addition}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines exactly as printed, from the name down to the town, or to the country when it is abroad."""
        rule = countries()[self.country]
        values = {
            "street": self.street,
            "house": self.house,
            "postcode": self.postcode,
            "town": town_in_capitals(self.town),
        }
        body = [line.format_map(values).strip() for line in rule.lines]
        last = () if self.country == HOME else (rule.english.upper(),)
        return (*self.name_lines, *filter(None, body), *last)

    @property
    def kix(self) -> str | None:
        """Content of the KIX code; None abroad, or when the addition is too long to be coded."""
        if self.country != HOME or not self.house_number:
            return None
        return kix.compose(self.postcode, self.house_number, self.house_letter, self.addition)

    @property
    def sort_key(self) -> str:
        """Postal order as text: Dutch by digits, letters, number, addition; then abroad by country and postcode.

        Fixed widths, digits and capitals only, so that any database sorts it the same way.
        """
        if self.country != HOME:
            return f"1{self.country}{normalise_addition(self.postcode)}"
        extra = normalise_addition(self.house_letter + self.addition)
        return f"0{HOME}{self.postcode[:4]}{self.postcode[-2:]}{int(self.house_number or 0):05d}{extra}"


def town_in_capitals(town: str) -> str:
    """Capitals as the post reads them: 's-GRAVENHAGE keeps its small s, the letter ij becomes IJ."""
    plain = town.translate(_APOSTROPHES).upper().replace("\u0132", "IJ")
    return _SMALL_WORD.sub(lambda word: word[0].lower(), plain)


def read_address(
    values: Mapping[str, object], place: Place, limits: AddressLimits = DEFAULT_LIMITS
) -> PostalAddress | tuple[Finding, ...]:
    """Read an address from the keys of ``KEYS``; every fault in it comes back as a finding at its own field.

    ``street_and_number`` may stand for the four keys of the street line. An empty country is the Netherlands.
    """
    return _Reader(values, place, limits).read()


@dataclass(slots=True)
class _Reader:
    """One reading: values in, findings gathered on the way."""

    values: Mapping[str, object]
    place: Place
    limits: AddressLimits
    findings: list[Finding] = field(default_factory=list)

    def read(self) -> PostalAddress | tuple[Finding, ...]:
        texts = {key: self.text(key) for key in KEYS}
        names = tuple([texts[key] for key in NAME_KEYS if texts[key]])
        if not texts["name"]:
            self.report("name", "name-missing", "There is no name. Give the addressee, or for example 'Bewoners'.")
        country = find_country(texts["country"])
        if country is None:
            self.report("country", "country-unknown", "Give the country as a two-letter ISO code such as BE or DE.")
            return tuple(self.findings)
        street, house = self.street(texts, country)
        address = PostalAddress(
            name_lines=names,
            street=street,
            house_number=house.number,
            house_letter=house.letter,
            addition=house.addition,
            postcode=self.postcode(texts["postcode"], country),
            town=self.town(texts["town"], country),
            country=country.code,
        )
        if not self.findings:
            self.check_size(address)
        return tuple(self.findings) or address

    def text(self, key: str) -> str:
        """The value as trimmed text with single spaces, composed (NFC); '' when absent."""
        value = self.values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            return self.number(key, value)
        text = value if value.isprintable() else self.printable(key, value)
        text = " ".join(text.split())
        return text if text.isascii() else unicodedata.normalize("NFC", text)

    def number(self, key: str, value: object) -> str:
        """A house number may come as a number; a spreadsheet even holds it as a float."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        self.report(key, "value-invalid", f"Give {key} as text.")
        return ""

    def printable(self, key: str, text: str) -> str:
        plain = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
        if plain.isprintable():
            return plain
        self.report(key, "control-character", f"Take the tab, line break or invisible character out of {key}.")
        return "".join(c for c in plain if c.isprintable())

    def street(self, texts: Mapping[str, str], country: Country) -> tuple[str, HouseNumber]:
        """Street and house number, from their own keys or from the one string."""
        whole = texts["street_and_number"]
        key = "street_and_number" if whole else "street"
        street = whole or texts["street"]
        if not street:
            self.report(key, "street-missing", "There is no street. Give a street, 'Postbus' or 'Antwoordnummer'.")
            return "", HouseNumber("")
        if whole and any(texts[part] for part in STREET_KEYS):
            self.report(key, "street-twice", f"Leave {key} empty, or leave {', '.join(STREET_KEYS)} empty.")
            return street, HouseNumber("")
        if country.code != HOME:
            return street, HouseNumber(texts["house_number"], texts["house_letter"], texts["addition"])
        box = _POBOX.fullmatch(street)
        if box:
            return self.pobox(box[1].capitalize(), box[2], texts)
        if whole:
            return self.one_string(whole)
        return street, self.house(texts)

    def pobox(self, kind: str, inside: str, texts: Mapping[str, str]) -> tuple[str, HouseNumber]:
        key = (
            "house_number" if texts["house_number"] else "street_and_number" if texts["street_and_number"] else "street"
        )
        number = inside or texts["house_number"]
        if not number:
            self.report("house_number", "house-number-missing", f"Give the number of the {kind}.")
        elif not re.fullmatch(r"[1-9][0-9]{0,4}", number) or texts["house_letter"] or texts["addition"]:
            self.report(key, "house-number-invalid", f"A {kind} has only a number of one to five digits.")
        return kind, HouseNumber(number)

    def one_string(self, whole: str) -> tuple[str, HouseNumber]:
        found = split_street(whole)
        if found:
            return found
        code = "house-number-invalid" if re.search(r" [0-9]", whole) else "house-number-missing"
        self.report(
            "street_and_number", code, "Write the street, a space and the house number, such as 'Dorpsstraat 12 A'."
        )
        return whole, HouseNumber("")

    def house(self, texts: Mapping[str, str]) -> HouseNumber:
        number, letter, addition = texts["house_number"], texts["house_letter"], texts["addition"]
        if not number:
            self.report(
                "house_number",
                "house-number-missing",
                "There is no house number. Give it, or give street_and_number in one.",
            )
            return HouseNumber("")
        house = split_house_number(number)
        if house is None or ((house.letter or house.addition) and (letter or addition)):
            self.report("house_number", "house-number-invalid", "Give a house number of one to five digits, not 0.")
            return HouseNumber("")
        if letter and not re.fullmatch(r"[A-Za-z]", letter):
            self.report("house_letter", "house-number-invalid", "Give one letter a-z; longer text is an addition.")
        if addition and not is_addition(addition):
            self.report("addition", "house-number-invalid", "Give an addition of at most ten letters and digits.")
        return HouseNumber(house.number, house.letter or letter.upper(), house.addition or addition)

    def postcode(self, text: str, country: Country) -> str:
        if not text:
            if country.postcode_required:
                self.report("postcode", "postcode-missing", f"There is no postcode. {country.english} needs one.")
            return ""
        printed = country.read_postcode(text)
        if printed is None:
            message = f"This is no postcode of {country.english}. Correct it, or give the right country."
            self.report("postcode", "postcode-invalid", message)
        return printed or ""

    def town(self, text: str, country: Country) -> str:
        if not text:
            self.report("town", "town-missing", "There is no town. Give the town of the postcode.")
        elif country.code == HOME and not _DUTCH_TOWN.fullmatch(text.translate(_APOSTROPHES)):
            self.report("town", "town-invalid", "A Dutch town has letters only. Is there a postcode or country in it?")
        return text

    def check_size(self, address: PostalAddress) -> None:
        lines = address.lines
        if len(lines) > self.limits.max_lines:
            message = (
                f"The address has {len(lines)} lines; at most {self.limits.max_lines} fit. Shorten the name lines."
            )
            self.report("name", "too-many-lines", message)
        for number, line in enumerate(lines):
            if len(line) > self.limits.max_characters:
                message = f"Line {number + 1} has {len(line)} characters; at most {self.limits.max_characters} fit."
                self.report(self.key_of_line(number, address), "line-too-long", f"{message} Abbreviate it.")

    def key_of_line(self, number: int, address: PostalAddress) -> str:
        """The field that line ``number`` comes from."""
        names = [key for key in NAME_KEYS if self.values.get(key)]
        if number < len(address.name_lines):
            return names[number] if number < len(names) else "name"
        if number == len(address.name_lines):
            return "street_and_number" if self.values.get("street_and_number") else "street"
        return "town"

    def report(self, key: str, code: str, message: str) -> None:
        self.findings.append(Finding(f"address-{code}", message, _at(self.place, key)))


def _at(place: Place, key: str) -> Place:
    """The field itself: its pointer in JSON, its column in a table."""
    pointer = f"{place.pointer}/{key}" if place.pointer is not None else None
    column = f"recipient.{key}" if place.row is not None else place.column
    return replace(place, pointer=pointer, column=column)
