"""Dates as people spell them, day before month as in the Netherlands: every reading that exists."""

from __future__ import annotations

import re
from datetime import date
from itertools import islice, starmap
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
_TIME = re.compile(r"[\st,]+\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s*uur)?$")
_SIGN = r"\s*[-/. ]\s*"
_YEAR_LAST = re.compile(rf"(\d{{1,2}}){_SIGN}(\d{{1,2}}){_SIGN}(\d{{4}}|\d{{2}})")
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_SIGN}(\d{{1,2}}){_SIGN}(\d{{1,2}})|(\d{{2}}){_SIGN}(\d{{2}}){_SIGN}(\d{{2}})")
_NO_YEAR = re.compile(r"(\d{1,2})\s*[-/]\s*(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:e|de|ste|st|nd|rd|th)?[\s\-/.]*([a-z]+)[\s\-/.,]*'?(\d{4}|\d{2})?")
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_BOXES = re.compile(r"\d{8}|\d{6}")
_FULL_YEAR = 4
_CENTURIES = (1900, 2000)
_YEARS_BACK = 9  # the next leap day may be eight years away


def readings(text: str, latest: date) -> tuple[date, ...]:
    """All dates that exist and that the text may mean, the Dutch order first.

    Where no year is given they are the last two of that day and month, ``latest`` or in its year included.
    """
    wanted = _bare(text)
    found = list(_of_digits(wanted)) or list(_of_words(wanted)) or list(_without_year(wanted, latest))
    return tuple(dict.fromkeys(found))


def is_shaped(text: str) -> bool:
    """True when the text has the shape of a date, whether that date exists or not."""
    wanted = _bare(text)
    named = any(part in _MONTH_OF for part in re.findall("[a-z]+", wanted))
    forms = (_YEAR_LAST, _YEAR_FIRST, _BOXES, _NO_YEAR, *((_DAY_FIRST, _MONTH_FIRST) if named else ()))
    return any(form.fullmatch(wanted) for form in forms)


def has_year(text: str) -> bool:
    """False when only a day and a month are given."""
    wanted = _bare(text)
    words = _DAY_FIRST.fullmatch(wanted)
    return not _NO_YEAR.fullmatch(wanted) and (words is None or words[3] is not None)


def _bare(text: str) -> str:
    """Without the day of the week and the time of day."""
    return _TIME.sub("", _WEEKDAY.sub("", plain(text).lower()))


def _of_digits(text: str) -> Iterator[date]:
    if matched := _YEAR_LAST.fullmatch(text):
        first, second, year = matched.groups()
        yield from _existing((year, second, first))
        if int(second) > len(_MONTHS) and len(year) == _FULL_YEAR:
            yield from _existing((year, first, second))
    if matched := _YEAR_FIRST.fullmatch(text):
        year, month, day = (one for one in matched.groups() if one)
        yield from _existing((year, month, day))
    if _BOXES.fullmatch(text):
        yield from _existing((text[4:], text[2:4], text[:2]))
        yield from _existing((text[:-4], text[-4:-2], text[-2:]))


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


def _of_words(text: str) -> Iterator[date]:
    if (matched := _MONTH_FIRST.fullmatch(text)) and matched[1] in _MONTH_OF:
        yield from _existing((matched[3], str(_MONTH_OF[matched[1]]), matched[2]))
    if (matched := _DAY_FIRST.fullmatch(text)) and matched[2] in _MONTH_OF and matched[3]:
        yield from _existing((matched[3], str(_MONTH_OF[matched[2]]), matched[1]))


def _without_year(text: str, latest: date) -> Iterator[date]:
    numbers, words = _NO_YEAR.fullmatch(text), _DAY_FIRST.fullmatch(text)
    if numbers:
        day, month = int(numbers[1]), int(numbers[2])
    elif words and words[3] is None and words[2] in _MONTH_OF:
        day, month = int(words[1]), _MONTH_OF[words[2]]
    else:
        return
    made = (_date(latest.year - back, month, day) for back in range(_YEARS_BACK))
    yield from islice((one for one in made if one), 2)
