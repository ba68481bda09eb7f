"""How often the machine is wrong: accepted fields that were keyed blind, with the interval that this number allows."""

from __future__ import annotations

from math import exp, fsum, lgamma, log, log1p
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from api.ports import Measured, Page, PageRequest, SlipFieldRow
    from api.usecases.deps import Deps

CONFIDENCE: Final = 0.95
_STEPS: Final = 60


class Interval(NamedTuple):
    """Bounds of a share, both from 0 to 1."""

    low: float
    high: float


class Substitution(NamedTuple):
    """What blind checks say of a field: ``rate`` is None before the first."""

    measured: Measured
    rate: float | None
    interval: Interval


def blind_checks(deps: Deps, organisation_id: str) -> Sequence[Substitution]:
    """By form and field, with the interval of Clopper and Pearson at 95 %."""
    with deps.database.read() as uow:
        every = uow.slip_fields.measured(organisation_id)
    return [
        Substitution(one, one.wrong / one.checked if one.checked else None, interval_of(one.wrong, one.checked))
        for one in every
    ]


def contact_sheet(deps: Deps, organisation_id: str, form: str, name: str, page: PageRequest) -> Page[SlipFieldRow]:
    """All of a field of a form that have a crop, least confident first.

    Raises Refusal: ``slip-form-not-found``, ``slip-field-not-found`` for a cursor that is none.
    """
    with deps.database.read() as uow:
        uow.slip_forms.get(organisation_id, form)
        return uow.slip_fields.gallery(organisation_id, form, name, page)


def interval_of(wrong: int, checked: int) -> Interval:
    """The exact interval of Clopper and Pearson (1934) at 95 %; nothing is known without a check."""
    if checked == 0:
        return Interval(0.0, 1.0)
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if wrong == 0 else _root(lambda share: 1 - _at_most(wrong - 1, checked, share), tail)
    high = 1.0 if wrong == checked else 1 - _root(lambda right: _at_most(wrong, checked, 1 - right), tail)
    return Interval(low, high)


def _root(grows: Callable[[float], float], wanted: float) -> float:
    """Where a function that grows from 0 to 1 on 0 to 1 has this value."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if grows(middle) < wanted else (low, middle)
    return (low + high) / 2


def _at_most(most: int, of: int, share: float) -> float:
    """The chance of at most so many, each with this chance."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 0.0
    whole, yes, no = lgamma(of + 1), log(share), log1p(-share)
    terms = (whole - lgamma(k + 1) - lgamma(of - k + 1) + k * yes + (of - k) * no for k in range(most + 1))
    return fsum(map(exp, terms))
