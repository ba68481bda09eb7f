"""Rules of an organisation: cut-offs, four eyes, marks, sorting, households, carrier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.usecases.carriers import NO_CARRIER
from docgen.findings import Finding, Place, Refusal
from docgen.postal.cut_off import read_schedule
from docgen.postal.household_rules import read_rules

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports import Rules
    from api.usecases.deps import Deps

NO_PLAN = "none"


def get_rules(deps: Deps, organisation_id: str) -> Rules:
    """The rules; defaults when none were set."""
    with deps.database.read() as uow:
        return uow.rules.get(organisation_id)


def set_rules(deps: Deps, rules: Rules) -> Rules:
    """Replace them; jobs that are submitted from now on are made by them.

    Raises Refusal: ``rules-invalid`` with a finding for each, ``cut-off-schedule-invalid``, ``cut-off-none``,
    ``household-rules-invalid``.
    """
    room = deps.equipment
    findings = [
        _unknown(column, value, known)
        for column, value, known in (
            ("mark_profile", rules.mark_profile, set(room.marks)),
            ("sort_plan", rules.sort_plan, {NO_PLAN, *room.sort_plans}),
            ("carrier", rules.carrier, {NO_CARRIER, *room.carriers}),
        )
        if value not in known
    ]
    if findings:
        raise Refusal("rules-invalid", "Nothing was changed.", tuple(findings))
    if rules.cut_offs is not None:
        read_schedule(rules.cut_offs).next_after(deps.clock.now())
    if rules.household:
        read_rules(rules.household)
    with deps.database.write() as uow:
        uow.rules.put(rules, deps.clock.now())
        return uow.rules.get(rules.organisation_id)


def next_cut_off(deps: Deps, organisation_id: str) -> datetime | None:
    """When the next cut-off of the organisation is; None when it has no schedule."""
    schedule = get_rules(deps, organisation_id).cut_offs
    return None if schedule is None else read_schedule(schedule).next_after(deps.clock.now())


def _unknown(column: str, value: str, known: set[str]) -> Finding:
    message = f"There is no '{value[:40]}'; choose one of {', '.join(sorted(known))}."
    return Finding("rule-unknown", message, Place(column=column))
