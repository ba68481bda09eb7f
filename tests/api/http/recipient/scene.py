"""A campaign of a brand with a host of its own: letters with links and codes, as recipients have them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from api.ports import Campaign, Entry, EntryHost, Mode, PackageKind
from api.usecases.answering.doors import code_digest, token_digest
from api.usecases.scanning.forms import reply_json
from docgen.qr.entry_code import derive_code, derive_token, format_code
from docgen.reply_form import Choice, Known, ReplyField, ReplyForm, ReplyKind
from tests.api.usecases.world import ORG, SECRET, sample

if TYPE_CHECKING:
    from api.ports import PageRequest
    from tests.api.usecases.world import World

HOST = "mijn.zandeland.example.nl"
POSTCODE, HOUSE = "9876 ZZ", "14 A"
CAMPAIGN = "cmp_meters"
NUMBER = "WM2019004417"
FORM = ReplyForm(
    "water-meter",
    {"nl": "Watermeter", "en": "Water meter"},
    (
        ReplyField(
            "reading",
            ReplyKind.METER_READING,
            {"nl": "Meterstand in m³", "en": "Reading in m³"},
            length=5,
            known={
                Known.PREVIOUS_READING: "previous",
                Known.PREVIOUS_DATE: "since",
                Known.METER_NUMBER: "number",
                Known.EXPECTED_PER_DAY: "use",
            },
            purpose={"nl": "voor de afrekening van uw water", "en": "for the bill of your water"},
        ),
        ReplyField("day", ReplyKind.DATE, {"nl": "Datum van aflezen", "en": "Date of reading"}),
        ReplyField(
            "phone",
            ReplyKind.PHONE,
            {"nl": "Uw mobiele nummer", "en": "Your mobile number"},
            required=False,
            hint={"nl": "(begint met 06)", "en": "(begins with 06)"},
            purpose={"nl": "om u te bellen als er iets is", "en": "to call you when something happens"},
        ),
        ReplyField("emergency", ReplyKind.TICK, {"nl": "Bij nood", "en": "In need"}, purpose_of=("phone", "email")),
        ReplyField("upkeep", ReplyKind.TICK, {"nl": "Voor onderhoud", "en": "For repairs"}, purpose_of=("phone",)),
        ReplyField("email", ReplyKind.EMAIL, {"nl": "Uw e-mailadres", "en": "Your e-mail address"}, required=False),
        ReplyField(
            "place",
            ReplyKind.CHOICE,
            {"nl": "Waar hangt de meter?", "en": "Where is the meter?"},
            choices=(
                Choice("cupboard", {"nl": "In de meterkast", "en": "In the meter cupboard"}),
                Choice("cellar", {"nl": "In de kelder", "en": "In the cellar"}),
            ),
        ),
        ReplyField(
            "words",
            ReplyKind.TEXT,
            {"nl": "Wilt u nog iets zeggen?", "en": "Anything else?"},
            required=False,
            length=200,
        ),
        ReplyField("signature", ReplyKind.SIGNATURE, {"nl": "Uw handtekening", "en": "Your signature"}),
    ),
)
KNOWN = json.dumps(
    {
        "reading": {
            "expected_per_day": "0.3",
            "meter_number": NUMBER,
            "previous_date": "2025-01-01",
            "previous_reading": "1284",
        }
    }
)
GOOD = {
    "f-reading": "01402",
    "f-day": "31-12-2025",
    "f-phone": "06 12345678",
    "f-emergency": "yes",
    "f-email": "anna@example.nl",
    "f-place": "cellar",
    "f-words": "",
}


@dataclass
class Letters:
    """The campaign, and what stands in letter ``n``."""

    world: World

    def __post_init__(self) -> None:
        world = self.world
        deps, now = world.deps, world.deps.clock.now()
        world.put(PackageKind.BRAND, "zandeland", sample("brand", "zandeland"))
        world.put(PackageKind.TEMPLATE, "water-meter-reading", sample("template", "water-meter-reading"))
        campaign = Campaign(
            id=CAMPAIGN,
            organisation_id=ORG,
            mode=Mode.LIVE,
            key="meters-2026",
            name="Meters of 2026",
            template_id="tpl_water-meter-reading",
            brand_id="brd_zandeland",
            reply_form=reply_json(FORM),
            created_at=now,
            created_by="key_1",
            closes_at=now + timedelta(days=30, hours=-1),
            gone_at=now + timedelta(days=60),
        )
        with deps.database.write() as uow:
            uow.entry_hosts.put(EntryHost(HOST, ORG, "zandeland", now))
            uow.campaigns.add(campaign)
            uow.entries.add_many(ORG, [self._entry(number) for number in range(1, 7)])

    def _entry(self, number: int) -> Entry:
        return Entry(
            id=f"ent_{number}",
            organisation_id=ORG,
            mode=Mode.LIVE,
            campaign_id=CAMPAIGN,
            recipient=f"R{number}",
            job_id=None,
            piece_id=None,
            language="en" if number == 2 else "nl",
            postcode=POSTCODE,
            house=HOUSE,
            known=KNOWN,
            token_digest=token_digest(SECRET, self.token(number)),
            code_digest=code_digest(SECRET, self.code(number).replace("-", "")),
        )

    def abroad(self) -> str:
        """The token of somebody whose address has its number in the street."""
        moved = self._entry(7)._replace(postcode="10115", house="")
        with self.world.deps.database.write() as uow:
            uow.entries.add_many(ORG, [moved])
        return self.token(7)

    def token(self, number: int) -> str:
        return derive_token(SECRET, f"pce_{number}")

    def code(self, number: int) -> str:
        return format_code(derive_code(SECRET, f"pce_{number}"))

    def entry(self, number: int) -> Entry:
        with self.world.deps.database.read() as uow:
            return uow.entries.get(ORG, f"ent_{number}")

    def change(self, **changes: object) -> None:
        """Change the campaign."""
        with self.world.deps.database.write() as uow:
            before = uow.campaigns.get(ORG, CAMPAIGN)
            uow.campaigns.change(replace(before, revision=before.revision + 1, **changes))  # type: ignore[arg-type] # fields of a campaign

    def revoke(self, number: int, why: str) -> None:
        with self.world.deps.database.write() as uow:
            uow.entries.revoke(ORG, [f"ent_{number}"], why, self.world.deps.clock.now())

    def answers(self, number: int) -> dict[str, str]:
        """What is in force."""
        with self.world.deps.database.read() as uow:
            return {one.field: one.value for one in uow.records.of_recipient(ORG, CAMPAIGN, f"R{number}")}

    def submissions(self, page: PageRequest) -> int:
        with self.world.deps.database.read() as uow:
            return len(uow.submissions.list(ORG, page).items)
