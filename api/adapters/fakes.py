"""Adapters that need nothing: for tests, benchmarks and demonstrations. Deterministic throughout."""

from __future__ import annotations

import io
import random
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from api.adapters.blobs_folder import blob_missing, copy_hashed, safe_organisation
from api.ports import (
    Capabilities,
    ChannelKind,
    SendResult,
    SendState,
    WebhookAnswer,
    base32,
    channel_not_found,
)
from api.ports.dns import no_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.ports import (
        BlobRef,
        Channel,
        ChannelSetup,
        DeliveryEvent,
        Fault,
        InboundMessage,
        MailExchange,
        OutboundMessage,
        RawCallback,
        WebhookMessage,
    )

T = TypeVar("T")

_START = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """`api.ports.Clock` that stands still until it is told to move."""

    def __init__(self, start: datetime = _START) -> None:
        """Starts at the beginning of 2026 unless told otherwise."""
        self._now = start

    def now(self) -> datetime:
        """The time it was told."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._now += timedelta(seconds=seconds)


class SeededIds:
    """`api.ports.Ids` that gives the same ids in the same order for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        """Counts from 1."""
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, never used for secrets of a service
        self._count = 0

    def new(self, prefix: str) -> str:
        """A growing number, then the seed's next bits."""
        self._count += 1
        return f"{prefix}_{base32(self._count, 10)}{base32(self._random.getrandbits(80), 16)}"

    def secret(self) -> str:
        """The seed's next bits."""
        return base32(self._random.getrandbits(260), 52)


class MemoryBlobs:
    """`api.ports.Blobs` in memory."""

    def __init__(self) -> None:
        """Empty; a test that wants a store far away changes ``cheap_at_places``."""
        self.cheap_at_places = True
        self._blobs: dict[tuple[str, BlobRef], bytes] = {}

    def put(self, organisation_id: str, data: BinaryIO | Iterable[bytes]) -> BlobRef:
        """Keep."""
        target = io.BytesIO()
        ref = copy_hashed(data, target)
        self._blobs[safe_organisation(organisation_id), ref] = target.getvalue()
        return ref

    @contextmanager
    def open(self, organisation_id: str, ref: BlobRef) -> Iterator[BinaryIO]:
        """Read."""
        kept = self._blobs.get((safe_organisation(organisation_id), ref))
        if kept is None:
            raise blob_missing(ref)
        yield io.BytesIO(kept)

    def exists(self, organisation_id: str, ref: BlobRef) -> bool:
        """There."""
        return (safe_organisation(organisation_id), ref) in self._blobs

    def delete(self, organisation_id: str, ref: BlobRef) -> None:
        """Forget."""
        self._blobs.pop((safe_organisation(organisation_id), ref), None)

    def ready(self) -> bool:
        """Always."""
        return True


class CountingWaker:
    """`api.ports.Waker` that only counts: with `api.worker.runner.Runner.drain` a test runs the work itself."""

    def __init__(self) -> None:
        """None sent."""
        self.sent = 0

    def wake(self, count: int = 1) -> None:
        """Count."""
        self.sent += count

    def ready(self) -> bool:
        """Always."""
        return True


class FakeWebhookSender:
    """`api.ports.WebhookSender` that keeps what it was given and answers what it was told, by URL."""

    def __init__(self) -> None:
        """Every message is taken until `answers` says otherwise."""
        self.sent: list[WebhookMessage] = []
        self.answers: dict[str, WebhookAnswer] = {}

    def post(self, message: WebhookMessage) -> WebhookAnswer:
        """Keep."""
        self.sent.append(message)
        return self.answers.get(message.url, WebhookAnswer(status=200))


class FakeTimeStamper:
    """`api.ports.TimeStamper` that keeps what it was given, and raises what it is told until it is told nothing."""

    def __init__(self) -> None:
        """Stamps everything."""
        self.asked: list[bytes] = []
        self.fault: Fault | None = None

    def stamp(self, digest: bytes) -> bytes:
        """No real stamp, and another one each time."""
        if self.fault is not None:
            raise self.fault
        self.asked.append(digest)
        return b"stamp %d of " % len(self.asked) + digest


class FakeShelf:
    """`api.ports.CheckpointShelf` in memory; raises what it is told until it is told nothing."""

    def __init__(self) -> None:
        """Empty."""
        self.files: dict[str, bytes] = {}
        self.fault: Fault | None = None

    def put(self, name: str, data: bytes) -> None:
        """Keep."""
        if self.fault is not None:
            raise self.fault
        self.files[name] = data


class FakeChannel:
    """`api.ports.Channel` that keeps what it was given and answers what it was told.

    ``answers`` has a result for an address, ``next_answers`` results for whatever comes next; else all is sent.
    """

    def __init__(self, capabilities: Capabilities | None = None) -> None:
        """Takes everything, once `open` connections too, which `close` ends."""
        self.sent: list[OutboundMessage] = []
        self.answers: dict[str, SendResult] = {}
        self.next_answers: list[SendResult] = []
        self.callbacks: list[DeliveryEvent | InboundMessage] = []
        self.verified = True
        self.closed = 0
        self._capabilities = capabilities or Capabilities(most_parts=8)

    def send(self, message: OutboundMessage) -> SendResult:
        """Keep what was taken."""
        answer = self.next_answers.pop(0) if self.next_answers else self.answers.get(message.to)
        if answer is None:
            answer = SendResult(SendState.SENT, provider_id=f"fake-{len(self.sent) + 1}")
        if answer.state in (SendState.SENT, SendState.QUEUED):
            self.sent.append(message)
        return answer

    def parse_callback(self, raw: RawCallback) -> Sequence[DeliveryEvent | InboundMessage]:
        """What it was told."""
        del raw
        return tuple(self.callbacks)

    def verify_callback(self, raw: RawCallback) -> bool:
        """As it was told."""
        del raw
        return self.verified

    def capabilities(self) -> Capabilities:
        """As it was told."""
        return self._capabilities

    def close(self) -> None:
        """Count."""
        self.closed += 1


class FakeChannels:
    """`api.ports.Channels` with a fake behind each."""

    def __init__(self, *setups: ChannelSetup) -> None:
        """One fake for each, in `fakes` by organisation and name."""
        self._setups = setups
        self.fakes = {
            (each.organisation_id, each.name): FakeChannel(
                Capabilities(inbound=True, delivery_reports=True, most_parts=8)
                if each.kind is ChannelKind.SMS
                else Capabilities()
            )
            for each in setups
        }

    def all(self) -> Sequence[ChannelSetup]:
        """As given."""
        return tuple(self._setups)

    def setups(self, organisation_id: str) -> Sequence[ChannelSetup]:
        """As given."""
        return tuple(each for each in self._setups if each.organisation_id == organisation_id)

    def channel(self, organisation_id: str, name: str) -> Channel:
        """The fake."""
        if (organisation_id, name) not in self.fakes:
            raise channel_not_found(organisation_id, name)
        return self.fakes[organisation_id, name]


class FakeDns:
    """`api.ports.Dns` that says what it was told; names in ``silent`` get no answer."""

    def __init__(self) -> None:
        """Knows nothing."""
        self.known_texts: dict[str, Sequence[str]] = {}
        self.known_exchanges: dict[str, Sequence[MailExchange]] = {}
        self.known_addresses: dict[str, Sequence[str]] = {}
        self.silent: set[str] = set()
        self.asked: list[str] = []

    def texts(self, name: str) -> Sequence[str]:
        """As told."""
        return self._known(self.known_texts, name)

    def exchanges(self, name: str) -> Sequence[MailExchange]:
        """As told."""
        return self._known(self.known_exchanges, name)

    def addresses(self, name: str) -> Sequence[str]:
        """As told."""
        return self._known(self.known_addresses, name)

    def _known(self, records: Mapping[str, Sequence[T]], name: str) -> Sequence[T]:
        self.asked.append(name)
        if name in self.silent:
            raise no_answer(name)
        return records.get(name.lower(), ())
