"""One request as its evidence tells it: values that a proof is drawn from, each with the number of its event."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


class Standing(StrEnum):
    """How the request stands after the last event."""

    OPEN = "open"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Told:
    """Something personal as far as its annex still tells it; ``annex`` is empty when there never was one."""

    annex: str = ""
    value: object = None
    deleted_at: dt.datetime | None = None

    @property
    def is_known(self) -> bool:
        """True when the annex is there."""
        return self.value is not None

    def field(self, *names: str) -> str:
        """The first text among fields of these names; the value itself when it is a text."""
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, dict):
            return next((str(self.value[name]) for name in names if self.value.get(name)), "")
        return ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The frozen question in the language of the request; ``lines`` are its text by the names of its lines.

    ``text`` is the frozen text itself; empty when the file does not hold the event in which it was frozen.
    """

    id: str
    version: int
    verb: str
    language: str
    digest: str
    text: str = ""
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def line(self, name: str) -> str:
        """The first line of a name, or nothing."""
        return next(iter(self.lines.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the file; ``body`` is None where the file leaves it out."""

    seq: int
    at: dt.datetime
    kind: str
    digest: str
    body: Mapping[str, object] | None

    def text(self, name: str) -> str:
        """A field of the body as text; empty when it is not there."""
        value = (self.body or {}).get(name)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and what became of it: its events in order."""

    id: str
    channel: str
    kind: str
    address: Told
    rendered: Told
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """What a human did, or staff made of it; ``at`` is when it came in, ``event`` where it was put down.

    ``method`` may be that a person settled it; ``answer`` is a yes, a no or a withdrawal.
    """

    event: Event
    at: dt.datetime
    answer: str
    method: str
    decided: bool
    sender: Told
    raw: Told
    device: Told
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StampedCheckpoint:
    """A checkpoint over events ``first`` to ``last`` and what its time stamp says; ``state`` as in `StampState`."""

    number: int
    first: int
    last: int
    at: dt.datetime
    root: str
    digest: str
    state: StampState
    stamped_at: dt.datetime | None = None
    authority: str = ""


class StampState(StrEnum):
    """Whether a checkpoint has a time stamp, and whether that is of this checkpoint."""

    STAMPED = "stamped"
    MISSING = "missing"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What the check of the file found; ``seq`` is the first event it is about, if any."""

    code: str
    seq: int | None


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything that is drawn; ``recipient`` is the corporation's own key of who was asked.

    ``links`` are how many events of others stand in the file without their bodies, ``as_of`` is the moment of the last
    event that it holds, and ``deciding`` the act that the request stands on.
    """

    chain: str
    request: str
    standing: Standing
    asked: Asked
    recipient: Told
    name: Told
    requested: Event | None
    addresses: tuple[tuple[str, Told], ...]
    sent: tuple[Sent, ...]
    acts: tuple[Act, ...]
    deciding: Act | None
    ended: Event | None
    events: tuple[Event, ...]
    links: int
    head: tuple[int, str]
    checkpoints: tuple[StampedCheckpoint, ...]
    gone: tuple[Told, ...]
    as_of: dt.datetime
    wrong: tuple[Wrong, ...] = ()

    @property
    def is_test(self) -> bool:
        """True when the chain is one of tests, which counts for nothing."""
        return self.chain.endswith("/test")
