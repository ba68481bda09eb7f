"""Administrators manage the people of their organisation: who there is, what they do, who is let in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from api.ports import Event, Role, User
from api.usecases import passwords, people
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from api.ports import UnitOfWork
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the organisation; ``paused_until`` is None unless too many attempts to log in have locked it now."""

    user: User
    last_login: datetime | None
    paused_until: datetime | None

    @property
    def waits(self) -> bool:
        """True while nobody has chosen a password in place of the one-time one."""
        return passwords.is_one_time(self.user.password_hash)


def members(deps: Deps, organisation_id: str) -> Sequence[Member]:
    """By login, disabled ones too."""
    with deps.database.read() as uow:
        return _members(deps, uow, organisation_id, uow.users.list(organisation_id))


def member(deps: Deps, organisation_id: str, user_id: str) -> Member:
    """One person. Raises Refusal: ``user-not-found``."""
    with deps.database.read() as uow:
        (found,) = _members(deps, uow, organisation_id, [uow.users.get(organisation_id, user_id)])
    return found


def add_member(
    deps: Deps, organisation_id: str, names: tuple[str, str], roles: Iterable[Role], by: str
) -> tuple[User, str]:
    """Add a person, and return the one-time password, which is kept nowhere. ``names`` are login and name.

    Raises Refusal: as `people.add_user`.
    """
    password = passwords.one_time_password(deps.ids.secret())
    made = people.new_user(deps, organisation_id, names, roles, passwords.hashed_one_time(password))
    with deps.database.write() as uow:
        uow.users.add(made, by)
    log.info("user-added", user=made.id, by=by)
    return made, password


def set_roles(deps: Deps, organisation_id: str, user_id: str, roles: Iterable[Role], by: str) -> User:
    """Change what a person does; it holds at once. Raises Refusal: ``user-not-found``, ``user-without-roles``.

    And ``last-admin`` when nobody would be left who may do this.
    """
    wanted = people.some_roles(roles)
    with deps.database.write() as uow:
        user = uow.users.get(organisation_id, user_id)
        _check_admin_left(uow, replace(user, roles=wanted))
        changed = uow.users.set_roles(organisation_id, user_id, wanted, deps.clock.now(), by)
    log.info("roles-changed", user=user_id, by=by, roles=sorted(wanted))
    return changed


def disable(deps: Deps, organisation_id: str, user_id: str, by: str) -> User:
    """Out at once, and not in any more. Raises Refusal: ``user-not-found``, ``last-admin``."""
    now = deps.clock.now()
    with deps.database.write() as uow:
        _check_admin_left(uow, replace(uow.users.get(organisation_id, user_id), disabled_at=now))
        user = uow.users.disable(organisation_id, user_id, now, by)
    log.info("user-disabled", user=user_id, by=by)
    return user


def enable(deps: Deps, organisation_id: str, user_id: str, by: str) -> User:
    """In again with the password of before. Raises Refusal: ``user-not-found``."""
    with deps.database.write() as uow:
        user = uow.users.enable(organisation_id, user_id, deps.clock.now(), by)
    log.info("user-enabled", user=user_id, by=by)
    return user


def reset_password(deps: Deps, organisation_id: str, user_id: str, by: str) -> tuple[User, str]:
    """Out at once, and in again with the one-time password that is returned and kept nowhere; unlocked too.

    Raises Refusal: ``user-not-found``.
    """
    password = passwords.one_time_password(deps.ids.secret())
    password_hash = passwords.hashed_one_time(password)
    with deps.database.write() as uow:
        user = uow.users.get(organisation_id, user_id)
        uow.users.set_password(organisation_id, user_id, password_hash, deps.clock.now(), by)
        uow.login_attempts.clear(people.attempts_of(deps, user))
    log.info("password-changed", user=user_id, by=by)
    return user, password


def unlock(deps: Deps, organisation_id: str, user_id: str, by: str) -> User:
    """Forget the attempts to log in that failed. Raises Refusal: ``user-not-found``."""
    with deps.database.write() as uow:
        user = uow.users.get(organisation_id, user_id)
        uow.login_attempts.clear(people.attempts_of(deps, user))
        uow.events.append(Event(organisation_id, user_id, "login-unlocked", deps.clock.now(), {"by": by}))
    log.info("login-unlocked", user=user_id, by=by)
    return user


def _members(deps: Deps, uow: UnitOfWork, organisation_id: str, users: Sequence[User]) -> list[Member]:
    now, seen = deps.clock.now(), uow.users.last_logins(organisation_id, [user.id for user in users])
    found = []
    for user in users:
        until = uow.login_attempts.paused_until(people.attempts_of(deps, user))
        found.append(Member(user, seen.get(user.id), until if until is not None and until > now else None))
    return found


def _check_admin_left(uow: UnitOfWork, changed: User) -> None:
    """Everybody's row is held: of two admins who demote each other at a time one is refused."""
    before = uow.users.held(changed.organisation_id)
    after = [changed if user.id == changed.id else user for user in before]
    if any(map(_is_admin, before)) and not any(map(_is_admin, after)):
        message = "Nobody would be left who may manage people. Make somebody else an administrator first."
        raise Refusal("last-admin", message)


def _is_admin(user: User) -> bool:
    return Role.ADMIN in user.roles and user.disabled_at is None
