"""Words of a proof in Dutch and English, and moments as people write them."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("nl", "en")
ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class Speech:
    """The words of one language, by names such as ``page1.who``."""

    language: str
    words: Mapping[str, Any]

    def say(self, name: str, /, **values: object) -> str:
        """The words of a name with values filled in; a name that is not there is a KeyError."""
        section, _, rest = name.partition(".")
        node: Any = self.words[section]
        for part in rest.split(".") if section == "said" else (rest,):
            node = node[part]
        return str(node).format(**values)

    def name_of(self, section: str, key: str, /, **values: object) -> str:
        """The words for one of a list of ids, or those for ``other`` when it has none."""
        found = self.words[section].get(key) or self.words[section]["other"]
        return str(found).format(**values)

    def moment(self, at: dt.datetime) -> str:
        """A moment in Dutch time, to the minute."""
        local = at.astimezone(ZONE)
        text: str = self.words["dates"]["moment"]
        month = self.words["dates"]["months"][local.month - 1]
        return text.format(day=local.day, month=month, year=local.year, hour=local.hour, minute=f"{local.minute:02}")

    def short(self, at: dt.datetime) -> str:
        """The same in few signs."""
        local = at.astimezone(ZONE)
        text: str = self.words["dates"]["short"]
        month = self.words["dates"]["short_months"][local.month - 1]
        return text.format(day=local.day, month=month, year=local.year, hour=local.hour, minute=f"{local.minute:02}")

    def day(self, day: dt.date) -> str:
        """A day."""
        text: str = self.words["dates"]["day"]
        return text.format(day=day.day, month=self.words["dates"]["months"][day.month - 1], year=day.year)

    def exact(self, at: dt.datetime) -> str:
        """A moment to the second, in UTC."""
        utc = at.astimezone(dt.UTC)
        text: str = self.words["dates"]["exact"]
        return text.format(date=utc.strftime("%Y-%m-%d"), time=utc.strftime("%H:%M:%S"))


@cache
def speech(language: str) -> Speech:
    """The words of a language.

    Raises:
        Refusal: ``language-unknown``.
    """
    if language not in LANGUAGES:
        raise Refusal("language-unknown", f"There is no '{language}'; a proof is in {' or '.join(LANGUAGES)}.")
    text = files("agreements.proof").joinpath("wording", f"{language}.toml").read_text("utf-8")
    return Speech(language, tomllib.loads(text))
