"""Campaigns, and how they stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select, true, update

from api.adapters import campaign_tables as tables
from api.adapters.repositories.base import Repository, as_row, day_of, not_found
from api.ports import FOR_A_PERSON, Campaign, CampaignCounts, DayCount, Mode, MomentKind, RecordState
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from api.ports import Page, PageRequest


class SqlCampaigns(Repository):
    """`api.ports.Campaigns`."""

    def add(self, campaign: Campaign) -> bool:
        """Once for an id."""
        if self.find(campaign.organisation_id, campaign.id) is not None:
            return False
        if self._insert_new(tables.campaigns, _row(campaign), tables.campaigns.c.id) is None:
            if self.find(campaign.organisation_id, campaign.id) is not None:
                return False
            raise Refusal("campaign-key-taken", f"There is a campaign {campaign.key} already; take another key.")
        data = {"key": campaign.key, "mode": campaign.mode, "by": campaign.created_by}
        self._event(campaign.organisation_id, campaign.id, "campaign-new", campaign.created_at, **data)
        return True

    def get(self, organisation_id: str, campaign_id: str) -> Campaign:
        """By id first, then by key, live before test."""
        found = self.find(organisation_id, campaign_id)
        if found is not None:
            return found
        c = tables.campaigns.c
        statement = select(tables.campaigns).where(c.organisation_id == organisation_id, c.key == campaign_id)
        row = self._connection.execute(statement.order_by(c.mode).limit(1)).one_or_none()
        if row is None:
            raise not_found("campaign", campaign_id)
        return _campaign(row)

    def find(self, organisation_id: str, campaign_id: str) -> Campaign | None:
        """At most one."""
        c = tables.campaigns.c
        statement = select(tables.campaigns).where(c.organisation_id == organisation_id, c.id == campaign_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _campaign(row)

    def change(self, campaign: Campaign) -> None:
        """Only the next revision."""
        c = tables.campaigns.c
        before = (c.organisation_id == campaign.organisation_id, c.id == campaign.id)
        statement = update(tables.campaigns).where(*before, c.revision == campaign.revision - 1)
        if self._connection.execute(statement.values(**_row(campaign))).rowcount == 0:
            raise Refusal("campaign-changed", "Somebody changed this campaign a moment ago. Look at it again.")

    def list(self, organisation_id: str, page: PageRequest) -> Page[Campaign]:
        """By id, which grows with time."""
        c = tables.campaigns.c
        wanted = [c.organisation_id == organisation_id]
        wanted += [] if page.after is None else [c.id < page.after]
        statement = select(tables.campaigns).where(*wanted).order_by(c.id.desc())
        return self._page(statement, page.limit, _campaign, lambda campaign: campaign.id)

    def to_remind(self, now: datetime) -> Sequence[Campaign]:
        """The list of days is short and read here."""
        c = tables.campaigns.c
        open_now = (
            c.mode == Mode.LIVE,
            c.revoked_at.is_(None),
            c.closes_at > now,
            or_(c.opens_at.is_(None), c.opens_at <= now),
        )
        rows = self._connection.execute(select(tables.campaigns).where(*open_now).order_by(c.id))
        return [one for one in map(_campaign, rows) if set(one.reminders) - set(one.reminded)]

    def counts(self, organisation_id: str, campaign_id: str, needed: Collection[str]) -> CampaignCounts:
        """Each a count over an index."""
        entries, records = tables.entries.c, tables.records.c
        settled = _records_of(organisation_id, campaign_id, records.state == RecordState.SETTLED)
        complete = (
            select(records.record_id)
            .where(settled, records.field.in_(needed) if needed else true())
            .group_by(records.record_id)
            .having(func.count() >= len(set(needed)))
        )
        any_answer = _records_of(organisation_id, campaign_id, records.state != RecordState.WITHDRAWN)
        waiting = _records_of(organisation_id, campaign_id, records.state.in_(FOR_A_PERSON))
        own = (entries.organisation_id == organisation_id, entries.campaign_id == campaign_id)
        return CampaignCounts(
            recipients=self._count(select(func.count(distinct(entries.recipient))).where(*own)),
            sent=self._recipients_with(organisation_id, campaign_id, MomentKind.LETTER_SENT),
            opened=self._recipients_with(organisation_id, campaign_id, MomentKind.PAGE_OPENED),
            complete=self._count(select(func.count()).select_from(complete.subquery())),
            answered=self._count(select(func.count(distinct(records.record_id))).where(any_answer)),
            waiting=self._count(select(func.count(distinct(records.record_id))).where(waiting)),
        )

    def per_day(self, organisation_id: str, campaign_id: str) -> Sequence[DayCount]:
        """Days as both databases write them."""
        c = tables.submissions.c
        day = day_of(self._connection.dialect.name, c.came_at)
        statement = (
            select(day, c.road, func.count())
            .where(c.organisation_id == organisation_id, c.campaign_id == campaign_id)
            .group_by(day, c.road)
            .order_by(day, c.road)
        )
        return [DayCount(dt.date.fromisoformat(row[0]), row[1], row[2]) for row in self._connection.execute(statement)]

    def _recipients_with(self, organisation_id: str, campaign_id: str, kind: MomentKind) -> int:
        c = tables.contact_moments.c
        where = (c.organisation_id == organisation_id, c.campaign_id == campaign_id, c.kind == kind)
        return self._count(select(func.count(distinct(c.recipient))).where(*where))

    def _count(self, statement: Select[Any]) -> int:
        return int(self._connection.execute(statement).scalar_one())


def _records_of(organisation_id: str, campaign_id: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    c = tables.records.c
    return and_(c.organisation_id == organisation_id, c.campaign_id == campaign_id, *more)


def _row(campaign: Campaign) -> dict[str, Any]:
    days = {"reminders": campaign.reminders, "reminded": campaign.reminded}
    return as_row(campaign) | {name: [day.isoformat() for day in found] for name, found in days.items()}


def _campaign(row: Row[Any]) -> Campaign:
    made = Campaign(**row._asdict())
    return replace(made, reminders=_days(row.reminders), reminded=_days(row.reminded))


def _days(texts: Sequence[str]) -> tuple[dt.date, ...]:
    return tuple([dt.date.fromisoformat(text) for text in texts])
