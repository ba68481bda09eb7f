"""What tests of agreements share: a question with its channels, people to ask, and what came of it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from agreements.questions.model import AskRoad, Controller, Question, ReminderPlan, Verb, Wording
from api.adapters.fakes import FakeChannels
from api.ports import ChainOf, ChannelKind, ChannelSetup, InboundMessage, Mode, PageRequest
from api.usecases.agreeing import asking, pages, questions
from api.usecases.agreeing.links import Offer, seal_offer
from api.usecases.agreeing.questions import QuestionWish
from api.usecases.answering.rows import RowsFile
from api.usecases.kinds import WorkKind
from api.usecases.messaging import telling
from api.usecases.messaging.tokens import token_of
from tests.api.usecases.world import ORG, SECRET, World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agreements.lifecycle.deciding import Said
    from api.ports import (
        AgreementRequest,
        AskedQuestion,
        Blobs,
        Clock,
        Database,
        Event,
        EvidenceEvent,
        Ids,
        Message,
        Unclear,
    )
    from api.usecases.agreeing.pages import Taken

MAIL, SMS = "mail", "sms"
PHONE, OTHER_PHONE = "+31612345678", "+31687654321"
BROWSER = "Mozilla/5.0 (a phone)"


def question(**changes: object) -> Question:
    """A move to payment by link."""
    made = Question(
        key="digital-payment",
        version=1,
        verb=Verb.AGREE,
        wordings={
            "nl": Wording("Betalen met een link", "Wilt u betalen met een link?", "Elke maand een link.", "Ja", "Nee"),
            "en": Wording("Pay with a link", "Would you like to pay with a link?", "A link a month.", "Yes", "No"),
        },
        controller=Controller("Grachtstad", "088 123 45 67"),
        roads=(AskRoad.EMAIL, AskRoad.SMS_LINK, AskRoad.SMS_KEYWORD, AskRoad.STAFF),
        reminders=ReminderPlan((7, 14)),
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a question


class AgreeWorld(World):
    """An organisation that asks people by mail and text message."""

    def __init__(self, database: Database, blobs: Blobs, clock: Clock, ids: Ids) -> None:
        super().__init__(database, blobs, clock, ids)
        self.channels = FakeChannels(
            ChannelSetup(ORG, MAIL, ChannelKind.EMAIL, "post@grachtstad.example"),
            ChannelSetup(ORG, SMS, ChannelKind.SMS, "+3197012345678"),
        )
        self.deps = replace(self.deps, channels=self.channels)
        self.handlers = {WorkKind.ASK_PEOPLE: partial(asking.ask_people, self.deps)}
        self._came = 0

    def make(self, mode: Mode = Mode.LIVE, **changes: object) -> AskedQuestion:
        """A draft."""
        wish = QuestionWish(question(**changes), "Betalen met een link", "grachtstad", mode)
        return questions.make_question(self.deps, ORG, wish, "key_1")

    def ask(self, asked: AskedQuestion, *people: Mapping[str, str], **wish: object) -> list[AgreementRequest]:
        """Ask people and do the work; their requests in the order of ids."""
        file = rows(people)
        asking.ask(self.deps, ORG, asked.id, file, asking.AskWish("key_1", **wish))  # type: ignore[arg-type] # fields of a wish
        self.run()
        return [one for person in people if (one := self.request(asked, person["record_id"])) is not None]

    def one(self, **changes: object) -> AgreementRequest:
        """One person who was asked a question by mail and text message."""
        return self.ask(self.make(**changes), person("T1", phone=PHONE))[0]

    def request(self, asked: AskedQuestion, recipient: str) -> AgreementRequest | None:
        """As it is now."""
        with self.deps.database.read() as uow:
            return uow.agreements.of_recipient(ORG, asked.id, recipient)

    def now(self, request: AgreementRequest) -> AgreementRequest:
        """A request as it is now."""
        with self.deps.database.read() as uow:
            return uow.agreements.get(ORG, request.id)

    def press(self, request: AgreementRequest, said: Said, **offer: object) -> Taken | None:
        """Press a button of the page as it is shown."""
        shown = Offer(request.id, request.words, request.language, "sha256:page", ("Ja", "Nee"), self.deps.clock.now())
        sealed = seal_offer(SECRET, replace(shown, **offer))  # type: ignore[arg-type] # fields of an offer
        visitor = pages.Visitor("192.0.2.1", BROWSER)
        return pages.press(self.deps, ORG, token_of(SECRET, request.id), pages.Pressed(said, sealed), visitor)

    def text(self, words: str, sender: str = PHONE) -> None:
        """A text message comes in."""
        self._came += 1
        inbound = InboundMessage(ChannelKind.SMS, f"in-{self._came}", sender, "+3197012345678", words)
        with self.deps.database.write() as uow:
            telling.take_reply(self.deps, uow, inbound, ORG, Mode.LIVE)

    def messages(self, request: AgreementRequest) -> Sequence[Message]:
        """All messages about a request, oldest first."""
        with self.deps.database.read() as uow:
            return uow.messages.of_subject(ORG, request.id)

    def kinds(self, request: AgreementRequest) -> list[str]:
        """Kinds of its messages, and by which channel."""
        return [f"{one.kind} {one.channel}" for one in self.messages(request)]

    def happen(self, message: Message, kind: str) -> None:
        """Something happens to a message."""
        with self.deps.database.write() as uow:
            telling.message_happened(self.deps, uow, message, kind, None)

    def evidence(self, subject_id: str) -> Sequence[EvidenceEvent]:
        """Evidence of a thing, oldest first."""
        with self.deps.database.read() as uow:
            return uow.evidence.of_subject(ChainOf(ORG, Mode.LIVE), subject_id)

    def events(self, subject_id: str) -> Sequence[Event]:
        """The journal of a thing."""
        with self.deps.database.read() as uow:
            return uow.events.of_subject(ORG, subject_id, PageRequest(1000)).items

    def unclear(self) -> Sequence[Unclear]:
        """What waits for a person."""
        with self.deps.database.read() as uow:
            return uow.unclear.waiting(ORG, PageRequest(100)).items

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.deps.clock.advance(timedelta(**time).total_seconds())  # type: ignore[attr-defined] # the clock of tests


def person(record_id: str, **more: str) -> dict[str, str]:
    """A row of a list."""
    return {"record_id": record_id, "name": f"Mevrouw {record_id}", "email": f"{record_id.lower()}@example.org"} | more


def rows(people: Sequence[Mapping[str, str]]) -> RowsFile:
    """People as a file."""
    data = json.dumps({"records": [dict(one) for one in people]}).encode()
    return RowsFile(io.BytesIO(data), "application/json", "00" * 32)
