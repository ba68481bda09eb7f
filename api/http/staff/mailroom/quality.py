"""How often the machine is wrong: what blind checks measured, as a picture and in words."""

from __future__ import annotations

from math import ceil, log10
from typing import TYPE_CHECKING, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep
from api.http.staff.mailroom.common import IN_MAILROOM, MAILROOM
from api.http.staff.mailroom.words import WORDS, label_of
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.visitors import person
from api.usecases.scanning import forms, measuring, policies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import SlipForm
    from api.usecases.deps import Deps
    from api.usecases.scanning.measuring import Substitution

router = APIRouter(prefix=f"{MAILROOM}/quality", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

# the picture goes from one in ten thousand to all, each power of ten as wide as the next
_LEAST: Final = 1e-4
_DECADES: Final = 4
_TARGETS: Final = (0.001, 0.01, 0.1)


class Measure(NamedTuple):
    """A field: ``dot``, ``low`` and ``high`` are places in the picture from 0 to 100; no dot while nothing is known."""

    form: SlipForm
    label: str
    found: Substitution
    says: str
    low: float
    high: float
    dot: float | None
    share: float


@router.get("", dependencies=[IN_MAILROOM])
def show(request: Request, deps: DepsDep) -> Response:
    """Every field of every form, those with checks first."""
    organisation_id = person(request).organisation_id
    measures = _measures(deps, organisation_id)
    return page(
        request,
        "mailroom/quality.html",
        **WORDS,
        measures=measures,
        ticks=[(place_of(share), f"{100 * share:g} %") for share in (*_TARGETS, 1.0)],
        waiting=sum(each.found.measured.waiting for each in measures),
        checked=sum(each.found.measured.checked for each in measures),
    )


def says(found: Substitution) -> str:
    """The same in words, which promise no more than was counted."""
    wrong, checked = found.measured.wrong, found.measured.checked
    if not checked:
        return "nothing is known yet"
    if wrong == 0:
        return f"0 of {checked:,}: with 95 % certainty below {_percent(found.interval.high)}"
    between = f"between {_percent(found.interval.low)} and {_percent(found.interval.high)}"
    return f"{wrong:,} of {checked:,} wrong: {_percent(found.rate or 0.0)}, with 95 % certainty {between}"


def place_of(share: float) -> float:
    """Where a share stands in the picture."""
    return 100 * (1 + log10(min(max(share, _LEAST), 1.0)) / _DECADES)


def _measures(deps: Deps, organisation_id: str) -> Sequence[Measure]:
    known: dict[str, SlipForm] = {}
    for form in policies.list_forms(deps, organisation_id):
        known.setdefault(form.form, form)
    found = [
        _measure(deps, organisation_id, known[one.measured.form], one)
        for one in measuring.blind_checks(deps, organisation_id)
        if one.measured.accepted or one.measured.checked
    ]
    return sorted(found, key=lambda each: (not each.found.measured.checked, each.label))


def _measure(deps: Deps, organisation_id: str, form: SlipForm, one: Substitution) -> Measure:
    asked = forms.read_reply(form.reply_form).field(one.measured.name)
    return Measure(
        form,
        label_of(asked, form) if asked else one.measured.name,
        one,
        says(one),
        place_of(one.interval.low),
        place_of(one.interval.high),
        None if one.rate is None else place_of(one.rate),
        policies.policy_of(deps, organisation_id, form.form).checked_share,
    )


def _percent(share: float) -> str:
    """Two figures that count, never rounded below what it is."""
    if share <= 0:
        return "0\N{NO-BREAK SPACE}%"
    digits = max(0, 1 - int(log10(100 * share) // 1))
    shown = ceil(100 * share * 10**digits - 1e-9) / 10**digits
    return f"{shown:.{digits}f}\N{NO-BREAK SPACE}%"
