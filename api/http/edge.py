"""What the routers are given by the process that starts them, and how they get at it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, Query, Request

from api.ports import Drops, PageRequest
from api.usecases.deps import Deps
from docgen.findings import Refusal

_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
DEFAULT_LIMIT: Final = 100


def _yes() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Edge:
    """``public_url`` is how callers see the service; bodies are kept in ``spool_folder`` until they are whole.

    ``drops`` are the folders that scanners drop files in, as far as this process sees them.
    """

    broker_ready: Callable[[], bool] = _yes
    public_url: str | None = None
    spool_folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    drops: Drops | None = None


def get_deps(request: Request) -> Deps:
    """The ports of the service."""
    deps: Deps = request.app.state.deps
    return deps


def get_edge(request: Request) -> Edge:
    """The options of this process."""
    edge: Edge = request.app.state.edge
    return edge


def page_request(
    limit: Annotated[
        int, Query(description="How many items to give.", json_schema_extra={"minimum": 1, "maximum": 1000})
    ] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the answer before.")] = None,
) -> PageRequest:
    """Which part of a list. Raises `Refusal` (``bad-page-limit``, ``bad-cursor``)."""
    if cursor is not None and not _CURSOR.fullmatch(cursor):
        raise Refusal("bad-cursor", "This cursor was not given by this list; start again without one.")
    return PageRequest(limit, cursor)


def public_url(request: Request) -> str:
    """The service's own address, without a slash at the end."""
    return (get_edge(request).public_url or str(request.base_url)).rstrip("/")


DepsDep = Annotated[Deps, Depends(get_deps)]
EdgeDep = Annotated[Edge, Depends(get_edge)]
PageDep = Annotated[PageRequest, Depends(page_request)]
