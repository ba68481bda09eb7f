"""People of organisations: add them, let them log in and out, change passwords. Secrets are in no log and no event."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

import structlog

from api.ports import MAX_PAGE_ITEMS, Event, PageRequest, Session, User
from api.usecases import passwords
from api.usecases.parties import checked_name
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from api.ports import Role
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

IDLE: Final = timedelta(hours=8)
LONGEST: Final = timedelta(hours=12)
_SEEN_EVERY: Final = timedelta(minutes=1)
_FORGET: Final = timedelta(hours=24)
_PERSON: Final = "person:"
_ADDRESS: Final = "address:"
# so many attempts are free; then each one doubles the pause
_FREE: Final = {_PERSON: 5, _ADDRESS: 30}
_FIRST_PAUSE: Final = timedelta(seconds=15)
_LONGEST_PAUSE: Final = timedelta(minutes=15)
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_NETWORK_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session with the token that goes into the cookie and is kept nowhere."""

    session: Session
    user: User
    token: str


def add_user(deps: Deps, organisation_id: str, names: tuple[str, str], roles: Iterable[Role], password: str) -> User:
    """Add a person; ``names`` are the login and the name that colleagues see.

    Raises Refusal: ``login-invalid``, ``login-taken``, ``bad-name``, ``user-without-roles``,
    ``organisation-not-found``, and for the password as `passwords.checked_password`.
    """
    password_hash = passwords.hashed(passwords.checked_password(password, login_of(names[0])))
    user = new_user(deps, organisation_id, names, roles, password_hash)
    with deps.database.write() as uow:
        uow.organisations.get(organisation_id)
        uow.users.add(user)
    return user


def new_user(
    deps: Deps, organisation_id: str, names: tuple[str, str], roles: Iterable[Role], password_hash: str
) -> User:
    """A person as they are added; ``names`` as for `add_user`.

    Raises Refusal: ``login-invalid``, ``bad-name``, ``user-without-roles``.
    """
    login, name = login_of(names[0]), checked_name(names[1], "name")
    if not _LOGIN.fullmatch(login):
        raise Refusal(
            "login-invalid", "A login has 2 to 64 letters, digits or . _ @ + - and begins with a letter or digit."
        )
    return User(deps.ids.new("usr"), organisation_id, login, name, some_roles(roles), password_hash, deps.clock.now())


def some_roles(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles, of which there is one. Raises Refusal: ``user-without-roles``."""
    wanted = frozenset(roles)
    if not wanted:
        raise Refusal("user-without-roles", "Name at least one role: what the person does.")
    return wanted


def list_users(deps: Deps, organisation_id: str) -> Sequence[User]:
    """By login, disabled ones too. Raises Refusal: ``organisation-not-found``."""
    with deps.database.read() as uow:
        uow.organisations.get(organisation_id)
        return uow.users.list(organisation_id)


def names_of(deps: Deps, organisation_id: str) -> Mapping[str, str]:
    """Names of people and labels of keys by id, for whoever reads what was done with them."""
    with deps.database.read() as uow:
        keys = uow.keys.list(organisation_id, PageRequest(MAX_PAGE_ITEMS)).items
        return {key.id: key.label for key in keys} | {user.id: user.name for user in uow.users.list(organisation_id)}


def disable_user(deps: Deps, login: str) -> User:
    """Nobody logs in with it any more, and whoever is logged in is out. Raises Refusal: ``user-not-found``."""
    with deps.database.write() as uow:
        user = uow.users.by_login(login_of(login))
        if user is None:
            raise _not_there(login)
        return uow.users.disable(user.organisation_id, user.id, deps.clock.now())


def set_password(deps: Deps, login: str, password: str) -> User:
    """What an operator does for who has forgotten it. Raises Refusal: ``user-not-found``, and as `add_user`."""
    with deps.database.read() as uow:
        user = uow.users.by_login(login_of(login))
    if user is None:
        raise _not_there(login)
    password_hash = passwords.hashed(passwords.checked_password(password, user.login))
    with deps.database.write() as uow:
        uow.users.set_password(user.organisation_id, user.id, password_hash, deps.clock.now())
        uow.login_attempts.clear(_person(deps, user.login))
    log.info("password-changed", user=user.id, by="operator")
    return user


def change_password(deps: Deps, user: User, old: str, new: str, address: str) -> LoggedIn:
    """Change one's own password; every session ends and a new one begins.

    Raises Refusal: ``login-failed`` when the old one is wrong, ``login-paused``, and as `add_user` for the new one.
    """
    _check(deps, user.login, old, address)
    password_hash = passwords.hashed(passwords.checked_password(new, user.login))
    with deps.database.write() as uow:
        uow.users.set_password(user.organisation_id, user.id, password_hash, deps.clock.now(), user.id)
    log.info("password-changed", user=user.id, by=user.id)
    return _begin_session(deps, replace(user, password_hash=password_hash))


def choose_password(deps: Deps, login: str, one_time: str, new: str, address: str) -> LoggedIn:
    """Log in for the first time after somebody else set a password: with one that only the person knows.

    Raises Refusal: ``password-not-new``, and as `change_password`.
    """
    if one_time == new:
        raise Refusal("password-not-new", "This is the one-time password; choose one that only you know.")
    return change_password(deps, _check(deps, login_of(login), one_time, address), one_time, new, address)


def log_in(deps: Deps, login: str, password: str, address: str) -> LoggedIn:
    """Begin a session. ``address`` is the caller's, for the count of attempts; it is not kept.

    Unknown, disabled and wrong are answered alike and take as long.
    Raises Refusal: ``login-failed``, ``login-paused``, and ``password-one-time`` when it is right but was only for
    choosing another, see `choose_password`.
    """
    user = _check(deps, login_of(login), password, address)
    if passwords.is_one_time(user.password_hash):
        raise Refusal("password-one-time", "This password was for one time. Choose your own.")
    return _begin_session(deps, user)


def log_out(deps: Deps, session: Session) -> None:
    """End the session; from now on its token opens nothing."""
    with deps.database.write() as uow:
        if uow.sessions.end(session.organisation_id, session.digest):
            event = Event(session.organisation_id, session.user_id, "logged-out", deps.clock.now())
            uow.events.append(event)


def session_of(deps: Deps, token: str, *, used: bool = True) -> tuple[Session, User] | None:
    """Who has this token; None when the session is over or never was.

    A page that asks again by itself is not ``used``: nobody may be there any more.
    """
    now = deps.clock.now()
    with deps.database.read() as uow:
        session = uow.sessions.by_digest(digest_of(token))
        if session is None or now - session.created_at >= LONGEST or now - session.seen_at >= IDLE:
            return None
        user = uow.users.get(session.organisation_id, session.user_id)
    if user.disabled_at is not None:
        return None
    if used and now - session.seen_at >= _SEEN_EVERY:
        with deps.database.write() as uow:
            uow.sessions.seen(session.organisation_id, session.digest, now)
    return session, user


def digest_of(token: str) -> str:
    """Hex SHA-256: a token of 260 random bits needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def attempts_of(deps: Deps, user: User) -> str:
    """Under what the attempts to log in as this person are counted."""
    return _person(deps, user.login)


def login_of(text: str) -> str:
    """As it is kept: small letters, without spaces around it."""
    return text.strip().casefold()


def _check(deps: Deps, login: str, password: str, address: str) -> User:
    """Charged before it is looked at, so that many at once are no way around the pause."""
    person, place = _person(deps, login), _place(deps, address)
    now = deps.clock.now()
    with deps.database.write() as uow:
        paused_until = uow.login_attempts.charge((person, place), now, _FORGET, pause_after)
        user = uow.users.by_login(login)
    if paused_until is not None:
        _note_paused(deps, user)
        raise _paused(paused_until - now)
    known = user is not None and user.disabled_at is None
    if not passwords.matches(user.password_hash if user and known else None, password) or user is None:
        log.warning("login-failed", user=user.id if user else None)
        raise _failed()
    with deps.database.write() as uow:
        uow.login_attempts.clear(person)
        uow.login_attempts.give_back(place)
    return user


def pause_after(subject: str, count: int) -> timedelta:
    """None for the first attempts, then 15 seconds, doubled each time, up to 15 minutes."""
    over = count - _FREE[_PERSON if subject.startswith(_PERSON) else _ADDRESS]
    return min(_FIRST_PAUSE * 2 ** min(over, 16), _LONGEST_PAUSE) if over >= 0 else timedelta(0)


def _note_paused(deps: Deps, user: User | None) -> None:
    log.warning("login-paused", user=user.id if user else None)
    if user is not None:
        with deps.database.write() as uow:
            uow.events.append(Event(user.organisation_id, user.id, "login-paused", deps.clock.now()))


def _paused(left: timedelta) -> Refusal:
    seconds = max(1, round(left.total_seconds()))
    wait = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"  # noqa: PLR2004 - two minutes
    return Refusal("login-paused", f"Too many attempts to log in. Wait {wait} and try again.")


def _begin_session(deps: Deps, user: User) -> LoggedIn:
    token, now = deps.ids.secret(), deps.clock.now()
    session = Session(digest_of(token), user.organisation_id, user.id, now, now)
    with deps.database.write() as uow:
        current = uow.users.get(user.organisation_id, user.id)
        if current.password_hash != user.password_hash or current.disabled_at is not None:
            # it was changed while this one was being looked at
            raise _failed()
        # what is over is swept here: it matters to nobody, and people log in every day
        uow.sessions.expire(now - LONGEST, now - IDLE)
        uow.login_attempts.expire(now - _FORGET)
        uow.sessions.add(session)
    log.info("logged-in", user=user.id)
    return LoggedIn(session, user, token)


def _failed() -> Refusal:
    return Refusal("login-failed", "Login or password is wrong. Check both, and that Caps Lock is off.")


def _person(deps: Deps, login: str) -> str:
    return _PERSON + passwords.keyed_digest(deps.secret, "login", login)


def _place(deps: Deps, address: str) -> str:
    """An address, or the network of one of IPv6: whoever has one address there has them all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        parsed = None
    if isinstance(parsed, IPv6Address):
        address = str(int(parsed) >> _NETWORK_BITS)
    return _ADDRESS + passwords.keyed_digest(deps.secret, "address", address)


def _not_there(login: str) -> Refusal:
    return Refusal("user-not-found", f"Nobody has the login {login}; `posthoorn staff list` shows them.")
