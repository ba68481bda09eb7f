"""Who calls: a bearer key, its organisation and its roles. Every route under /v1 has a `Guard`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.http.edge import DepsDep
from api.http.problems import CONTEXT
from api.ports import Mode, Role
from api.usecases import links, modes, parties
from docgen.findings import Refusal

_SCHEME: Final = HTTPBearer(
    auto_error=False, scheme_name="key", description="A key of your organisation: `Authorization: Bearer ph_live_…`."
)
_LOOKS: Final = frozenset({"GET", "HEAD"})
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key this is and what it may do."""

    organisation_id: str
    key_id: str
    roles: frozenset[Role]
    mode: Mode


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets through keys with one of these roles (admin always), or with ``operator`` a token of the installation.

    Whoever does not only look has a key of the mode of what the path names. ``acts`` says that a GET does something
    too, ``only`` that the path names nothing and what is made is of this mode.
    """

    roles: frozenset[Role] = frozenset()
    operator: bool = False
    acts: bool = False
    only: Mode | None = None

    def __call__(self, request: Request, deps: DepsDep, credentials: Credentials) -> None:
        """Raises `Refusal`: ``key-missing``, ``key-unknown``, ``key-revoked``, ``role-missing``, ``mode-differs``."""
        if credentials is None:
            raise Refusal("key-missing", "Send your key: Authorization: Bearer ph_live_…")
        secret = credentials.credentials
        if self.operator:
            return self._check_operator(deps, secret)
        key = parties.authenticate(deps, secret)
        request.scope[CONTEXT].update(organisation=key.organisation_id, key=key.id)
        if Role.ADMIN not in key.roles and not self.roles & key.roles:
            wanted = " or ".join(sorted({*self.roles, Role.ADMIN}))
            raise Refusal("role-missing", f"This key may not do this: it needs the role {wanted}.")
        if self.only is not None:
            modes.check_is(key.mode, self.only, "what you want to make")
        if self.acts or request.method not in _LOOKS:
            modes.check_mode(deps, key.organisation_id, key.mode, request.path_params)
        request.state.caller = Caller(key.organisation_id, key.id, key.roles, key.mode)
        return None

    def _check_operator(self, deps: DepsDep, secret: str) -> None:
        if not secret.startswith(links.OPERATOR_PREFIX):
            raise Refusal("role-missing", "Only the operator may do this: run `posthoorn organisation operator-key`.")
        try:
            links.read(deps.secret, links.OPERATE, secret.removeprefix(links.OPERATOR_PREFIX), deps.clock)
        except Refusal:
            raise Refusal("key-unknown", "This operator key is not known, or it has expired.") from None


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CallerDep = Annotated[Caller, Depends(_caller)]

ADMIN: Final = Depends(Guard(frozenset({Role.ADMIN})))
SUBMITTER: Final = Depends(Guard(frozenset({Role.SUBMITTER})))
APPROVER: Final = Depends(Guard(frozenset({Role.APPROVER})))
PRINT_ROOM: Final = Depends(Guard(frozenset({Role.PRINT_ROOM})))
FETCHERS: Final = Depends(Guard(frozenset({Role.PRINT_ROOM}), acts=True))
LIVE_ADMIN: Final = Depends(Guard(frozenset({Role.ADMIN}), only=Mode.LIVE))
LIVE_PRINT_ROOM: Final = Depends(Guard(frozenset({Role.PRINT_ROOM}), only=Mode.LIVE))
SENDERS: Final = Depends(Guard(frozenset({Role.SUBMITTER, Role.APPROVER})))
READERS: Final = Depends(Guard(frozenset(Role)))
STAFF: Final = Depends(Guard(frozenset({Role.SUBMITTER, Role.PRINT_ROOM, Role.MAILROOM, Role.APPROVER})))
MAILROOM: Final = Depends(Guard(frozenset({Role.MAILROOM})))
ANSWERS: Final = Depends(Guard(frozenset({Role.MAILROOM, Role.SUBMITTER})))
ASKERS: Final = Depends(Guard(frozenset({Role.MAILROOM, Role.SUBMITTER, Role.APPROVER})))
OPERATOR: Final = Depends(Guard(operator=True))
