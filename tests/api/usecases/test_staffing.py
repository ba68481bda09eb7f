"""Managing people: who did it is kept, a one-time password opens nothing, and somebody can always manage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from structlog.testing import capture_logs

from api.ports import Role
from api.usecases import passwords, people, staffing
from docgen.findings import Refusal
from tests.api.usecases.world import ALL, ORG, OTHER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.adapters.fakes import FakeClock
    from api.ports import Event, User
    from tests.api.usecases.world import World

OWN = "five words that nobody guesses"
NEW = "another five words of my own"
HOME = "127.0.0.1"
BOSS = "usr_boss"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real parameters cost a quarter of a second each."""
    passwords._of_nobody.cache_clear()
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    passwords._of_nobody.cache_clear()


def person(world: World, login: str, *roles: Role) -> User:
    return people.add_user(world.deps, ORG, (login, login.title()), roles, OWN)


def events(world: World, user: User) -> list[Event]:
    with world.deps.database.read() as uow:
        return list(uow.events.of_subject(ORG, user.id, ALL).items)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def log_in(world: World, password: str, login: str = "anna") -> people.LoggedIn:
    return people.log_in(world.deps, login, password, HOME)


def test_a_one_time_password_is_for_choosing_another_and_nothing_else(world: World) -> None:
    deps = world.deps
    user, once = staffing.add_member(deps, ORG, ("Anna", "Anna"), [Role.PRINT_ROOM], BOSS)
    assert staffing.member(deps, ORG, user.id).waits
    assert code_of(lambda: log_in(world, once)) == "password-one-time"
    assert code_of(lambda: log_in(world, "something else entirely")) == "login-failed"
    for old, new, code in (
        (once, once, "password-not-new"),
        (once, "short", "password-too-short"),
        ("wrong wrong wrong", NEW, "login-failed"),
    ):
        assert code_of(lambda old=old, new=new: people.choose_password(deps, "anna", old, new, HOME)) == code  # type: ignore[misc] # bound in the loop
    assert people.choose_password(deps, "anna", once, NEW, HOME).user.id == user.id
    assert not staffing.member(deps, ORG, user.id).waits
    assert log_in(world, NEW).user.id == user.id
    assert code_of(lambda: log_in(world, once)) == "login-failed"


def test_one_time_passwords_differ_and_are_long_enough_to_be_guessed_by_nobody(world: World) -> None:
    found = {staffing.add_member(world.deps, ORG, (f"p{n}", "P"), [Role.ADMIN], BOSS)[1] for n in range(20)}
    assert len(found) == 20
    assert {(len(each), each.count("-")) for each in found} == {(19, 3)}


def test_a_reset_ends_every_session_and_the_lock(world: World, clock: FakeClock) -> None:
    user = person(world, "anna", Role.SUBMITTER)
    token = log_in(world, OWN).token
    for _ in range(6):
        with pytest.raises(Refusal):
            log_in(world, "wrong")
    (locked,) = staffing.members(world.deps, ORG)
    assert locked.paused_until is not None
    assert locked.last_login == clock.now()
    _, once = staffing.reset_password(world.deps, ORG, user.id, BOSS)
    assert people.session_of(world.deps, token) is None
    assert staffing.member(world.deps, ORG, user.id).paused_until is None
    assert code_of(lambda: log_in(world, OWN)) == "login-failed"
    assert code_of(lambda: log_in(world, once)) == "password-one-time"


def test_a_lock_ends_by_itself_or_by_an_administrator(world: World, clock: FakeClock) -> None:
    user = person(world, "anna", Role.SUBMITTER)

    def locked() -> bool:
        return staffing.member(world.deps, ORG, user.id).paused_until is not None

    for end in (lambda: clock.advance(16), lambda: staffing.unlock(world.deps, ORG, user.id, BOSS)):
        assert not locked()
        while not locked():
            assert code_of(lambda: log_in(world, "wrong")) == "login-failed"
        assert code_of(lambda: log_in(world, OWN)) == "login-paused"
        end()
        assert not locked()
        log_in(world, OWN)


def test_roles_hold_at_once_and_who_is_disabled_is_out(world: World) -> None:
    deps, user = world.deps, person(world, "anna", Role.SUBMITTER)
    person(world, "boss", Role.ADMIN)
    token = log_in(world, OWN).token
    staffing.set_roles(deps, ORG, user.id, [Role.APPROVER, Role.PRINT_ROOM], BOSS)
    found = people.session_of(deps, token)
    assert found is not None
    assert found[1].roles == {Role.APPROVER, Role.PRINT_ROOM}
    staffing.disable(deps, ORG, user.id, BOSS)
    assert people.session_of(deps, token) is None
    assert code_of(lambda: log_in(world, OWN)) == "login-failed"
    staffing.enable(deps, ORG, user.id, BOSS)
    assert people.session_of(deps, token) is None
    assert log_in(world, OWN).user.id == user.id


def test_every_change_says_who_did_it_in_an_event_and_in_the_log_and_never_a_secret(world: World) -> None:
    deps = world.deps
    person(world, "boss", Role.ADMIN)
    with capture_logs() as logged:
        user, first = staffing.add_member(deps, ORG, ("anna", "Anna"), [Role.SUBMITTER], BOSS)
        staffing.set_roles(deps, ORG, user.id, [Role.APPROVER], BOSS)
        staffing.set_roles(deps, ORG, user.id, [Role.APPROVER], BOSS)
        staffing.disable(deps, ORG, user.id, BOSS)
        staffing.enable(deps, ORG, user.id, BOSS)
        staffing.unlock(deps, ORG, user.id, BOSS)
        _, second = staffing.reset_password(deps, ORG, user.id, BOSS)
    found = events(world, user)
    names = ["user-added", "roles-changed", "user-disabled", "user-enabled", "login-unlocked", "password-changed"]
    assert [event.name for event in found] == names
    assert {event.data["by"] for event in found} == {each["by"] for each in logged} == {BOSS}
    assert set(names) == {each["event"] for each in logged}
    for secret in (first, second):
        assert secret not in repr(found) + repr(logged)


def test_the_last_administrator_stays_one_and_is_not_locked_out(world: World) -> None:
    deps = world.deps
    boss, other = person(world, "boss", Role.ADMIN), person(world, "other", Role.ADMIN, Role.APPROVER)
    staffing.set_roles(deps, ORG, other.id, [Role.APPROVER], boss.id)
    for act in (
        lambda: staffing.set_roles(deps, ORG, boss.id, [Role.SUBMITTER], boss.id),
        lambda: staffing.disable(deps, ORG, boss.id, other.id),
    ):
        assert code_of(act) == "last-admin"
    staffing.set_roles(deps, ORG, boss.id, [Role.ADMIN, Role.SUBMITTER], boss.id)
    staffing.set_roles(deps, ORG, other.id, [Role.ADMIN], boss.id)
    staffing.disable(deps, ORG, boss.id, other.id)
    assert code_of(lambda: staffing.disable(deps, ORG, other.id, other.id)) == "last-admin"
    assert code_of(lambda: staffing.set_roles(deps, ORG, other.id, [], other.id)) == "user-without-roles"


def test_people_of_another_organisation_are_not_there(world: World) -> None:
    deps, user = world.deps, person(world, "anna", Role.ADMIN)
    for act in (
        lambda: staffing.member(deps, OTHER, user.id),
        lambda: staffing.set_roles(deps, OTHER, user.id, [Role.APPROVER], BOSS),
        lambda: staffing.disable(deps, OTHER, user.id, BOSS),
        lambda: staffing.enable(deps, OTHER, user.id, BOSS),
        lambda: staffing.unlock(deps, OTHER, user.id, BOSS),
        lambda: staffing.reset_password(deps, OTHER, user.id, BOSS),
    ):
        assert code_of(act) == "user-not-found"
    assert staffing.members(deps, OTHER) == []
    assert [event.name for event in events(world, user)] == ["user-added"]
