"""Countries: how their addresses are written, and by which names people call them. The data is countries.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

HOME = "NL"


@dataclass(frozen=True, slots=True)
class Country:
    """Address rules of one country.

    ``postcode`` matches an upper-case, trimmed postcode and ``postcode_print`` formats its groups;
    ``lines`` are formats over {street}, {house}, {postcode} and {town}, between the names and the country line.
    """

    code: str
    english: str
    postcode: re.Pattern[str]
    postcode_print: str
    postcode_required: bool
    lines: tuple[str, ...]

    def read_postcode(self, text: str) -> str | None:
        """The postcode as it is printed, or None when it is none of this country."""
        found = self.postcode.fullmatch(text.upper())
        return self.postcode_print.format(*found.groups()) if found else None


def _fold(name: str) -> str:
    """Case, accents, points and spaces do not tell countries apart."""
    return "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum())


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("docgen.postal").joinpath("countries.toml").read_text("utf-8"))


@cache
def countries() -> dict[str, Country]:
    """Every known country by its ISO 3166-1 alpha-2 code."""
    data = _data()
    default, rules = data["default"], data["rules"]
    return {code: _country(code, names[0], default | rules.get(code, {})) for code, names in data["names"].items()}


def _country(code: str, english: str, rule: dict[str, Any]) -> Country:
    return Country(
        code=code,
        english=english,
        postcode=re.compile(rule["postcode"]),
        postcode_print=rule["postcode_print"],
        postcode_required=rule["postcode_required"],
        lines=tuple(rule["lines"]),
    )


@cache
def _codes_by_name() -> dict[str, str]:
    named = {_fold(name): code for code, names in _data()["names"].items() for name in names}
    return named | {code.casefold(): code for code in countries()}


@lru_cache(maxsize=1024)
def find_country(text: str) -> Country | None:
    """The country called ``text``: a code, or a name in English, Dutch or its own language. '' is the Netherlands."""
    code = _codes_by_name().get(_fold(text), "") if text else HOME
    return countries().get(code)
