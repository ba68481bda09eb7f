"""Log in and out, change one's password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.problems import CONTEXT, status_of
from api.http.staff import cookies
from api.http.staff.forms import Form, FormDep, remember_nonce, token_before_login
from api.http.staff.render import asset, page
from api.http.staff.route import LOGIN, StaffRoute, see_other
from api.http.staff.trouble import Trouble
from api.http.staff.visitors import ANYBODY, VisitorDep
from api.ports import Role
from api.usecases import passwords, people
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.ports import User
    from api.usecases.people import LoggedIn

router = APIRouter(prefix="/staff", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

HOME: Final = "/staff"
LETTERS: Final = "/staff/jobs"
ANSWERS: Final = "/staff/mailroom"
_SENDERS: Final = frozenset({Role.SUBMITTER, Role.APPROVER})
_NEXT: Final = re.compile(r"/staff(?:[/?][A-Za-z0-9_./?=&%+-]*)?")
_FIELD: Final = {"login-failed": "login", "login-paused": "login"}
_PASSWORD_FIELD: Final = {"login-failed": "old", "login-paused": "old", "password-differs": "again"}
NextQuery = Annotated[str, Query(max_length=500)]


@router.get("/login")
def show_login(request: Request, next: NextQuery = "", over: bool = False, out: bool = False) -> Response:  # noqa: A002, FBT001, FBT002 - names of the address
    """The form; a browser that has it shown gets the cookie that its token belongs to."""
    said = "You are logged out." if out else "You were not logged in any more. Nothing was changed; log in again."
    return _login_page(request, next, notice=said if over or out else "")


@router.post("/login")
def log_in(request: Request, deps: DepsDep, form: FormDep) -> Response:
    """Begin a session of its own, whatever cookie came along."""
    address = request.client.host if request.client else ""
    try:
        made = people.log_in(deps, form.text("login"), form.secret("password"), address)
    except Refusal as refusal:
        request.scope[CONTEXT]["code"] = refusal.code
        if refusal.code == "password-one-time":
            return _first_page(request, form)
        trouble = Trouble.of(refusal, _FIELD)
        return _login_page(request, form.text("next"), int(status_of(refusal.code)), form.text("login"), trouble)
    return _logged_in(request, deps, form, made)


@router.post("/first-login")
def choose_password(request: Request, deps: DepsDep, form: FormDep) -> Response:
    """Log in with a one-time password, and choose another with which one logs in from then on."""
    address = request.client.host if request.client else ""
    try:
        _check_same(form)
        made = people.choose_password(deps, form.text("login"), form.secret("old"), form.secret("new"), address)
    except Refusal as refusal:
        request.scope[CONTEXT]["code"] = refusal.code
        return _first_page(request, form, int(status_of(refusal.code)), Trouble.of(refusal, _PASSWORD_FIELD, "new"))
    return _logged_in(request, deps, form, made)


@router.post("/logout", dependencies=[ANYBODY])
def log_out(request: Request, deps: DepsDep, visitor: VisitorDep, form: FormDep) -> Response:
    """End the session."""
    del form
    people.log_out(deps, visitor.session)
    response = see_other(f"{LOGIN}?out=1")
    cookies.remove(request, response, cookies.SESSION)
    # the next person at this machine finds nothing with the button back
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.get("/password", dependencies=[ANYBODY])
def show_password(request: Request) -> Response:
    """The form."""
    return _password_page(request)


@router.post("/password", dependencies=[ANYBODY])
def change_password(request: Request, deps: DepsDep, visitor: VisitorDep, form: FormDep) -> Response:
    """Every session ends, and a new one begins here."""
    address = request.client.host if request.client else ""
    try:
        _check_same(form)
        made = people.change_password(deps, visitor.user, form.secret("old"), form.secret("new"), address)
    except Refusal as refusal:
        request.scope[CONTEXT]["code"] = refusal.code
        trouble = Trouble.of(refusal, _PASSWORD_FIELD, "new")
        return _password_page(request, int(status_of(refusal.code)), trouble)
    response = see_other("/staff/password?done=1")
    _remember(request, response, made)
    return response


@router.get("/assets/{digest:id}/{name:id}")
def get_asset(digest: str, name: str) -> Response:
    """Style and script."""
    del digest
    found = asset(name)
    if found is None:
        raise Refusal("route-not-found", "There is no such file.")
    return found


def _check_same(form: Form) -> None:
    if form.secret("new") != form.secret("again"):
        raise Refusal("password-differs", "The new password is not the same twice; type it again.")


def stays_here(path: str) -> bool:
    """True for an address of these pages: one of another site would send people there with our name on it."""
    return _NEXT.fullmatch(path) is not None and "//" not in path and ".." not in path


def _login_page(
    request: Request,
    next_path: str,
    status: int = 200,
    login: str = "",
    trouble: Trouble | None = None,
    notice: str = "",
) -> Response:
    nonce, token = token_before_login(request)
    values = {"next": next_path, "login": login, "token": token, "trouble": trouble, "notice": notice}
    response = page(request, "login.html", status, **values)
    remember_nonce(request, response, nonce)
    return response


def _first_page(request: Request, form: Form, status: int = 200, trouble: Trouble | None = None) -> Response:
    nonce, token = token_before_login(request)
    notice = "" if trouble else "The password you have was for one time. Choose your own."
    values = {
        "next": form.text("next"),
        "login": form.text("login"),
        "token": token,
        "least": passwords.LEAST_CHARACTERS,
    }
    response = page(request, "first_login.html", status, **values, trouble=trouble, notice=notice)
    remember_nonce(request, response, nonce)
    return response


def _password_page(request: Request, status: int = 200, trouble: Trouble | None = None) -> Response:
    done = "done" in request.query_params
    notice = "Your password is changed. Wherever else you were logged in, you are not any more." if done else ""
    least = passwords.LEAST_CHARACTERS
    return page(request, "password.html", status, trouble=trouble, notice=notice, least=least)


def _logged_in(request: Request, deps: DepsDep, form: Form, made: LoggedIn) -> Response:
    _end_former(request, deps)
    response = see_other(_safe(form.text("next"), _home(made.user)))
    _remember(request, response, made)
    cookies.remove(request, response, cookies.BEFORE_LOGIN)
    return response


def _remember(request: Request, response: Response, made: LoggedIn) -> None:
    cookies.write(request, response, cookies.SESSION, made.token, people.LONGEST)


def _end_former(request: Request, deps: DepsDep) -> None:
    former = people.session_of(deps, cookies.read(request, cookies.SESSION))
    if former is not None:
        people.log_out(deps, former[0])


def _safe(path: str, home: str) -> str:
    return path if stays_here(path) else home


def _home(user: User) -> str:
    """Where the day begins of who prints letters, of who only sends them, and of who only handles what comes back."""
    if user.roles == {Role.MAILROOM}:
        return ANSWERS
    return LETTERS if user.roles and user.roles <= _SENDERS else HOME
