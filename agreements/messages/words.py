"""The words around a question: a file per language in `words`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from docgen.templates.conventions import CONVENTIONS, long_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_FOR_OTHERS: Final = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """Those of one language, for mails and for text messages."""

    language: str
    of_mail: Mapping[str, str]
    of_sms: Mapping[str, str]

    def mail(self, key: str, **values: str) -> str:
        """Words of a mail with values in them."""
        return self.of_mail[key].format_map(values)

    def sms(self, key: str, **values: str) -> str:
        """Words of a text message with values in them."""
        return self.of_sms[key].format_map(values)

    def day(self, day: date) -> str:
        """A day in words."""
        return long_date(day, CONVENTIONS[self.language])


@cache
def languages() -> Mapping[str, Words]:
    """Every language there are words in."""
    files = sorted(resources.files("agreements.messages").joinpath("words").iterdir(), key=lambda file: file.name)
    return {(read := _read(file.name, file.read_text(encoding="utf-8"))).language: read for file in files}


def words_of(language: str) -> Words:
    """Words in the language that is asked in, or else in English, which most others read."""
    return languages().get(language) or languages()[_FOR_OTHERS]


def _read(name: str, source: str) -> Words:
    table: dict[str, dict[str, str]] = tomllib.loads(source)
    return Words(name.removesuffix(".toml"), table["mail"], table["sms"])
