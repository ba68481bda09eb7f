"""Campaigns: made, changed, revoked, and what a letter of one must ask."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from api.ports import MAX_PAGE_ITEMS, REMIND_AT, Campaign, Event, Mode, PackageKind, PackageState, PageRequest
from api.usecases.answering.inviting import OPEN_FOR, SEEN_FOR
from api.usecases.packages import files_of, resolve
from api.usecases.scanning.forms import read_reply, reply_json
from docgen.findings import Refusal
from docgen.templates.load import load_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from api.ports import CampaignCounts, DayCount, Package, Page, Recipient, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.reply_form import ReplyField, ReplyForm

MOST_NAME: Final = 200
MOST_REMINDERS: Final = 5
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


class CampaignState(StrEnum):
    """Where a campaign is in its time."""

    NOT_YET = "not-yet"
    OPEN = "open"
    CLOSED = "closed"
    GONE = "gone"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign is to be. Without ``closes_at`` it is open for 120 days, without ``gone_at`` seen for 90 more."""

    key: str
    name: str
    template: str
    brand: str
    mode: Mode = Mode.LIVE
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    gone_at: datetime | None = None
    reminders: tuple[date, ...] = ()
    remind_at: str = REMIND_AT


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed; None leaves it. With ``opens_at_once`` there is no opening any more."""

    name: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    gone_at: datetime | None = None
    reminders: tuple[date, ...] | None = None
    remind_at: str | None = None
    opens_at_once: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """How a campaign stands at this moment."""

    campaign: Campaign
    counts: CampaignCounts
    per_day: Sequence[DayCount]


def open_campaign(deps: Deps, organisation_id: str, plan: Plan, by: str) -> Campaign:
    """Make a campaign of what a template asks.

    Raises Refusal: ``campaign-key-invalid``, ``campaign-key-taken``, ``campaign-name-invalid``,
    ``campaign-dates-invalid``, ``campaign-asks-nothing``, ``template-not-found``, ``brand-not-found``.
    """
    now = deps.clock.now()
    if not _KEY.fullmatch(plan.key) or plan.key.startswith("cmp_"):
        message = "A key has 1 to 64 letters, digits, dots, dashes or underscores, and does not begin with cmp_."
        raise Refusal("campaign-key-invalid", message)
    closes_at = plan.closes_at or (plan.opens_at or now) + OPEN_FOR
    with deps.database.write() as uow:
        template = _version(uow, organisation_id, PackageKind.TEMPLATE, plan.template)
        made = Campaign(
            id=deps.ids.new("cmp"),
            organisation_id=organisation_id,
            mode=plan.mode,
            key=plan.key,
            name=plan.name,
            template_id=template.id,
            brand_id=_version(uow, organisation_id, PackageKind.BRAND, plan.brand).id,
            reply_form=reply_json(form_of(deps, template)),
            created_at=now,
            created_by=by,
            closes_at=closes_at,
            gone_at=plan.gone_at or closes_at + SEEN_FOR,
            opens_at=plan.opens_at,
            reminders=tuple(sorted(set(plan.reminders))),
            remind_at=plan.remind_at,
        )
        _check(made)
        uow.campaigns.add(made)
        return made


def change_campaign(deps: Deps, organisation_id: str, campaign_id: str, change: Change, by: str) -> Campaign:
    """Change dates or the name; a later deadline opens a closed campaign again.

    Raises Refusal: ``campaign-not-found``, ``campaign-revoked``, ``campaign-changed``, ``campaign-name-invalid``,
    ``campaign-dates-invalid``.
    """
    wanted = {name: value for name in Change.__slots__ if (value := getattr(change, name)) is not None}
    if wanted.pop("opens_at_once"):
        wanted["opens_at"] = None
    with deps.database.write() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
        if campaign.revoked_at is not None:
            raise Refusal("campaign-revoked", "This campaign was revoked. Make another.")
        if "closes_at" in wanted and "gone_at" not in wanted:
            wanted["gone_at"] = max(campaign.gone_at, wanted["closes_at"] + SEEN_FOR)
        return _put(deps, uow, replace(campaign, **wanted), "campaign-changed", by)


def revoke_campaign(deps: Deps, organisation_id: str, campaign_id: str, by: str) -> Campaign:
    """All links of a campaign lead to a page that says so, at once; answers stay. Again changes nothing.

    Raises Refusal: ``campaign-not-found``, ``campaign-changed``.
    """
    with deps.database.write() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
        if campaign.revoked_at is not None:
            return campaign
        return _put(deps, uow, replace(campaign, revoked_at=deps.clock.now()), "campaign-revoked", by)


def get_campaign(deps: Deps, organisation_id: str, campaign_id: str) -> Campaign:
    """By id or by the corporation's key. Raises Refusal: ``campaign-not-found``."""
    with deps.database.read() as uow:
        return uow.campaigns.get(organisation_id, campaign_id)


def list_campaigns(deps: Deps, organisation_id: str, page: PageRequest) -> Page[Campaign]:
    """Newest first."""
    with deps.database.read() as uow:
        return uow.campaigns.list(organisation_id, page)


def state_of(campaign: Campaign, now: datetime) -> CampaignState:
    """Where it is now."""
    if campaign.revoked_at is not None:
        return CampaignState.REVOKED
    if now >= campaign.gone_at:
        return CampaignState.GONE
    if now >= campaign.closes_at:
        return CampaignState.CLOSED
    early = campaign.opens_at is not None and now < campaign.opens_at
    return CampaignState.NOT_YET if early else CampaignState.OPEN


def list_recipients(
    deps: Deps, organisation_id: str, campaign_id: str, page: PageRequest, *, missing: bool = False
) -> Page[Recipient]:
    """By key; with ``missing`` those who have not answered all that must be. Raises Refusal: ``campaign-not-found``."""
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
        needed = needed_fields(read_reply(campaign.reply_form)) if missing else None
        return uow.entries.recipients(organisation_id, campaign.id, page, missing=needed)


def every_recipient(
    deps: Deps, organisation_id: str, campaign_id: str, *, missing: bool = False
) -> Iterator[Recipient]:
    """All of them, a part at a time."""
    page: PageRequest | None = PageRequest(MAX_PAGE_ITEMS)
    while page is not None:
        found = list_recipients(deps, organisation_id, campaign_id, page, missing=missing)
        yield from found.items
        page = PageRequest(MAX_PAGE_ITEMS, found.next_after) if found.next_after else None


def report(deps: Deps, organisation_id: str, campaign_id: str) -> Report:
    """Counts of now. Raises Refusal: ``campaign-not-found``."""
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
        counts = uow.campaigns.counts(organisation_id, campaign.id, needed_fields(read_reply(campaign.reply_form)))
        return Report(campaign, counts, uow.campaigns.per_day(organisation_id, campaign.id))


def campaign_of_job(
    deps: Deps, uow: UnitOfWork, organisation_id: str, wanted: str, mode: Mode, template: Package
) -> Campaign:
    """The campaign that a job is to be part of.

    Raises Refusal: ``campaign-not-found``, ``mode-differs``, ``campaign-form-differs``, ``campaign-closed``.
    """
    campaign = uow.campaigns.get(organisation_id, wanted)
    if campaign.mode is not mode:
        raise Refusal("mode-differs", f"{campaign.id} is of {campaign.mode} mode. Use a key of that mode.")
    if campaign.revoked_at is not None or campaign.closes_at <= deps.clock.now():
        raise Refusal("campaign-closed", f"{campaign.id} is closed: its letters would ask for what nobody can answer.")
    asked, ours = form_of(deps, template), read_reply(campaign.reply_form)
    if list(map(_shape, asked.fields)) != list(map(_shape, ours.fields)):
        message = f"{template.key} asks other things than {campaign.id}. Take a template with the same reply form."
        raise Refusal("campaign-form-differs", message)
    return campaign


def form_of(deps: Deps, template: Package) -> ReplyForm:
    """What a template asks. Raises Refusal: ``campaign-asks-nothing``."""
    form = load_template(files_of(deps, template)).reply_form
    if form is None:
        raise Refusal("campaign-asks-nothing", f"{template.key} has no [reply_form]; take a template that asks.")
    return form


def needed_fields(form: ReplyForm) -> tuple[str, ...]:
    """Fields without which an answer is not complete; a signature is asked on paper only."""
    return tuple([field.name for field in form.fields if field.required and field.kind != "signature"])


def _shape(field: ReplyField) -> tuple[object, ...]:
    """What makes two fields the same question; words may differ."""
    return (field.name, field.kind, field.length, field.decimals, tuple([one.value for one in field.choices]))


def _put(deps: Deps, uow: UnitOfWork, campaign: Campaign, name: str, by: str) -> Campaign:
    changed = replace(campaign, revision=campaign.revision + 1, reminders=tuple(sorted(set(campaign.reminders))))
    _check(changed)
    uow.campaigns.change(changed)
    data = {"revision": changed.revision, "by": by}
    uow.events.append(Event(changed.organisation_id, changed.id, name, deps.clock.now(), data))
    return changed


def _check(campaign: Campaign) -> None:
    if len(campaign.name) > MOST_NAME or not (campaign.name.isprintable()):
        raise Refusal("campaign-name-invalid", f"Give a name of at most {MOST_NAME} printable characters.")
    moments = (campaign.opens_at, campaign.closes_at, campaign.gone_at)
    there = [moment for moment in moments if moment is not None]
    if any(moment.tzinfo is None for moment in there):
        raise Refusal("campaign-dates-invalid", "Give times with their time zone: 2026-12-14T23:00:00Z.")
    if there != sorted(there) or len(set(there)) != len(there):
        raise Refusal("campaign-dates-invalid", "A campaign opens, then closes, then is gone; give the times so.")
    if len(campaign.reminders) > MOST_REMINDERS:
        raise Refusal("campaign-dates-invalid", f"A campaign has at most {MOST_REMINDERS} reminders.")
    if not _TIME.fullmatch(campaign.remind_at):
        raise Refusal("campaign-dates-invalid", "Give the time at which reminders begin as hh:mm, such as 09:00.")
    if any(day > campaign.closes_at.date() for day in campaign.reminders):
        raise Refusal("campaign-dates-invalid", "A reminder is sent before the campaign closes.")


def _version(uow: UnitOfWork, organisation_id: str, kind: PackageKind, reference: str) -> Package:
    package = resolve(uow, organisation_id, kind, reference)
    if package.state is PackageState.RETIRED:
        raise Refusal(f"{kind}-retired", f"{kind} {package.key} {package.version} is retired; name another version.")
    return package
