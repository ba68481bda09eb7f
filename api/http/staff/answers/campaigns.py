"""Campaigns: how each stands at this moment, who has not answered, and how a new one begins."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep
from api.http.files import table_response
from api.http.staff.answers.chart import HEIGHT, WIDTH, chart_of
from api.http.staff.answers.common import (
    CAMPAIGN_MAKERS,
    CAMPAIGN_READERS,
    CAMPAIGNS,
    IN_FRONT,
    LIVE_S,
    CursorQuery,
    of_mistake,
)
from api.http.staff.answers.words import WORDS
from api.http.staff.corporation.common import with_query
from api.http.staff.desk import Desk, DeskDep, Done
from api.http.staff.moments import for_input, local_moment
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import VisitorDep, person
from api.ports import REMIND_AT, Mode, PackageKind, PageRequest
from api.usecases import people, trying
from api.usecases.answering import campaigns, import_jobs, missing
from api.usecases.answering.campaigns import MOST_REMINDERS, Change, Plan
from api.usecases.answering.inviting import OPEN_FOR, SEEN_FOR
from api.usecases.scanning.forms import read_reply
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from api.http.staff.desk import Mistake
    from api.http.staff.forms import Form
    from api.ports import Campaign, Package
    from api.usecases.deps import Deps

router = APIRouter(prefix=CAMPAIGNS, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_SHOWN: Final = 10
# counts of ten large campaigns take seconds
_LIST_LIVE_S: Final = 30
_MISSING_SHOWN: Final = 50
_IMPORTS_SHOWN: Final = 5
_NEW_FIELDS: Final = {
    "": "template",
    "campaign-key-invalid": "campaign-key",
    "campaign-key-taken": "campaign-key",
    "campaign-name-invalid": "name",
    "campaign-dates-invalid": "closes_at",
    "brand-not-found": "brand",
    "brand-retired": "brand",
}
_CHANGE_FIELDS: Final = {"": "closes_at", "campaign-name-invalid": "name", "confirmation-missing": "sure"}


@router.get("", dependencies=[CAMPAIGN_READERS])
def show_all(request: Request, deps: DepsDep, cursor: CursorQuery = None) -> Response:
    """Newest first, with counts of now."""
    organisation_id = person(request).organisation_id
    found = campaigns.list_campaigns(deps, organisation_id, PageRequest(_SHOWN, cursor))
    return page(
        request,
        "answers/campaigns.html",
        **WORDS,
        reports=[campaigns.report(deps, organisation_id, one.id) for one in found.items],
        next_after=found.next_after,
        cursor=cursor,
        now=deps.clock.now(),
        zone=zone_of(deps, organisation_id),
        live_s=_LIST_LIVE_S,
        **of_mistake(request, deps, None),
    )


@router.get("/new", dependencies=[CAMPAIGN_MAKERS])
def show_new(request: Request, deps: DepsDep) -> Response:
    """A form to begin one."""
    return _new_page(request, deps)


@router.post("/new", dependencies=[CAMPAIGN_MAKERS])
def begin(desk: DeskDep) -> Response:
    """Open it; letters come with a job that names its key."""

    def make(deps: Deps) -> Done:
        made = campaigns.open_campaign(deps, desk.organisation_id, _plan(desk, deps), desk.by)
        return Done(f"{CAMPAIGNS}/{made.id}", f"The campaign is made. Send letters with campaign {made.key}.")

    return desk.change(make, lambda mistake: _new_page(desk.request, desk.deps, mistake), _NEW_FIELDS, "cmp")


@router.get("/{campaign_id:id}", dependencies=[CAMPAIGN_READERS])
def show(request: Request, deps: DepsDep, campaign_id: str) -> Response:
    """How it stands."""
    return _campaign_page(request, deps, campaign_id)


@router.post("/{campaign_id:id}/change", dependencies=[CAMPAIGN_MAKERS])
def change(desk: DeskDep, campaign_id: str) -> Response:
    """Its name and dates."""

    def make(deps: Deps) -> Done:
        campaigns.change_campaign(deps, desk.organisation_id, campaign_id, _change_of(desk, deps), desk.by)
        return Done(f"{CAMPAIGNS}/{campaign_id}", "The campaign is changed.")

    return _changed(desk, campaign_id, make)


@router.post("/{campaign_id:id}/revoke", dependencies=[CAMPAIGN_MAKERS])
def revoke(desk: DeskDep, campaign_id: str) -> Response:
    """All its links end."""

    def make(deps: Deps) -> Done:
        if not desk.form.text("sure"):
            raise Refusal("confirmation-missing", "Tick the box: it says what you are about to do.")
        campaigns.revoke_campaign(deps, desk.organisation_id, campaign_id, desk.by)
        return Done(f"{CAMPAIGNS}/{campaign_id}", "The campaign is revoked: its links lead to a page that says so.")

    return _changed(desk, campaign_id, make)


@router.get("/{campaign_id:id}/missing", dependencies=[IN_FRONT])
def show_missing(request: Request, deps: DepsDep, campaign_id: str, cursor: CursorQuery = None) -> Response:
    """Who has not answered all that must be answered."""
    organisation_id = person(request).organisation_id
    campaign = campaigns.get_campaign(deps, organisation_id, campaign_id)
    found = missing.list_missing(deps, organisation_id, campaign.id, PageRequest(_MISSING_SHOWN, cursor))
    report = campaigns.report(deps, organisation_id, campaign.id)
    needed = campaigns.needed_fields(read_reply(campaign.reply_form))
    return page(
        request,
        "answers/missing.html",
        **WORDS,
        campaign=campaign,
        needed=len(needed),
        left=report.counts.recipients - report.counts.complete if needed else 0,
        recipients=found.items,
        next_after=found.next_after,
        cursor=cursor,
        with_query=with_query,
    )


@router.get("/{campaign_id:id}/missing.csv", dependencies=[IN_FRONT])
def missing_csv(deps: DepsDep, visitor: VisitorDep, campaign_id: str) -> Response:
    """All of them, for a spreadsheet."""
    campaign = campaigns.get_campaign(deps, visitor.organisation_id, campaign_id)
    lines = missing.missing_csv(deps, visitor.organisation_id, campaign.id)
    return table_response(f"missing-{campaign.key}.csv", lines)


def _campaign_page(request: Request, deps: Deps, campaign_id: str, mistake: Mistake | None = None) -> Response:
    organisation_id = person(request).organisation_id
    found = campaigns.report(deps, organisation_id, campaign_id)
    campaign, zone, now = found.campaign, zone_of(deps, organisation_id), deps.clock.now()
    with deps.database.read() as uow:
        template = uow.templates.get(organisation_id, campaign.template_id)
        brand = uow.brands.get(organisation_id, campaign.brand_id)
    form = read_reply(campaign.reply_form)
    said = of_mistake(request, deps, mistake)
    said["entered"] = _dates(campaign, zone) | said["entered"]
    return page(
        request,
        "answers/campaign.html",
        **WORDS,
        campaign=campaign,
        counts=found.counts,
        per_day=found.per_day,
        chart=chart_of(found.per_day),
        chart_size=(WIDTH, HEIGHT),
        form=form,
        needed=campaigns.needed_fields(form),
        made_of=(template, brand),
        now=now,
        zone=zone,
        names=people.names_of(deps, organisation_id),
        live_s=LIVE_S,
        reminder_days=_reminder_days(campaign, mistake),
        imports=import_jobs.list_imports(deps, organisation_id, campaign.id, PageRequest(_IMPORTS_SHOWN)).items,
        **said,
    )


def _dates(campaign: Campaign, zone: str) -> dict[str, str]:
    moments = {"opens_at": campaign.opens_at, "closes_at": campaign.closes_at, "gone_at": campaign.gone_at}
    return {name: for_input(moment, zone) if moment else "" for name, moment in moments.items()} | {
        "name": campaign.name,
        "remind_at": campaign.remind_at,
    }


def _reminder_days(campaign: Campaign | None, mistake: Mistake | None) -> Sequence[str]:
    """A field for each that a campaign may have."""
    days = mistake.chosen.get("reminder", ()) if mistake else ()
    if not any(days) and campaign is not None:
        days = tuple([day.isoformat() for day in campaign.reminders])
    return (*days, *[""] * MOST_REMINDERS)[:MOST_REMINDERS]


def _new_page(request: Request, deps: Deps, mistake: Mistake | None = None) -> Response:
    organisation_id = person(request).organisation_id
    now, zone = deps.clock.now(), zone_of(deps, organisation_id)
    said = of_mistake(request, deps, mistake)
    usual = {"closes_at": for_input(now + OPEN_FOR, zone), "remind_at": REMIND_AT}
    said["entered"] = usual | said["entered"]
    templates = [
        (package, title) for package, title, asks in _offered(deps, organisation_id, PackageKind.TEMPLATE) if asks
    ]
    return page(
        request,
        "answers/new.html",
        templates=templates,
        brands=[(package, title) for package, title, _ in _offered(deps, organisation_id, PackageKind.BRAND)],
        reminder_days=_reminder_days(None, mistake),
        soonest=for_input(now, zone),
        **said,
    )


def _offered(deps: Deps, organisation_id: str, kind: PackageKind) -> list[tuple[Package, str, bool]]:
    """The newest version of each, with its title, and whether it asks anything."""
    newest: dict[str, Package] = {}
    for package in trying.offered(deps, organisation_id, kind):
        newest.setdefault(package.key, package)
    titles = {package.id: trying.titled(deps, package) for package in newest.values()}
    return [(package, titles[package.id].title, titles[package.id].asks) for package in newest.values()]


def _plan(desk: Desk, deps: Deps) -> Plan:
    form, zone = desk.form, zone_of(deps, desk.organisation_id)
    return Plan(
        key=form.text("campaign-key"),
        name=form.text("name"),
        template=form.text("template"),
        brand=form.text("brand"),
        mode=Mode.TEST if form.text("mode") == Mode.TEST else Mode.LIVE,
        opens_at=_moment(form.text("opens_at"), zone),
        closes_at=_moment(form.text("closes_at"), zone),
        gone_at=_moment(form.text("gone_at"), zone),
        reminders=_days(form),
        remind_at=form.text("remind_at") or REMIND_AT,
    )


def _change_of(desk: Desk, deps: Deps) -> Change:
    """What differs from how it is, so that a minute that the form does not show is not changed."""
    campaign = campaigns.get_campaign(deps, desk.organisation_id, desk.request.path_params["campaign_id"])
    zone = zone_of(deps, desk.organisation_id)
    before = _dates(campaign, zone)
    moments = {
        name: _moment(desk.form.text(name), zone)
        for name in ("opens_at", "closes_at", "gone_at")
        if desk.form.text(name) != before[name]
    }
    at_once = "opens_at" in moments and moments["opens_at"] is None
    if "gone_at" in moments and moments["gone_at"] is None:
        moments["gone_at"] = (moments.get("closes_at") or campaign.closes_at) + SEEN_FOR
    name, remind_at = desk.form.text("name"), desk.form.text("remind_at") or None
    return Change(
        name=name if name != campaign.name else None,
        reminders=_days(desk.form),
        remind_at=remind_at,
        opens_at_once=at_once,
        **moments,
    )


def _moment(text: str, zone: str) -> datetime | None:
    try:
        return local_moment(text, zone)
    except ValueError:
        raise Refusal("campaign-dates-invalid", "Give day and time, such as 14-12-2026 17:00.") from None


def _days(form: Form) -> tuple[date, ...]:
    try:
        return tuple([date.fromisoformat(text.strip()) for text in form.all("reminder") if text.strip()])
    except ValueError:
        raise Refusal("campaign-dates-invalid", "Give the day of a reminder, such as 24-11-2026.") from None


def _changed(desk: Desk, campaign_id: str, make: Callable[[Deps], Done]) -> Response:
    def again(mistake: Mistake) -> Response:
        return _campaign_page(desk.request, desk.deps, campaign_id, mistake)

    fields: Mapping[str, str] = _CHANGE_FIELDS
    return desk.change(make, again, fields)
