"""Routes of pages: trouble becomes a page that says what to do, and who is not logged in goes to the login."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from api.http.problems import CONTEXT, status_of
from api.http.staff.render import page
from api.http.staff.visitors import LoginNeededError
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.requests import Request

LOGIN = "/staff/login"


class StaffRoute(APIRoute):
    """Faults and bugs go on to the handlers of the whole application."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Around the handler that the framework makes."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except LoginNeededError:
                return _to_login(request)
            except Refusal as refusal:
                return refused(request, refusal)
            except HTTPException as error:
                code = "body-too-large" if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else "http-error"
                return refused(request, Refusal(code, error.detail))
            except RequestValidationError:
                return refused(request, Refusal("route-not-found", "There is no such page; the address is not whole."))

        return answer


def refused(request: Request, refusal: Refusal) -> Response:
    """The page for trouble that has no form of its own."""
    request.scope[CONTEXT]["code"] = refusal.code
    return page(request, "trouble.html", int(status_of(refusal.code)), refusal=refusal)


def see_other(url: str) -> Response:
    """Go and look there: what a form answers, so that reloading sends nothing again."""
    return RedirectResponse(url, 303)


def _to_login(request: Request) -> Response:
    request.scope[CONTEXT]["code"] = "login-needed"
    if request.method == "GET":
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return see_other(f"{LOGIN}?{urlencode({'next': path})}")
    return see_other(f"{LOGIN}?{urlencode({'over': '1'} | _page_of_form(request))}")


def _page_of_form(request: Request) -> dict[str, str]:
    """The page with the form, to go on there; the login itself looks whether it is one of ours."""
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.headers.get("host"):
        return {}
    return {"next": came_from.path + (f"?{came_from.query}" if came_from.query else "")}
