"""The application behind the hosts of personal pages: a few pages, their files, and a kind word for all else."""

from __future__ import annotations

import secrets
import time
import traceback
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import anyio
import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api.http.middleware import HeadAsGet, LimitedBody, Observed, WholeQuery
from api.http.problems import CONTEXT, INTERNAL
from api.http.recipient import agreeing, answers, doors, stopping
from api.http.recipient.agreeing import Fetches
from api.http.recipient.assets import show_asset, show_favicon, show_robots
from api.http.recipient.forms import Form, read_form
from api.http.recipient.look import Looks
from api.http.recipient.render import HEADERS, plain
from api.http.recipient.visit import visit_of
from api.http.recipient.words import languages
from api.ports import Fault
from api.usecases.answering.photos import MOST_BYTES
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp

    from api.http.edge import Edge
    from api.http.metrics import Metrics
    from api.http.recipient.visit import Visit
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

SAME_TIME_S: Final = 0.25
"""How long an answer to a typed code takes at least, whatever came of it."""
_FORM_BYTES: Final = 1 << 16
_SHOWN_FRAMES: Final = 12
_RETRY_AFTER_S: Final = 60
_ASKS: Final = ("a", "A")
_KINDS: Final = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "large",
}
_OF_ASKS: Final = {HTTPStatus.NOT_FOUND: "ask_unknown", HTTPStatus.METHOD_NOT_ALLOWED: "method"}


def recipient_app(deps: Deps, edge: Edge, metrics: Metrics) -> ASGIApp:
    """The application. Raises `Refusal` (``page-words-invalid``) when a language has faults."""
    languages()
    app = Starlette(routes=_routes(), exception_handlers=_handlers())
    # a redirect of the framework would be to the host that the request names
    app.router.redirect_slashes = False
    app.state.deps, app.state.edge, app.state.looks, app.state.fetches = deps, edge, Looks(), Fetches()
    limited = LimitedBody(app, _limit_of)
    https = (edge.public_url or "").startswith("https://")
    return Observed(HeadAsGet(WholeQuery(limited)), metrics, https=https, more=HEADERS)


def _routes() -> list[Route]:
    shown = [
        ("/", doors.show_code_door),
        ("/form", answers.show_form),
        ("/done", answers.show_done),
        ("/bye", answers.show_bye),
        ("/favicon.ico", show_favicon),
        ("/robots.txt", show_robots),
    ]
    sent: list[tuple[str, Callable[[Visit, Form], Response]]] = [
        ("/form", answers.send),
        ("/again", answers.come_back),
        ("/leave", lambda visit, _: answers.leave(visit)),
    ]
    return [
        *(Route(path, _shown(show), methods=["GET"]) for path, show in shown),
        *(Route(path, _sent(take), methods=["POST"]) for path, take in sent),
        Route("/", _sent(doors.try_code, same_time=True), methods=["POST"]),
        Route("/look/{key}/{digest}/{name}", _asset, methods=["GET"]),
        Route("/stop/{end}", _stop_shown, methods=["GET"]),
        Route("/stop/{end}", _stop_sent, methods=["POST"]),
        # links are typed over too, on phones that make the first sign a capital
        *(Route(f"/{a}/{{token}}", _ask_shown, methods=["GET"]) for a in _ASKS),
        *(Route(f"/{a}/{{token}}", _ask_pressed, methods=["POST"]) for a in _ASKS),
        Route("/{token}", _link_shown, methods=["GET"]),
        Route("/{token}", _link_sent, methods=["POST"]),
    ]


def _shown(show: Callable[[Visit], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(lambda: show(visit_of(request)))

    return answer


def _sent(
    take: Callable[[Visit, Form], Response], *, same_time: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        started = time.monotonic()
        async with read_form(request) as form:
            response = await run_in_threadpool(lambda: take(visit_of(request), form))
        if same_time:
            await anyio.sleep(max(0.0, started + SAME_TIME_S - time.monotonic()))
        return response

    return answer


async def _link_shown(request: Request) -> Response:
    token = request.path_params["token"]
    return await _shown(partial(doors.show_link_door, token=token))(request)


async def _link_sent(request: Request) -> Response:
    token = request.path_params["token"]
    return await _sent(lambda visit, form: doors.try_link(visit, token, form))(request)


async def _stop_shown(request: Request) -> Response:
    return await _shown(partial(stopping.show_stop, text=request.path_params["end"]))(request)


async def _stop_sent(request: Request) -> Response:
    return await _sent(lambda visit, _: stopping.stop(visit, request.path_params["end"]))(request)


async def _ask_shown(request: Request) -> Response:
    token = request.path_params["token"]
    return await _shown(partial(agreeing.show_ask, token=token))(request)


async def _ask_pressed(request: Request) -> Response:
    token = request.path_params["token"]
    return await _sent(lambda visit, form: agreeing.take_press(visit, token, form))(request)


async def _asset(request: Request) -> Response:
    path = request.path_params
    return await _shown(lambda visit: show_asset(visit, path["key"], path["digest"], path["name"]))(request)


def _limit_of(path: str) -> int:
    """Only the form brings a photo; what is a little too large is told at its field."""
    return 2 * MOST_BYTES + _FORM_BYTES if path == "/form" else _FORM_BYTES


def _handlers() -> dict[type[Exception], Callable[[Request, Exception], Response]]:
    return {HTTPException: _http, Refusal: _refused, Fault: _fault, ClientDisconnect: _gone, Exception: _bug}


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    status, asks = HTTPStatus(error.status_code), _is_ask(request)
    kinds, otherwise = (_OF_ASKS, "ask_stale") if asks else (_KINDS, "stale")
    start = status is HTTPStatus.NOT_FOUND and not asks
    response = plain(visit_of(request), kinds.get(status, otherwise), status, start=start)
    response.headers.update(error.headers or {})
    return response


def _is_ask(request: Request) -> bool:
    """Whether it is about the page of a request, which nobody gets to by a letter."""
    return request.url.path[:3].lower() == "/a/"


def _refused(request: Request, error: Exception) -> Response:
    """What is not there is unknown; whatever else is refused did not come from a page of ours."""
    assert isinstance(error, Refusal)  # noqa: S101 - registered for this type only
    request.scope[CONTEXT]["code"] = error.code
    visit, asks = visit_of(request), _is_ask(request)
    if error.code.endswith("-not-found"):
        return agreeing.unknown_ask(visit) if asks else doors.unknown(visit)
    if asks:
        return plain(visit, "ask_stale", HTTPStatus.FORBIDDEN)
    return plain(visit, "stale", HTTPStatus.FORBIDDEN, start=True)


def _fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, Fault)  # noqa: S101 - registered for this type only
    log.error("fault", fault=error.code, detail=error.detail, **request.scope[CONTEXT])
    response = plain(visit_of(request), "trouble", HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    return response


def _gone(request: Request, error: Exception) -> Response:
    """Nobody reads this."""
    del request, error
    return Response(status_code=HTTPStatus.BAD_REQUEST)


def _bug(request: Request, error: Exception) -> Response:
    """The log has where it is, and never the message: it may quote what somebody sent."""
    trace = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-_SHOWN_FRAMES:]]
    incident = f"inc_{secrets.token_hex(8)}"
    log.error(INTERNAL, incident=incident, error=type(error).__name__, trace=trace, **request.scope[CONTEXT])
    return plain(visit_of(request), "trouble", HTTPStatus.INTERNAL_SERVER_ERROR)
