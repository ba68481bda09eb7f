"""Dates as people spell them, day before month as in the Netherlands: every reading that exists."""

from __future__ import annotations

import re
from datetime import date
from itertools import starmap
from typing import TYPE_CHECKING, Final

from scanning.validators.spelling import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS: Final = (
    ("januari", "january", "jan"),
    ("februari", "february", "feb", "febr"),
    ("maart", "march", "mrt", "mar", "maa"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("augustus", "august", "aug"),
    ("september", "sep", "sept"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)
_MONTH_OF: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_WEEKDAY = re.compile(
    r"^(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday|ma|di|wo|do|vr|za|zo|mon|tue|wed|thu|fri|sat|sun)\b[.,]?\s*"
)
_PARTED = re.compile(r"(\d{4}|\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:e|de|ste|st|nd|rd|th)?[\s\-/.]*([a-z]+)[\s\-/.,]*'?(\d{4}|\d{2})?")
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_BOXES = re.compile(r"\d{8}|\d{6}")
_FULL_YEAR = 4
_CENTURIES = (1900, 2000)


def readings(text: str, latest: date) -> tuple[date, ...]:
    """All dates that exist and that the text may mean, the Dutch order first.

    Where no year is given it is that of ``latest`` or one before.
    """
    wanted = _WEEKDAY.sub("", plain(text).lower())
    found = list(_of_digits(wanted)) or list(_of_words(wanted, latest))
    return tuple(dict.fromkeys(found))


def is_shaped(text: str) -> bool:
    """True when the text has the shape of a date, whether that date exists or not."""
    wanted = _WEEKDAY.sub("", plain(text).lower())
    words = _DAY_FIRST.fullmatch(wanted) or _MONTH_FIRST.fullmatch(wanted)
    named = bool(words) and any(part in _MONTH_OF for part in words.groups()) if words else False
    return bool(_PARTED.fullmatch(wanted) or _BOXES.fullmatch(wanted)) or named


def has_year(text: str) -> bool:
    """False when only a day and a month are given."""
    words = _DAY_FIRST.fullmatch(_WEEKDAY.sub("", plain(text).lower()))
    return words is None or words[3] is not None


def _of_digits(text: str) -> Iterator[date]:
    if matched := _PARTED.fullmatch(text):
        yield from _of_parts(matched[1], matched[2], matched[3])
    elif _BOXES.fullmatch(text):
        yield from _of_parts(text[:2], text[2:4], text[4:])
        yield from _of_parts(text[:-4], text[-4:-2], text[-2:])


def _of_parts(first: str, second: str, third: str) -> Iterator[date]:
    if len(first) <= 2 and len(third) in {2, _FULL_YEAR}:  # noqa: PLR2004 (a day has two digits)
        yield from _existing((third, second, first))
    if len(first) in {2, _FULL_YEAR} and len(third) <= 2:  # noqa: PLR2004 (a day has two digits)
        yield from _existing((first, second, third))
    if len(first) <= 2 and len(third) == _FULL_YEAR and int(second) > len(_MONTHS):  # noqa: PLR2004 (a month has two)
        yield from _existing((third, first, second))


def _existing(parts: tuple[str, str, str]) -> Iterator[date]:
    """The dates of year, month, day; a year of two digits is of this century or the one before."""
    year, month, day = parts
    years = [int(year)] if len(year) == _FULL_YEAR else [century + int(year) for century in reversed(_CENTURIES)]
    made = starmap(_date, ((one, int(month), int(day)) for one in years))
    return (one for one in made if one)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_words(text: str, latest: date) -> Iterator[date]:
    if matched := _MONTH_FIRST.fullmatch(text):
        yield from _named(matched[3], matched[1], matched[2])
    if matched := _DAY_FIRST.fullmatch(text):
        for year in [matched[3]] if matched[3] else [str(latest.year), str(latest.year - 1)]:
            yield from _named(year, matched[2], matched[1])


def _named(year: str, month: str, day: str) -> Iterator[date]:
    number = _MONTH_OF.get(month)
    if number is not None:
        yield from _existing((year, str(number), day))
