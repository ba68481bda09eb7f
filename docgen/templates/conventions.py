"""How a language writes numbers, money and dates: data, and the functions that apply it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from decimal import Decimal

NO_BREAK: Final = "\u00a0"
_GROUPED_CENTS: Final = 1_000_00  # from here on there are thousands to set apart


@dataclass(frozen=True, slots=True)
class Conventions:
    """Written forms of one language.

    ``money`` and ``negative_money`` hold ``{}`` for the absolute amount; ``long_date`` and ``short_date`` are
    format strings over d, m, y and month; ``first_day`` is the first of a month in words (French ``1er``).
    """

    decimal: str
    group: str
    money: str
    negative_money: str
    long_date: str
    short_date: str
    months: tuple[str, ...]
    percent: str
    first_day: str = "1"


_NL: Final = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
_EN: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DE: Final = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_FR: Final = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

CONVENTIONS: Final = {
    "nl": Conventions(
        decimal=",",
        group=".",
        money=f"€{NO_BREAK}{{}}",
        negative_money=f"€{NO_BREAK}-{{}}",
        long_date="{d} {month} {y}",
        short_date="{d:02}-{m:02}-{y}",
        months=_NL,
        percent="{}%",
    ),
    "en": Conventions(
        decimal=".",
        group=",",
        money="€{}",
        negative_money="-€{}",
        long_date="{d} {month} {y}",
        short_date="{d:02}/{m:02}/{y}",
        months=_EN,
        percent="{}%",
    ),
    "de": Conventions(
        decimal=",",
        group=".",
        money=f"{{}}{NO_BREAK}€",
        negative_money=f"-{{}}{NO_BREAK}€",
        long_date="{d}. {month} {y}",
        short_date="{d:02}.{m:02}.{y}",
        months=_DE,
        percent=f"{{}}{NO_BREAK}%",
    ),
    "fr": Conventions(
        decimal=",",
        group=NO_BREAK,
        money=f"{{}}{NO_BREAK}€",
        negative_money=f"-{{}}{NO_BREAK}€",
        long_date="{d} {month} {y}",
        short_date="{d:02}/{m:02}/{y}",
        months=_FR,
        percent=f"{{}}{NO_BREAK}%",
        first_day="1er",
    ),
}
"""By ISO 639-1 code; a template may be written in these languages."""


def _regroup(text: str, c: Conventions) -> str:
    """Python's ``1,234.5`` in the marks of the language."""
    if c.decimal == ".":
        return text
    return text.replace(",", "\0").replace(".", c.decimal).replace("\0", c.group)


def unsigned_amount(cents: int, c: Conventions) -> str:
    """The amount without sign: two decimals, grouped by thousands."""
    whole, rest = divmod(abs(cents), 100)
    return f"{f'{whole:,}'.replace(',', c.group)}{c.decimal}{rest:02}"


def amount(cents: int, c: Conventions) -> str:
    """The amount without currency sign, such as ``-1.234,50``."""
    return f"-{unsigned_amount(cents, c)}" if cents < 0 else unsigned_amount(cents, c)


def amounts(c: Conventions) -> Callable[[int], str]:
    """`amount` for many: the same text, with the marks looked up once."""
    group, decimal = c.group, c.decimal

    def show(cents: int) -> str:
        if cents < 0:
            return amount(cents, c)
        if cents < _GROUPED_CENTS:
            return f"{cents // 100}{decimal}{cents % 100:02}"
        return f"{f'{cents // 100:,}'.replace(',', group)}{decimal}{cents % 100:02}"

    return show


def money(cents: int, c: Conventions) -> str:
    """The amount with the euro sign, held together by a no-break space."""
    return (c.negative_money if cents < 0 else c.money).format(unsigned_amount(cents, c))


def number(value: int | Decimal, c: Conventions) -> str:
    """An integer or decimal, grouped, with the decimals it was given with."""
    return _regroup(f"{value:,f}" if not isinstance(value, int) else f"{value:,}", c)


def percent(value: int | Decimal, c: Conventions) -> str:
    """A rate in percent; trailing zeros after the decimal mark are left out (21, not 21.00)."""
    text = number(value, c)
    if c.decimal in text:
        text = text.rstrip("0").removesuffix(c.decimal)
    return c.percent.format(text)


def long_date(day: dt.date, c: Conventions) -> str:
    """The date with the month in words."""
    first: int | str = c.first_day if day.day == 1 else day.day
    return c.long_date.format(d=first, month=c.months[day.month - 1], y=day.year)


def short_date(day: dt.date, c: Conventions) -> str:
    """The date in digits."""
    return c.short_date.format(d=day.day, m=day.month, y=day.year)
