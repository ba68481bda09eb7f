"""Reminders on planned days, from a stated hour by the clock on the wall: the sweeper asks, a worker makes them."""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from api.ports import Alarm, Event, Mode, Retryable
from api.usecases.answering.campaigns import CampaignState, state_of
from api.usecases.answering.reminding import REMINDER_FAILED, Reminder, mark, write_again
from api.usecases.kinds import SOON, WorkKind
from api.usecases.leases import given_up_for, nothing_to_do
from api.usecases.metering.days import wall_of
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from api.ports import Campaign, UnitOfWork, WorkContext, WorkItem
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

AT_ONCE: Final = 10


def ask_for_due(deps: Deps) -> int:
    """Ask for the reminders whose hour has come; returns how many campaigns were asked for now.

    The day is marked in the transaction that makes the job, so whatever is killed, there is exactly one.
    """
    with deps.database.read() as uow:
        due = [(one, days) for one in uow.campaigns.to_remind(deps.clock.now()) if (days := _due(deps, uow, one))]
        wanted = [(one, subject) for one, days in due if not _is_asked(uow, one, subject := _subject(one, days))]
    for campaign, subject in wanted[:AT_ONCE]:
        with deps.database.write() as uow:
            uow.outbox.enqueue(campaign.organisation_id, WorkKind.REMIND, subject, SOON)
    return len(wanted[:AT_ONCE])


def make_reminder(deps: Deps, context: WorkContext) -> None:
    """Handler of ``remind``: the job of one campaign. It may be killed anywhere and run again."""
    organisation_id, campaign_id = context.item.organisation_id, _campaign_id(context.item)
    with deps.database.read() as uow:
        campaign = uow.campaigns.find(organisation_id, campaign_id)
        days = _due(deps, uow, campaign) if campaign else ()
    if campaign is None or not days:
        nothing_to_do(deps, context)
        return
    wish = Reminder(by=campaign.created_by, title=f"{campaign.name[:150]}, reminder {max(days)}")
    try:
        write_again(deps, campaign, wish, partial(_over, context, campaign, days))
    except Refusal as refusal:
        if refusal.code == "campaign-changed":
            # somebody else was at it: look again at what they did
            raise Retryable("campaign-changed", refusal.detail) from refusal
        with deps.database.write() as uow:
            context.complete(uow)
            _give_up(deps, uow, campaign, days, refusal.code)


def reminder_failed(deps: Deps, uow: UnitOfWork, item: WorkItem) -> bool:
    """Tell people that work on a reminder was given up; False when the work was about something else."""
    if item.kind != WorkKind.REMIND:
        return False
    campaign = uow.campaigns.find(item.organisation_id, _campaign_id(item))
    days = _due(deps, uow, campaign) if campaign else ()
    if campaign is not None and days:
        _give_up(deps, uow, campaign, days, given_up_for(uow, item))
    return True


def _due(deps: Deps, uow: UnitOfWork, campaign: Campaign) -> tuple[date, ...]:
    """Days of an open campaign whose hour has come and that are not over."""
    now = deps.clock.now()
    if campaign.mode is not Mode.LIVE or state_of(campaign, now) is not CampaignState.OPEN:
        return ()
    wall, at = wall_of(uow, campaign.organisation_id), time.fromisoformat(campaign.remind_at)
    days = sorted(set(campaign.reminders) - set(campaign.reminded))
    return tuple([day for day in days if datetime.combine(day, at, wall).astimezone(UTC) <= now])


def _over(context: WorkContext, campaign: Campaign, days: Collection[date], uow: UnitOfWork) -> None:
    context.complete(uow)
    mark(uow, campaign, days)


def _give_up(deps: Deps, uow: UnitOfWork, campaign: Campaign, days: Collection[date], code: str) -> None:
    """What cannot be sent today cannot be sent tomorrow: a person is told, who can send it by hand."""
    log.warning(REMINDER_FAILED, campaign=campaign.id, code=code)
    now = deps.clock.now()
    mark(uow, campaign, days)
    uow.events.append(Event(campaign.organisation_id, campaign.id, "campaign-reminder-failed", now, {"code": code}))
    uow.alarms.raise_(Alarm(campaign.organisation_id, campaign.id, REMINDER_FAILED, now, now))


def _subject(campaign: Campaign, days: Collection[date]) -> str:
    return f"{campaign.id}:{max(days)}"


def _campaign_id(item: WorkItem) -> str:
    return item.subject_id.partition(":")[0]


def _is_asked(uow: UnitOfWork, campaign: Campaign, subject: str) -> bool:
    return uow.work.find(campaign.organisation_id, WorkKind.REMIND, subject) is not None
