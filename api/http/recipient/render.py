"""Pages from templates with everything escaped; no script at all, and nothing from anywhere else."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.http.recipient.words import local

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.http.recipient.visit import Visit

_FOLDER: Final = Path(__file__).parents[1] / "pages" / "recipient"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def page(visit: Visit, template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:  # noqa: ANN401 - of templates
    """A page; what its template does not get it cannot show."""
    return sent(visit, html_of(visit, template, **values), status)


def html_of(visit: Visit, template: str, **values: Any) -> str:  # noqa: ANN401 - of templates
    """The text of a page."""
    shared = {"visit": visit, "w": visit.words, "problems": (), "may_close": False, "here": _here(visit)}
    return environment().get_template(template).render(shared | values)


def sent(visit: Visit, text: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A page's text as it goes out."""
    return HTMLResponse(text, status, HEADERS | {"Content-Language": visit.words.code})


def plain(visit: Visit, kind: str, status: HTTPStatus, *texts: str, start: bool = False) -> Response:
    """A page that says one thing; ``kind`` names its words, ``texts`` are said instead of them."""
    words = visit.words
    said: Sequence[str] = texts or (words(f"{kind}_text"),)
    return page(visit, "plain.html", status, title=words(f"{kind}_title"), texts=said, start=start)


def _here(visit: Visit) -> str:
    """Where the same page is in another language; what a form answers may have no page of its own."""
    path = visit.request.url.path
    return "/" if path in {"/again", "/leave"} else path


def see_other(url: str) -> Response:
    """Go and look there: what a form answers, so that reloading sends nothing again."""
    return RedirectResponse(url, HTTPStatus.SEE_OTHER, HEADERS)


@cache
def environment() -> Environment:
    """Templates of all pages."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["local"] = local
    return made
