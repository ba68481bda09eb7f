"""Campaigns: made, changed, revoked, followed, and reminders of them."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.http.auth import ANSWERS, SUBMITTER, CallerDep
from api.http.bodies import JsonSha256
from api.http.campaign_schemas import CampaignChangeIn, CampaignIn, CampaignOut, ReminderIn, ReminderOut, ReportOut
from api.http.edge import DepsDep, PageDep
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, POST_CODES, problems
from api.http.schemas import ListOut, listed
from api.usecases.answering import campaigns, reminding
from api.usecases.answering.campaigns import Change, Plan
from api.usecases.answering.reminding import Reminder
from api.usecases.deps import Deps
from docgen.findings import Refusal

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=CampaignOut,
    summary="Make a campaign",
    dependencies=[SUBMITTER],
    responses=problems(
        *("campaign-key-invalid", "campaign-key-taken", "campaign-name-invalid", "campaign-dates-invalid"),
        *("campaign-asks-nothing", "template-not-found", "brand-not-found", "template-retired", "brand-retired"),
        *("request-invalid", *POST_CODES),
    ),
)
def make_campaign(caller: CallerDep, wanted: CampaignIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Of what a template asks. Send its letters with `POST /v1/print-jobs?campaign=KEY`."""
    plan = Plan(**{**wanted.model_dump(), "reminders": tuple(wanted.reminders)}, mode=caller.mode)

    def make(deps: Deps) -> Answer:
        made = campaigns.open_campaign(deps, caller.organisation_id, plan, caller.key_id)
        return _created(deps, CampaignOut.of(made, deps.clock.now()))

    def found(campaign_id: str) -> Answer | None:
        try:
            made = campaigns.get_campaign(once.deps, caller.organisation_id, campaign_id)
        except Refusal:
            return None
        return _created(once.deps, CampaignOut.of(made, once.deps.clock.now()))

    return once.run(sha256, make, "cmp", found)


@router.get("", summary="List campaigns", dependencies=[ANSWERS], responses=problems(*LIST_CODES))
def list_campaigns(deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[CampaignOut]:
    """Newest first. A print job of letters that ask, sent without a campaign, has one of its own."""
    now = deps.clock.now()
    return listed(
        campaigns.list_campaigns(deps, caller.organisation_id, page), lambda campaign: CampaignOut.of(campaign, now)
    )


@router.get(
    "/{campaign_id:id}",
    summary="Show a campaign",
    dependencies=[ANSWERS],
    responses=problems("campaign-not-found"),
)
def get_campaign(deps: DepsDep, caller: CallerDep, campaign_id: str) -> CampaignOut:
    """By id or by your own key, with all that is asked."""
    return CampaignOut.of(campaigns.get_campaign(deps, caller.organisation_id, campaign_id), deps.clock.now())


@router.patch(
    "/{campaign_id:id}",
    summary="Change a campaign",
    dependencies=[SUBMITTER],
    responses=problems(
        *("campaign-not-found", "campaign-revoked", "campaign-changed", "campaign-name-invalid"),
        *("campaign-dates-invalid", "mode-differs", "request-invalid", "body-too-large"),
    ),
)
def change_campaign(deps: DepsDep, caller: CallerDep, campaign_id: str, wanted: CampaignChangeIn) -> CampaignOut:
    """Its name, dates and reminders; a later deadline opens a closed campaign again."""
    days = None if wanted.reminders is None else tuple(wanted.reminders)
    at_once = "opens_at" in wanted.model_fields_set and wanted.opens_at is None
    change = Change(**{**wanted.model_dump(), "reminders": days}, opens_at_once=at_once)
    changed = campaigns.change_campaign(
        deps, caller.organisation_id, _id(deps, caller, campaign_id), change, caller.key_id
    )
    return CampaignOut.of(changed, deps.clock.now())


@router.post(
    "/{campaign_id:id}/revoke",
    response_model=CampaignOut,
    summary="Revoke a campaign",
    dependencies=[SUBMITTER],
    responses=problems("campaign-not-found", "campaign-changed", *ACT_CODES),
)
def revoke_campaign(caller: CallerDep, campaign_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """All its links lead to a page that says so, at once and for good; answers stay. Again changes nothing."""

    def make(deps: Deps) -> Answer:
        own = _id(deps, caller, campaign_id)
        revoked = campaigns.revoke_campaign(deps, caller.organisation_id, own, caller.key_id)
        return Answer(HTTPStatus.OK, CampaignOut.of(revoked, deps.clock.now()))

    return once.run(sha256, make)


@router.get(
    "/{campaign_id:id}/report",
    summary="How a campaign stands",
    dependencies=[ANSWERS],
    responses=problems("campaign-not-found"),
)
def show_report(deps: DepsDep, caller: CallerDep, campaign_id: str) -> ReportOut:
    """Counts of this moment: recipients, letters, pages opened, answers, and answers by road and day."""
    return ReportOut.of(campaigns.report(deps, caller.organisation_id, campaign_id), deps.clock.now())


@router.post(
    "/{campaign_id:id}/reminders",
    status_code=HTTPStatus.ACCEPTED,
    response_model=ReminderOut,
    summary="Write again to who has not answered",
    dependencies=[SUBMITTER],
    responses=problems(
        *("campaign-not-found", "campaign-closed", "campaign-form-differs", "campaign-asks-nothing"),
        *("template-not-found", "template-retired", "brand-retired", "title-invalid", "request-invalid"),
        *("insert-unknown", "envelope-without-carrier-room", *ACT_CODES),
    ),
)
def send_reminders(
    caller: CallerDep, campaign_id: str, wanted: ReminderIn, once: OnceDep, sha256: JsonSha256
) -> Response:
    """A print job of letters by what the last letter of each said; new links work, and the old ones stay good.

    It goes by the rules of your organisation, approval among them. A record that the template refuses is left out and
    told in the findings of the job.
    """

    def make(deps: Deps) -> Answer:
        wish = Reminder(caller.key_id, wanted.template, wanted.title, wanted.values)
        done = reminding.remind(deps, caller.organisation_id, campaign_id, wish)
        return Answer(HTTPStatus.ACCEPTED, ReminderOut.of(done))

    return once.run(sha256, make)


def _id(deps: Deps, caller: CallerDep, campaign_id: str) -> str:
    """The id of a campaign that is named by its key."""
    return campaigns.get_campaign(deps, caller.organisation_id, campaign_id).id


def _created(deps: Deps, made: CampaignOut) -> Answer:
    del deps
    return Answer(HTTPStatus.CREATED, made, location=f"/v1/campaigns/{made.id}")
