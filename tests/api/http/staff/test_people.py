"""The page of people: administrators only, one-time passwords shown once, and nobody locks out the last of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Role
from api.usecases import people
from docgen.findings import Refusal
from tests.api.http.staff.browser import PASSWORD, Browser, Staff
from tests.api.usecases.world import ORG, OTHER, World

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = "/staff/people"
OWN = "another five words of my own"


@pytest.fixture
def boss(staff: Staff) -> Iterator[Browser]:
    with staff.browser("boss", Role.ADMIN) as browser:
        yield browser


def secret(browser: Browser) -> str:
    (found,) = browser.page.xpath("//code[@class='secret']")
    return str(found.text_content())


def row(browser: Browser, login: str) -> str:
    (found,) = browser.get(PEOPLE).page.xpath(f"//tr[td[text()='{login}']]")
    return " ".join(found.text_content().split())


def added(boss: Browser, login: str = "anna", roles: tuple[str, ...] = ("print_room",)) -> str:
    """The one-time password of somebody new."""
    boss.get(PEOPLE).send(f"{PEOPLE}/add", name=login.title(), login=login, roles=list(roles))
    assert boss.answer.status_code == 200, boss.text
    return secret(boss)


def page_of(world: World, login: str) -> str:
    return f"{PEOPLE}/{next(user.id for user in people.list_users(world.deps, ORG) if user.login == login)}"


def test_somebody_is_added_logs_in_once_and_chooses_a_password(staff: Staff, boss: Browser) -> None:
    once = added(boss)
    assert "Give it to Anna" in boss.text
    assert "has a one-time password" in row(boss, "anna")
    assert once not in boss.answer.text
    with staff.browser() as anna:
        anna.log_in("anna", once)
        assert "Choose your own" in anna.text
        assert not anna.client.cookies.get("posthoorn")
        anna.send("/staff/first-login", old=once, new=OWN, again="something else")
        assert anna.page.xpath("//*[@class='trouble']/h2/a/@href") == ["#again"]
        anna.send("/staff/first-login", old=once, new=once, again=once)
        assert (anna.answer.status_code, "choose one that only you know" in anna.text) == (422, True)
        anna.send("/staff/first-login", old=once, new=OWN, again=OWN)
        assert (anna.answer.status_code, anna.answer.url.path) == (200, "/staff")
        assert PASSWORD not in anna.answer.text
    assert row(boss, "anna").endswith("may log in")
    assert "never" not in row(boss, "anna")


def test_the_same_form_sent_twice_adds_one_person_and_shows_the_password_once(boss: Browser) -> None:
    form = boss.get(PEOPLE).fields(f"{PEOPLE}/add") | {"name": "Anna", "login": "anna", "roles": "approver"}
    headers = {"Origin": "http://testserver"}
    first = boss.client.post(f"{PEOPLE}/add", data=form, headers=headers)
    again = boss.client.post(f"{PEOPLE}/add", data=form, headers=headers)
    assert (first.status_code, again.status_code) == (200, 303)
    assert first.headers["Cache-Control"] == "no-store"
    boss.answer = first
    once = secret(boss)
    boss.get(again.headers["Location"])
    assert "shown once" in boss.text
    assert once not in boss.answer.text + again.headers["Location"]


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"login": "boss"}, "login", 409),
        ({"login": "A B"}, "login", 422),
        ({"name": " "}, "name", 422),
        ({"roles": []}, "roles", 422),
        ({"roles": ["king"]}, "roles", 422),
    ],
)
def test_a_mistake_says_what_to_do_and_keeps_what_was_entered(
    boss: Browser, wrong: dict[str, object], field: str, code: int
) -> None:
    entered: dict[str, object] = {"name": "Anna", "login": "anna", "roles": ["approver"]}
    boss.get(PEOPLE).send(f"{PEOPLE}/add", **entered | wrong)
    assert boss.answer.status_code == code
    assert boss.page.xpath("//*[@class='trouble']/h2/a/@href") == [f"#{field}"]
    assert boss.page.xpath(f"//*[@id='{field}']")
    if "roles" not in wrong:
        assert boss.page.xpath("//input[@name='roles'][@checked]/@value") == ["approver"]


def test_roles_are_changed_and_people_disabled_and_let_in_again(boss: Browser, world: World) -> None:
    added(boss)
    url = page_of(world, "anna")
    boss.get(url).send(f"{url}/roles", roles=["approver", "submitter"])
    assert "The roles of Anna are changed" in boss.text
    assert "Roles changed by Boss (roles approver and submitter)" in boss.text
    boss.send(f"{url}/disable")
    assert "Anna is disabled" in boss.text
    assert "Disabled by Boss" in boss.text
    assert "disabled" in row(boss, "anna")
    boss.get(url).send(f"{url}/enable")
    assert "Enabled by Boss" in boss.text


def test_a_password_is_reset_and_a_lock_is_opened(staff: Staff, boss: Browser, world: World) -> None:
    staff.add("anna", Role.PRINT_ROOM)
    url = page_of(world, "anna")
    assert f"{url}/unlock" not in boss.get(url).actions()
    with staff.browser() as anna:
        for _ in range(6):
            anna.log_in("anna", "wrong")
        assert "locked until" in row(boss, "anna")
        boss.get(url).send(f"{url}/unlock")
        assert "Unlocked by Boss" in boss.text
        anna.log_in("anna")
        assert anna.client.cookies.get("posthoorn")
        boss.get(url).send(f"{url}/reset")
        once = secret(boss)
        assert anna.get("/staff").answer.url.path == "/staff/login"
        assert "Choose your own" in anna.log_in("anna", once).text
        assert "Password changed by Boss" in boss.get(url).text


def test_the_last_administrator_cannot_be_demoted_or_disabled(boss: Browser, world: World) -> None:
    url = page_of(world, "boss")
    boss.get(url).send(f"{url}/roles", roles=["submitter"])
    assert (boss.answer.status_code, "Make somebody else" in boss.text) == (409, True)
    assert boss.page.xpath("//input[@name='roles'][@checked]/@value") == ["submitter"]
    boss.get(url).send(f"{url}/disable")
    assert boss.answer.status_code == 409
    assert "may log in" in row(boss, "boss")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_only_administrators_see_and_change_people(staff: Staff, world: World, role: Role) -> None:
    with staff.browser("anna", role) as anna:
        assert not anna.page.xpath(f"//a[@href='{PEOPLE}']")
        url = page_of(world, "anna")
        for path in (PEOPLE, url):
            assert anna.get(path).answer.status_code == 403
        for path in ("/add", *(f"/{url.rpartition('/')[2]}/{act}" for act in ("roles", "disable", "reset", "unlock"))):
            assert anna.client.post(f"{PEOPLE}{path}", data={"roles": "admin"}).status_code == 403


def test_people_of_another_organisation_are_not_there(staff: Staff, boss: Browser) -> None:
    stranger = staff.add("stranger", Role.ADMIN, organisation=OTHER)
    assert "stranger" not in boss.get(PEOPLE).text
    assert boss.get(f"{PEOPLE}/{stranger.id}").answer.status_code == 404
    tokens = {"csrf": boss.get(PEOPLE).fields(f"{PEOPLE}/add")["csrf"]}
    for act in ("roles", "disable", "enable", "reset", "unlock"):
        answer = boss.client.post(f"{PEOPLE}/{stranger.id}/{act}", data=tokens | {"roles": "submitter"})
        assert answer.status_code == 404, act


def test_a_form_without_its_token_changes_nothing(boss: Browser, world: World) -> None:
    answer = boss.client.post(f"{PEOPLE}/add", data={"name": "Eve", "login": "eve", "roles": "admin"})
    assert answer.status_code == 403
    with pytest.raises(Refusal, match="login-failed"):
        people.log_in(world.deps, "eve", PASSWORD, "127.0.0.1")
    assert [user.login for user in people.list_users(world.deps, ORG)] == ["boss"]
