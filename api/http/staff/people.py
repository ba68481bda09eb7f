"""People of the organisation, for its administrators: who there is, what they do, who is let in."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep
from api.http.staff.desk import Desk, DeskDep, Done, notice_of
from api.http.staff.history import history
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import ADMINS, person
from api.ports import Role
from api.usecases import people, staffing
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.http.staff.desk import Mistake
    from api.http.staff.forms import Form
    from api.ports import User
    from api.usecases.deps import Deps

router = APIRouter(prefix="/staff/people", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_PEOPLE: Final = "/staff/people"
_ABOUT: Final = {
    Role.SUBMITTER: "sends letters, follows them, and helps who calls about them.",
    Role.APPROVER: "looks at letters of others and releases them.",
    Role.PRINT_ROOM: "prints, inserts, and hands over to the post.",
    Role.MAILROOM: "handles what comes back, and helps who calls about it.",
    Role.ADMIN: "may do everything, and manages rules and people.",
}
_FIELDS: Final = {
    "": "name",
    "login-invalid": "login",
    "login-taken": "login",
    "user-without-roles": "roles",
    "role-unknown": "roles",
    "last-admin": "roles",
}


@router.get("", dependencies=[ADMINS])
def show_all(request: Request, deps: DepsDep) -> Response:
    """All of them, and a form to add one."""
    return _people_page(request, deps)


@router.post("/add", dependencies=[ADMINS])
def add(desk: DeskDep) -> Response:
    """Shows the one-time password."""

    def make(deps: Deps) -> tuple[User, str]:
        names = (desk.form.text("login"), desk.form.text("name"))
        return staffing.add_member(deps, desk.organisation_id, names, _roles(desk.form), desk.by)

    return _shown_once(desk, make, lambda mistake: _people_page(desk.request, desk.deps, mistake))


@router.get("/{user_id:id}", dependencies=[ADMINS])
def show(request: Request, deps: DepsDep, user_id: str) -> Response:
    """One of them, with what happened."""
    return _person_page(request, deps, user_id)


@router.post("/{user_id:id}/roles", dependencies=[ADMINS])
def set_roles(desk: DeskDep, user_id: str) -> Response:
    """From the next page on."""

    def make(deps: Deps) -> str:
        user = staffing.set_roles(deps, desk.organisation_id, user_id, _roles(desk.form), desk.by)
        return f"The roles of {user.name} are changed."

    return _change(desk, user_id, make)


@router.post("/{user_id:id}/disable", dependencies=[ADMINS])
def disable(desk: DeskDep, user_id: str) -> Response:
    """Out at once."""

    def make(deps: Deps) -> str:
        return f"{staffing.disable(deps, desk.organisation_id, user_id, desk.by).name} is disabled."

    return _change(desk, user_id, make)


@router.post("/{user_id:id}/enable", dependencies=[ADMINS])
def enable(desk: DeskDep, user_id: str) -> Response:
    """In again."""

    def make(deps: Deps) -> str:
        return f"{staffing.enable(deps, desk.organisation_id, user_id, desk.by).name} may log in again."

    return _change(desk, user_id, make)


@router.post("/{user_id:id}/unlock", dependencies=[ADMINS])
def unlock(desk: DeskDep, user_id: str) -> Response:
    """Before the pause is over."""

    def make(deps: Deps) -> str:
        return f"{staffing.unlock(deps, desk.organisation_id, user_id, desk.by).name} may try to log in again."

    return _change(desk, user_id, make)


@router.post("/{user_id:id}/reset", dependencies=[ADMINS])
def reset(desk: DeskDep, user_id: str) -> Response:
    """Shows the one-time password."""

    def make(deps: Deps) -> tuple[User, str]:
        return staffing.reset_password(deps, desk.organisation_id, user_id, desk.by)

    return _shown_once(desk, make, lambda mistake: _person_page(desk.request, desk.deps, user_id, mistake))


def _shown_once(desk: Desk, make: Callable[[Deps], tuple[User, str]], again: Callable[[Mistake], Response]) -> Response:
    """The answer itself shows the password: it is in no address, and kept nowhere for who sends the form again."""
    shown: list[tuple[User, str]] = []

    def once(deps: Deps) -> Done:
        shown.append(make(deps))
        said = "That was done. The one-time password was shown once; reset it when nobody has noted it."
        return Done(f"{_PEOPLE}/{shown[0][0].id}", said)

    response = desk.change(once, again, _FIELDS)
    if not shown or response.status_code != HTTPStatus.SEE_OTHER:
        return response
    user, password = shown[0]
    return _person_page(desk.request, desk.deps, user.id, password=password)


def _change(desk: Desk, user_id: str, make: Callable[[Deps], str]) -> Response:
    def again(mistake: Mistake) -> Response:
        return _person_page(desk.request, desk.deps, user_id, mistake)

    return desk.change(lambda deps: Done(f"{_PEOPLE}/{user_id}", make(deps)), again, _FIELDS | {"": ""})


def _roles(form: Form) -> list[Role]:
    """Raises Refusal: ``role-unknown``."""
    try:
        return [Role(each) for each in form.all("roles")]
    except ValueError:
        raise Refusal("role-unknown", "There is no such role; choose from those on the page.") from None


def _people_page(request: Request, deps: Deps, mistake: Mistake | None = None) -> Response:
    organisation_id = person(request).organisation_id
    return page(
        request,
        "people.html",
        members=staffing.members(deps, organisation_id),
        roles=_ABOUT,
        chosen=mistake.chosen.get("roles", ()) if mistake else (),
        entered=mistake.entered if mistake else {},
        zone=zone_of(deps, organisation_id),
        trouble=mistake.trouble if mistake else None,
        notice="" if mistake else notice_of(request, deps),
    )


def _person_page(
    request: Request, deps: Deps, user_id: str, mistake: Mistake | None = None, password: str = ""
) -> Response:
    """With a ``password`` that, and nothing that could be sent again."""
    organisation_id = person(request).organisation_id
    member = staffing.member(deps, organisation_id, user_id)
    return page(
        request,
        "person.html",
        member=member,
        password=password,
        roles=_ABOUT,
        chosen=mistake.chosen.get("roles", ()) if mistake and mistake.form == "roles" else member.user.roles,
        history=history(deps, organisation_id, user_id),
        names=people.names_of(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
        trouble=mistake.trouble if mistake else None,
        notice="" if mistake else notice_of(request, deps),
    )
