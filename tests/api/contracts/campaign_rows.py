"""Rows of campaigns for tests: two organisations with a campaign each, ways in, and moments of contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from api.ports import Campaign, ContactMoment, Entry, Mode, MomentKind
from tests.api.builders import NOW, ORG, OTHER, two_organisations

if TYPE_CHECKING:
    from api.ports import Database

CAMPAIGN = "cmp_1"


def campaign(row_id: str = CAMPAIGN, organisation: str = ORG, **changes: object) -> Campaign:
    made = Campaign(
        id=row_id,
        organisation_id=organisation,
        mode=Mode.LIVE,
        key=row_id,
        name="Meters of 2026, één keer",
        template_id=f"template_{organisation}_house_1",
        brand_id=f"brand_{organisation}_house_1",
        reply_form='{"id":"meters"}',
        created_at=NOW,
        created_by="key_1",
        closes_at=NOW + timedelta(days=30),
        gone_at=NOW + timedelta(days=60),
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a campaign


def entry(number: int, recipient: str = "", **changes: object) -> Entry:
    made = Entry(
        id=f"ent_{number}",
        organisation_id=ORG,
        mode=Mode.LIVE,
        campaign_id=CAMPAIGN,
        recipient=recipient or f"record-{number}",
        job_id="job_1",
        piece_id=f"pce_{number}",
        language="nl",
        postcode="1234AB",
        house="12-A",
        known='{"reading":{"meter_number":"ë\\t1"}}',
        token_digest=f"{number:064x}",
        code_digest=f"{number % 2:064x}",
    )
    return made._replace(**changes)  # type: ignore[arg-type] # fields of an entry


def moment(kind: MomentKind, recipient: str = "record-1", **changes: object) -> ContactMoment:
    made = ContactMoment(ORG, Mode.LIVE, CAMPAIGN, recipient, kind, NOW, "ent_1", "usr_1", {"why": "moved"})
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a moment


def two_campaigns(database: Database) -> None:
    """One of each organisation; that of the first has three recipients, of whom one has two letters."""
    two_organisations(database)
    with database.write() as uow:
        uow.campaigns.add(campaign())
        uow.campaigns.add(campaign("cmp_other", OTHER))
        uow.entries.add_many(ORG, [entry(1), entry(2), entry(3), entry(4, "record-1", job_id="job_2", language="en")])
