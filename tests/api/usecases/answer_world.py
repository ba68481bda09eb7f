"""What tests of answers share: a campaign with recipients who have letters, slips, links and codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from api.ports import Campaign, Entry, Mode, PageRequest, Road, own_campaign_id
from api.usecases.answering.doors import code_digest, token_digest
from api.usecases.answering.giving import Given, Offer, give
from api.usecases.scanning.forms import reply_json
from docgen.qr.entry_code import derive_code, derive_token
from tests.api.builders import ORG
from tests.api.usecases.slips import ASKED, SlipWorld, piece_id
from tests.api.usecases.world import SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import Blobs, Clock, ContactMoment, Database, Ids, Record
    from docgen.reply_form import ReplyForm

CAMPAIGN = own_campaign_id(f"job_{ORG}")
POSTCODE, HOUSE = "1234AB", "12-A"


class AnswerWorld(SlipWorld):
    """Letters of a campaign; recipient ``n`` has the record id, link and code of letter ``n``."""

    def __init__(self, database: Database, blobs: Blobs, clock: Clock, ids: Ids, known: str = "{}") -> None:
        super().__init__(database, blobs, clock, ids)
        self.clock = clock
        self.start = clock.now()
        with database.write() as uow:
            uow.campaigns.add(self._campaign(ASKED))
            uow.entries.add_many(ORG, [self._entry(number, known) for number in range(8)])

    def _campaign(self, form: ReplyForm) -> Campaign:
        return Campaign(
            id=CAMPAIGN,
            organisation_id=ORG,
            mode=Mode.LIVE,
            key="meters-2026",
            name="Meters of 2026",
            template_id=f"template_{ORG}_house_1",
            brand_id=f"brand_{ORG}_house_1",
            reply_form=reply_json(form),
            created_at=self.start,
            created_by="key_1",
            closes_at=self.start + timedelta(days=30),
            gone_at=self.start + timedelta(days=60),
        )

    def _entry(self, number: int, known: str) -> Entry:
        piece = piece_id(number)
        return Entry(
            id=f"ent_{number}",
            organisation_id=ORG,
            mode=Mode.LIVE,
            campaign_id=CAMPAIGN,
            recipient=f"record-{number}",
            job_id=f"job_{ORG}",
            piece_id=piece,
            language="nl",
            postcode=POSTCODE,
            house=HOUSE,
            known=known,
            token_digest=token_digest(SECRET, derive_token(SECRET, piece)),
            code_digest=code_digest(SECRET, derive_code(SECRET, piece)),
        )

    def entry(self, number: int) -> Entry:
        """Of a letter, as it is now."""
        with self.deps.database.read() as uow:
            return uow.entries.get(ORG, f"ent_{number}")

    def change(self, **changes: object) -> None:
        """Change the campaign."""
        with self.deps.database.write() as uow:
            before = uow.campaigns.get(ORG, CAMPAIGN)
            uow.campaigns.change(replace(before, revision=before.revision + 1, **changes))  # type: ignore[arg-type] # fields of a campaign

    def give(self, number: int, given: Mapping[str, str], road: Road = Road.PAGE, **more: object) -> Given:
        """Answers of a recipient."""
        return give(self.deps, self.entry(number), Offer(road, given, **more))  # type: ignore[arg-type] # fields of an offer

    def record(self, number: int, field: str = "number") -> Record | None:
        """What is in force."""
        with self.deps.database.read() as uow:
            return uow.records.find(ORG, CAMPAIGN, f"record-{number}", field)

    def moments(self, number: int) -> Sequence[ContactMoment]:
        """What passed."""
        with self.deps.database.read() as uow:
            return uow.contact_moments.of_recipient(ORG, f"record-{number}", PageRequest()).items
