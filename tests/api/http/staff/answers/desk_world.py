"""A campaign of a real brand and template, with questions of every kind and what is known of a meter."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from api.adapters.fakes import FakeChannels
from api.ports import ChannelKind, ChannelSetup, Package, PackageKind
from api.usecases.kinds import WorkKind
from api.usecases.messaging.sending import send_messages
from api.usecases.packages import packages_of, retire
from api.usecases.scanning import policies
from api.usecases.scanning.forms import reply_json
from api.worker.runner import Runner, WorkRules
from docgen.reply_form import Choice, Known, ReplyField, ReplyForm, ReplyKind
from docgen.templates.load import digest_of
from tests.api.usecases.answer_world import AnswerWorld
from tests.api.usecases.slips import ASKED, FORM, ORG, page, slip
from tests.api.usecases.world import sample, unzipped

if TYPE_CHECKING:
    from api.ports import Blobs, Clock, Database, Ids

KNOWN: Final = json.dumps(
    {
        "reading": {
            str(Known.PREVIOUS_READING): "12000",
            str(Known.PREVIOUS_DATE): "2025-01-01",
            str(Known.EXPECTED_PER_DAY): "0.4",
            str(Known.METER_NUMBER): "WM 204417",
        }
    }
)
_PREFIX: Final = {PackageKind.BRAND: "brd", PackageKind.TEMPLATE: "tpl"}
READING, NUMBER, REMARK = ASKED.fields
DESK_FORM: Final = ReplyForm(
    "meter",
    {"nl": "Meterstand"},
    (
        replace(READING, purpose={"nl": "Hiermee maken wij uw afrekening."}),
        replace(NUMBER, label={"nl": "Laatste vier cijfers van uw klantnummer"}),
        ReplyField("phone", ReplyKind.PHONE, {"nl": "Mobiel nummer"}, required=False),
        ReplyField("digital", ReplyKind.TICK, {"nl": "Ik wil post per e-mail"}, required=False),
        ReplyField(
            "road",
            ReplyKind.CHOICE,
            {"nl": "Hoe wilt u post ontvangen?"},
            required=False,
            choices=(Choice("post", {"nl": "per post"}), Choice("mail", {"nl": "per e-mail"})),
        ),
        REMARK,
        ReplyField("signature", ReplyKind.SIGNATURE, {"nl": "Uw handtekening"}),
    ),
)


class DeskWorld(AnswerWorld):
    """As `AnswerWorld`, and links can be made."""

    def __init__(self, database: Database, blobs: Blobs, clock: Clock, ids: Ids) -> None:
        super().__init__(database, blobs, clock, ids, KNOWN)
        mail = ChannelSetup(ORG, "mail", ChannelKind.EMAIL, "post@grachtstad.example")
        self.channels = FakeChannels(mail, ChannelSetup(ORG, "sms", ChannelKind.SMS, "+3197012345678"))
        self.deps = replace(self.deps, channels=self.channels)
        policies.put_policy(self.deps, ORG, FORM, {"checked_share": 0.0}, "usr_1")
        for house in (PackageKind.BRAND, PackageKind.TEMPLATE):
            retire(self.deps, ORG, house, "house@1")
        brand = self.put(PackageKind.BRAND, "grachtstad")
        template = self.put(PackageKind.TEMPLATE, "water-meter-reading")
        self.change(reply_form=reply_json(DESK_FORM), brand_id=brand, template_id=template)

    def put(self, kind: PackageKind, key: str) -> str:
        """A sample as version 1.0."""
        data, deps = sample(kind, key), self.deps
        ref = deps.blobs.put(ORG, [data])
        made = Package(
            f"{_PREFIX[kind]}_{key}", ORG, kind, key, "1.0", ref, digest_of(unzipped(data)), deps.clock.now()
        )
        with deps.database.write() as uow:
            packages_of(uow, kind).add(made)
        return made.id

    def sent(self) -> str:
        """What the one message says that goes out now."""
        handlers = {WorkKind.SEND_MESSAGES: partial(send_messages, self.deps)}
        Runner(self.deps.database, self.deps.clock, handlers, WorkRules()).drain("worker-1", lambda: False)
        (message,) = [one for fake in self.channels.fakes.values() for one in fake.sent]
        return message.text

    def dispute(self, number: int, by_page: str = "12150", by_slip: str = "12250") -> str:
        """The id of a record of which page and slip say different things."""
        self.give(number, {"reading": by_page})
        self.scan(page(1, slip(number, {"reading": by_slip}), looks=f"look-{number}"))
        record = self.record(number, "reading")
        assert record is not None
        return record.id
