"""Commands about people who use the pages; passwords are asked for or read from standard input, never arguments."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.operate import ROLES, open_deps
from api.cli.output import AsJson, emit, table

if TYPE_CHECKING:
    from api.ports import User

staff = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@staff.command("add")
def add(
    organisation: str,
    login: str,
    role: Annotated[list[str], typer.Option(help=f"One of {', '.join(ROLES)}; may be given more often.")],
    name: Annotated[str, typer.Option(help="What colleagues see; the login when left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add a person; asks for a password, or reads it from standard input."""
    from api.ports import Role
    from api.usecases import people

    unknown = [each for each in role if each not in ROLES]
    if unknown:
        raise Trouble(ExitCode.USAGE, f"role-unknown: there is no role {unknown[0]}; choose from {', '.join(ROLES)}.")
    with open_deps() as deps:
        made = people.add_user(deps, organisation, (login, name or login), map(Role, role), _password())
    emit(_user(made), [made.id], as_json=as_json)


@staff.command("list")
def list_staff(organisation: str, as_json: AsJson = False) -> None:
    """List the people of an organisation."""
    from api.usecases import people

    with open_deps() as deps:
        found = [_user(user) for user in people.list_users(deps, organisation)]
    rows = [(u["login"], u["name"], " ".join(u["roles"]), u["disabled_at"] or "") for u in found]
    emit(found, table(("login", "name", "roles", "disabled"), rows), as_json=as_json)


@staff.command("disable")
def disable(login: str, as_json: AsJson = False) -> None:
    """Let nobody log in with this login any more; whoever is logged in is out at once."""
    from api.usecases import people

    with open_deps() as deps:
        user = _user(people.disable_user(deps, login))
    emit(user, [f"{user['login']} is disabled."], as_json=as_json)


@staff.command("password")
def password(login: str, as_json: AsJson = False) -> None:
    """Set a new password; every session of the person ends."""
    from api.usecases import people

    with open_deps() as deps:
        user = _user(people.set_password(deps, login, _password()))
    emit(user, [f"{user['login']} has a new password."], as_json=as_json)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "organisation_id": user.organisation_id,
        "login": user.login,
        "name": user.name,
        "roles": sorted(user.roles),
        "created_at": user.created_at.isoformat(),
        "disabled_at": user.disabled_at.isoformat() if user.disabled_at else None,
    }
