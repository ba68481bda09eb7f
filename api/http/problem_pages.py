"""What a code means, for people: the entry of docs/errors.md, at the address that a problem's ``type`` names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Response
from starlette.responses import HTMLResponse

from api.http.html import page
from api.http.problems import STATUS, status_of
from api.http.responses import binary, open_problems
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter(tags=["operation"])

_ENTRY: Final = re.compile(r"^\| `([a-z0-9-]+)` \| (.+?) \|$", re.MULTILINE)


@cache
def entries() -> Mapping[str, str]:
    """Text by code. The file is in the package when installed, and in docs/ in a source tree."""
    installed = Path(__file__).parent / "errors.md"
    path = installed if installed.is_file() else Path(__file__).parents[2] / "docs" / "errors.md"
    return dict(_ENTRY.findall(path.read_text(encoding="utf-8")))


@router.get(
    "/problems/{code:id}",
    summary="What a code means",
    response_class=HTMLResponse,
    responses={200: binary("A page", "text/html"), **open_problems("code-not-found")},
)
def show(code: str) -> Response:
    """Text from docs/errors.md."""
    text = entries().get(code)
    if text is None:
        raise Refusal("code-not-found", "There is no such code; docs/errors.md lists every one.")
    status = int(status_of(code)) if code in STATUS or code.endswith("-not-found") else None
    return page("problem.html", code=code, text=text.replace("`", ""), shown_status=status)
