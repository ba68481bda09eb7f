"""Rules of an organisation, its next cut-off, and what waits too long."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.auth import ADMIN, LIVE_ADMIN, STAFF, CallerDep
from api.http.edge import DepsDep
from api.http.responses import problems
from api.http.room_schemas import AlarmOut, CutOffOut, RulesIn, RulesOut
from api.http.schemas import ListOut
from api.ports import Rules
from api.usecases import alarms, rules

router = APIRouter(prefix="/v1", tags=["rules"])


@router.get("/rules", summary="Show the rules", dependencies=[ADMIN], responses=problems())
def get_rules(deps: DepsDep, caller: CallerDep) -> RulesOut:
    """How post of your organisation is made."""
    return RulesOut.of(rules.get_rules(deps, caller.organisation_id))


@router.put(
    "/rules",
    summary="Set the rules",
    dependencies=[LIVE_ADMIN],
    responses=problems(
        *("rules-invalid", "cut-off-schedule-invalid", "cut-off-none", "household-rules-invalid"),
        *("request-invalid", "body-too-large", "mode-differs"),
    ),
)
def set_rules(deps: DepsDep, caller: CallerDep, wanted: RulesIn) -> RulesOut:
    """All of them. Jobs that are sent from now on are made by them; earlier ones keep theirs."""
    made = Rules(
        organisation_id=caller.organisation_id,
        four_eyes=wanted.four_eyes,
        cut_offs=wanted.cut_offs.model_dump(mode="json") if wanted.cut_offs else None,
        mark_profile=wanted.mark_profile,
        sort_plan=wanted.sort_plan,
        household=wanted.household,
        carrier=wanted.carrier,
        updated_by=caller.key_id,
    )
    return RulesOut.of(rules.set_rules(deps, made))


@router.get(
    "/cut-off",
    summary="When the next cut-off is",
    dependencies=[STAFF],
    responses=problems("cut-off-schedule-invalid", "cut-off-none"),
)
def get_cut_off(deps: DepsDep, caller: CallerDep) -> CutOffOut:
    """What is sent before it goes with it."""
    return CutOffOut(now=deps.clock.now(), next_at=rules.next_cut_off(deps, caller.organisation_id))


@router.get("/alarms", summary="What waits too long", dependencies=[STAFF], responses=problems())
def list_alarms(deps: DepsDep, caller: CallerDep) -> ListOut[AlarmOut]:
    """All that ring, oldest first; an alarm ends by itself when the batch moves on."""
    return ListOut(items=list(map(AlarmOut.of, alarms.open_alarms(deps, caller.organisation_id))), next_cursor=None)
