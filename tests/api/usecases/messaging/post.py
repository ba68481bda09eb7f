"""An organisation with a mail and an SMS channel that keep what they are given, and a courier that runs when told."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from api.adapters.fakes import FakeChannels, FakeDns
from api.ports import ChannelKind, ChannelSetup, MessagePurpose, Mode, Organisation, PageRequest
from api.usecases.deps import Deps
from api.usecases.jobs import job_failed
from api.usecases.kinds import WorkKind
from api.usecases.messaging.lanes import tend_lanes
from api.usecases.messaging.outbox import Draft, lane_id_of, queue_message
from api.usecases.messaging.sending import send_messages
from api.usecases.messaging.tokens import token_of
from api.worker.runner import Runner

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeChannel, FakeClock, MemoryBlobs, SeededIds
    from api.ports import Message, MessageLane

ORG = "org_one"
OTHER = "org_two"
SECRET = b"a secret that only tests have"
MAIL = ChannelSetup(
    ORG, "mail", ChannelKind.EMAIL, "post@wonen.example.org", "Wonen", return_domain="bounces.example.org"
)
SMS = ChannelSetup(ORG, "sms", ChannelKind.SMS, "+3197012345678")
REQUEST = "thing_1"
LINK = f"https://mijn.example.org/a/{token_of(SECRET, REQUEST)}"
DRAFT = Draft(
    ORG,
    Mode.LIVE,
    ChannelKind.EMAIL,
    "request",
    MessagePurpose.ASK,
    REQUEST,
    "huurder@example.org",
    f"Bekijk de vraag: {LINK}\n",
    "Een vraag",
    f'<p><a href="{LINK}">Bekijk de vraag</a></p>',
)


class Post:
    """Everything to follow a message."""

    def __init__(self, database: SqlDatabase, blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> None:
        self.clock = clock
        self.channels = FakeChannels(MAIL, SMS)
        self.dns = FakeDns()
        self.deps = Deps(database, blobs, clock, ids, SECRET, channels=self.channels, dns=self.dns)
        with database.write() as uow:
            for organisation in (ORG, OTHER):
                uow.organisations.add(Organisation(organisation, "Stichting Een", clock.now()))

    @property
    def mail(self) -> FakeChannel:
        return self.channels.fakes[ORG, "mail"]

    def queue(self, **changes: Any) -> Message:  # noqa: ANN401 - fields of a draft
        with self.deps.database.write() as uow:
            return queue_message(self.deps, uow, replace(DRAFT, **changes))

    def of(self, message: Message) -> Message:
        """As it is now."""
        with self.deps.database.read() as uow:
            return uow.messages.get(message.organisation_id, message.id)

    def names(self, organisation: str = ORG) -> list[str]:
        """Of all events that are about messages."""
        with self.deps.database.read() as uow:
            events = uow.events.list(organisation, PageRequest(1000)).items
        return [event.name for event in events if event.name != "organisation-added"]

    def runner(self) -> Runner:
        handlers = {WorkKind.SEND_MESSAGES: partial(send_messages, self.deps)}
        return Runner(self.deps.database, self.clock, handlers, on_failed=partial(job_failed, self.deps))

    def run(self, seconds: float = 0.0) -> int:
        """A round of the sweeper after this time, and the work that it asked for; returns how many items ran."""
        self.clock.advance(seconds)
        tend_lanes(self.deps)
        return self.runner().drain("worker-1")

    def lane(self, name: str = "mail") -> MessageLane:
        with self.deps.database.read() as uow:
            lane = uow.messages.lane(ORG, lane_id_of(ORG, name))
        assert lane is not None
        return lane

    def suppressions(self) -> list[tuple[str, str]]:
        """Reason and code of each."""
        with self.deps.database.read() as uow:
            return [(row.reason, row.code) for row in uow.suppressions.list(ORG, PageRequest()).items]
