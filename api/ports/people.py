"""People of organisations who use the pages, and their sessions. Passwords and tokens are kept as digests only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from api.ports.entities import Role


@dataclass(frozen=True, slots=True)
class User:
    """A person. ``login`` is unique in the installation, ``password_hash`` is argon2's text with its parameters."""

    id: str
    organisation_id: str
    login: str
    name: str
    roles: frozenset[Role]
    password_hash: str
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is logged in. ``digest`` is the hex SHA-256 of the token in the cookie, which is kept nowhere."""

    digest: str
    organisation_id: str
    user_id: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Attempts:
    """Log-ins in a row of one person or address that did not succeed; until ``paused_until`` none is looked at."""

    count: int = 0
    last_at: datetime | None = None
    paused_until: datetime | None = None


class Users(Protocol):
    """People."""

    def add(self, user: User) -> None:
        """Insert and write an event; raises `Refusal` (``login-taken``)."""

    def get(self, organisation_id: str, user_id: str) -> User:
        """One person."""

    def by_login(self, login: str) -> User | None:
        """The person with this login in any organisation, disabled ones too: this is how somebody is known."""

    def list(self, organisation_id: str) -> Sequence[User]:
        """By login, disabled ones too."""

    def set_password(self, organisation_id: str, user_id: str, password_hash: str, at: datetime) -> None:
        """Replace the hash, end every session and write an event."""

    def disable(self, organisation_id: str, user_id: str, at: datetime) -> User:
        """Disable once, end every session and write an event; later calls keep the first time."""


class Sessions(Protocol):
    """Who is logged in."""

    def add(self, session: Session) -> None:
        """Insert and write an event on the person."""

    def by_digest(self, digest: str) -> Session | None:
        """The session with this digest in any organisation."""

    def seen(self, organisation_id: str, digest: str, at: datetime) -> None:
        """Note that it was used."""

    def end(self, organisation_id: str, digest: str) -> bool:
        """Remove one; False when it is not there."""

    def expire(self, began_before: datetime, seen_before: datetime) -> int:
        """Remove what is too old or was not used for too long, in all organisations; returns how many."""


class LoginAttempts(Protocol):
    """Counts of log-ins by a digest of the person or address; they belong to no organisation."""

    def charge(
        self, subjects: Sequence[str], at: datetime, forget: timedelta, pause_of: Callable[[str, int], timedelta]
    ) -> datetime | None:
        """Count one attempt of each, before anybody knows how it ends; None, or until when one of them is paused.

        ``pause_of`` gives the pause after the attempt of a subject with this number. A paused attempt is not counted.
        Counts older than ``forget`` begin anew.
        """

    def clear(self, subject: str) -> None:
        """Forget: it succeeded."""

    def give_back(self, subject: str) -> None:
        """Count one less: it succeeded, and others may share the address."""

    def expire(self, before: datetime) -> int:
        """Remove counts that are older; returns how many."""
