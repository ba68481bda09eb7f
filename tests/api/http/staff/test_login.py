"""Logging in and out: nothing is told to who does not know, and nothing outlives what ended it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
import structlog
from argon2 import PasswordHasher
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st

from api.http.staff.login import stays_here
from api.http.staff.visitors import Guard
from api.ports import PageRequest, Role
from api.usecases import people
from docgen.findings import Refusal
from tests.api.http.staff.browser import PASSWORD, Browser, Staff
from tests.api.usecases.world import ORG, OTHER

if TYPE_CHECKING:
    import httpx
    from fastapi.dependencies.models import Dependant

    from tests.api.http.service import Service

OPEN = {"/staff/login", "/staff/first-login", "/staff/assets/{digest:id}/{name:id}"}


def _guards(dependant: Dependant) -> list[Guard]:
    found = [dependant.call] if isinstance(dependant.call, Guard) else []
    return found + [guard for each in dependant.dependencies for guard in _guards(each)]


def _called(dependant: Dependant) -> set[str]:
    names = {getattr(each.call, "__name__", "") for each in dependant.dependencies}
    return names.union(*(_called(each) for each in dependant.dependencies))


def _cookie(answer: httpx.Response, name: str = "posthoorn") -> str:
    return next(line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}="))


def _is_login(browser: Browser) -> bool:
    return browser.answer.url.path == "/staff/login"


def test_every_page_but_the_login_has_a_guard_and_every_form_is_read_with_its_token(service: Service) -> None:
    pages = [
        route
        for route in service.app.state.routes
        if isinstance(route, APIRoute) and route.path.startswith("/staff") and route.path not in OPEN
    ]
    assert pages
    for route in pages:
        assert len(_guards(route.dependant)) == 1, route.path
        assert isinstance(route.dependant.dependencies[0].call, Guard), route.path
    for route in service.app.state.routes:
        if route.path.startswith("/staff") and "POST" in route.methods:
            assert "_form" in _called(route.dependant), route.path


def test_who_is_not_logged_in_comes_back_to_the_page_after_the_login(staff: Staff) -> None:
    staff.add("anna", Role.PRINT_ROOM)
    with staff.browser() as browser:
        browser.get("/staff/password")
        assert _is_login(browser)
        browser.send("/staff/login", login=" Anna ", password=PASSWORD)
        assert browser.answer.url.path == "/staff/password"
        assert "You are logged in as anna" in browser.text


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/staff//evil", "/staff/../v1", "/v1/keys"])
def test_the_login_sends_nobody_elsewhere(staff: Staff, path: str) -> None:
    staff.add("anna", Role.PRINT_ROOM)
    with staff.browser() as browser:
        browser.get("/staff/login", next=path)
        fields = browser.fields("/staff/login") | {"login": "anna", "password": PASSWORD}
        answer = browser.client.post("/staff/login", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")


@given(st.one_of(st.text(), st.text(alphabet="/\\.:?@%#staf"), st.from_regex(r"/staff[/?\\].*")))
def test_wherever_the_login_is_asked_to_send_somebody_it_stays_here(path: str) -> None:
    there = urlsplit(urljoin("https://here.example/staff/login", path))
    assert not stays_here(path) or (there.netloc == "here.example" and there.path.startswith("/staff"))


def test_the_cookie_is_for_this_site_and_no_script(staff: Staff) -> None:
    staff.add("anna", Role.PRINT_ROOM)
    with staff.browser() as browser:
        browser.get("/staff/login")
        fields = browser.fields("/staff/login") | {"login": "anna", "password": PASSWORD}
        cookie = _cookie(browser.client.post("/staff/login", data=fields))
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert part in cookie
    assert "Domain" not in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_bound_to_the_host(staff: Staff) -> None:
    staff.add("anna", Role.PRINT_ROOM)
    with staff.browser() as browser:
        browser.client.base_url = "https://testserver"
        browser.get("/staff/login")
        fields = browser.fields("/staff/login") | {"login": "anna", "password": PASSWORD}
        cookie = _cookie(browser.client.post("/staff/login", data=fields), "__Host-posthoorn")
    assert "Secure" in cookie


@pytest.mark.parametrize(
    ("login", "password"), [("nobody", PASSWORD), ("anna", "a wrong one, and long"), ("gone", PASSWORD)]
)
def test_unknown_wrong_and_disabled_are_answered_alike_and_each_is_hashed(
    staff: Staff, monkeypatch: pytest.MonkeyPatch, login: str, password: str
) -> None:
    staff.add("anna", Role.PRINT_ROOM)
    staff.add("gone", Role.PRINT_ROOM)
    people.disable_user(staff.service.world.deps, "gone")
    hashed = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *given: hashed.append(given) or verify(*given))
    with staff.browser() as browser:
        browser.log_in(login, password)
    assert browser.answer.status_code == 403
    assert "Login or password is wrong" in browser.text
    assert browser.page.get_element_by_id("login").value == login
    assert password not in browser.answer.text
    assert len(hashed) == 1


def test_a_session_is_new_at_each_login_whatever_came_along(staff: Staff) -> None:
    staff.add("anna", Role.PRINT_ROOM)
    with staff.browser() as browser:
        browser.client.cookies.set("posthoorn", "planted", domain="testserver.local")
        browser.log_in("anna")
        first = browser.client.cookies["posthoorn"]
        assert first != "planted"
        browser.log_in("anna")
        second = browser.client.cookies["posthoorn"]
        assert second != first
        browser.client.cookies.set("posthoorn", first, domain="testserver.local")
        assert _is_login(browser.get("/staff/password"))


def test_after_the_logout_the_token_opens_nothing(anna: Browser) -> None:
    token = anna.client.cookies["posthoorn"]
    anna.get("/staff/password").send("/staff/logout")
    assert "You are logged out" in anna.text
    assert "posthoorn" not in anna.client.cookies
    anna.client.cookies.set("posthoorn", token, domain="testserver.local")
    assert _is_login(anna.get("/staff/password"))


@pytest.mark.parametrize(("seconds", "steps"), [(8 * 3600, 1), (3 * 3600, 4)])
def test_a_session_ends_when_it_is_idle_or_long(staff: Staff, anna: Browser, seconds: int, steps: int) -> None:
    for step in range(steps):
        assert not _is_login(anna.get("/staff/password")), step
        staff.service.world.deps.clock.advance(seconds)  # type: ignore[attr-defined] # a fake
    assert _is_login(anna.get("/staff/password"))


def test_old_sessions_are_swept_when_somebody_logs_in(staff: Staff, anna: Browser) -> None:
    deps = staff.service.world.deps
    digest = people.digest_of(anna.client.cookies["posthoorn"])
    deps.clock.advance(13 * 3600)  # type: ignore[attr-defined] # a fake
    anna.log_in("anna")
    with deps.database.read() as uow:
        assert uow.sessions.by_digest(digest) is None


def test_disabling_ends_the_session_at_once(staff: Staff, anna: Browser) -> None:
    people.disable_user(staff.service.world.deps, "anna")
    assert _is_login(anna.get("/staff/password"))


def test_a_new_password_ends_every_other_session(staff: Staff, anna: Browser) -> None:
    new = "another five words of hers"
    with staff.browser() as other:
        other.log_in("anna")
        anna.get("/staff/password").send("/staff/password", old=PASSWORD, new=new, again=new)
        assert "Your password is changed" in anna.text
        assert not _is_login(anna.get("/staff/password"))
        assert _is_login(other.get("/staff/password"))
        assert other.log_in("anna").answer.status_code == 403
        assert not _is_login(other.log_in("anna", new))


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"old": "not hers at all"}, "old", "is wrong"),
        ({"again": "something else there"}, "again", "not the same twice"),
        ({"new": "short", "again": "short"}, "new", "at least 12"),
        ({"new": "x" * 201, "again": "x" * 201}, "new", "at most 200"),
    ],
)
def test_a_password_that_is_not_good_is_refused_at_its_field(
    anna: Browser, changes: dict[str, str], field: str, says: str
) -> None:
    fields = {"old": PASSWORD, "new": "a good one of her own", "again": "a good one of her own"} | changes
    anna.get("/staff/password").send("/staff/password", **fields)
    assert says in anna.text
    assert anna.page.xpath("//*[@class='trouble']/h2/a/@href")[0] == f"#{field}"
    assert anna.page.get_element_by_id(field).get("aria-invalid") == "true"
    assert not [word for word in fields.values() if len(word) > 5 and word in anna.answer.text]


def test_a_login_as_password_is_refused(staff: Staff) -> None:
    with pytest.raises(Refusal, match="password-is-login"):
        people.add_user(staff.service.world.deps, ORG, ("annemarie-de-vries", "A"), [Role.ADMIN], "Annemarie-de-Vries")


@pytest.mark.parametrize(
    ("login", "roles", "code"),
    [("a", True, "login-invalid"), ("Ann a", True, "login-invalid"), ("bert", False, "user-without-roles")],
)
def test_people_need_a_login_and_a_role(staff: Staff, login: str, roles: bool, code: str) -> None:  # noqa: FBT001 - a case
    with pytest.raises(Refusal, match=code):
        staff.add(login, *([Role.ADMIN] if roles else []))


def test_pauses_grow_and_hold_for_the_right_password_too(staff: Staff) -> None:
    clock = staff.service.world.deps.clock
    staff.add("anna", Role.PRINT_ROOM)
    with staff.browser() as browser:
        for _ in range(5):
            assert "is wrong" in browser.log_in("anna", "a wrong one, and long").text
        assert "Wait 15 seconds" in browser.log_in("anna").text
        assert browser.answer.status_code == 429
        clock.advance(15)  # type: ignore[attr-defined] # a fake
        assert "is wrong" in browser.log_in("anna", "a wrong one, and long").text
        assert "Wait 30 seconds" in browser.log_in("anna").text
        clock.advance(30)  # type: ignore[attr-defined] # a fake
        assert not _is_login(browser.log_in("anna"))


def test_a_name_that_nobody_has_is_paused_as_well(staff: Staff) -> None:
    with staff.browser() as browser:
        for _ in range(5):
            browser.log_in("nobody")
        assert "Wait 15 seconds" in browser.log_in("nobody").text


def test_an_address_that_tries_many_names_is_paused(staff: Staff) -> None:
    staff.add("anna", Role.PRINT_ROOM)
    with staff.browser() as browser:
        for number in range(30):
            browser.log_in(f"name{number}")
        assert "Wait" in browser.log_in("anna").text


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    pauses = [people.pause_after("person:x", count).total_seconds() for count in range(1, 15)]
    assert pauses[:7] == [0, 0, 0, 0, 15, 30, 60]
    assert pauses[-1] == 900


@pytest.mark.parametrize("token", ["missing", "wrong", "other session", "other cookie"])
def test_a_form_needs_the_token_of_its_own_session(staff: Staff, anna: Browser, token: str) -> None:
    with staff.browser("bert", Role.PRINT_ROOM) as bert:
        tokens = {
            "missing": "",
            "wrong": "0" * 64,
            "other session": bert.get("/staff/password").fields("/staff/logout")["csrf"],
            "other cookie": bert.get("/staff/login").fields("/staff/login")["csrf"],
        }
    anna.get("/staff/password").send("/staff/logout", csrf=tokens[token])
    assert anna.answer.status_code == 403
    assert "did not come from your own page" in anna.text
    assert not _is_login(anna.get("/staff/password"))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused(anna: Browser, headers: dict[str, str]) -> None:
    fields = anna.get("/staff/password").fields("/staff/logout")
    answer = anna.client.post("/staff/logout", data=fields, headers=headers)
    assert answer.status_code == 403
    assert not _is_login(anna.get("/staff/password"))


def test_nobody_is_logged_in_by_a_form_of_another_site(staff: Staff) -> None:
    staff.add("anna", Role.PRINT_ROOM)
    with staff.browser() as browser, staff.browser() as evil:
        token = evil.get("/staff/login").fields("/staff/login")["csrf"]
        fields = {"login": "anna", "password": PASSWORD, "csrf": token}
        assert browser.client.post("/staff/login", data=fields).status_code == 403
        browser.get("/staff/login")
        assert browser.client.post("/staff/login", data=fields).status_code == 403
        assert "posthoorn" not in browser.client.cookies


def test_the_token_is_not_kept_and_no_secret_is_logged(staff: Staff) -> None:
    with structlog.testing.capture_logs() as logs, staff.browser("anna", Role.PRINT_ROOM) as anna:
        token = anna.client.cookies["posthoorn"]
        anna.log_in("anna", "a wrong one, and long")
    said = json.dumps(logs, default=str)
    assert {"logged-in", "login-failed"} <= {line["event"] for line in logs}
    assert not [word for word in (token, PASSWORD, "a wrong one", "anna", "127.0.0.1") if word in said]
    with staff.service.world.deps.database.read() as uow:
        assert uow.sessions.by_digest(token) is None
        assert uow.sessions.by_digest(people.digest_of(token)) is not None


def test_the_history_of_a_person_has_logins_pauses_and_the_logout(staff: Staff, anna: Browser) -> None:
    anna.get("/staff/password").send("/staff/logout")
    for _ in range(6):
        anna.log_in("anna", "a wrong one, and long")
    with staff.service.world.deps.database.read() as uow:
        user = uow.users.by_login("anna")
        assert user is not None
        events = uow.events.of_subject(ORG, user.id, PageRequest()).items
    assert [event.name for event in events] == ["user-added", "logged-in", "logged-out", "login-paused"]


def test_people_are_of_one_organisation(staff: Staff) -> None:
    deps = staff.service.world.deps
    staff.add("anna", Role.PRINT_ROOM)
    staff.add("bert", Role.PRINT_ROOM, organisation=OTHER)
    assert [user.login for user in people.list_users(deps, ORG)] == ["anna"]
    with pytest.raises(Refusal, match="organisation-not-found"):
        staff.add("carl", Role.ADMIN, organisation="org_none")
    with pytest.raises(Refusal, match="user-not-found"):
        people.set_password(deps, "nobody", PASSWORD)


def test_pages_let_nothing_in_from_afar_and_say_who_may_frame_them(anna: Browser) -> None:
    policy = anna.get("/staff/password").answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    style = anna.page.xpath("//link[@rel='stylesheet']/@href")[0]
    assert anna.client.get(style).headers["Cache-Control"].startswith("public")
    assert anna.client.get("/staff/assets/x/other.css").status_code == 404
