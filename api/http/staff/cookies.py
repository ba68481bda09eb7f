"""Cookies of the pages: not for scripts, not for other sites, and over https bound to this very host."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SESSION: Final = "posthoorn"
BEFORE_LOGIN: Final = "posthoorn-form"
# a browser takes a cookie with this beginning only when it is Secure, for the whole site and for no other host
# (RFC 6265bis, 4.1.3.2)
_HOST: Final = "__Host-"


def read(request: Request, name: str) -> str:
    """The value, or nothing."""
    return request.cookies.get(_full(request, name), "")


def write(request: Request, response: Response, name: str, value: str, lasts: timedelta | None = None) -> None:
    """Set one; without ``lasts`` it goes when the browser is closed."""
    seconds = None if lasts is None else int(lasts.total_seconds())
    response.set_cookie(
        _full(request, name), value, seconds, path="/", secure=is_https(request), httponly=True, samesite="lax"
    )


def remove(request: Request, response: Response, name: str) -> None:
    """Have the browser forget it."""
    write(request, response, name, "", timedelta(0))


def is_https(request: Request) -> bool:
    """How the browser sees the service, which may be behind something that ends TLS."""
    public_url: str | None = request.app.state.edge.public_url
    return (public_url or str(request.base_url)).startswith("https://")


def _full(request: Request, name: str) -> str:
    return f"{_HOST}{name}" if is_https(request) else name
