"""Who looks at a page: a session, its person and roles. Every page but the login has a `Guard`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from api.http.edge import DepsDep
from api.http.problems import CONTEXT
from api.http.staff import cookies
from api.ports import Role, Session, User
from api.usecases import passwords, people
from docgen.findings import Refusal

_ASKS_BY_ITSELF: Final = "x-asks-by-itself"


class LoginNeededError(Exception):
    """Nobody is logged in: the way is to the login and back."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who it is. ``csrf`` goes into every form of this session."""

    user: User
    session: Session
    csrf: str

    @property
    def organisation_id(self) -> str:
        """Whose pages these are."""
        return self.user.organisation_id

    def may(self, *roles: Role) -> bool:
        """True with one of these roles; an admin may do everything."""
        return Role.ADMIN in self.user.roles or not self.user.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets through people with one of these roles, and admins."""

    roles: frozenset[Role]

    def __call__(self, request: Request, deps: DepsDep) -> None:
        """Raises `LoginNeededError`, and `Refusal` (``role-missing``)."""
        token = cookies.read(request, cookies.SESSION)
        by_itself = _ASKS_BY_ITSELF in request.headers or "live" in request.query_params
        found = people.session_of(deps, token, used=not by_itself) if token else None
        if found is None:
            raise LoginNeededError
        session, user = found
        request.scope[CONTEXT].update(organisation=user.organisation_id, user=user.id)
        visitor = Visitor(user, session, passwords.keyed_digest(deps.secret, "csrf", session.digest))
        request.state.visitor = visitor
        if not visitor.may(*self.roles):
            wanted = " or ".join(sorted(role.replace("_", " ") for role in self.roles))
            raise Refusal("role-missing", f"You may not do this: it needs the role {wanted}. Ask an administrator.")


def visitor_of(request: Request) -> Visitor | None:
    """Who it is, as far as that is known yet."""
    return getattr(request.state, "visitor", None)


def person(request: Request) -> Visitor:
    """Who it is, on a page with a guard."""
    visitor: Visitor = request.state.visitor
    return visitor


VisitorDep = Annotated[Visitor, Depends(person)]

SETTLERS: Final = frozenset({Role.SUBMITTER, Role.APPROVER, Role.MAILROOM})
"""Who sees questions and settles what is unclear of their answers."""
ANYBODY: Final = Depends(Guard(frozenset(Role)))
IN_PRINT_ROOM: Final = Depends(Guard(frozenset({Role.PRINT_ROOM})))
WATCHERS: Final = Depends(Guard(frozenset({Role.PRINT_ROOM, Role.APPROVER, Role.SUBMITTER})))
APPROVERS: Final = Depends(Guard(frozenset({Role.APPROVER})))
SENDERS: Final = Depends(Guard(frozenset({Role.SUBMITTER, Role.APPROVER, Role.PRINT_ROOM})))
ADMINS: Final = Depends(Guard(frozenset({Role.ADMIN})))
