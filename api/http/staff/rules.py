"""Rules of the organisation: cut-offs, four eyes, marks, sorting, households, carrier."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep
from api.http.staff.desk import DeskDep, Done, notice_of
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.visitors import ADMINS, person
from api.http.words import DEFAULT_ZONE
from api.usecases import people, rules
from api.usecases.carriers import NO_CARRIER
from api.usecases.deps import Deps
from docgen.postal.cut_off import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.http.staff.desk import Mistake
    from api.http.staff.forms import Form
    from api.ports import Rules

router = APIRouter(prefix="/staff/rules", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_FIELDS: Final = {
    "": "monday",
    "rules-invalid": "mark_profile",
    "cut-off-schedule-invalid": "monday",
    "cut-off-none": "monday",
    "household-rules-invalid": "household",
}


@router.get("", dependencies=[ADMINS])
def show(request: Request, deps: DepsDep) -> Response:
    """As they are."""
    return _page(request, deps)


@router.post("", dependencies=[ADMINS])
def change(desk: DeskDep) -> Response:
    """For jobs that are submitted from now on."""

    def make(deps: Deps) -> Done:
        former = rules.get_rules(deps, desk.organisation_id)
        rules.set_rules(deps, _entered(desk.form, replace(former, updated_by=desk.by)))
        return Done("/staff/rules", "The rules are changed. Jobs that are submitted from now on are made by them.")

    return desk.change(make, lambda mistake: _page(desk.request, desk.deps, mistake), _FIELDS)


def _entered(form: Form, former: Rules) -> Rules:
    times = {day: form.text(day)[:5] for day in WEEKDAYS if form.text(day)}
    schedule = {
        "timezone": form.text("timezone") or DEFAULT_ZONE,
        "times": times,
        "holidays": form.text("holidays").upper() or None,
        "closed": form.text("closed").replace(",", " ").split(),
    }
    return replace(
        former,
        four_eyes=form.text("four_eyes") == "yes",
        cut_offs=schedule if times else None,
        mark_profile=form.text("mark_profile"),
        sort_plan=form.text("sort_plan"),
        carrier=form.text("carrier") or former.carrier,
        household=form.secret("household").replace("\r\n", "\n").strip(),
    )


def _page(request: Request, deps: Deps, mistake: Mistake | None = None) -> Response:
    visitor = person(request)
    room = deps.equipment
    now_valid = rules.get_rules(deps, visitor.organisation_id)
    return page(
        request,
        "rules.html",
        rules=now_valid,
        entered=mistake.entered if mistake else _shown(now_valid),
        weekdays=WEEKDAYS,
        marks={name: profile.title for name, profile in room.marks.items()},
        plans={rules.NO_PLAN: "As submitted, no bundles"} | {key: plan.title for key, plan in room.sort_plans.items()},
        carriers={NO_CARRIER: "None: letters go in our own order"}
        | {key: profile.title for key, profile in room.carriers.items()},
        next_cut_off=rules.next_cut_off(deps, visitor.organisation_id),
        names=people.names_of(deps, visitor.organisation_id),
        zone=str((now_valid.cut_offs or {}).get("timezone", DEFAULT_ZONE)),
        trouble=mistake.trouble if mistake else None,
        notice="" if mistake else notice_of(request, deps),
    )


def _shown(now_valid: Rules) -> dict[str, str]:
    """The rules as fields of the form."""
    schedule: Mapping[str, Any] = now_valid.cut_offs or {}
    return {
        **dict(schedule.get("times", {})),
        "timezone": str(schedule.get("timezone", DEFAULT_ZONE)),
        "holidays": str(schedule.get("holidays") or ("" if schedule else "NL")),
        "closed": " ".join(schedule.get("closed", ())),
        "four_eyes": "yes" if now_valid.four_eyes else "",
        "mark_profile": now_valid.mark_profile,
        "sort_plan": now_valid.sort_plan,
        "carrier": now_valid.carrier,
        "household": now_valid.household,
    }
