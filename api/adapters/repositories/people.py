"""People, their sessions and their attempts to log in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, or_, select, update

from api.adapters import people_tables as tables
from api.adapters.repositories.base import Repository, as_row
from api.adapters.tables import events
from api.ports import Attempts, Role, Session, User
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Row, Select

_LOGGED_IN = "logged-in"


class SqlUsers(Repository):
    """`api.ports.Users`."""

    def add(self, user: User, by: str = "") -> None:
        """Insert."""
        row = as_row(user) | {"roles": sorted(user.roles)}
        if self._insert_new(tables.users, row, tables.users.c.id) is None:
            raise Refusal("login-taken", "Somebody has this login already; choose another.")
        data = {"roles": sorted(user.roles), "by": by}
        self._event(user.organisation_id, user.id, "user-added", user.created_at, **data)

    def get(self, organisation_id: str, user_id: str) -> User:
        """One person."""
        return _user(self._one(tables.users, organisation_id, user_id, "user"))

    def by_login(self, login: str) -> User | None:
        """Any organisation's."""
        row = self._connection.execute(select(tables.users).where(tables.users.c.login == login)).one_or_none()
        return None if row is None else _user(row)

    def list(self, organisation_id: str) -> Sequence[User]:
        """By login."""
        return [_user(row) for row in self._connection.execute(_of_organisation(organisation_id))]

    def held(self, organisation_id: str) -> Sequence[User]:
        """In one order, so that two who hold them wait for each other and never for ever."""
        statement = _of_organisation(organisation_id).with_for_update()
        return [_user(row) for row in self._connection.execute(statement)]

    def last_logins(self, organisation_id: str, user_ids: Sequence[str]) -> Mapping[str, datetime]:
        """From their events."""
        c = events.c
        where = (c.organisation_id == organisation_id, c.subject_id.in_(user_ids), c.name == _LOGGED_IN)
        statement = select(c.subject_id, func.max(c.at, type_=c.at.type)).where(*where).group_by(c.subject_id)
        return {row[0]: row[1] for row in self._connection.execute(statement)}

    def set_password(self, organisation_id: str, user_id: str, password_hash: str, at: datetime, by: str = "") -> None:
        """And everybody who knew the old one is out."""
        self.get(organisation_id, user_id)
        self._change(user_id, password_hash=password_hash)
        self._event(organisation_id, user_id, "password-changed", at, by=by)

    def set_roles(self, organisation_id: str, user_id: str, roles: Iterable[Role], at: datetime, by: str) -> User:
        """Sessions go on: roles are looked up at every request."""
        user, wanted = self.get(organisation_id, user_id), frozenset(roles)
        if user.roles == wanted:
            return user
        change = update(tables.users).where(tables.users.c.id == user_id).values(roles=sorted(wanted))
        self._connection.execute(change)
        self._event(organisation_id, user_id, "roles-changed", at, roles=sorted(wanted), by=by)
        return replace(user, roles=wanted)

    def disable(self, organisation_id: str, user_id: str, at: datetime, by: str = "") -> User:
        """Once."""
        user = self.get(organisation_id, user_id)
        if user.disabled_at is not None:
            return user
        self._change(user_id, disabled_at=at)
        self._event(organisation_id, user_id, "user-disabled", at, by=by)
        return replace(user, disabled_at=at)

    def enable(self, organisation_id: str, user_id: str, at: datetime, by: str) -> User:
        """Once."""
        user = self.get(organisation_id, user_id)
        if user.disabled_at is None:
            return user
        self._change(user_id, disabled_at=None)
        self._event(organisation_id, user_id, "user-enabled", at, by=by)
        return replace(user, disabled_at=None)

    def _change(self, user_id: str, **changes: object) -> None:
        self._connection.execute(update(tables.users).where(tables.users.c.id == user_id).values(**changes))
        self._connection.execute(delete(tables.sessions).where(tables.sessions.c.user_id == user_id))


class SqlSessions(Repository):
    """`api.ports.Sessions`."""

    def add(self, session: Session) -> None:
        """Insert."""
        self._connection.execute(insert(tables.sessions).values(**as_row(session)))
        self._event(session.organisation_id, session.user_id, _LOGGED_IN, session.created_at)

    def by_digest(self, digest: str) -> Session | None:
        """Any organisation's."""
        statement = select(tables.sessions).where(tables.sessions.c.digest == digest)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else Session(**row._asdict())

    def seen(self, organisation_id: str, digest: str, at: datetime) -> None:
        """Only forward."""
        c = tables.sessions.c
        where = (c.organisation_id == organisation_id, c.digest == digest, c.seen_at < at)
        self._connection.execute(update(tables.sessions).where(*where).values(seen_at=at))

    def end(self, organisation_id: str, digest: str) -> bool:
        """Remove."""
        c = tables.sessions.c
        where = (c.organisation_id == organisation_id, c.digest == digest)
        return self._connection.execute(delete(tables.sessions).where(*where)).rowcount == 1

    def expire(self, began_before: datetime, seen_before: datetime) -> int:
        """Either is enough."""
        c = tables.sessions.c
        old = or_(c.created_at < began_before, c.seen_at < seen_before)
        return self._connection.execute(delete(tables.sessions).where(old)).rowcount


class SqlLoginAttempts(Repository):
    """`api.ports.LoginAttempts`."""

    def charge(
        self, subjects: Sequence[str], at: datetime, forget: timedelta, pause_of: Callable[[str, int], timedelta]
    ) -> datetime | None:
        """Rows are taken in one order, so that two attempts at a time wait for each other and never for ever."""
        found = {subject: self._held(subject, at) for subject in sorted(subjects)}
        pauses = [each.paused_until for each in found.values() if each.paused_until and each.paused_until > at]
        if pauses:
            return max(pauses)
        for subject, before in found.items():
            fresh = before.last_at is None or at - before.last_at > forget
            count = 1 if fresh else before.count + 1
            values = {"count": count, "last_at": at, "paused_until": at + pause_of(subject, count)}
            self._connection.execute(
                update(tables.login_attempts).where(tables.login_attempts.c.subject == subject).values(**values)
            )
        return None

    def _held(self, subject: str, at: datetime) -> Attempts:
        """The count, with its row kept until the commit."""
        row = {"subject": subject, "count": 0, "last_at": at, "paused_until": None}
        self._insert_new(tables.login_attempts, row, tables.login_attempts.c.subject)
        c = tables.login_attempts.c
        statement = select(c["count"], c.last_at, c.paused_until).where(c.subject == subject).with_for_update()
        return Attempts(*self._connection.execute(statement).one())

    def paused_until(self, subject: str) -> datetime | None:
        """As it was set."""
        c = tables.login_attempts.c
        return self._connection.execute(select(c.paused_until).where(c.subject == subject)).scalar_one_or_none()

    def clear(self, subject: str) -> None:
        """Remove."""
        self._connection.execute(delete(tables.login_attempts).where(tables.login_attempts.c.subject == subject))

    def give_back(self, subject: str) -> None:
        """Never under nought, and without the pause that the attempt began."""
        c = tables.login_attempts.c
        where = (c.subject == subject, c["count"] > 0)
        values = {"count": c["count"] - 1, "paused_until": None}
        self._connection.execute(update(tables.login_attempts).where(*where).values(values))

    def expire(self, before: datetime) -> int:
        """By the last attempt."""
        statement = delete(tables.login_attempts).where(tables.login_attempts.c.last_at < before)
        return self._connection.execute(statement).rowcount


def _of_organisation(organisation_id: str) -> Select[Any]:
    c = tables.users.c
    return select(tables.users).where(c.organisation_id == organisation_id).order_by(c.login)


def _user(row: Row[Any]) -> User:
    values: dict[str, Any] = row._asdict()
    return User(**values | {"roles": frozenset(map(Role, values["roles"]))})
