"""A corporation whose staff asks people, with a price for its text messages, and the form of a question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from agreements.questions.model import AskRoad
from api.adapters.fakes import FakeChannels
from api.ports import ChannelKind, ChannelSetup
from tests.api.usecases.agreeing.agree_world import MAIL, PHONE, SMS, AgreeWorld, person
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from api.ports import AgreementRequest, AskedQuestion, Blobs, Clock, Database, Ids

HOME: Final = "/staff/agreements"
DEAR: Final = {"nl-title": "Geïnde huur", "nl-question": "Wilt u dat wij geïnde huur per m³ melden?"}
FORM: Final = {
    "name": "Betalen met een link",
    "question-key": "pay-by-link",
    "verb": "agree",
    "nl-title": "Betalen met een link",
    "nl-question": "Wilt u betalen met een link?",
    "nl-explanation": "Elke maand een link.\nU betaalt met uw eigen bank.",
    "nl-yes": "Ja, graag",
    "nl-no": "Nee",
    "controller-name": "Grachtstad",
    "controller-contact": "bel 088 123 45 67",
    "road-email": "yes",
    "road-sms-link": "yes",
    "remind-1": "7",
}


class AskDesk(AgreeWorld):
    """As `AgreeWorld`, and a part of a text message costs 7.5 cents."""

    def __init__(self, database: Database, blobs: Blobs, clock: Clock, ids: Ids) -> None:
        super().__init__(database, blobs, clock, ids)
        self.channels = FakeChannels(
            ChannelSetup(ORG, MAIL, ChannelKind.EMAIL, "post@grachtstad.example"),
            ChannelSetup(ORG, SMS, ChannelKind.SMS, "+3197012345678", part_price=75),
        )
        self.deps = replace(self.deps, channels=self.channels)

    def texted(self, key: str = "by-text") -> AgreementRequest:
        """One person who was asked by text message, and can answer by a word."""
        roads = (AskRoad.SMS_LINK, AskRoad.SMS_KEYWORD, AskRoad.STAFF)
        asked = self.make(key=key, roads=roads)
        return self.ask(asked, person("T1", email="", phone=PHONE))[0]

    def several(self) -> AskedQuestion:
        """A question to five people."""
        asked = self.make()
        self.ask(asked, *(person(f"T{number}") for number in range(1, 6)))
        return asked
