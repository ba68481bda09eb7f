"""Pages for staff: Jinja2 with everything escaped, one style sheet inside the page, no script and nothing from afar."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from api.http import words

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports import JobFinding

_FOLDER: Final = Path(__file__).parent / "pages"


def page(name: str, status: int = 200, refresh_s: int | None = None, **values: object) -> HTMLResponse:
    """A page; ``refresh_s`` lets the browser ask again after so many seconds."""
    text = environment().get_template(name).render(style=_style(), refresh_s=refresh_s, **values)
    return HTMLResponse(text, status, {"Content-Security-Policy": _policy()})


@cache
def environment() -> Environment:
    """Templates of all pages, with their filters."""
    made = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters |= {
        **words.FILTERS,
        "moment": _moment,
        "thousands": lambda number: "not yet known" if number is None else f"{number:,}",
        "place": _place,
    }
    return made


@cache
def _style() -> Markup:
    # our own file, and it has no sign that could end the element
    return Markup((_FOLDER / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


@cache
def _policy() -> str:
    """Only this style, only our own pictures."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


def _moment(moment: datetime) -> str:
    return moment.strftime("%-d %B %Y, %H:%M UTC")


def _place(finding: JobFinding) -> str:
    if not finding.place:
        return "the whole input" if finding.record_index is None else f"record {finding.record_index + 1}"
    return ", ".join(f"{name} {value}" for name, value in finding.place.items() if name != "pointer")
