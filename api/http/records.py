"""What recipients answered: records as JSON, CSV and XLSX, crops, and the forms with their policies."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from api.http.auth import ANSWERS, MAILROOM, CallerDep
from api.http.edge import DepsDep, PageDep
from api.http.files import table_response
from api.http.responses import LIST_CODES, MEDIA, binary, problems
from api.http.scan_schemas import (
    PoliciesOut,
    PolicyIn,
    PolicyOut,
    PolicyVersionOut,
    RecordOut,
    SlipFormOut,
    SlipFormsOut,
    SubstitutionOut,
)
from api.http.schemas import GivenTime, ListOut
from api.ports import RecordFilter, RecordState
from api.usecases.answering import seen
from api.usecases.deps import Deps
from api.usecases.scanning import looking, measuring, policies
from docgen.findings import Refusal

router = APIRouter(prefix="/v1", tags=["answers"])

PNG: Final = "image/png"
After = Annotated[
    GivenTime | None,
    Query(description="Only what changed after; with time zone.", examples=["2026-11-22T13:00:00Z"]),
]
OfCampaign = Annotated[str | None, Query(description="Only of this campaign.", pattern="^cmp_[0-9a-z]{1,60}$")]
OfForm = Annotated[str | None, Query(description="Only of this form.", pattern="^[0-9A-HJKMNP-TV-Z]{6}$")]


def _wanted(
    updated_after: After = None, form: OfForm = None, campaign: OfCampaign = None, state: RecordState | None = None
) -> RecordFilter:
    if updated_after is not None and updated_after.tzinfo is None:
        raise Refusal("request-invalid", "Give the time with its time zone: 2026-11-22T13:00:00Z.")
    return RecordFilter(updated_after, form, campaign, state)


WantedDep = Annotated[RecordFilter, Depends(_wanted)]


@router.get(
    "/records", summary="List answers", dependencies=[ANSWERS], responses=problems("request-invalid", *LIST_CODES)
)
def list_records(deps: DepsDep, caller: CallerDep, page: PageDep, wanted: WantedDep) -> ListOut[RecordOut]:
    """In the order in which they changed last: keep the last cursor, and ask for what came since.

    Use only what is `settled`; what is `disputed` or `withdrawn` may have been settled before. A record is never
    removed: one that was taken back comes again as `withdrawn`, so this list is the list of deletions too.
    """
    found, records = seen.list_seen(deps, caller.organisation_id, page, wanted)
    return ListOut(items=list(map(RecordOut.of, records)), next_cursor=found.next_after)


@router.get(
    "/records.csv",
    summary="Fetch all answers as CSV",
    dependencies=[ANSWERS],
    response_class=Response,
    responses={200: binary("CSV", MEDIA["csv"]), **problems("request-invalid")},
)
def records_csv(deps: DepsDep, caller: CallerDep, wanted: WantedDep) -> Response:
    """The same columns as in JSON, in UTF-8 with a heading; in the order in which they changed last."""
    every = seen.every_seen(deps, caller.organisation_id, wanted)
    return table_response("records.csv", seen.records_csv(every))


@router.get(
    "/records.xlsx",
    summary="Fetch all answers as XLSX",
    dependencies=[ANSWERS],
    response_class=Response,
    responses={200: binary("XLSX", MEDIA["xlsx"]), **problems("request-invalid")},
)
def records_xlsx(deps: DepsDep, caller: CallerDep, wanted: WantedDep) -> Response:
    """The same columns as in CSV; every text is text, whatever it begins with."""
    every = seen.every_seen(deps, caller.organisation_id, wanted)
    return table_response("records.xlsx", seen.records_xlsx(every))


@router.get(
    "/slip-fields/{slip_field_id:id}/crop.png",
    summary="Show the picture of a field",
    dependencies=[ANSWERS],
    response_class=Response,
    responses=problems("slip-field-not-found", "scan-picture-missing") | {200: binary("The field.", PNG)},
)
def show_crop(deps: DepsDep, caller: CallerDep, slip_field_id: str) -> Response:
    """As it was scanned, at 10 px a mm."""
    return Response(looking.crop_png(deps, caller.organisation_id, slip_field_id), media_type=PNG)


@router.get("/slip-forms", summary="List forms of slips", dependencies=[MAILROOM], responses=problems())
def list_forms(deps: DepsDep, caller: CallerDep) -> SlipFormsOut:
    """Those that were printed, newest first, and how often the machine was wrong where people checked."""
    forms = policies.list_forms(deps, caller.organisation_id)
    checks = measuring.blind_checks(deps, caller.organisation_id)
    return SlipFormsOut(forms=list(map(SlipFormOut.of, forms)), blind_checks=list(map(SubstitutionOut.of, checks)))


@router.get(
    "/slip-forms/{form:id}/policy",
    summary="Show the policy of a form",
    dependencies=[MAILROOM],
    responses=problems("slip-form-not-found"),
)
def show_policy(deps: DepsDep, caller: CallerDep, form: str) -> PoliciesOut:
    """The thresholds in force, and who changed them when."""
    return _policies(deps, caller.organisation_id, form)


@router.put(
    "/slip-forms/{form:id}/policy",
    summary="Change the policy of a form",
    dependencies=[MAILROOM],
    status_code=HTTPStatus.OK,
    responses=problems("slip-form-not-found", "policy-invalid", "policy-changed", "request-invalid"),
)
def change_policy(deps: DepsDep, caller: CallerDep, form: str, wanted: PolicyIn) -> PoliciesOut:
    """It holds for pages that are read from now on."""
    thresholds = {name: value for name, value in wanted.model_dump().items() if value is not None}
    policies.put_policy(deps, caller.organisation_id, form, thresholds, caller.key_id)
    return _policies(deps, caller.organisation_id, form)


def _policies(deps: Deps, organisation_id: str, form: str) -> PoliciesOut:
    history = policies.policy_history(deps, organisation_id, form)
    policy = PolicyOut.of(policies.policy_of(deps, organisation_id, form))
    return PoliciesOut(policy=policy, versions=list(map(PolicyVersionOut.of, history)))
