"""The doors of personal pages: on which host whose page is, and how often somebody tried to get in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class EntryHost:
    """Where the personal pages of a brand are.

    ``address`` is host and perhaps a short path in small letters, as typed: ``mijn.example.nl`` or ``example.nl/w``.
    ``brand`` is the brand's own id.
    """

    address: str
    organisation_id: str
    brand: str
    at: datetime

    @property
    def host(self) -> str:
        """The host, and its port when it has one."""
        return self.address.partition("/")[0]

    @property
    def path(self) -> str:
        """What comes before every path: nothing, or a slash and the short path."""
        return self.address.removeprefix(self.host)


class EntryHosts(Protocol):
    """Hosts of personal pages; what comes to them is asked for by host, so they are read over all organisations."""

    def put(self, host: EntryHost) -> None:
        """Insert, or give the address to another brand of the organisation, with an event.

        Raises Refusal: ``entry-host-taken`` when another organisation has the host.
        """

    def all(self) -> Sequence[EntryHost]:
        """By address, of all organisations."""


class Ration(NamedTuple):
    """How many tries a subject has: ``most`` in ``window``, then none for ``pause``.

    The window begins with the first try; when it ``slides`` it begins anew with each one, so that in no window
    wherever are there more.
    """

    most: int
    window: timedelta
    pause: timedelta
    slides: bool = False


class Charged(NamedTuple):
    """What came of charging: until when each subject is paused that was so before, and those that the try used up."""

    paused: Mapping[str, datetime]
    used_up: Mapping[str, datetime]


class DoorTries(Protocol):
    """Counts of tries by subject, shared by all processes; they belong to no organisation and hold only digests."""

    def charge(self, rations: Mapping[str, Ration], at: datetime) -> Charged:
        """Count one try of each subject, before anybody knows how it ends; when one of them is paused, of none."""

    def paused_until(self, subject: str, at: datetime) -> datetime | None:
        """Until when a subject is paused; None when it is not."""

    def clear(self, subject: str) -> None:
        """Forget: it succeeded."""

    def give_back(self, subject: str) -> None:
        """Count one less: it succeeded, and others share the subject."""

    def expire(self, before: datetime) -> int:
        """Remove what was used last before this; returns how many."""
