"""One contract for every database: people, their sessions, and the count of their attempts to log in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import PageRequest, Role, Session, User
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, OTHER, two_organisations

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase
    from api.ports import UnitOfWork

DAY = timedelta(days=1)


def person(row_id: str = "usr_1", organisation: str = ORG, login: str = "anna") -> User:
    return User(row_id, organisation, login, "Anna", frozenset({Role.PRINT_ROOM, Role.APPROVER}), "hash", NOW)


def session(digest: str = "d1", user: str = "usr_1", began: datetime = NOW, seen: datetime = NOW) -> Session:
    return Session(digest, ORG, user, began, seen)


def names(uow: UnitOfWork, subject: str) -> list[str]:
    return [event.name for event in uow.events.of_subject(ORG, subject, PageRequest()).items]


def by(uow: UnitOfWork, subject: str) -> list[object]:
    return [event.data.get("by") for event in uow.events.of_subject(ORG, subject, PageRequest()).items]


def pauses(*counts: int) -> Callable[[str, int], timedelta]:
    return lambda _, count: timedelta(minutes=1) if count in counts else timedelta(0)


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    with database.write() as uow:
        uow.users.add(person())
    return database


def test_people_are_found_by_login_in_any_organisation_and_by_id_in_theirs(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.users.add(person("usr_2", OTHER, "bert"))
        assert uow.users.by_login("bert") == person("usr_2", OTHER, "bert")
        assert uow.users.by_login("nobody") is None
        assert uow.users.get(ORG, "usr_1") == person()
        assert uow.users.list(ORG) == [person()]
        with pytest.raises(Refusal, match="user-not-found"):
            uow.users.get(ORG, "usr_2")


def test_a_login_is_taken_once_in_the_installation(db: SqlDatabase) -> None:
    with pytest.raises(Refusal, match="login-taken"), db.write() as uow:
        uow.users.add(person("usr_2", OTHER, "anna"))


def test_roles_and_enabling_change_once_and_say_who_did_it(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.sessions.add(session())
        assert uow.users.set_roles(ORG, "usr_1", [Role.ADMIN], NOW, "usr_9").roles == {Role.ADMIN}
        assert uow.users.set_roles(ORG, "usr_1", [Role.ADMIN], NOW, "usr_9") == uow.users.get(ORG, "usr_1")
        assert uow.sessions.by_digest("d1") is not None
        assert uow.users.enable(ORG, "usr_1", NOW, "usr_9").disabled_at is None
        uow.users.disable(ORG, "usr_1", NOW, "usr_9")
        uow.users.enable(ORG, "usr_1", NOW, "usr_8")
        assert uow.users.enable(ORG, "usr_1", NOW, "usr_7") == uow.users.get(ORG, "usr_1")
        done = ["user-added", "logged-in", "roles-changed", "user-disabled", "user-enabled"]
        assert names(uow, "usr_1") == done
        assert by(uow, "usr_1")[2:] == ["usr_9", "usr_9", "usr_8"]
        for change in (uow.users.enable, lambda *found: uow.users.set_roles(*found[:2], [Role.ADMIN], *found[2:])):
            with pytest.raises(Refusal, match="user-not-found"):
                change(OTHER, "usr_1", NOW, "usr_9")


def test_the_last_login_is_known_of_who_ever_logged_in(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.users.add(replace(person("usr_2"), login="bert"))
        uow.sessions.add(session())
        uow.sessions.add(replace(session("d2"), created_at=NOW + DAY))
        assert uow.users.last_logins(ORG, ["usr_1", "usr_2"]) == {"usr_1": NOW + DAY}
        assert uow.users.last_logins(OTHER, ["usr_1"]) == uow.users.last_logins(ORG, []) == {}
        assert uow.users.held(ORG) == uow.users.list(ORG)


def test_a_pause_is_known_until_it_is_cleared(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert uow.login_attempts.paused_until("a") is None
        uow.login_attempts.charge(["a"], NOW, DAY, pauses(1))
        assert uow.login_attempts.paused_until("a") == NOW + timedelta(minutes=1)
        uow.login_attempts.clear("a")
        assert uow.login_attempts.paused_until("a") is None


def test_a_new_password_and_disabling_end_every_session_and_write_events(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.sessions.add(session())
        uow.users.set_password(ORG, "usr_1", "other", NOW)
        assert uow.sessions.by_digest("d1") is None
        assert uow.users.get(ORG, "usr_1").password_hash == "other"
        uow.sessions.add(session("d2"))
        first = uow.users.disable(ORG, "usr_1", NOW)
        assert uow.sessions.by_digest("d2") is None
        assert uow.users.disable(ORG, "usr_1", NOW + DAY) == first
        done = ["user-added", "logged-in", "password-changed", "logged-in", "user-disabled"]
        assert names(uow, "usr_1") == done
        for change in (uow.users.disable, lambda *found: uow.users.set_password(*found[:2], "x", found[2])):
            with pytest.raises(Refusal, match="user-not-found"):
                change(OTHER, "usr_1", NOW)


def test_no_event_holds_a_login_name_or_hash(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.sessions.add(session())
        uow.users.set_password(ORG, "usr_1", "other", NOW)
        said = str([event.data for event in uow.events.of_subject(ORG, "usr_1", PageRequest()).items])
    assert not [word for word in ("anna", "Anna", "hash", "other", "d1") if word in said]


def test_a_session_is_seen_only_forward_and_ended_once_by_its_organisation(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.sessions.add(session())
        uow.sessions.seen(ORG, "d1", NOW + DAY)
        uow.sessions.seen(ORG, "d1", NOW)
        uow.sessions.seen(OTHER, "d1", NOW + 2 * DAY)
        assert uow.sessions.by_digest("d1") == replace(session(), seen_at=NOW + DAY)
        assert not uow.sessions.end(OTHER, "d1")
        assert uow.sessions.end(ORG, "d1")
        assert not uow.sessions.end(ORG, "d1")


def test_sessions_that_are_too_old_or_idle_go(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.sessions.add(session("old", began=NOW - DAY))
        uow.sessions.add(session("idle", began=NOW - timedelta(hours=2), seen=NOW - timedelta(hours=2)))
        uow.sessions.add(session("good"))
        assert uow.sessions.expire(NOW - timedelta(hours=12), NOW - timedelta(hours=1)) == 2
        assert uow.sessions.by_digest("good") is not None


def test_attempts_are_counted_until_a_pause_in_which_none_is_counted(db: SqlDatabase) -> None:
    def charge(at: datetime, *subjects: str) -> datetime | None:
        with db.write() as uow:
            return uow.login_attempts.charge(subjects, at, DAY, pauses(2))

    assert charge(NOW, "a", "b") is None
    assert charge(NOW, "a") is None
    later = NOW + timedelta(minutes=1)
    assert charge(NOW, "a", "c") == later
    assert charge(NOW + timedelta(seconds=59), "a") == later
    assert charge(NOW, "b") is None
    assert charge(NOW, "b") == later
    assert charge(later, "a") is None


def test_success_forgets_a_person_and_gives_an_address_its_attempt_back(db: SqlDatabase) -> None:
    def charge(at: datetime = NOW) -> datetime | None:
        with db.write() as uow:
            return uow.login_attempts.charge(["a"], at, DAY, pauses(3))

    assert [charge(), charge()] == [None, None]
    with db.write() as uow:
        uow.login_attempts.give_back("a")
    assert [charge(), charge(), charge()] == [None, None, NOW + timedelta(minutes=1)]
    with db.write() as uow:
        uow.login_attempts.clear("a")
    assert [charge(), charge()] == [None, None]
    # a day later it begins anew
    assert charge(NOW + 2 * DAY) is None
    with db.write() as uow:
        assert uow.login_attempts.expire(NOW + 2 * DAY) == 0
        assert uow.login_attempts.expire(NOW + 3 * DAY) == 1
