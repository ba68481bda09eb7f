"""The filters a template may use: what each takes, and what it makes of a value in a language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from docgen.qr import references
from docgen.templates import conventions
from docgen.templates.conventions import CONVENTIONS, NO_BREAK
from docgen.templates.model import FieldKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from docgen.templates.conventions import Conventions

_TEXTS: Final = frozenset(
    {FieldKind.TEXT, FieldKind.IBAN, FieldKind.REFERENCE, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.URL}
)
_NUMBERS: Final = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL})
_PRINTABLE: Final = _TEXTS | {FieldKind.INTEGER}


@dataclass(frozen=True, slots=True)
class FilterRule:
    """What a filter takes: the kinds of field before it, and how many text constants in brackets."""

    takes: frozenset[FieldKind]
    min_arguments: int = 0
    max_arguments: int = 0


FILTER_RULES: Final[Mapping[str, FilterRule]] = {
    "money": FilterRule(frozenset({FieldKind.AMOUNT})),
    "amount": FilterRule(frozenset({FieldKind.AMOUNT})),
    "number": FilterRule(_NUMBERS),
    "percent": FilterRule(_NUMBERS),
    "date": FilterRule(frozenset({FieldKind.DATE})),
    "date_short": FilterRule(frozenset({FieldKind.DATE})),
    "iban": FilterRule(frozenset({FieldKind.IBAN, FieldKind.TEXT})),
    "reference": FilterRule(frozenset({FieldKind.REFERENCE, FieldKind.TEXT})),
    "yesno": FilterRule(frozenset({FieldKind.BOOLEAN}), 2, 2),
    "lower": FilterRule(_TEXTS),
    "upper": FilterRule(_TEXTS),
    "capitalise": FilterRule(_TEXTS),
    "nbsp": FilterRule(_PRINTABLE),
    "default": FilterRule(_PRINTABLE, 1, 1),
}

PLAIN_KINDS: Final = _PRINTABLE
"""Kinds that may be printed without a filter."""

SUGGESTED_FILTER: Final[Mapping[FieldKind, str]] = {
    FieldKind.AMOUNT: "money",
    FieldKind.DATE: "date",
    FieldKind.DECIMAL: "number",
    FieldKind.BOOLEAN: "yesno('yes', 'no')",
}


@lru_cache(maxsize=1024)
def _grouped_iban(text: str) -> str:
    return references.group_iban(text).replace(" ", NO_BREAK)


@lru_cache(maxsize=1024)
def _grouped_reference(text: str) -> str:
    return references.group_reference(text).replace(" ", NO_BREAK)


def _yesno(value: bool, yes: str, no: str) -> str:  # noqa: FBT001 -- Jinja2 passes the value before the bar by position
    return yes if value else no


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _nbsp(value: str | int) -> str:
    return str(value).replace(" ", NO_BREAK)


def _default(value: object, text: str) -> str:
    return text if value is None or value == "" else str(value)


def _optional(function: Callable[..., str]) -> Callable[..., str]:
    """The filter with an empty optional field printed as nothing."""

    def apply(value: object, *arguments: object) -> str:
        return "" if value is None else function(value, *arguments)

    return apply


def _with_language(function: Callable[[object, Conventions], str], c: Conventions) -> Callable[[object], str]:
    def apply(value: object) -> str:
        return "" if value is None else function(value, c)

    return apply


def filters_for(language: str) -> dict[str, Callable[..., object]]:
    """All filters, speaking the language."""
    c = CONVENTIONS[language]
    # equal decimals can be written differently (5.0 and 5.00), so only amounts and dates are remembered
    remembered: dict[str, Callable[..., str]] = {
        "money": conventions.money,
        "amount": conventions.amount,
        "date": conventions.long_date,
        "date_short": conventions.short_date,
    }
    spoken: dict[str, Callable[..., str]] = {"number": conventions.number, "percent": conventions.percent}
    plain: dict[str, Callable[..., str]] = {
        "iban": _grouped_iban,
        "reference": _grouped_reference,
        "yesno": _yesno,
        "lower": str.lower,
        "upper": str.upper,
        "capitalise": _capitalise,
        "nbsp": _nbsp,
    }
    made: dict[str, Callable[..., object]] = {name: _with_language(f, c) for name, f in spoken.items()}
    made |= {name: lru_cache(maxsize=4096)(_with_language(f, c)) for name, f in remembered.items()}
    return made | {name: _optional(f) for name, f in plain.items()} | {"default": _default}
