"""What the pages say: one file per language in `api/http/pages/recipient/words`, checked when the service starts."""

from __future__ import annotations

import string
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from docgen.findings import Finding, Place, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

FOLDER: Final = Path(__file__).parents[1] / "pages" / "recipient" / "words"
FIRST: Final = "nl"
_HEAD: Final = frozenset({"name", "direction", "months", "day", "time", "words"})
_MONTHS: Final = 12
_OWN_NAMES: Final = {
    "ar": "العربية",
    "bg": "Български",
    "de": "Deutsch",
    "es": "Español",
    "fa": "فارسی",
    "fr": "Français",
    "fy": "Frysk",
    "it": "Italiano",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "so": "Soomaali",
    "ti": "ትግርኛ",
    "tr": "Türkçe",
    "uk": "Українська",
    "zh": "中文",
}


@dataclass(frozen=True, slots=True)
class Words:
    """One language. ``name`` is what it calls itself, ``direction`` is ``ltr`` or ``rtl``."""

    code: str
    name: str
    direction: str
    months: tuple[str, ...]
    day_form: str
    time_form: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with values in them."""
        return self.texts[key].format_map(values)

    def day(self, moment: datetime) -> str:
        """A day in words."""
        return self.day_form.format(day=moment.day, month=self.months[moment.month - 1], year=moment.year)

    def time(self, moment: datetime) -> str:
        """The time on the clock."""
        return self.time_form.format(hour=moment.hour, minute=f"{moment.minute:02}")


def local(moment: datetime, zone: str = "Europe/Amsterdam") -> datetime:
    """A moment as the clock on the recipient's wall shows it."""
    return moment.astimezone(ZoneInfo(zone))


@cache
def languages() -> Mapping[str, Words]:
    """Every language, Dutch first. Raises `Refusal` (``page-words-invalid``) with every fault."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.toml"))}
    return read_languages(sources)


def read_languages(sources: Mapping[str, str]) -> Mapping[str, Words]:
    """Languages by code from the text of their files. Raises `Refusal` (``page-words-invalid``)."""
    found: list[Finding] = []
    read: dict[str, dict[str, Any]] = {}
    for code, source in sources.items():
        try:
            read[code] = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            found.append(_finding(code, f"This is not TOML: {error}."))
    for code, table in read.items():
        found += [_finding(code, message) for message in _faults(table, read.get(FIRST, {}))]
    if found:
        raise Refusal("page-words-invalid", "The words of the personal page have faults.", tuple(found))
    return {code: _words(code, read[code]) for code in sorted(read, key=lambda code: (code != FIRST, code))}


def named(code: str, like: Words) -> Words:
    """A language that we have no words in, called by its own name; its words are those of another."""
    return replace(like, code=code, name=_OWN_NAMES.get(code, code.upper()))


def _words(code: str, table: dict[str, Any]) -> Words:
    months = tuple(table["months"])
    return Words(code, table["name"], table["direction"], months, table["day"], table["time"], table["words"])


def _faults(table: dict[str, Any], first: dict[str, Any]) -> Iterator[str]:
    """What is missing, unknown or lacks a value in comparison with the first language."""
    for key in _HEAD ^ table.keys():
        yield f"`{key}` is {'missing' if key in _HEAD else 'not known'}."
    if table.get("direction") not in {"ltr", "rtl"}:
        yield "`direction` is ltr or rtl."
    if len(table.get("months", ())) != _MONTHS:
        yield "`months` has twelve names."
    words, wanted = table.get("words", {}), first.get("words", {})
    for key in sorted(wanted.keys() ^ words.keys()):
        yield f"`words.{key}` is {'missing' if key in wanted else 'not known'}."
    for key in sorted(wanted.keys() & words.keys()):
        if values_in(words[key]) != values_in(wanted[key]):
            yield f"`words.{key}` must have the same values in braces as `words/{FIRST}.toml`."
    for key in ("day", "time"):
        if values_in(table.get(key, "")) != values_in(first.get(key, "")):
            yield f"`{key}` must have the same values in braces as `words/{FIRST}.toml`."


def values_in(text: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _finding(code: str, message: str) -> Finding:
    return Finding("page-words-invalid", message, Place(file=f"words/{code}.toml"))
