"""People of organisations who use the pages, and their sessions. Passwords and tokens are kept as digests only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from api.ports.entities import Role


@dataclass(frozen=True, slots=True)
class User:
    """A person. ``login`` is unique in the installation, ``password_hash`` is of `api.usecases.passwords`."""

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

    def add(self, user: User, by: str = "") -> None:
        """Insert and write an event with who did it; raises `Refusal` (``login-taken``)."""

    def get(self, organisation_id: str, user_id: str) -> User:
        """One person."""

    def by_login(self, login: str) -> User | None:
        """The person with this login in any organisation, disabled ones too: this is how somebody is known."""

    def list(self, organisation_id: str) -> Sequence[User]:
        """By login, disabled ones too."""

    def held(self, organisation_id: str) -> Sequence[User]:
        """As `list`, with the rows kept until the commit."""

    def last_logins(self, organisation_id: str, user_ids: Sequence[str]) -> Mapping[str, datetime]:
        """When these people last logged in; who never did is left out."""

    def set_password(self, organisation_id: str, user_id: str, password_hash: str, at: datetime, by: str = "") -> None:
        """Replace the hash, end every session and write an event with who did it."""

    def set_roles(self, organisation_id: str, user_id: str, roles: Iterable[Role], at: datetime, by: str) -> User:
        """Replace the roles and write an event with who did it; the same ones change nothing."""

    def disable(self, organisation_id: str, user_id: str, at: datetime, by: str = "") -> User:
        """Disable once, end every session and write an event with who did it; later calls keep the first time."""

    def enable(self, organisation_id: str, user_id: str, at: datetime, by: str) -> User:
        """Let a disabled person in again and write an event with who did it; of others nothing changes."""


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

    def paused_until(self, subject: str) -> datetime | None:
        """Until when no attempt is looked at; None when there is no pause, which may be over."""

    def clear(self, subject: str) -> None:
        """Forget: it succeeded."""

    def give_back(self, subject: str) -> None:
        """Count one less: it succeeded, and others may share the address."""

    def expire(self, before: datetime) -> int:
        """Remove counts that are older; returns how many."""
