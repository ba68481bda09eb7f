"""Who showed the letter: a cookie that lasts half an hour and holds nothing personal, and tokens inside forms."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from api.http.staff.cookies import is_https
from api.usecases import links
from docgen.findings import Refusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from api.usecases.deps import Deps

LASTS: Final = timedelta(minutes=30)
FORM_LASTS: Final = timedelta(hours=24)
_COOKIE: Final = "page"
_SESSION: Final = "personal-page"
_FORM: Final = "personal-form"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who passed the door: by which way in and road; ``receipt`` is of what was sent last."""

    organisation_id: str
    entry_id: str
    road: str
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class FormToken:
    """What a form carries: for which way in it was shown, and that it is sent once."""

    organisation_id: str
    entry_id: str
    road: str
    once: str


def read(request: Request, deps: Deps) -> Session | None:
    """The session of the cookie; None when there is none or it is over."""
    values = _values(deps, _SESSION, request.cookies.get(_name(request), ""))
    return Session(*values) if len(values) == 4 else None  # noqa: PLR2004 - the fields of a session


def write(request: Request, response: Response, deps: Deps, session: Session) -> None:
    """Begin the session, or let it last from now on."""
    values = (session.organisation_id, session.entry_id, session.road, session.receipt)
    token = links.sign(deps.secret, _SESSION, values, deps.clock, LASTS)
    _set(request, response, token, int(LASTS.total_seconds()))


def end(request: Request, response: Response) -> None:
    """Have the browser forget it."""
    _set(request, response, "", 0)


def form_token(deps: Deps, session: Session) -> str:
    """The hidden value of a form; each form that is shown has its own."""
    values = (session.organisation_id, session.entry_id, session.road, secrets.token_hex(16))
    return links.sign(deps.secret, _FORM, values, deps.clock, FORM_LASTS)


def read_form_token(deps: Deps, token: str) -> FormToken | None:
    """What a form carried; None when it is not ours or too old."""
    values = _values(deps, _FORM, token)
    return FormToken(*values) if len(values) == 4 else None  # noqa: PLR2004 - the fields of a form's token


def _values(deps: Deps, purpose: str, token: str) -> tuple[str, ...]:
    try:
        return links.read(deps.secret, purpose, token, deps.clock)
    except Refusal:
        return ()


def _set(request: Request, response: Response, value: str, seconds: int) -> None:
    response.set_cookie(
        _name(request), value, seconds, path="/", secure=is_https(request), httponly=True, samesite="strict"
    )


def _name(request: Request) -> str:
    # a browser takes a cookie with this beginning only when it is Secure, for the whole site and for no other host
    # (RFC 6265bis, 4.1.3.2)
    return f"__Host-{_COOKIE}" if is_https(request) else _COOKIE
