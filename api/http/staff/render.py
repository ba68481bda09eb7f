"""Pages from templates with everything escaped; style and script are files of our own, and nothing else may load."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import HTMLResponse, Response

from api.http.html import environment
from api.http.staff.forms import new_key
from api.http.staff.visitors import SETTLERS, visitor_of
from api.ports import Role
from api.usecases.agreeing import staffing

if TYPE_CHECKING:
    from starlette.requests import Request

    from api.http.staff.visitors import Visitor
    from api.usecases.deps import Deps

_FOLDER: Final = Path(__file__).parents[1] / "pages" / "staff"
_KINDS: Final = {
    "style.css": "text/css",
    "corporation.css": "text/css",
    "mailroom.css": "text/css",
    "answers.css": "text/css",
    "agreements.css": "text/css",
    "staff.js": "text/javascript",
    "agreements.js": "text/javascript",
    "mailroom.js": "text/javascript",
}
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    # with less than this browsers hide where a form comes from, and we look at that
    "Referrer-Policy": "same-origin",
}


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - of templates
    """A page of ``pages/staff``, with what every page needs."""
    visitor = visitor_of(request)
    shared = {
        "visitor": visitor,
        "waiting_answers": _waiting_answers(request, visitor),
        "Role": Role,
        "path": request.url.path,
        "asset": asset_url,
        "key": new_key(),
        "query": "",
        "trouble": None,
        "notice": "",
        "refresh_s": None,
    }
    text = environment().get_template(f"staff/{template}").render(shared | values)
    return HTMLResponse(text, status, HEADERS)


def _waiting_answers(request: Request, visitor: Visitor | None) -> int:
    """How many unclear answers wait for a person, for who may settle them."""
    if visitor is None or not visitor.may(*SETTLERS):
        return 0
    deps: Deps = request.app.state.deps
    return staffing.count_waiting(deps, visitor.organisation_id)


def asset_url(name: str) -> str:
    """Where a file of style or script is; the address changes with what is in it."""
    return f"/staff/assets/{_digest(name)}/{name}"


def asset(name: str) -> Response | None:
    """The file, which a browser may keep for ever."""
    if name not in _KINDS:
        return None
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_content(name), headers=headers, media_type=_KINDS[name])


@cache
def _content(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:12]
